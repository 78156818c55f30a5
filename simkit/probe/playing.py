"""Sessions played for what they show, and kept nowhere: a few at a time, against one agent in one domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from simkit.llm.traffic import Traffic
from simkit.metrics.score import SessionScore
from simkit.metrics.session import score_session
from simkit.paths.episode import Episode, EpisodeReader
from simkit.play.recording import Unrecorded
from simkit.play.sitting import Sitting
from simkit.play.suite import Cast, play_suite
from simkit.play.world import Start
from simkit.runs import VERSIONS, to_its_end
from simkit.spec.circumstances import OwnWorld
from simkit.spec.domain import Domain
from simkit.spec.files import Case, Pack
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.spec.strict_yaml import Document
from simkit.spending import opener_of
from simkit.spread.casting import cast_of
from simkit.trace.log import Log, SessionKey


class Spent(Exception):
    """The budget is used up: nothing more is played. `played`: what still was, each by its place among the takes."""

    def __init__(self, played: Mapping[int, Played] | None = None) -> None:
        self.played = played or {}


@dataclass(frozen=True)
class Take:
    """One session to be played."""

    scenario: Scenario
    persona: Persona
    user: str = "agenda"
    seed: int = 0
    trial: int = 0


@dataclass(frozen=True)
class Played:
    """One session that was played, read."""

    episode: Episode
    score: SessionScore


class Player:
    """Plays takes in one domain with one agent, and counts them against a budget."""

    def __init__(
        self, domain: Domain, agent: Any, *, most: int, traffic: Traffic | None = None, at_once: int = 64
    ) -> None:
        self.domain, self.agent, self.most, self.at_once = domain, agent, most, at_once
        self.traffic = traffic or Traffic()
        self.played = 0
        """Sessions so far."""
        self._casts: dict[tuple[str, bool, bool], Cast] = {}
        self._starts: dict[OwnWorld | None, Start] = {}

    def play(self, takes: Sequence[Take]) -> tuple[Played, ...]:
        """Every take, in the order given. Raises Spent where the budget of sessions, or of the models, is used up."""
        if self.played + len(takes) > self.most:
            raise Spent
        played: dict[int, Played] = {}
        left = list(enumerate(takes))
        while left:
            # Sessions of one name play one after the other: what a model is paid is booked by name.
            together = {(_kind(take), key_of(take)): (at, take) for at, take in reversed(left)}
            now = {key: one for (kind, key), one in together.items() if kind == _kind(left[0][1])}
            for log in self._logs([take for _, take in now.values()]):
                played[now[log.session][0]] = self._read(log)
            left = [one for one in left if one not in now.values()]
        self.played += len(played)
        if len(played) < len(takes):
            raise Spent(played)
        return tuple(played[at] for at in range(len(takes)))

    def _logs(self, takes: Sequence[Take]) -> list[Log]:
        logs: list[Log] = []
        cast = self._cast(takes[0])
        play = partial(
            play_suite,
            map(self._sitting, takes),
            cast,
            at_once=min(self.at_once, len(takes)),
            recorder=lambda key: Unrecorded(),
            done=logs.append,
            traffic=self.traffic,
        )
        to_its_end(play)
        return logs

    def _read(self, log: Log) -> Played:
        episode = EpisodeReader().read(log)
        return Played(episode, score_session(episode))

    def _cast(self, take: Take) -> Cast:
        kind = _kind(take)
        if kind not in self._casts:
            case = Case(take.scenario, self.domain, (take.persona,), Document(self.domain.folder))
            self._casts[kind] = cast_of(Pack((case,)), self.agent, take.user, opener_of(self.traffic))
        return self._casts[kind]

    def _sitting(self, take: Take) -> Sitting:
        cast = self._cast(take)
        return Sitting(
            key=key_of(take),
            scenario=take.scenario,
            persona=take.persona,
            domain=self.domain,
            start=self._start(take.scenario),
            seed=take.seed,
            agent_name=cast.agents[self.domain.name][0],
            user_name=cast.user[0],
            versions=VERSIONS,
            free=cast.free,
        )

    def _start(self, scenario: Scenario) -> Start:
        if scenario.world not in self._starts:
            self._starts[scenario.world] = Start(scenario.tables(self.domain.tables), self.domain.card.now)
        return self._starts[scenario.world]


def _kind(take: Take) -> tuple[str, bool, bool]:
    """What sessions that are played by one cast have in common."""
    scenario = take.scenario
    return take.user, bool(scenario.inject or scenario.agent_fault), bool(scenario.perturb)


def key_of(take: Take) -> SessionKey:
    """The session's name: with the seed, all that its randomness comes from."""
    return SessionKey(take.scenario.scenario, take.persona.persona, take.trial)
