"""Where a session happens: tools, world, policy, rules, slots and the catalogue of what exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from simkit.spec.frozen import Frozen, canonical
from simkit.spec.invariants import Invariant
from simkit.spec.lint import Lint
from simkit.spec.persona import Lines
from simkit.spec.rules import Rule


class Tool(Frozen):
    """One tool as everybody sees it."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of the arguments: an object without additional properties."""
    effect: Literal["read", "write"]
    by: Literal["agent", "user"] = "agent"
    """Who may call it: in dual control the user has tools of their own."""


class Slot(Frozen):
    """A fact that users know and agents ask for."""

    label: str
    """As people say it: `order number`."""
    also: Lines = ()
    """Other wordings that mean the same question: `order id`, `number of the order`."""


class UserAct(Frozen):
    """What a person does with their own tools when the agent asks for it in one of these wordings."""

    when: Lines
    call: str
    arguments: dict[str, Any] = {}
    reply: str = ""
    """What they then say; `{field}` is filled from the tool's result. Left out: the persona's `done` wording."""


class Knowledge(Frozen):
    """The domain's documents, and the tools that find them."""

    documents: str
    """The table of the world whose records are the documents, by id."""
    found_by: dict[str, str] = Field(min_length=1)
    """Each tool of the agent's that finds documents, with the path to their ids in its result: `sections.*.id`."""


class DomainFile(Frozen):
    """domain.yaml as a person writes it."""

    domain: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)
    summary: str
    now: str
    """The moment at which every session starts, ISO 8601: tools read this clock, never the machine's."""
    agent: str = "demo.py:build"
    """What plays when no agent is named: `file.py:name` in this folder."""
    slots: dict[str, Slot] = {}
    catalogue: dict[str, str] = {}
    """Kinds of things that exist, each with a path into the world: `product: products.*.name`."""
    knowledge: Knowledge | None = None
    """Documents that agents look things up in; none, if left out."""
    rules: tuple[Rule, ...] = ()
    invariants: tuple[Invariant, ...] = ()
    """What holds in every session, whatever its goal."""
    user_acts: tuple[UserAct, ...] = ()
    lint: Lint = Lint()
    """What `simkit check` is not to say of it."""

    @field_validator("now")
    @classmethod
    def _is_a_moment(cls, now: str) -> str:
        try:
            datetime.fromisoformat(now)
        except ValueError:
            what = "'{now}' is no moment; write date and time, as in 2026-03-02T09:00:00"
            raise PydanticCustomError("bad_moment", what, {"now": now[:40]}) from None
        return now


class Card(Frozen):
    """A domain as the log carries it: all that reading a session needs, without code and without the world."""

    domain: str
    summary: str = ""
    now: str = ""
    policy: str = ""
    tools: tuple[Tool, ...] = ()
    slots: dict[str, Slot] = {}
    rules: tuple[Rule, ...] = ()
    invariants: tuple[Invariant, ...] = Field(default=(), exclude_if=lambda value: not value)
    user_acts: tuple[UserAct, ...] = ()
    catalogue: dict[str, tuple[str, ...]] = {}
    """Kind to the names of everything of that kind: what may be offered, mentioned, sold."""
    knowledge: Knowledge | None = Field(default=None, exclude_if=lambda value: value is None)
    world: str = ""
    """Digest of the world that every session starts with."""

    def tool(self, name: str, by: str = "agent") -> Tool | None:
        """The tool of that name on that side, or None."""
        return self._tools.get((by, name))

    @cached_property
    def _tools(self) -> dict[tuple[str, str], Tool]:
        return {(tool.by, tool.name): tool for tool in self.tools}

    @cached_property
    def effects(self) -> dict[tuple[str, str], Literal["read", "write"]]:
        """(by, name) of every tool to what it is meant to do to the world."""
        return {key: tool.effect for key, tool in self._tools.items()}

    @cached_property
    def slot_labels(self) -> tuple[str, ...]:
        """What people call the domain's facts, each once, sorted."""
        every = {label for name, slot in self.slots.items() for label in (slot.label, name.replace("_", " "))}
        return tuple(sorted(every))

    @cached_property
    def stated(self) -> tuple[str, ...]:
        """Every text in which the domain itself states facts: policy, clock, tools with their schemas, catalogue."""
        tools = (f"{tool.description} {canonical(tool.parameters)}" for tool in self.tools)
        names = (name for kind in self.catalogue.values() for name in kind)
        return (self.policy, self.now, self.summary, *tools, *names)

    @cached_property
    def quoted(self) -> frozenset[Any]:
        """What the policy and the tools' descriptions quote word for word: the values that a text may have."""
        return frozenset(
            found
            for text in (self.policy, *(tool.description for tool in self.tools))
            for found in re.findall(r"(?<!\w)['\"“‘]([^'\"“”‘’\n]{2,60})['\"”’](?!\w)", text)
        )

    @cached_property
    def confirmed(self) -> frozenset[str]:
        """Tools that some rule wants confirmed before they are called."""
        return frozenset(name for rule in self.rules for name in rule.confirm_before or ())


@dataclass(frozen=True)
class Domain:
    """A domain ready to be played: its card, the functions behind its tools, and its world at the start."""

    card: Card
    folder: Path
    functions: Mapping[tuple[str, str], Callable[..., Any]] = field(repr=False)
    """(`agent` or `user`, tool name) to the function `(world, **arguments) -> JSON value`."""
    tables: Mapping[str, Mapping[str, Any]] = field(repr=False)
    """table -> record id -> record, as state.json has it. Shared by all sessions: never written to."""
    agent: str = ""
    code: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What tools.py defines: name -> digest of its code."""
    lint: Lint = field(default=Lint(), repr=False)

    @property
    def name(self) -> str:
        return self.card.domain
