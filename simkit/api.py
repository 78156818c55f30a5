"""The whole journey on one page: load · check · run · play_case · score · transitions.

import simkit

pack = simkit.load("scenarios/retail")
run = simkit.run(pack, agent=my_agent, trials=4, out="nightly")
print(run.summary().total.pass_rate)
print(simkit.transitions(run, by="tool").table())
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from simkit import __version__
from simkit.agents.resolve import resolve_agent
from simkit.errors import SimkitError, UsageError
from simkit.metrics.score import SessionScore
from simkit.metrics.session import Metric, first_failing_event, score_session
from simkit.paths.episode import Episode, EpisodeReader, episodes
from simkit.play.suite import Cast, play_suite, sittings
from simkit.spec.files import Case, Pack, load_pack, shipped
from simkit.trace.log import Log
from simkit.trace.store import Store
from simkit.users.resolve import resolve_user
from simkit.users.scripted import require_scripts

if TYPE_CHECKING:
    from simkit.paths.chain import Absorption
    from simkit.paths.failures import FailureMatrix
    from simkit.paths.graph import StateGraph
    from simkit.paths.matrix import TransitionMatrix
    from simkit.report.summary import Summary

Scored = tuple[Episode, SessionScore]
Sources = Pack | str | Path | Sequence[str | Path]


def load(*paths: str | Path) -> Pack:
    """Read scenario files, domain folders, or folders of those; what ships with simkit, if nothing is named.

    Raises `SimkitError`, one line a mistake, for whatever cannot be played.
    """
    return load_pack(paths or [shipped("scenarios")])


@dataclass(frozen=True)
class Run:
    """A suite that was played or imported: its logs, and every reading of them."""

    store: Store
    metrics: tuple[Metric, ...] = ()

    @property
    def name(self) -> str:
        """The run as other commands take it."""
        return self.store.place

    def logs(self) -> Iterator[Log]:
        """Every session's log, sorted by key."""
        return self.store.logs()

    @cached_property
    def scored(self) -> tuple[Scored, ...]:
        """Every session with its score, sorted by key. Computed from the log alone, once."""
        return tuple((one, score_session(one, self.metrics)) for one in episodes(self.logs()))

    def summary(self) -> Summary:
        """The run in figures."""
        from simkit.report.summary import summarise

        return summarise(self.name, self.scored)


def open_run(run: str | Path) -> Run:
    """A run by name (under `runs/`), path or database URL. Raises `SimkitError` where there is none."""
    return Run(Store.open(run))


