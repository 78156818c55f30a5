"""What is to be written: tables, operations, and what each operation does to which table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from simkit.design.draft.shapes import Shape

Place = Literal["path", "query", "body"]
Role = Literal["list", "read", "find", "create", "update", "delete", "act", "recorded", "live", "other"]


@dataclass(frozen=True)
class Parameter:
    """Something that an operation is given."""

    name: str
    """As the source has it: also the field's name in a record."""
    argument: str
    """As the tool has it: a Python name."""
    place: Place
    shape: Shape
    required: bool


@dataclass(frozen=True)
class Operation:
    """Something that can be called."""

    tool: str
    """The tool's name: a Python name."""
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    answer: Shape | None
    """What a success gives."""
    statuses: frozenset[str] = frozenset()
    """The answers that the source speaks of, as text: `200`, `409`."""
    group: str = ""

    def at(self, place: Place) -> tuple[Parameter, ...]:
        """The parameters of one place."""
        return tuple(one for one in self.parameters if one.place == place)


@dataclass(frozen=True)
class Link:
    """A field of a record that names a record of another table."""

    field: str
    table: str
    many: bool = False


@dataclass
class Table:
    """Records of one kind."""

    name: str
    one: str
    """What a single record is called: `order line`."""
    shape: Shape
    key: str = "id"
    """The field that holds the record's name."""
    parent: Link | None = None
    """The record that it belongs to, by the path under which it is reached."""
    links: tuple[Link, ...] = ()
    single: bool = False
    """One record beside each record of its parent, or one in all: a profile, settings."""

    @property
    def key_shape(self) -> Shape:
        return self.shape.fields.get(self.key, Shape("string"))


@dataclass(frozen=True)
class Deed:
    """An operation, and what it does to which table."""

    operation: Operation
    role: Role
    table: str = ""
    key: Parameter | None = None
    """The parameter that names the record."""
    within: tuple[tuple[Parameter, Link | None, str], ...] = ()
    """The records above it in the path: parameter, the field that links to it (None where it is looked up only), and
    its table."""
    verb: str = ""
    """For `act`: what is done, as the path says it."""
    moves: tuple[str, Any] | None = None
    """For `act`: the field that changes, and to what."""
    makes: str = ""
    """For `act`: the table to which it adds a record."""
    answers_many: bool = False
    sample: Any = None
    """For `other`: an example of what it answers."""


@dataclass(frozen=True)
class Recorded:
    """What somebody wanted, knew and said in a recorded session, and the calls that helped them."""

    lines: tuple[str, ...]
    """The user's words, one line a turn."""
    calls: tuple[tuple[str, Mapping[str, Any]], ...]
    persona: str


@dataclass
class Plan:
    """A domain to be written."""

    name: str
    title: str
    source: str
    """What it was drafted from, in words."""
    tables: dict[str, Table] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    now: str = "2026-03-02T09:00:00"
    records: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    """table -> record -> values to begin with."""
    server: str = ""
    """The MCP server that tools.py calls, where it calls one."""
    recorded: tuple[Recorded, ...] = ()
    """Sessions that become cases."""
    personas: Mapping[str, str] = field(default_factory=dict)
    """Persona -> the text of its file."""
    notes: list[str] = field(default_factory=list)
    """What could not be taken over, for whoever finishes the domain."""
