"""`simkit fuzz`: sessions drawn and played until the budget is used up, and a small scenario for whatever broke."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from simkit.agents.faulty.rates import sound
from simkit.agents.resolve import NAMED
from simkit.design.sessions.session import Session
from simkit.design.sessions.strategy import sessions
from simkit.errors import UsageError
from simkit.metrics.properties import Property
from simkit.probe.fuzz.drawing import Drawing, nothing_left
from simkit.probe.fuzz.judging import Broken, Judging, distinct
from simkit.probe.playing import Played, Player, Spent, Take, key_of
from simkit.probe.shrink.candidate import Candidate, events_of
from simkit.probe.shrink.kept import Kept, keep
from simkit.probe.shrink.pinned import pinned
from simkit.probe.shrink.search import Search, Shrunk
from simkit.probe.shrink.way import Mark
from simkit.runs import Sources, load
from simkit.spec.files import Pack
from simkit.spec.written import written_persona
from simkit.spending import ModelTerms, models_of, traffic_of


@dataclass(frozen=True)
class Found:
    """One thing that was broken, in the smallest session that still breaks it."""

    broken: Broken
    session: Session
    """The session in which it was seen first."""
    events: int
    """Words and calls in that session."""
    sessions: int
    """How many of the sessions that were drawn break it."""
    shrunk: Shrunk | None
    """None where the budget did not last."""
    kept: Kept

    def to_json(self) -> dict[str, Any]:
        """All of it, for a program."""
        return {
            "property": self.broken.mark.what,
            "about": self.broken.mark.about,
            "sentence": self.broken.sentence,
            "sessions": self.sessions,
            "made_from": self.session.seed_case,
            "events_before": self.events,
            "after": self.shrunk.size_after._asdict() if self.shrunk else None,
            "scenario": str(self.kept.scenario),
            "test": str(self.kept.test),
            "command": self.kept.command,
        }


@dataclass(frozen=True)
class Fuzzed:
    """What came of it."""

    domain: str
    seed: int
    sessions: int
    """How many were drawn and played."""
    replays: int
    """How many more were played to make what was found smaller."""
    found: tuple[Found, ...] = ()
    spent: bool = False
    """Whether a budget ended it early."""
    interrupted: bool = False
    """Whether somebody did; what was found until then is written, not all of it made smaller."""

    def to_json(self) -> dict[str, Any]:
        """All of it, for a program."""
        counts = {"domain": self.domain, "seed": self.seed, "sessions": self.sessions, "replays": self.replays}
        early = {"stopped_early": self.spent or self.interrupted}
        return counts | early | {"findings": [one.to_json() for one in self.found]}


@dataclass
class Terms:
    """On what terms sessions are drawn and played."""

    agent: Any = None
    properties: tuple[Property, ...] = ()
    max_sessions: int = 200
    """Sessions that are drawn."""
    shrink_sessions: int = 500
    """Sessions that may be played, for each thing found, to make it smaller."""
    seed: int = 0
    at_once: int = 64
    models: ModelTerms = field(default_factory=ModelTerms)


def fuzz(
    domain: Sources, out: str | Path, terms: Terms, progress: Callable[[str], None] = lambda outcome: None
) -> Fuzzed:
    """Draw sessions of a domain, play them, and write a scenario to `out` for each distinct thing that broke.

    Equal seeds draw the same sessions. Raises SimkitError for wrong files, an agent that there is not, and a domain
    without scenarios.
    """
    pack = domain if isinstance(domain, Pack) else load(*([domain] if isinstance(domain, str | Path) else domain))
    with nothing_left():
        return _Fuzzing(pack, Path(out), terms, progress).run()


class _Fuzzing:
    def __init__(self, pack: Pack, out: Path, terms: Terms, progress: Callable[[str], None]) -> None:
        if not pack.cases:
            raise UsageError("there is no scenario to begin with; name a domain's folder")
        self.pack, self.out, self.terms, self.progress = pack, out, terms, progress
        self.domain = pack.cases[0].domain
        self.traffic = traffic_of(terms.models, models_of(sound(terms.agent), "agenda"), pack, resumed=False)
        self.player = self._player(terms.max_sessions, terms.agent)
        self.replays = 0
        self.interrupted = False
        self.names: dict[str, Mark] = {}
        """What was found, by the name of its file."""
        self.drawing = Drawing(sessions(pack), terms.seed, terms.max_sessions)
        self.broken: dict[str, dict[Mark, Broken]] = {}
        """What each session that was played breaks, by its digest."""

    def _player(self, most: int, agent: Any) -> Player:
        return Player(self.domain, agent, most=most, traffic=self.traffic, at_once=self.terms.at_once)

    def run(self) -> Fuzzed:
        drawn = self.drawing.all()
        first: dict[Mark, tuple[Session, Played]] = {}
        smallest: dict[Mark, tuple[Session, Played]] = {}
        counts: dict[Mark, int] = {}
        spent = False
        try:
            for session, played in self._played(drawn):
                for mark in self.broken[_digest(session)]:
                    first.setdefault(mark, (session, played))
                    smallest[mark] = min(smallest.get(mark, (session, played)), (session, played), key=_length)
                    counts[mark] = counts.get(mark, 0) + 1
        except Spent:
            spent = True
        except KeyboardInterrupt:
            self.interrupted = True
        found: list[Found] = []
        for mark, (session, played) in first.items():
            begun = (self.broken[_digest(session)][mark], session, events_of(played.episode), counts[mark])
            try:
                small = None if self.interrupted else self._shrunk(mark, smallest[mark][0])
            except KeyboardInterrupt:
                self.interrupted, small = True, None
            found.append(Found(*begun, *self._kept(mark, *first[mark], small)))
        played = self.player.played
        return Fuzzed(self.domain.name, self.terms.seed, played, self.replays, tuple(found), spent, self.interrupted)

    def _played(self, drawn: Sequence[Session]) -> Iterator[tuple[Session, Played]]:
        for at in range(0, len(drawn), self.terms.at_once):
            some, spent = drawn[at : at + self.terms.at_once], None
            try:
                all_played = dict(enumerate(self.player.play([self._take(one) for one in some])))
            except Spent as cut:
                spent, all_played = cut, dict(cut.played)
            for place, played in sorted(all_played.items()):
                session = some[place]
                self.broken[_digest(session)] = self._judged(session, played)
                self.progress("fail" if self.broken[_digest(session)] else "pass")
                yield session, played
                if played.episode.ended and played.episode.ended.reason == "budget":
                    spent = spent or Spent()
            if spent is not None:
                raise spent

    def _judged(self, session: Session, played: Played) -> dict[Mark, Broken]:
        judging = Judging(self.terms.properties, session.known)
        return distinct(judging.all_broken(played.episode, played.score))

    def _take(self, session: Session) -> Take:
        return Take(session.scenario, session.persona, session.user, self.terms.seed)

    def _shrunk(self, mark: Mark, session: Session) -> tuple[Shrunk, Any] | None:
        """A session that breaks something made smaller, and who plays it; None where the budget does not last."""
        key = key_of(self._take(session))
        candidate, agent = pinned(self._candidate(session), key, session.scenario, self.domain, self.terms.agent)
        player = self._player(self.terms.shrink_sessions, agent)
        judge = partial(Judging(self.terms.properties, session.known).way, target=mark)
        try:
            take = candidate.take(self.domain)
            (played,) = player.play([take] if take else [self._take(session)])
            if (way := judge(played.episode, played.score)) is None:
                return None
            search = Search(player, way, judge=judge, free=sound(agent) in (None, *NAMED), progress=self.progress)
            shrunk = search.run(candidate.but(scenario=self._named(mark)))
            self.interrupted = shrunk.interrupted
            return shrunk, agent
        except (Spent, UsageError):
            return None
        finally:
            self.replays += player.played

    def _named(self, mark: Mark) -> str:
        """A name for what breaks that: its own, where two are told in the same words."""
        name = slug = _slug(f"{self.domain.name}-{mark}")
        number = 1
        while self.names.setdefault(name, mark) != mark:
            number += 1
            name = f"{slug}-{number}"
        return name

    def _candidate(self, session: Session) -> Candidate:
        return Candidate(session.said, written_persona(session.persona), session.user, self.terms.seed)

    def _kept(
        self, mark: Mark, session: Session, played: Played, small: tuple[Shrunk, Any] | None
    ) -> tuple[Shrunk | None, Kept]:
        """What was found as files: the smallest that there is."""
        title = f"{mark}: {self.broken[_digest(session)][mark].sentence}"
        if small is not None:
            shrunk, agent = small
            return shrunk, keep(shrunk.after, self.domain, agent, shrunk.way, self.out, title)
        way = Judging(self.terms.properties, session.known).way(played.episode, played.score, mark)
        assert way is not None
        # Its own name is what its randomness comes from.
        return None, keep(self._candidate(session), self.domain, self.terms.agent, way, self.out, title)


def _length(one: tuple[Session, Played]) -> tuple[int, int]:
    return len(one[1].episode.user_texts), events_of(one[1].episode)


def _digest(session: Session) -> str:
    return session.scenario.digest + session.user


def _slug(text: str) -> str:
    """A name for a scenario and its file."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", text.replace("_", "-")).strip("-")[:90]
