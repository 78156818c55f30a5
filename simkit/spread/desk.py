"""The coordinator: hands sessions out to workers, keeps what they tell, and gives what a dead one had to another.

Each worker has at most so many sessions in hand as it may play at once; it gets more when some are over, so nothing
waits anywhere but here. A session is handed out again when its worker dies: twice in company, then alone, so that one
that kills its workers is found out and booked as failed, and harms no other.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from simkit.errors import SimkitError, UsageError
from simkit.play.recording import Recorder, waker
from simkit.play.sitting import Sitting
from simkit.play.suite import Stop
from simkit.spread.ledger import Job, Ledger
from simkit.spread.till import Drawer, Till
from simkit.spread.wire import lines, messages
from simkit.trace.events import Boundary
from simkit.trace.log import Log

MAX_DEATHS = 3
"""Workers that one session may cost."""
MAX_FALSE_STARTS = 3
"""Workers in a row that may die before they are ready."""
PATIENCE = 120.0
"""Seconds that may pass without any worker that is ready."""


class Gone(Exception):
    """A worker died. `boundary`: whose fault that is, as far as one can tell."""

    def __init__(self, what: str, boundary: Boundary = "simkit") -> None:
        self.boundary: Boundary = boundary
        super().__init__(what)


class Link(Protocol):
    """The line to one worker."""

    def tell(self, data: bytes) -> None:
        """Send; does not wait, and does nothing once the worker is dead."""
        ...

    async def hear(self) -> bytes:
        """Wait for what the worker says. Raises Gone once it is dead."""
        ...


Hire = Callable[[], AbstractAsyncContextManager[Link]]
"""Starts a worker, and ends it for good on leaving."""


@dataclass
class _Hand:
    """A worker as the desk sees it."""

    link: Link
    till: Till
    ready: bool = False
    alone: bool = False
    late: bool = False
    """Whether it knows that the run's time is up."""
    jobs: dict[int, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.drawer = Drawer(self.till, self.tell)

    def tell(self, *message: Any) -> None:
        self.link.tell(lines([list(message)]))


_Kept = tuple[_Hand, Recorder, list[int]]
"""Whose tickets are durable now."""


class Desk:
    """One run, played by `workers` workers that `hire` starts, each with `each` sessions at a time."""

    def __init__(
        self,
        ledger: Ledger,
        done: Callable[[Log], None],
        hire: Hire,
        *,
        workers: int,
        each: int,
        stop: Stop | None,
        till: Till,
    ) -> None:
        self._ledger, self._done, self._hire, self._stop, self._till = ledger, done, hire, stop, till
        self._workers, self._each = workers, each
        self._numbers = itertools.count()
        self._again: deque[Job] = deque()
        self._hands: list[_Hand] = []
        self._false_starts = 0
        self._fresh: deque[Job] = deque()

    async def play(self, todo: Iterable[Sitting]) -> None:
        """Have every sitting played. Raises SimkitError where workers cannot be started, or the store fails."""
        self._todo = iter(todo)
        if not self._refill():
            return
        self._wake = waker()
        self._durable, durable = anyio.create_memory_object_stream[_Kept](math.inf)
        try:
            async with self._durable, anyio.create_task_group() as group:
                group.start_soon(self._tell_kept, durable)
                self._group, self._scope = group, group.cancel_scope
                if self._stop is not None:
                    await group.start(self._stop.heed, group.cancel_scope)
                group.start_soon(self._watch)
                for _ in range(self._workers):
                    group.start_soon(self._slot)
        except BaseExceptionGroup as errors:
            raise _first(errors) from None

    async def _watch(self) -> None:
        """See to what no worker says: that the run is to stop, and that nobody comes to play it."""
        seen, halted = anyio.current_time(), False
        while True:
            await anyio.sleep(0.1)
            now = anyio.current_time()
            seen = now if any(hand.ready for hand in self._hands) else seen
            if now - seen > PATIENCE:
                raise UsageError(
                    f"no worker was ready to play within {PATIENCE:g} s; check the machines, then --resume"
                )
            if late := self._till.late:
                for hand in self._hands:
                    if not hand.late:
                        hand.late = True
                        hand.tell("late", late)
            if self._stopped and not halted:
                halted = True
                for hand in self._hands:
                    hand.tell("halt")
                self._end_if_over()

    @property
    def _stopped(self) -> bool:
        return self._stop is not None and self._stop.asked

    async def _slot(self) -> None:
        while True:
            async with self._hire() as link:
                hand = _Hand(link, self._till)
                self._hands.append(hand)
                try:
                    while True:
                        self._hear(hand, await link.hear())
                except Gone as gone:
                    self._hands.remove(hand)
                    hand.drawer.close()
                    self._lost(hand, gone)
            self._deal_all()

    def _hear(self, hand: _Hand, data: bytes) -> None:
        waiting: dict[int, Recorder] = {}
        for message in messages(data):
            self._take(hand, message, waiting)
        if waiting:
            kept = (hand, list(waiting.values())[-1], list(waiting))
            kept[1].when_durable(lambda: self._wake(lambda: self._is_kept(kept)))
        self._deal(hand)
        self._end_if_over()

    def _is_kept(self, kept: _Kept) -> None:
        # Where the store failed, nobody listens any more: whoever found out is already telling.
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            self._durable.send_nowait(kept)

    async def _tell_kept(self, durable: MemoryObjectReceiveStream[_Kept]) -> None:
        with durable:
            async for hand, recorder, tickets in durable:
                recorder.check()
                hand.tell("kept", tickets)

    def _take(self, hand: _Hand, message: list[Any], waiting: dict[int, Recorder]) -> None:
        match message:
            case ["ready"]:
                hand.ready = True
                self._false_starts = 0
            case ["failed", what]:
                raise UsageError(str(what))
            case ["over", number]:
                job = hand.jobs.pop(number)
                self._done(self._ledger.log(job))
                self._till.traffic.forget(str(job.key))
            case ["left", number]:
                self._till.traffic.forget(str(hand.jobs.pop(number).key))
            case ["reserve" | "withdraw" | "spent" | "recorded", *_]:
                hand.drawer.take(message, self._group)
            case [_, number, *_]:
                self._ledger.note(hand.jobs[number], message, waiting)

    def _deal_all(self) -> None:
        for hand in self._hands:
            self._deal(hand)

    def _deal(self, hand: _Hand) -> None:
        hand.alone = hand.alone and bool(hand.jobs)
        if not hand.ready or hand.alone or self._stopped:
            return
        jobs = self._next_jobs(hand)
        if jobs:
            rows = []
            for job in jobs:
                hand.jobs[number := next(self._numbers)] = job
                rows.append([number, list(job.key), self._ledger.hand_out(job)])
            hand.tell("play", rows)

    def _next_jobs(self, hand: _Hand) -> list[Job]:
        room = self._each - len(hand.jobs)
        if hand.jobs and room < self._each // 4:  # sessions are handed out in chunks
            return []
        jobs = [job for job in self._again if job.deaths < MAX_DEATHS - 1][:room]
        if not hand.jobs and not jobs and self._again:
            hand.alone = True
            jobs = [self._again[0]]
        for job in jobs:
            self._again.remove(job)
        while not hand.alone and len(jobs) < room and self._refill():
            jobs.append(self._fresh.popleft())
        return jobs

    def _refill(self) -> bool:
        """Whether there is a session to be handed out for the first time. There is none once a budget is used up."""
        if not self._fresh and not self._till.budget.exhausted and (sitting := next(self._todo, None)) is not None:
            self._fresh.append(Job(sitting))
        return bool(self._fresh)

    def _lost(self, hand: _Hand, gone: Gone) -> None:
        if not hand.ready:
            self._false_starts += 1
            if self._false_starts >= MAX_FALSE_STARTS:
                raise UsageError(f"workers do not start: {gone}; see what they say above")
        for job in hand.jobs.values():
            job.deaths += 1
            if job.deaths >= MAX_DEATHS:
                boundary: Boundary = gone.boundary if hand.alone else "simkit"
                what = f"{gone} while it played this session, the {MAX_DEATHS}rd worker that did"
                self._done(self._ledger.give_up(job, boundary, what))
            else:
                self._again.append(job)
        self._end_if_over()

    def _end_if_over(self) -> None:
        left = any(hand.jobs for hand in self._hands) or (not self._stopped and (self._again or self._refill()))
        if not left:
            self._scope.cancel()


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that tells: ours, if there is one."""
    flat = list(_leaves(errors))
    return next((error for error in flat if isinstance(error, SimkitError)), flat[0])


def _leaves(error: BaseException) -> Iterable[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
