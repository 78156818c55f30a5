"""Many sessions at once: bounded, each with its own world, none able to touch another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import anyio

from simkit.play.agent import AgentMaker
from simkit.play.recording import Recorder
from simkit.play.session import Sitting, play_session
from simkit.play.tape import Tape
from simkit.play.user import UserMaker
from simkit.play.world import Start
from simkit.spec.domain import Domain
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
    starts: dict[str, Start] = {}
    for case in cases:
        start = starts.setdefault(case.domain.name, _start(case.domain))
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


def _start(domain: Domain) -> Start:
    return Start(domain.tables, domain.card.now)


async def play_suite(
    todo: Iterable[Sitting],
    cast: Cast,
    *,
    at_once: int,
    recorder: Callable[[SessionKey], Recorder],
    done: Callable[[Log], None],
    tape: Callable[[SessionKey], Tape | None] = lambda key: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Play every sitting, at most `at_once` at a time; `done` hears of each log as it ends.

    `tape` gives what was recorded of a session that was interrupted.
    """
    waiting = iter(todo)

    async def play_next() -> None:
        for sitting in waiting:
            _, agent = cast.agents[sitting.domain.name]
            key = sitting.key
            done(await play_session(sitting, agent, cast.user[1], recorder(key), clock, tape(key)))

    try:
        async with anyio.create_task_group() as group:
            for _ in range(at_once):
                group.start_soon(play_next)
    except BaseExceptionGroup as errors:
        # Sessions swallow what their parties do; what comes here is ours (a full disk, an interrupt): the first tells.
        raise _first(errors) from None


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = errors.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
