"""A worker: plays the sessions it is handed, a chunk at a time or several, and tells what happened in them."""

from __future__ import annotations

import math
import signal
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import anyio
from anyio.abc import TaskGroup

from simkit.errors import SimkitError
from simkit.llm.traffic import Traffic
from simkit.play.recording import Recorder, waker
from simkit.play.suite import Stop, play_suite
from simkit.play.tape import Tape
from simkit.resuming import tape_of
from simkit.spread.plan import Plan, Programme
from simkit.spread.till import Purse, traffic_of_worker
from simkit.spread.wire import Dictation, lines, messages, tape_from
from simkit.trace.log import Log, SessionKey
from simkit.trace.shared import Claim, SharedRun

Job = tuple[int, SessionKey, Any]
"""A session as it was handed out: its number, its key, and its tape or claim."""


class Bench:
    """Where sessions of one run are played. `tell` and `hear` are its line to whoever sent it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._programme: Programme | None = None
        self._traffic: Traffic | None = None
        self._keeper: _Keeper | None = None
        self._told, self._inbox = anyio.create_memory_object_stream[bytes](math.inf)
        self._said: list[bytes] = []
        self._news = anyio.Event()
        self._waiting: dict[int, Callable[[], None]] = {}
        self._stop = Stop(signals=())

    async def run(self) -> None:
        """Read the plan's files, then play whatever is told, until cancelled."""
        try:
            self._traffic = traffic_of_worker(self._plan.models, self.say)
            self._programme = Programme(self._plan, self._traffic)
            shared = self._plan.shared
            self._keeper = _Written(SharedRun(shared), self.say) if shared else _Dictated(self.say, self._waiting)
        except SimkitError as error:
            self.say("failed", str(error))
            return
        async with anyio.create_task_group() as group:
            self.say("ready")
            async for data in self._inbox:
                for message in messages(data):
                    self._take(message, group)

    def tell(self, data: bytes) -> None:
        """Take in what was sent."""
        self._told.send_nowait(data)

    def _take(self, message: list[Any], group: TaskGroup) -> None:
        match message:
            case ["play", jobs]:
                group.start_soon(self._play, [(number, SessionKey(*key), given) for number, key, given in jobs])
            case ["kept", tickets]:
                for ticket in tickets:
                    self._waiting.pop(ticket)()
            case ["may" | "late", *_]:
                assert self._traffic is not None and isinstance(self._traffic.budget, Purse)
                self._traffic.budget.hear(message)
            case ["halt"]:
                self._stop.number = signal.SIGTERM

    async def hear(self) -> bytes:
        """Wait until there is something to say, and say it."""
        if not self._said:
            await self._news.wait()
        said, self._said, self._news = self._said, [], anyio.Event()
        return b"".join(said)

    def say(self, *message: Any) -> None:
        """Have a message heard."""
        self._said.append(message[0] if isinstance(message[0], bytes) else lines([message]))
        self._news.set()

    async def _play(self, jobs: list[Job]) -> None:
        """Play a chunk of sessions, all at once."""
        assert self._programme is not None and self._keeper is not None
        try:
            todo = [self._programme.sitting(key) for key in self._keeper.take(jobs)]
            await play_suite(
                todo,
                self._programme.cast,
                at_once=max(len(todo), 1),
                recorder=self._keeper.recorder,
                done=self._keeper.done,
                tape=self._keeper.tape,
                stop=self._stop,
                traffic=self._traffic,
            )
        except SimkitError as error:
            self.say("failed", str(error))
        for number in self._keeper.left(jobs):
            self.say("left", number)


class _Keeper(Protocol):
    """Where what is played is kept."""

    def take(self, jobs: Iterable[Job]) -> list[SessionKey]:
        """Those of the sessions that are to be played."""
        ...

    def recorder(self, key: SessionKey) -> Recorder: ...

    def tape(self, key: SessionKey) -> Tape | None: ...

    def done(self, log: Log) -> None: ...

    def left(self, jobs: Iterable[Job]) -> list[int]:
        """Those of the sessions that did not come to their end."""
        ...


class _Dictated:
    """Kept by whoever sent us: every event goes over the line."""

    def __init__(self, say: Callable[..., None], waiting: dict[int, Callable[[], None]]) -> None:
        self._say, self._waiting = say, waiting
        self._jobs: dict[SessionKey, Job] = {}

    def take(self, jobs: Iterable[Job]) -> list[SessionKey]:
        self._jobs |= {job[1]: job for job in jobs}
        return [key for _, key, _ in jobs]

    def recorder(self, key: SessionKey) -> Recorder:
        return Dictation(self._jobs[key][0], self._say, self._waiting)

    def tape(self, key: SessionKey) -> Tape | None:
        given = self._jobs[key][2]
        return None if given is None else tape_from(given)

    def done(self, log: Log) -> None:
        self._say("over", self._jobs.pop(log.session)[0])

    def left(self, jobs: Iterable[Job]) -> list[int]:
        return [number for number, key, _ in jobs if self._jobs.pop(key, None)]


class _Written:
    """Kept in the shared run, by ourselves; a session is over once that is durable."""

    def __init__(self, shared: SharedRun, say: Callable[..., None]) -> None:
        self._shared, self._say = shared, say
        self._claims: dict[SessionKey, tuple[int, Claim]] = {}
        self._wake = waker()

    def take(self, jobs: Iterable[Job]) -> list[SessionKey]:
        claims = [(number, Claim(key, *given)) for number, key, given in jobs]
        for number, claim in claims:
            if claim.finished:  # by a worker that died before it could say so
                self._say("over", number)
        self._claims |= {claim.key: (number, claim) for number, claim in claims if not claim.finished}
        return [claim.key for _, claim in claims if not claim.finished]

    def recorder(self, key: SessionKey) -> Recorder:
        return self._shared.recorder(self._claims[key][1])

    def tape(self, key: SessionKey) -> Tape | None:
        return tape_of(self._shared.store, key) if self._claims[key][1].events else None

    def done(self, log: Log) -> None:
        number, claim = self._claims.pop(log.session)
        if not (log.ended and log.ended.reason == "budget"):  # resumed with a larger one, it goes on
            self._shared.finish(claim, log)
        self._shared.when_durable(lambda: self._wake(lambda: self._over(number)))

    def _over(self, number: int) -> None:
        try:
            self._shared.check()
        except SimkitError as error:
            self._say("failed", str(error))
        else:
            self._say("over", number)

    def left(self, jobs: Iterable[Job]) -> list[int]:
        return [number for number, key, _ in jobs if self._claims.pop(key, None)]
