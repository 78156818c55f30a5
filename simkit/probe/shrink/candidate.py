"""What is made smaller: a scenario and a persona as files say them, a kind of user, a seed; and how large that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from simkit.paths.episode import Episode
from simkit.probe.playing import Take
from simkit.spec import crosscheck
from simkit.spec.domain import Domain
from simkit.spec.files import read_persona, scenario_mistakes, shipped
from simkit.spec.frozen import canonical
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.spec.strict_yaml import Document
from simkit.spec.written import written_persona
from simkit.trace.events import AgentSaid, ToolCalled, UserSaid

PLAIN = "plain"
"""The persona that a scenario has where it names none: it ships with simkit."""


class Size(NamedTuple):
    """How large a failing session is; smaller is what comes first in this order."""

    turns: int
    """What the user says, in number."""
    events: int
    """What is said and called: `UserSaid`, `AgentSaid` and `ToolCalled`. What every session has (`Started`, `Ended`),
    what a test notes (`Injected`) and what goes on inside (`NodeEntered`, `ModelCalled`) is not counted."""
    records: int
    """Of the world at the start."""
    entries: int
    """Values in the files of scenario and persona."""


@dataclass(frozen=True)
class Candidate:
    """One scenario with one persona, as its files would say it, and who plays the user."""

    scenario: Mapping[str, Any]
    persona: Mapping[str, Any]
    user: str
    seed: int

    @cached_property
    def digest(self) -> str:
        """Equal for equal candidates."""
        return canonical([self.scenario, self.persona, self.user, self.seed])

    def take(self, domain: Domain) -> Take | None:
        """The session to be played; None where the files would not be read: something in them does not hold."""
        document = Document(Path("candidate.yaml"), dict(self.scenario))
        try:
            scenario = Scenario.model_validate(dict(self.scenario))
            persona = Persona.model_validate(dict(self.persona))
        except ValidationError:
            return None
        if self.user == "scripted" and not scenario.script:
            return None
        mistakes = [
            scenario_mistakes(scenario, domain, document),
            crosscheck.persona_mistakes(persona, document),
        ]
        if any(next(iter(some), None) for some in mistakes):
            return None
        return Take(scenario.model_copy(update={"domain": domain.name}), persona, self.user, self.seed)

    def but(self, **changes: Any) -> Candidate:
        """The same with other keys in the scenario; None removes one."""
        kept = {key: value for key, value in (dict(self.scenario) | changes).items() if value is not None}
        return replace(self, scenario=kept)

    def size(self, domain: Domain, episode: Episode) -> Size:
        """How large it is, and the session that was played of it."""
        own = Scenario.model_validate(dict(self.scenario)).tables(domain.tables)
        persona = {} if self.persona == plain_persona() else self.persona
        return Size(
            turns=len(episode.user_texts),
            events=events_of(episode),
            records=sum(len(rows) for rows in own.values()),
            entries=sum(1 for _ in _leaves([self.scenario, persona])) + (self.user != "agenda"),
        )


def events_of(episode: Episode) -> int:
    """How many events of a session are words or calls."""
    return sum(isinstance(event, UserSaid | AgentSaid | ToolCalled) for event in episode.events)


@cache
def plain_persona() -> dict[str, Any]:
    """The persona that a scenario has where it names none, as its file says it."""
    return written_persona(read_persona(shipped("personas") / f"{PLAIN}.yaml"))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value or [None]:
            yield from _leaves(item)
    else:
        yield value
