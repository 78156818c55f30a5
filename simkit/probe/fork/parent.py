"""What is forked: a recorded session, with the domain, agent and user that it was played with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from simkit.errors import UsageError, did_you_mean
from simkit.llm.cassette import answers_of
from simkit.paths.episode import Episode, EpisodeReader
from simkit.play.dialogue import State, after
from simkit.play.tape import Paid, Tape
from simkit.play.world import Start, World
from simkit.resuming import tape_of
from simkit.runs import Sources, load
from simkit.spec.domain import Domain
from simkit.spec.files import Pack, shipped
from simkit.trace.events import ModelCalled, ToolCalled
from simkit.trace.log import Log, SessionKey
from simkit.trace.reading import Intent
from simkit.trace.store import Store


@dataclass(frozen=True)
class Parent:
    """One recorded session, and all that is needed to take it up again."""

    store: Store
    log: Log
    episode: Episode
    domain: Domain
    start: Start
    notes: tuple[str, ...] = ()
    """What is not as it was when the session was recorded."""

    @property
    def key(self) -> SessionKey:
        """The session."""
        return self.log.session

    @property
    def user(self) -> str:
        """The kind of user that was played."""
        return self.log.started.user or "agenda"

    @property
    def fields(self) -> dict[str, Any]:
        """What a manifest says of it."""
        return {"run": self.store.place, "session": str(self.key)}

    @cached_property
    def tape(self) -> Tape:
        """All that was recorded, with the answers that were paid for."""
        return tape_of(self.store, self.key)

    def paid(self, before: int) -> tuple[Paid, ...]:
        """The answers of models that led to the events before number `before`: those that the run keeps and, where a
        cassette answered it that is still there, those in that."""
        kept = [one for one in self.tape.paid if one.seq < before]
        file = self.store.manifest.get("models", {}).get("replay")
        if file is None or not Path(file).is_file():
            return tuple(kept)
        left = Counter(event.role for event in self.log.events[:before] if isinstance(event, ModelCalled))
        left.subtract(str(intent.body["role"]) for intent in self.store.intents(self.key) if _led_to(intent, before))
        for asked, answer in answers_of(Path(file), str(self.key)):
            if left[asked.role] > 0:
                left[asked.role] -= 1
                kept.append(Paid(0, asked.request, {"answer": answer}))
        return tuple(kept)

    @cached_property
    def turns(self) -> tuple[State, ...]:
        """Whose turn it was just before each event."""
        states: list[State] = ["new"]
        for event in self.log.events:
            states.append(after(states[-1], event))
        return tuple(states[:-1])

    def agent(self) -> str | None:
        """The reference to the agent that was played; None: the domain's demo. Raises UsageError where the run keeps
        none: it was played with a function or a graph, not with a name."""
        ref, name = self.store.manifest.get("agent_ref"), self.log.started.agent
        if ref is None and name not in ("demo", ""):
            raise UsageError(
                f"{self.store.place} was played with '{name}', to which it keeps no reference; "
                "say who it was: --agent-was file.py:name"
            )
        return None if ref is None else str(ref)


def _led_to(intent: Intent, before: int) -> bool:
    answered = intent.kind == "model_called" and (intent.result or {}).get("answer") is not None
    return answered and int(intent.body["seq"]) < before


def parent_of(run: str | Path | Store, session: str, what: Sources = ()) -> Parent:
    """The session of a run, `scenario/persona/trial` (or as much of it as names one session), with its domain: from the
    files in `what`, else from those that the run was played from.

    Raises `SimkitError` where there is no such session or domain, and where the world cannot be restored: after each
    recorded call its digest has to be the recorded one.
    """
    store = run if isinstance(run, Store) else Store.open(run)
    if came := store.manifest.get("fork"):
        what = f"{store.place} is a fork itself; fork {came['session']} of {came['run']} in its place"
        raise UsageError(what)
    log = store.log(session_key(store, session))
    recorded = EpisodeReader().read(log)
    pack = pack_of(store, what)
    domain = _domain(pack, recorded.card.domain)
    notes = []
    episode = _as_written(recorded, pack)
    if episode is None:
        notes.append(
            f"scenario or persona of {log.session} are not in the files as they were played; the log's are taken"
        )
    if domain.card.as_json != log.started.domain:
        notes.append(f"domain '{domain.name}' is not as it was when the run was played")
    start = Start(recorded.scenario.tables(domain.tables), domain.card.now)
    _same_world(log, start, domain)
    return Parent(store, log, episode or recorded, domain, start, tuple(notes))


def session_key(store: Store, named: str) -> SessionKey:
    """The one session that `named` is, or is the beginning of. Raises UsageError where there is none, or several."""
    keys = [*map(SessionKey.parse, sorted(store.digests())), *sorted(store.begun())]
    exact = [key for key in keys if str(key) == named]
    found = exact or [key for key in keys if str(key).startswith(f"{named.rstrip('/')}/")]
    if not found:
        raise UsageError(f"{store.place} has no session '{named}'{did_you_mean(named, map(str, keys))}")
    if len(found) > 1:
        few = ", ".join(map(str, found[:4])) + (", …" if len(found) > 4 else "")
        raise UsageError(f"'{named}' names {len(found)} sessions of {store.place}; give one of {few}")
    return found[0]


def pack_of(store: Store, what: Sources = ()) -> Pack:
    """The files in `what`, else those that a run was played from, else those that ship with simkit."""
    paths: Any = what or store.manifest.get("paths") or [_default()]
    return paths if isinstance(paths, Pack) else load(*([paths] if isinstance(paths, str | Path) else paths))


def _domain(pack: Pack, name: str) -> Domain:
    known = {domain.name: domain for domain in (*pack.domains, *(case.domain for case in pack.cases))}
    if name not in known:
        raise UsageError(f"domain '{name}' is not where it was; say where it stands with --path FOLDER")
    return known[name]


def _as_written(episode: Episode, pack: Pack) -> Episode | None:
    """The episode with scenario and persona as their files have them: the log keeps no order of keys, and in theirs
    people say what they know. None where the files have others."""
    for case in pack.cases:
        for persona in case.personas:
            if case.scenario.as_json == episode.scenario.as_json and persona.as_json == episode.persona.as_json:
                return replace(episode, scenario=case.scenario, persona=persona)
    return None


def _default() -> Path:
    here = Path("scenarios")
    return here if here.is_dir() else shipped("scenarios")


def restored(log: Log, start: Start, before: int | None = None) -> tuple[World, int | None]:
    """The world as the log says it was just before event `before` (None: at the end), and the number of the first call
    after which it is not the one whose digest was recorded; None where it always is."""
    world = World(start)
    for event in log.events[:before]:
        if isinstance(event, ToolCalled):
            world.redo(event.changes)
            if event.world and world.digest() != event.world:
                return world, event.seq
    return world, None


def _same_world(log: Log, start: Start, domain: Domain) -> None:
    if any(isinstance(event, ToolCalled) and not event.world for event in log.events) or not log.started.domain:
        raise UsageError(f"{log.session} was imported, without a world; only sessions that simkit played can be forked")
    _, wrong = restored(log, start)
    if log.started.domain.get("world", "") not in ("", domain.card.world):
        wrong = 0
    if wrong is not None:
        raise UsageError(
            f"{log.session}: the world cannot be restored: after event {wrong} it is not the recorded one; "
            "the domain's records changed since; give those of then with --path FOLDER"
        )
