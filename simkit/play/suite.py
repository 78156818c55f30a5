"""Many sessions at once: bounded, each with its own world, none able to touch another."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import anyio
from anyio.abc import TaskStatus

from simkit.llm.traffic import Traffic
from simkit.play.agent import AgentMaker
from simkit.play.garbage import seldom_collected
from simkit.play.gate import Halted
from simkit.play.recording import Barrier, Recorder
from simkit.play.session import Sitting, play_session
from simkit.play.tape import Tape
from simkit.play.user import UserMaker
from simkit.play.watchdog import Watchdog
from simkit.play.world import Start
from simkit.spec.files import Case
from simkit.trace.events import Party
from simkit.trace.log import Log, SessionKey


@dataclass(frozen=True)
class Cast:
    """Who plays: for each domain an agent (by name and maker), and one kind of user."""

    agents: dict[str, tuple[str, AgentMaker]]
    """Domain name -> (the agent's name, what makes it)."""
    user: tuple[str, UserMaker]
    free: frozenset[Party] = frozenset()
    """Who costs nothing and always does the same."""


def sittings(
    cases: Iterable[Case], cast: Cast, *, trials: Sequence[int], seed: int, versions: dict[str, str]
) -> Iterator[Sitting]:
    """Every session of a run: scenarios x personas x the numbers in `trials`."""
    starts: dict[tuple[int, Any], Start] = {}
    for case in cases:
        own = (id(case.domain.tables), case.scenario.world)
        start = starts.get(own) or starts.setdefault(own, _start(case))
        for persona in case.personas:
            for trial in trials:
                yield Sitting(
                    key=SessionKey(case.scenario.scenario, persona.persona, trial),
                    scenario=case.scenario,
                    persona=persona,
                    domain=case.domain,
                    start=start,
                    seed=seed,
                    agent_name=cast.agents[case.domain.name][0],
                    user_name=cast.user[0],
                    versions=versions,
                    free=cast.free,
                )


def _start(case: Case) -> Start:
    return Start(case.scenario.tables(case.domain.tables), case.domain.card.now)


@dataclass
class Stop:
    """How a run can be stopped by signals: after the first one no turn begins, and those under way may take `grace`
    seconds to finish; the second one cuts them off. Either way what is recorded is kept, and can be resumed."""

    grace: float = 30.0
    heard: Callable[[int], None] = lambda number: None
    """Told of each signal."""
    signals: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM)
    number: int | None = None
    """The first signal that came."""

    @property
    def asked(self) -> bool:
        """Whether a signal came."""
        return self.number is not None

    async def heed(self, scope: anyio.CancelScope, *, task_status: TaskStatus[None]) -> None:
        """Listen for signals, on behalf of the sessions that are played in `scope`."""
        with anyio.open_signal_receiver(*self.signals) as received:
            task_status.started()
            async for number in received:
                if self.asked:
                    scope.cancel()
                else:
                    self.number = number
                    scope.deadline = anyio.current_time() + self.grace
                self.heard(number)


async def play_suite(
    todo: Iterable[Sitting],
    cast: Cast,
    *,
    at_once: int,
    recorder: Callable[[SessionKey], Recorder],
    done: Callable[[Log], None],
    tape: Callable[[SessionKey], Tape | None] = lambda key: None,
    clock: Callable[[], float] = time.monotonic,
    stop: Stop | None = None,
    traffic: Traffic | None = None,
) -> None:
    """Play every sitting, at most `at_once` at a time; `done` hears of each log as it ends.

    `tape` gives what was recorded of a session that was interrupted. With `stop`, signals end the suite early: only
    in the main thread, and only for who owns the process. `traffic`: what model calls share; once a budget of the run
    is used up, no session is begun, and what is left stays in `todo`.
    """
    waiting = iter(todo)
    shared = traffic or Traffic()
    budget = shared.budget

    def halted() -> bool:
        return stop is not None and stop.asked

    async def play_next() -> None:
        while not (halted() or budget.exhausted) and (sitting := next(waiting, None)):
            _, agent = cast.agents[sitting.domain.name]
            key = sitting.key
            with suppress(Halted):
                shares = {"halted": halted, "traffic": shared, "barrier": barrier, "watchdog": watchdog}
                keep = recorder(key)
                done(await play_session(sitting, agent, cast.user[1], keep, clock, tape(key), **shares))

    try:
        with seldom_collected(), Watchdog.on_guard() as watchdog:
            barrier = Barrier(watchdog.wake)
            async with anyio.create_task_group() as around:
                async with anyio.create_task_group() as group:
                    if stop is not None:
                        await around.start(stop.heed, group.cancel_scope)
                    for _ in range(at_once):
                        group.start_soon(play_next)
                around.cancel_scope.cancel()
    except BaseExceptionGroup as errors:
        # Sessions swallow what their parties do; what comes here is ours (a full disk, an interrupt): the first tells.
        raise _first(errors) from None


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = errors.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
