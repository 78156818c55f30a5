"""Runs: a suite played or imported into a store, and every reading of it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from simkit import __version__
from simkit.agents.faulty.rates import faults, sound
from simkit.agents.resolve import isolated
from simkit.design.dimensions.loading import load as load_files
from simkit.errors import FileError, SimkitError, UsageError
from simkit.metrics.score import SessionScore
from simkit.metrics.session import Metric
from simkit.metrics.statistics.sequential import UntilSure
from simkit.play.shared_loop import run_whole
from simkit.play.suite import Cast, Stop, play_suite, sittings
from simkit.resuming import Resumed, look_over, open_store, tape_of
from simkit.rounds import Rounds
from simkit.scored import KEPT, Scored, ScoredSessions, Table
from simkit.spec.files import Case, Pack, shipped, together
from simkit.spending import ModelTerms, models_of, opener_of, refold, time_kept, traffic_of, unknown_spend
from simkit.spread.casting import cast_name, cast_of
from simkit.spread.crew import Crew, crew_of
from simkit.trace.log import Log
from simkit.trace.store import Store
from simkit.users.perturbed.rates import plain_user

if TYPE_CHECKING:
    from simkit.llm.traffic import Traffic
    from simkit.report.summary import Summary

T = TypeVar("T")

VERSIONS = {"simkit": __version__}
"""Of what plays, as each session's first event has it."""

Sources = Pack | str | Path | Sequence[str | Path]


def load(*paths: str | Path) -> Pack:
    """Read scenario files, domain folders, or folders of those; what ships with simkit, if nothing is named.

    `FILE.dimensions.yaml`, with `:strength=3`, `:full`, `:sample=20` or `:focus=RUN` behind it, makes scenarios.
    `tau2:DOMAIN` (`tau2:retail`, or `tau2:retail:test` for a split, `tau2:retail:17` for a task) names tau2-bench's
    tasks, if the package is installed. Raises `SimkitError`, one line a mistake, for whatever cannot be played.
    """
    guests = [str(path) for path in paths if str(path).startswith("tau2:")]
    if not guests:
        return load_files(paths or [shipped("scenarios")])
    from simkit.guests.tau2.cases import load as load_tau2

    own = [path for path in paths if str(path) not in guests]
    packs = [*([load_files(own)] if own else []), *map(load_tau2, guests)]
    return together(packs)


@dataclass(frozen=True)
class Run:
    """A suite that was played or imported: its logs, and every reading of them."""

    store: Store
    metrics: tuple[Metric, ...] = ()
    resumed: Resumed | None = None
    """What was found when the run was resumed; None where it was not."""
    stopped: int | None = None
    """The number of the signal that stopped the run before its end."""

    @property
    def name(self) -> str:
        """The run as other commands take it."""
        return self.store.place

    def logs(self) -> Iterator[Log]:
        """Every session's log, sorted by key."""
        return self.store.logs()

    @cached_property
    def scored(self) -> ScoredSessions:
        """Every session with its score, sorted by key, computed from the log alone: once for a run of up to
        `scored.KEPT` sessions, in each pass for a larger one, of which one session at a time is in memory. Where the
        run was just stopped, those that came to their end."""
        return ScoredSessions(self.store, self.metrics, ended_only=self.stopped is not None)

    def summary(self) -> Summary:
        """The run in figures."""
        return self._summary.model_copy(update=self._from_store)

    @cached_property
    def _from_store(self) -> dict[str, Any]:
        """What no log tells: sessions that were not begun, calls whose end nobody knows, and faults that were to be
        put in and fit nowhere."""
        cost = self._summary.cost | {"unknown": unknown_spend(self.store)}
        sure, scenarios = self.store.manifest.get("until_sure"), self._summary.by_scenario
        counts = {name: (tally.passed, tally.evaluable) for name, tally in scenarios.items()}
        told = UntilSure(**sure).told(counts) if sure else None
        injection = self._summary.injection.asked_for(self.store.manifest.get("inject", ()))
        skipped = self.store.manifest.get("skipped", 0)
        return {"skipped": skipped, "cost": cost, "until_sure": told, "injection": injection}

    @cached_property
    def _summary(self) -> Summary:
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
    resume: bool = False,
    accept_changes: bool = False,
    progress: Callable[[SessionScore], None] | None = None,
    paths: Sequence[str] = (),
    stop: Stop | None = None,
    workers: int = 1,
    cluster: bool | str = False,
    models: ModelTerms = ModelTerms(),
    isolate: bool = False,
    until_sure: UntilSure | None = None,
) -> Run:
    """Play scenarios x personas x trials against an agent, and keep every event under `out` (a temporary place, if
    None).

    `agent` is a function, a LangGraph graph or factory, or a reference as `--agent` takes it; None: each domain's own
    demo agent. One `seed` reproduces the run byte for byte at any `at_once`. With `resume`, a run that stands in `out`
    goes on where it was interrupted: what is recorded is not played or paid for again; it must be played on the same
    terms, unless `accept_changes`. With `stop`, signals end the run early. `workers` processes, or the actors of the
    Ray cluster at `cluster` (True: one on this machine), play it in place of this process: `agent` is then a reference.
    With `isolate` each session's agent (a reference to Python) plays in a process of its own.
    `models`: budgets, prices and cassettes for the model calls of agent and user. With `until_sure`, after `trials`
    trials of everything further ones are played round by round, of what is still open, at most its `max_trials`.
    Raises `SimkitError` for wrong input and for a store that fails; whatever agent, user or tools do is in the run.
    """
    pack = what if isinstance(what, Pack) else load(*([what] if isinstance(what, str | Path) else what))
    if not pack.cases:
        raise UsageError("there is no scenario to play; name a scenario file or a domain folder")
    if isolate:
        agent = isolated(agent)
    for name, value in (("trials", trials), ("at-once", at_once)):
        if value < 1:
            raise UsageError(f"--{name} {value}: must be 1 or more")
    if until_sure and until_sure.max_trials < trials:
        raise UsageError(f"--max-trials {until_sure.max_trials}: must be --trials ({trials}) or more")
    traffic = traffic_of(models, models_of(sound(agent), plain_user(user)), pack, resumed=resume)
    cast = cast_of(pack, agent, user, opener_of(traffic))
    crew = crew_of(pack, agent, user, seed, VERSIONS, workers=workers, cluster=cluster, out=out, traffic=traffic)
    terms = {"agent": cast_name(cast), "user": user, "trials": trials, "seed": seed}
    terms |= {"agent_ref": agent if isinstance(agent, str) else None, "paths": list(paths)}
    terms |= {"models": models.as_json} if models.bind else {}
    terms |= {"until_sure": until_sure.to_json() if until_sure else None}
    terms |= {} if until_sure else {"planned": trials * sum(len(case.personas) for case in pack.cases)}
    terms |= {"inject": rates} if (rates := faults(agent)) else {}
    store = open_store(out, pack, terms, resume=resume, accept_changes=accept_changes)
    with store:
        resumed = look_over(store, cast.free) if resume else None
        if resume:
            refold(store, traffic)
        rounds = Rounds(pack.cases, range(trials), until_sure)
        played = _play(rounds, cast, store, seed, at_once, progress, stop, crew, traffic)
        settled = bool(store.manifest.get("finished") and not store.manifest.get("skipped"))
        over = settled if until_sure else len(store.finished()) >= rounds.most
        with _as_before(), nullcontext() if over else time_kept(store, traffic):
            table, skipped = to_its_end(lambda: played)
        stopped = stop.number if stop else None
        if skipped != store.manifest.get("skipped", 0):
            store.update_manifest(skipped=skipped)
        if stopped is None and not store.manifest.get("finished"):
            store.update_manifest(finished=True)
    result = Run(store, resumed=resumed, stopped=stopped)
    if not resume:
        _known(result, table)
    return result


