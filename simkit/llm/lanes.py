"""The way to each provider, which all sessions share: how many calls at once, when to slow down, when to leave off.

The number of calls under way halves when a provider answers 429 and grows by one for each round of answers (additive
increase, multiplicative decrease: Chiu and Jain 1989). Whoever waits for the moment that a provider named
(Retry-After) wakes at a moment of their own after it, so that no wave hits it. After `Patience.row` transient failures
in a row nobody asks for a while; then one call tries, and all go on, or rest for twice as long.
"""

from __future__ import annotations

from types import TracebackType

import anyio
import anyio.lowlevel

from simkit.llm.failure import Failure
from simkit.llm.patience import Patience

LONGEST_REST = 60.0
"""Seconds for which a provider is left alone at a time."""
ROUND = 1.0
"""Seconds within which several 429s count as one sign."""

_LANES: anyio.lowlevel.RunVar[dict[str, Lane]] = anyio.lowlevel.RunVar("simkit_lanes")


def lane(provider: str, patience: Patience) -> Lane:
    """The lane of a provider in the present event loop."""
    try:
        lanes = _LANES.get()
    except LookupError:
        lanes = {}
        _LANES.set(lanes)
    if provider not in lanes:
        lanes[provider] = Lane(provider, patience)
    return lanes[provider]


class Lane:
    """The way to one provider."""

    def __init__(self, provider: str, patience: Patience) -> None:
        self.provider, self.patience = provider, patience
        self.width = float(patience.at_once)
        """How many calls may be under way."""
        self._limiter = anyio.CapacityLimiter(patience.at_once)
        self._not_before = self._slowed = float("-inf")
        self._failed = self._rests = 0
        self._probe: anyio.Event | None = None

    def slot(self) -> Slot:
        """The right to make one call: `async with lane.slot():`; what is raised inside tells the lane how it went."""
        return Slot(self)

    async def enter(self, slot: Slot) -> None:
        """Wait until a call may be made. Raises Failure where nobody asks this provider any more."""
        await self._limiter.acquire_on_behalf_of(slot)
        try:
            await self._until_open(slot)
        except BaseException:
            self._limiter.release_on_behalf_of(slot)
            raise

    async def _until_open(self, slot: Slot) -> None:
        p = self.patience
        while True:
            if self._rests > p.rests:
                what = f"{self._failed} calls to {self.provider} failed in a row, also after {p.rests} pauses"
                raise Failure("unreachable", what)
            wait = self._not_before - p.clock()
            if wait > 0:
                await p.sleep(wait + p.rng.random() * p.first)
            elif self._failed < p.row:
                return
            elif self._probe is None:
                self._probe = anyio.Event()
                slot.probes = True
                return
            else:
                await self._probe.wait()

    def leave(self, slot: Slot, error: BaseException | None) -> None:
        """A call came to its end."""
        self._limiter.release_on_behalf_of(slot)
        if isinstance(error, Failure) and (error.transient or error.kind == "timeout"):
            self._failing(error, slot.probes)
        elif error is None or isinstance(error, Failure):
            self._answered()
        if slot.probes and self._probe is not None:
            self._probe.set()
            self._probe = None

    def _answered(self) -> None:
        self._failed = self._rests = 0
        self._widen(min(self.width + 1 / self.width, self.patience.at_once))

    def _failing(self, failure: Failure, probe: bool) -> None:
        now = self.patience.clock()
        if failure.kind == "rate_limited" and now - self._slowed >= ROUND:
            self._slowed = now
            self._widen(max(1.0, self.width / 2))
        if failure.after is not None and failure.after <= self.patience.longest:
            self._not_before = max(self._not_before, now + failure.after)
        self._failed += 1
        if probe or self._failed == self.patience.row:
            self._rests += 1
            rest = min(self.patience.rest * 2 ** (self._rests - 1), LONGEST_REST)
            self._not_before = max(self._not_before, now + rest)

    def _widen(self, width: float) -> None:
        self.width = width
        if int(width) != self._limiter.total_tokens:
            self._limiter.total_tokens = int(width)


class Slot:
    """The right to make one call to a provider."""

    __slots__ = ("_lane", "probes")

    def __init__(self, lane: Lane) -> None:
        self._lane, self.probes = lane, False

    async def __aenter__(self) -> None:
        await self._lane.enter(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lane.leave(self, error)
