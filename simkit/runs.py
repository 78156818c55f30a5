"""Runs: a suite played or imported into a store, and every reading of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from simkit import __version__
from simkit.agents.resolve import NAMED, resolve_agent
from simkit.errors import SimkitError, UsageError
from simkit.metrics.score import SessionScore
from simkit.metrics.session import Metric, score_session
from simkit.paths.episode import Episode, EpisodeReader, episodes
from simkit.play.suite import Cast, play_suite, sittings
from simkit.play.tape import Paid, Tape
from simkit.spec.files import Case, Pack, load_pack, shipped
from simkit.spec.frozen import digest
from simkit.trace.log import Log, SessionKey
from simkit.trace.store import Store
from simkit.trace.terms import agree
from simkit.users.resolve import resolve_user
from simkit.users.scripted import require_scripts

if TYPE_CHECKING:
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
    resume: bool = False,
    accept_changes: bool = False,
    progress: Callable[[SessionScore], None] | None = None,
    paths: Sequence[str] = (),
) -> Run:
    """Play scenarios x personas x trials against an agent, and keep every event under `out` (a temporary place, if
    None).

    `agent` is a function, a LangGraph graph or factory, or a reference as `--agent` takes it; None: each domain's own
    demo agent. One `seed` reproduces the run byte for byte at any `at_once`. With `resume`, a run that stands in `out`
    goes on where it was interrupted: what is recorded is not played or paid for again; it must be played on the same
    terms, unless `accept_changes`. Raises `SimkitError` for wrong input and for a store that fails; whatever agent,
    user or tools do is in the run.
    """
    pack = what if isinstance(what, Pack) else load(*([what] if isinstance(what, str | Path) else what))
    if not pack.cases:
        raise UsageError("there is no scenario to play; name a scenario file or a domain folder")
    for name, value in (("trials", trials), ("at-once", at_once)):
        if value < 1:
            raise UsageError(f"--{name} {value}: must be 1 or more")
    cast = _cast(pack, agent, user)
    terms = {"agent": cast_name(cast), "user": user, "trials": trials, "seed": seed, **_digests(pack)}
    terms |= {"agent_ref": agent if isinstance(agent, str) else None, "paths": list(paths)}
    store = _store(out, terms, resume=resume, accept_changes=accept_changes)
    with store:
        scored = anyio.run(_play, pack, cast, store, range(trials), seed, at_once, progress)
        store.update_manifest(finished=True)
    result = Run(store)
    if not resume:
        result.__dict__["scored"] = tuple(sorted(scored, key=lambda one: one[0].log.session))
    return result


def terms_of(run: str | Path) -> dict[str, Any]:
    """On what terms a run was begun; empty where there is no such run yet."""
    return dict(Store.open(run).manifest) if Store.exists(run) else {}


def _digests(pack: Pack) -> dict[str, dict[str, str]]:
    cases = pack.cases
    return {
        "scenarios": {case.scenario.scenario: case.scenario.digest for case in cases},
        "personas": {one.persona: digest(one.as_json) for case in cases for one in case.personas},
        "domains": {case.domain.name: digest(case.domain.card.as_json) for case in cases},
    }


def _store(out: str | Path | None, terms: dict[str, Any], *, resume: bool, accept_changes: bool) -> Store:
    if out is None:
        return Store.temporary(terms)
    if not resume or not Store.exists(out):
        return Store.create(out, terms)
    store = Store.resume(out)
    try:
        if not accept_changes:
            agree(store.manifest, terms, store.place)
        store.update_manifest(**terms)
    except SimkitError:
        store.close()
        raise
    return store


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

    over = store.finished()
    begun = store.begun() - over
    todo = sittings(pack.cases, cast, trials=trials, seed=seed, versions={"simkit": __version__})
    await play_suite(
        (sitting for sitting in todo if sitting.key not in over),
        cast,
        at_once=at_once,
        recorder=store.recorder,
        done=done,
        tape=lambda key: _tape(store, key) if key in begun else None,
    )
    return scored


def _tape(store: Store, key: SessionKey) -> Tape:
    log = store.log(key)
    paid = [
        Paid(intent.body["seq"], intent.body["request"], intent.result)
        for intent in store.intents(key)
        if intent.kind == "model_called" and intent.result is not None
    ]
    return Tape(log.events, log.beside, paid)


def _cast(pack: Pack, agent: Any, user: str) -> Cast:
    if user == "scripted":
        require_scripts(case.scenario for case in pack.cases)
    domains = {case.domain.name: case.domain for case in pack.cases}
    free = {"agent"} if agent in (None, *NAMED) else set()
    free |= {"user"} if not user.startswith("llm:") else set()
    agents = {name: resolve_agent(agent, domain) for name, domain in domains.items()}
    return Cast(agents, resolve_user(user), frozenset(free))


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