def to_its_end(work: Callable[[], Awaitable[T]]) -> T:
    """What comes of `work`: in a thread of its own where this one has an event loop already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return run_whole(work)
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(run_whole, work).result()


@contextmanager
def _as_before() -> Iterator[None]:
    """Wherever an agent goes and however little it lets Python recurse, who called us finds the process as before."""
    here, depth = Path.cwd(), sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(depth)
        os.chdir(here)


def _known(run: Run, table: Table) -> None:
    """What playing already told, `run` need not read again."""
    from simkit.report.summary import summary_of

    run.__dict__["scored"] = ScoredSessions(run.store, kept=table.kept())
    run.__dict__["_summary"] = summary_of(run.name, table.counting)


def terms_of(run: str | Path) -> dict[str, Any]:
    """On what terms a run was begun; empty where there is no such run yet."""
    return dict(Store.open(run).manifest) if Store.exists(run) else {}


async def _play(
    rounds: Rounds,
    cast: Cast,
    store: Store,
    seed: int,
    at_once: int,
    progress: Callable[[SessionScore], None] | None,
    stop: Stop | None = None,
    crew: Crew | None = None,
    traffic: Traffic | None = None,
) -> tuple[Table, int]:
    """What was played, and how many sessions were not begun for want of a budget."""
    table = Table(most=0 if rounds.most > KEPT else KEPT)

    def done(log: Log) -> None:
        digest = store.digest_of(log)
        # What a budget stopped is not over: resumed with a larger one, it goes on.
        if (crew is None or not crew.writes) and not (log.ended and log.ended.reason == "budget"):
            store.finish(log.session, digest)
        score = table.add(log, digest)
        rounds.note(log.session, score.outcome)
        if progress:
            progress(score)

    over, begun = store.finished(), store.begun()
    rounds.remember(store.log(key) for key in sorted(over) if rounds.until_sure)
    play = partial(crew.play if crew else partial(play_suite, cast=cast), traffic=traffic)
    for cases, trials in rounds:
        todo = sittings(cases, cast, trials=trials, seed=seed, versions=VERSIONS)
        left = (sitting for sitting in todo if sitting.key not in over)
        await play(
            left,
            at_once=at_once,
            recorder=store.recorder,
            done=done,
            tape=lambda key: tape_of(store, key) if key in begun else None,
            stop=stop,
        )
        if stop and stop.asked:
            break
        if traffic is not None and traffic.budget.exhausted:
            return table, sum(1 for _ in left)
    return table, 0


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
    cast = cast_of(alone, agent, user)
    with Store.temporary() as store:
        table, _ = to_its_end(partial(_play, Rounds(alone.cases, [trial]), cast, store, seed, 1, None))
        return (table.kept() or ())[0]


def import_run(format: str, file: str | Path, out: str | Path | None = None) -> Run:
    """Read recorded sessions in somebody else's format into a run. Raises `SimkitError` naming file and line."""
    from simkit.imports.formats import reader

    read = reader(format)
    path = Path(file)
    known = {"imported": {"format": format, "file": path.name}}
    store = Store.create(out, known) if out is not None else Store.temporary(known)
    try:
        with store:
            empty = True
            for log in read(path):
                store.add(log)
                empty = False
            if empty:
                raise FileError(path, f"holds no session; check that its format is {format} and it was written whole")
    except SimkitError:
        store.discard()
        raise
    return Run(store)