def run(
    what: Sources = (),
    agent: Any = None,
    *,
    user: str = "agenda",
    trials: int = 1,
    seed: int = 0,
    at_once: int = 64,
    out: str | Path | None = None,
    progress: Callable[[SessionScore], None] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Run:
    """Play scenarios x personas x trials against an agent, and keep every event under `out` (a temporary place, if
    None).

    `agent` is a function, a LangGraph graph or factory, or a reference as `--agent` takes it; None: each domain's own
    demo agent. One `seed` reproduces the run byte for byte at any `at_once`. Raises `SimkitError` for wrong input;
    whatever agent, user or tools do is in the run.
    """
    pack = what if isinstance(what, Pack) else load(*([what] if isinstance(what, str | Path) else what))
    if not pack.cases:
        raise UsageError("there is no scenario to play; name a scenario file or a domain folder")
    for name, value in (("trials", trials), ("at-once", at_once)):
        if value < 1:
            raise UsageError(f"--{name} {value}: must be 1 or more")
    cast = _cast(pack, agent, user)
    known = {"agent": cast_name(cast), "user": user, "trials": trials, "seed": seed, **(manifest or {})}
    store = Store.create(out, known) if out is not None else Store.temporary(known)
    with store:
        scored = anyio.run(_play, pack, cast, store, range(trials), seed, at_once, progress)
    result = Run(store)
    result.__dict__["scored"] = tuple(sorted(scored, key=lambda one: one[0].log.session))
    return result


async def _play(
    pack: Pack,
    cast: Cast,
    store: Store,
    trials: Sequence[int],
    seed: int,
    at_once: int,
    progress: Callable[[SessionScore], None] | None,
) -> list[Scored]:
    reader, scored = EpisodeReader(), []

    def done(log: Log) -> None:
        store.finish(log.session, log.digest)
        episode = reader.read(log)
        scored.append((episode, score_session(episode)))
        if progress:
            progress(scored[-1][1])

    todo = sittings(pack.cases, cast, trials=trials, seed=seed, versions={"simkit": __version__})
    await play_suite(todo, cast, at_once=at_once, recorder=store.recorder, done=done)
    return scored


def _cast(pack: Pack, agent: Any, user: str) -> Cast:
    if user == "scripted":
        require_scripts(case.scenario for case in pack.cases)
    domains = {case.domain.name: case.domain for case in pack.cases}
    return Cast({name: resolve_agent(agent, domain) for name, domain in domains.items()}, resolve_user(user))


def cast_name(cast: Cast) -> str:
    """The agent's name, as manifest and report show it."""
    return ", ".join(sorted({name for name, _ in cast.agents.values()}))


def play_case(
    case: Case,
    agent: Any = None,
    *,
    persona: str | None = None,
    user: str = "agenda",
    trial: int = 0,
    seed: int = 0,
) -> Scored:
    """Play one case once (with its first persona, if none is named), keep nothing, and give episode and score."""
    chosen = [one for one in case.personas if persona in (None, one.persona)][:1]
    if not chosen:
        raise UsageError(f"scenario '{case.scenario.scenario}' is not played by persona '{persona}'")
    alone = Pack((Case(case.scenario, case.domain, tuple(chosen), case.document),))
    cast = _cast(alone, agent, user)
    with Store.temporary() as store:
        return anyio.run(_play, alone, cast, store, [trial], seed, 1, None)[0]


def import_run(format: str, file: str | Path, out: str | Path | None = None) -> Run:
    """Read recorded sessions in somebody else's format into a run. Raises `SimkitError` naming file and line."""
    from simkit.imports.formats import reader

    read = reader(format)
    path = Path(file)
    known = {"imported": {"format": format, "file": path.name}}
    store = Store.create(out, known) if out is not None else Store.temporary(known)
    try:
        with store:
            for log in read(path):
                store.add(log)
    except SimkitError:
        store.discard()
        raise
    return Run(store)


def score(run: Run | str | Path, metrics: Sequence[Metric] = ()) -> tuple[SessionScore, ...]:
    """Score a run again from its log, with further metrics `(Episode) -> Score` if given. No model is needed."""
    opened = run if isinstance(run, Run) else open_run(run)
    return tuple(one for _, one in Run(opened.store, tuple(metrics)).scored)


def transitions(run: Run | str | Path, by: str = "tool", given: Sequence[str] = ()) -> TransitionMatrix:
    """The transition matrix of a run in a state view, of the sessions for which every `KEY=VALUE` in `given` holds."""
    from simkit.paths.matrix import matrix_of
    from simkit.paths.states import state_sequence, view

    states, chosen = view(by), _chosen(run, given)
    return matrix_of((state_sequence(episode, states, score.outcome) for episode, score in chosen), by)


def state_graph(run: Run | str | Path, by: str = "tool", given: Sequence[str] = ()) -> StateGraph:
    """The pooled state graph of a run in a state view."""
    from simkit.paths.graph import graph_of
    from simkit.paths.states import step_sequence, view

    states, chosen = view(by), _chosen(run, given)
    return graph_of((step_sequence(episode, states, score.outcome) for episode, score in chosen), by)


def absorption(run: Run | str | Path, by: str = "tool", given: Sequence[str] = ()) -> Absorption:
    """For each state of a run: the probability of each end, and the expected steps to it."""
    from simkit.paths.chain import absorption as absorbed

    return absorbed(transitions(run, by, given))


def failures(run: Run | str | Path, by: str = "tool", given: Sequence[str] = ()) -> FailureMatrix:
    """The transition failure matrix: from people's labels where there are any, else from the first failing event."""
    from simkit.paths.failures import failure_matrix
    from simkit.paths.states import view

    chosen = _chosen(run, given)
    failing = {score.session: seq for _, score in chosen if (seq := first_failing_event(score)) is not None}
    outcomes = {score.session: score.outcome for _, score in chosen}
    return failure_matrix([episode for episode, _ in chosen], view(by), failing, outcomes)


def _chosen(run: Run | str | Path, given: Sequence[str]) -> list[Scored]:
    from simkit.paths.given import select

    scored = (run if isinstance(run, Run) else open_run(run)).scored
    outcomes = {score.session: score.outcome for _, score in scored}
    wanted = {str(one.log.session) for one in select((episode for episode, _ in scored), given, outcomes)}
    return [one for one in scored if one[1].session in wanted]


@dataclass(frozen=True)
class Problem:
    """Something a scenario fails at, before any money is spent on it."""

    path: str
    line: int
    scenario: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.scenario}: {self.what}"


@dataclass(frozen=True)
class Checked:
    """What `check` looked at and what it found."""

    pack: Pack
    problems: tuple[Problem, ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.problems


def check(*paths: str | Path, progress: Callable[[SessionScore], None] | None = None) -> Checked:
    """Read everything under `paths`, play each reference path with each persona, and see an empty agent fail.

    Raises `SimkitError` for files that are wrong; what can be read but does not hold is a `Problem`.
    """
    pack = load(*paths)
    if not pack.cases:
        return Checked(pack)
    unproven = [case for case in pack.cases if not case.scenario.reference]
    problems = [_problem(case, "has no reference path; add 'reference:'") for case in unproven]
    cases = {case.scenario.scenario: case for case in pack.cases if case.scenario.reference}
    if cases:
        provable = Pack(tuple(cases.values()))
        for _, one in run(provable, "reference", progress=progress).scored:
            problems += [_problem(cases[one.scenario], text) for text in _unproven(one)]
        for _, one in run(provable, "null", progress=progress).scored:
            if one.passed:
                what = f"passes with {one.persona} though the agent does nothing; ask for something it must say or do"
                problems.append(_problem(cases[one.scenario], what))
    return Checked(pack, tuple(dict.fromkeys(problems)))


def _unproven(score: SessionScore) -> Iterator[str]:
    if not score.passed:
        yield f"the reference path does not reach the goal with {score.persona}: {score.reason}"
    for finding in score.findings:
        yield f"the reference path has a {finding.kind} with {score.persona}: {finding.sentence}"


def _problem(case: Case, what: str) -> Problem:
    key = "reference" if case.scenario.reference else "scenario"
    error = case.document.error(what, (key,), key=True)
    return Problem(str(error.path), error.line, case.scenario.scenario, what)
