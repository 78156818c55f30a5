"""Every session that goes on from a point of a recorded one, as it is to be played."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from simkit.metrics.score import SessionScore
from simkit.play.agent import Agent, AgentMaker, Message, Part
from simkit.play.sitting import drawn
from simkit.play.suite import Cast, Stop
from simkit.play.user import Role, User, UserMaker
from simkit.probe.fork.luck import ForkedSitting, Luck, Prefix
from simkit.probe.fork.parent import Parent
from simkit.probe.fork.point import Point, Restore
from simkit.runs import VERSIONS, to_its_end
from simkit.spec.files import Case, Pack
from simkit.spec.scenario import Scenario
from simkit.spending import ModelTerms
from simkit.trace.events import AgentSaid, Event, Party, UserSaid
from simkit.trace.log import SessionKey
from simkit.trace.recorder import Recorder
from simkit.trace.store import Store
from simkit.users.instead import SaysInstead


@dataclass(frozen=True)
class Terms:
    """How forked sessions are played."""

    trials: int = 1
    seed: int = 0
    at_once: int = 64
    out: str | None = None
    restore: Restore | None = None
    """None: a replay of the agent that was played, the history for another."""
    agent_was: Any = None
    """The agent that was played, where the run keeps no reference to it."""
    same_luck: bool = False
    """Go on with the random numbers of the session itself."""
    models: ModelTerms = ModelTerms()
    stop: Stop | None = None
    progress: Callable[[SessionScore], None] | None = None


def said_before(events: Sequence[Event]) -> tuple[Message, ...]:
    """The conversation up to the agent's last answer."""
    said = [event for event in events if isinstance(event, UserSaid | AgentSaid)]
    if said and isinstance(said[-1], UserSaid):
        said.pop()
    return tuple(Message("user" if isinstance(event, UserSaid) else "agent", event.text) for event in said)


def name_of(parent: Parent, at: Point) -> str:
    """The scenario of the sessions that go on from a point: `late-refund.0.at-12`, trial 0 forked at event 12."""
    return f"{parent.key.scenario[:70]}.{parent.key.trial}.{at.name}"


class Plays:
    """Every session that goes on from a point: its key, its tape, and its parties with the luck of the parent."""

    def __init__(self, parent: Parent, points: Sequence[Point], terms: Terms) -> None:
        self.parent, self.terms = parent, terms
        self.points = {name_of(parent, one): one for one in points}
        self.scenarios = {name: _named(parent, name) for name in self.points}
        self.tapes: dict[SessionKey, Prefix] = {}
        self.makers: list[tuple[str, AgentMaker]] = []
        self.checkpoints: dict[str, Any] = {}
        """Point to the checkpoint of the agent's graph that it is taken up from."""

    def agents(self) -> list[Any]:
        """Who plays: the agent that was played, or the one that goes on in its place, or both."""
        others = [one.change.agent for one in self.points.values() if one.change.agent is not None][:1]
        if len(others) == len(self.points):
            return others
        was = self.terms.agent_was
        return [self.parent.agent() if was is None else was, *others]

    def pack(self) -> Pack:
        """The cases, one a point."""
        episode, domain = self.parent.episode, self.parent.domain
        return Pack(tuple(Case(one, domain, (episode.persona,), _NOWHERE) for one in self.scenarios.values()))

    def cast(self, casts: Sequence[Cast]) -> Cast:
        """The parties, who are to think that this is the session that was recorded."""
        domain = self.parent.domain.name
        self.makers = [cast.agents[domain] for cast in casts]
        kind, user = casts[0].user
        if self.terms.restore is None:
            self._find_checkpoints()
        return Cast({domain: (self.makers[0][0], self._agent)}, (kind, self._user(user)))

    def _agent(self, part: Part) -> Agent:
        _, make = self._maker(self.points[part.key.scenario])
        agent: Any = make(replace(part, key=self.parent.key, scenario=self.parent.episode.scenario))
        if getattr(agent, "remembers", False):
            # A thread of its own: that of the session which is forked stays as it is.
            agent.thread = f"{agent.thread}.{part.key}.{self.terms.out or id(self)}"
            agent.checkpoint = self.checkpoints.get(part.key.scenario)
        return agent  # type: ignore[no-any-return]

    def _find_checkpoints(self) -> None:
        for name, at in self.points.items():
            if at.change.agent is None and (graph := self._graph_that_remembers()) is not None:
                from simkit.agents.checkpoints import checkpoint_of

                found = to_its_end(partial(checkpoint_of, graph, self.parent.key, said_before(at.events)))
                self.checkpoints |= {} if found is None else {name: found}

    def _graph_that_remembers(self) -> Any:
        episode = self.parent.episode
        part = Part(self.parent.key, episode.scenario, episode.persona, episode.card, self.parent.log.started.seed)
        try:
            agent: Any = self.makers[0][1](part)
        except Exception:
            return None  # which is told when it is played
        return agent.graph if getattr(agent, "remembers", False) else None

    def _maker(self, at: Point) -> tuple[str, AgentMaker]:
        return self.makers[0 if at.change.agent is None else -1]

    def _free(self, at: Point) -> frozenset[Party]:
        """Who is run again up to the point; whoever is not is not asked for what is recorded."""
        kept = name_of(self.parent, at) in self.checkpoints
        restore = self.terms.restore or ("replay" if at.change.agent is None and not kept else "history")
        return frozenset({"user", "agent"}) if restore == "replay" else frozenset({"user"})

    def _user(self, make: UserMaker) -> UserMaker:
        key, scenario = self.parent.key, self.parent.episode.scenario

        def made(role: Role) -> User:
            at = self.points[role.key.scenario]
            user = make(Role(scenario, role.persona, role.card, role._seeded, key))
            return user if at.change.say is None else SaysInstead(user, at.turn, at.change.say)

        return made

    def sittings(self, cast: Cast) -> Iterator[ForkedSitting]:
        """Every session that is to be played, point by point."""
        parent, started = self.parent, self.parent.log.started
        for name, scenario in self.scenarios.items():
            at = self.points[name]
            for trial in range(self.terms.trials):
                key = SessionKey(name, parent.key.persona, trial)
                sitting = ForkedSitting(
                    key=key,
                    scenario=scenario,
                    persona=parent.episode.persona,
                    domain=parent.domain,
                    start=parent.start,
                    seed=started.seed,
                    agent_name=self._maker(at)[0],
                    user_name=cast.user[0],
                    versions=VERSIONS,
                    free=self._free(at),
                    luck=self._luck(key),
                    origin=parent.key,
                )
                events: tuple[Event, ...] = (sitting.started(), *at.events[1:])
                self.tapes[key] = Prefix(events, parent.paid(len(events)), sitting.luck)
                yield sitting

    def _luck(self, key: SessionKey) -> Luck:
        began = self.parent.log.started.seed
        before, after = partial(drawn, began, self.parent.key), partial(drawn, self.terms.seed, key)
        return Luck(before, None if self.terms.same_luck else after)

    def tape(self, key: SessionKey) -> Prefix:
        """What is restored of a session."""
        return self.tapes[key]

    def recorder(self, store: Store, key: SessionKey) -> Recorder:
        """The recorder of a session."""
        self.tapes[key].recorder = recorder = store.recorder(key)
        return recorder


def _named(parent: Parent, name: str) -> Scenario:
    return Scenario.model_validate({**parent.episode.scenario.as_json, "scenario": name})


_NOWHERE: Any = None
"""Forked scenarios stand in no file."""
