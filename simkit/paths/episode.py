"""Scenario, persona, domain and log of one session, rebuilt from the log alone: the sole input of every reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from simkit.spec.domain import Card
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.canonical import shared
from simkit.trace.events import AgentSaid, Ended, Event, Failed, Judged, ToolCalled, UserSaid
from simkit.trace.log import Log


@dataclass(frozen=True)
class Episode:
    """One session as metrics and views see it."""

    log: Log
    scenario: Scenario
    persona: Persona
    card: Card

    @property
    def events(self) -> tuple[Event, ...]:
        return self.log.events

    @cached_property
    def agent_calls(self) -> tuple[ToolCalled, ...]:
        """The agent's calls, in order."""
        return tuple([call for call in self.log.calls if call.by == "agent"])

    @cached_property
    def talk(self) -> tuple[AgentSaid | UserSaid, ...]:
        """What user and agent said, in order."""
        return tuple(sorted((*self.agent_texts, *self.user_texts), key=attrgetter("seq")))

    @property
    def agent_texts(self) -> tuple[AgentSaid, ...]:
        return self.log.of(AgentSaid)

    @property
    def user_texts(self) -> tuple[UserSaid, ...]:
        return self.log.of(UserSaid)

    @property
    def failures(self) -> tuple[Failed, ...]:
        return self.log.of(Failed)

    @property
    def ended(self) -> Ended | None:
        return self.log.ended

    def judged(self, question: str) -> Judged | None:
        """The verdict on `question`, if somebody gave one."""
        return next((one for one in self.log.of(Judged) if one.question == question), None)


class EpisodeReader:
    """Turns logs into episodes; equal scenarios, personas and cards are parsed once and shared."""

    def __init__(self) -> None:
        self._known: dict[tuple[type, str], Any] = {}

    def read(self, log: Log) -> Episode:
        """The episode of one log. Raises pydantic's ValidationError for a log whose first event is damaged."""
        first = log.started
        return Episode(
            log,
            self._value(Scenario, first.scenario),
            self._value(Persona, first.persona),
            self._value(Card, first.domain),
        )

    def _value(self, model: Any, data: dict[str, Any]) -> Any:
        key = (model, shared(data)[0])
        if key not in self._known:
            self._known[key] = model.model_validate(data)
        return self._known[key]


def episodes(logs: Iterable[Log]) -> Iterator[Episode]:
    """The episodes of many logs."""
    reader = EpisodeReader()
    return map(reader.read, logs)
