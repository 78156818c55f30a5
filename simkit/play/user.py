"""The simulated user: hears the agent, may use tools of its own, says something, and knows when it is done."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from simkit.llm.chat import Once, unminded
from simkit.play.agent import CallTool, Message, NoteModel, ToolResult, unnoted
from simkit.play.recording import clipped
from simkit.spec.domain import Card
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.events import UserSaid
from simkit.trace.log import SessionKey


@dataclass(frozen=True)
class Said:
    """What a user says. `closing`: it is their last word. `act`: what they do by saying it."""

    text: str
    closing: bool = False
    act: str | None = None

    def at(self, seq: int) -> UserSaid:
        """What is said, as the session's event of that number. Raises ValidationError where it is no such thing."""
        made = UserSaid.of if (type(self.text), type(self.closing), type(self.act)) in _FIT else UserSaid
        return made(seq=seq, kind="user_said", text=clipped(self.text), closing=self.closing, act=self.act)


_FIT = ((str, bool, type(None)), (str, bool, str))


@dataclass(frozen=True)
class Heard:
    """What a user gets when it is their move."""

    text: str | None
    """What the agent just said; None before the first word."""
    history: tuple[Message, ...]
    number: int
    """The number of the user's turn, from 1."""
    _call: CallTool = field(repr=False)
    _note: NoteModel = field(default=unnoted, repr=False)
    _once: Once = field(default=unminded, repr=False)
    _perturbed: Callable[[tuple[str, ...], str], None] = field(default=lambda how, meant: None, repr=False)

    async def call(self, name: str, /, **arguments: object) -> ToolResult:
        """Use one of the user's own tools."""
        return await self._call(name, arguments, None)

    async def once(
        self,
        request: Any,
        ask: Callable[[], Awaitable[dict[str, Any]]],
        *,
        model: str = "",
        most: tuple[int, int] = (0, 0),
        slot: AbstractAsyncContextManager[Any] | None = None,
    ) -> dict[str, Any]:
        """Make a call that costs money so that nobody pays for it twice: as `Turn.once`."""
        return await self._once(request, ask, model=model, most=most, slot=slot)

    def note_model(self, model: str, usage: dict[str, int]) -> None:
        """Record that a language model that plays the user answered; `usage` in tokens."""
        self._note(model, usage)

    def note_perturbed(self, how: tuple[str, ...], meant: str) -> None:
        """Record that a test changes how the user says what comes next: the kinds of change, and what was meant."""
        self._perturbed(how, meant)


class User(Protocol):
    """One person in one session."""

    async def respond(self, heard: Heard) -> Said:
        """Their next words."""


@dataclass(frozen=True)
class Role:
    """All that a user's player may know: the persona, the scenario and the domain's public face."""

    scenario: Scenario
    persona: Persona
    card: Card
    _seeded: Callable[[], random.Random] = field(repr=False)
    key: SessionKey

    @cached_property
    def random(self) -> random.Random:
        """Seeded for the user of this session. Made when it is asked for: it takes more memory than much of what a
        session has."""
        return self._seeded()

    def apart(self, purpose: str) -> random.Random:
        """Random numbers for one purpose, seeded as `random` is, that take nothing away from it."""
        return random.Random(f"{self._seeded().getrandbits(64)} {purpose}")


UserMaker = Callable[[Role], User]
"""Makes the user of one session."""
