"""Budgets: what a run, a role or a session may spend in money, tokens, model calls and time.

Before each call the most that it can cost is reserved, after it what it did cost is booked. While a call would fit but
for what others have reserved it waits; it is refused once it would not fit even if all of those cost nothing. So what
is spent never exceeds a budget, at any concurrency.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import anyio

from simkit.errors import UsageError, one_line

ROLES = ("agent", "user", "judge")
What = Literal["usd", "tokens", "calls"]


@dataclass(frozen=True)
class Spend:
    """What was or may be spent. Also a sum of several."""

    usd: Decimal = Decimal(0)
    tokens: int = 0
    calls: int = 0

    def __add__(self, other: Spend) -> Spend:
        return Spend(self.usd + other.usd, self.tokens + other.tokens, self.calls + other.calls)

    def __sub__(self, other: Spend) -> Spend:
        return Spend(self.usd - other.usd, self.tokens - other.tokens, self.calls - other.calls)

    @property
    def as_json(self) -> dict[str, Any]:
        """As an intent keeps it: money as text, so that no cent is lost."""
        return {"usd": str(self.usd), "tokens": self.tokens, "calls": self.calls}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Spend:
        """What an intent kept."""
        return cls(Decimal(kept["usd"]), int(kept["tokens"]), int(kept["calls"]))


@dataclass(frozen=True)
class Cap:
    """One limit. `of`: a role; a session, as `<scenario>/<persona>/<trial>`; or the whole run, if empty."""

    name: str
    """As people know it: `--max-cost 5`."""
    what: What
    most: Decimal
    of: str = ""


class Spent(Exception):
    """A call would go beyond a budget. `cap` says which, for all sessions the same."""

    def __init__(self, cap: str, run: bool = True) -> None:
        self.cap, self.run = cap, run
        super().__init__(cap)


@dataclass
class Budget:
    """What is spent, reserved and allowed in one run."""

    caps: tuple[Cap, ...] = ()
    seconds: float | None = None
    """From the moment that this is made, and `before` of them already."""
    before: float = 0.0
    """Seconds that the run took before it was interrupted."""
    clock: Callable[[], float] = time.monotonic
    over: str = ""
    """The budget of the run that refused a call or a session; empty while none has."""
    _spent: dict[str, Spend] = field(default_factory=dict)
    _held: dict[str, Spend] = field(default_factory=dict)
    _waiting: deque[anyio.Event] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._began = self.clock()

    @property
    def counts_money(self) -> bool:
        """Whether any budget is in money."""
        return any(cap.what == "usd" for cap in self.caps)

    def spent(self, of: str = "") -> Spend:
        """What the run (or a role, or a session) has spent."""
        return self._spent.get(of, Spend())

    @property
    def exhausted(self) -> bool:
        """Whether a budget of the run has refused something, or its time is up."""
        with suppress(Spent):
            self.check()
        return bool(self.over)

    @property
    def took(self) -> float:
        """Seconds that the run has taken, all its sittings together."""
        return self.before + self.clock() - self._began

    def check(self) -> None:
        """Raises Spent when the run's time is up."""
        if self.seconds is not None and self.took >= self.seconds:
            self._refuse(f"--max-seconds {self.seconds:g}")

    async def reserve(self, session: str, role: str, most: Spend, own: Iterable[Cap] = ()) -> None:
        """Set the most that a call can cost aside. Waits while others hold too much; raises Spent where it never fits.

        Whoever reserved must `settle`. `own`: budgets of this session.
        """
        caps = [*(cap for cap in self.caps if cap.of in ("", role)), *own]
        self._allow(caps, most)
        while not self._fits(caps, most):
            await self._turn()
            self._allow(caps, most)
        for of in ("", role, session):
            self._held[of] = self._held.get(of, Spend()) + most

    def settle(self, session: str, role: str, most: Spend, spend: Spend) -> None:
        """Give back what was reserved, and book what was spent."""
        for of in ("", role, session):
            self._held[of] = self._held[of] - most
        if self._held[session] == Spend():
            del self._held[session]
        self.book(session, role, spend)
        self._wake()

    def book(self, session: str, role: str, spend: Spend) -> None:
        """Count what was spent, also before this run was resumed."""
        for of in ("", role, session):
            self._spent[of] = self.spent(of) + spend

    def forget(self, session: str) -> None:
        """A session is over: nobody asks any more what it alone has spent."""
        self._spent.pop(session, None)

    def _allow(self, caps: Sequence[Cap], most: Spend) -> None:
        self.check()
        for cap in caps:
            if getattr(self.spent(cap.of) + most, cap.what) > cap.most:
                self._refuse(cap.name, run=cap in self.caps)

    def _refuse(self, cap: str, run: bool = True) -> None:
        if run:
            self.over = self.over or cap
            self._wake()
        raise Spent(cap, run)

    def _fits(self, caps: Sequence[Cap], most: Spend) -> bool:
        return all(
            getattr(self.spent(cap.of) + self._held.get(cap.of, Spend()) + most, cap.what) <= cap.most for cap in caps
        )

    async def _turn(self) -> None:
        """Wait until something was settled."""
        mine = anyio.Event()
        self._waiting.append(mine)
        try:
            await mine.wait()
        finally:
            if mine in self._waiting:
                self._waiting.remove(mine)

    def _wake(self) -> None:
        # All of them: each may be under another budget, and only it knows whether it fits now.
        waiting, self._waiting = self._waiting, deque()
        for one in waiting:
            one.set()


def caps(cost: Iterable[str] = (), tokens: Iterable[str] = (), calls: Iterable[str] = ()) -> tuple[Cap, ...]:
    """The run's budgets as the command line gives them: `5`, or `user=0.5` for one role alone. Raises UsageError."""
    kinds: tuple[tuple[str, What, Iterable[str]], ...] = (
        ("--max-cost", "usd", cost),
        ("--max-tokens", "tokens", tokens),
        ("--max-model-calls", "calls", calls),
    )
    return tuple(_cap(option, what, str(text)) for option, what, texts in kinds for text in texts)


def _cap(option: str, what: What, text: str) -> Cap:
    role, _, amount = text.rpartition("=")
    try:
        most = Decimal(amount)
    except InvalidOperation:
        most = Decimal("NaN")
    if not most.is_finite() or most < 0 or (role and role not in ROLES):
        cure = f"write an amount, or ROLE=AMOUNT with one of {', '.join(ROLES)}"
        raise UsageError(f"{option} {one_line(text, 40)}: is no budget; {cure}")
    return Cap(f"{option} {text}", what, most, role)


def session_caps(session: str, cost: float | None, tokens: int | None) -> tuple[Cap, ...]:
    """The budgets of one session, as its scenario's limits say."""
    found: list[Cap] = []
    if cost is not None:
        found.append(Cap(f"limits.cost {cost:g}", "usd", Decimal(str(cost)), session))
    if tokens is not None:
        found.append(Cap(f"limits.tokens {tokens}", "tokens", Decimal(tokens), session))
    return tuple(found)
