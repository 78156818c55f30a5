"""One session that is to be played: who, what, where, and the seeds of its randomness."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field

from simkit.play.world import Start
from simkit.spec.domain import Domain
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.events import Party, Started
from simkit.trace.log import SessionKey


@dataclass(frozen=True)
class Sitting:
    """One session that is to be played."""

    key: SessionKey
    scenario: Scenario
    persona: Persona
    domain: Domain
    start: Start
    seed: int
    """The run's seed; the session's own randomness derives from it and the key."""
    agent_name: str = ""
    user_name: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    free: frozenset[Party] = frozenset()
    """Who costs nothing and always does the same: run again when a session is resumed, and never waited for."""

    def rng(self, purpose: str) -> random.Random:
        """A generator of its own for each purpose: order and concurrency of sessions cannot reach it."""
        return drawn(self.seed, self.key, purpose)

    def started(self) -> Started:
        """The session's first event."""
        return Started.of(
            seq=0,
            kind="started",
            scenario=self.scenario.as_json,
            persona=self.persona.as_json,
            domain=self.domain.card.as_json,
            seed=self.seed,
            trial=self.key.trial,
            agent=self.agent_name,
            user=self.user_name,
            versions=dict(self.versions),
        )

    @property
    def goal_paths(self) -> tuple[str, ...]:
        """Every path into the world that the goal names."""
        goal = self.scenario.goal
        return (*goal.world, *(path for end in goal.any_of for path in end.world))


def drawn(seed: int, key: SessionKey, purpose: str) -> random.Random:
    """The random numbers of one session of a run, for one purpose."""
    return random.Random(hashlib.sha256(f"{seed}|{key}|{purpose}".encode()).digest())
