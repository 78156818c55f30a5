"""Scenario, persona, domain and log of one session, rebuilt from the log alone: the sole input of every reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
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

    agent_calls: tuple[ToolCalled, ...] = field(init=False, compare=False, repr=False)
    """The agent's calls, in order."""
    failed_calls: tuple[ToolCalled, ...] = field(init=False, compare=False, repr=False)
    """Those of the agent's calls that did not end `ok`."""
    agent_texts: tuple[AgentSaid, ...] = field(init=False, compare=False, repr=False)
    user_texts: tuple[UserSaid, ...] = field(init=False, compare=False, repr=False)
    talk: tuple[AgentSaid | UserSaid, ...] = field(init=False, compare=False, repr=False)
    """What user and agent said, in order."""

    def __post_init__(self) -> None:
        """Sort the events out, once: every metric asks for the same few kinds."""
        calls: list[ToolCalled] = []
        agent: list[AgentSaid] = []
        user: list[UserSaid] = []
        talk: list[AgentSaid | UserSaid] = []
        for event in self.log.events:
            kind = type(event)
            if kind is ToolCalled:
                calls.append(event)
            elif kind is AgentSaid:
                agent.append(event)
                talk.append(event)
            elif kind is UserSaid:
                user.append(event)
                talk.append(event)
        mine = tuple([call for call in calls if call.by == "agent"])
        failed = tuple([call for call in mine if call.outcome != "ok"])
        self.__dict__.update(agent_calls=mine, failed_calls=failed)
        self.__dict__.update(agent_texts=tuple(agent), user_texts=tuple(user), talk=tuple(talk))

    @property
    def events(self) -> tuple[Event, ...]:
        return self.log.events

    @cached_property
    def agent_words(self) -> tuple[str, ...]:
        """The agent's messages as bare text, in order."""
        return tuple([said.text for said in self.agent_texts])

    @cached_property
    def user_words(self) -> tuple[str, ...]:
        """The user's messages as bare text, in order."""
        return tuple([said.text for said in self.user_texts])

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
