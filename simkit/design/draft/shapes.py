"""What values look like: the part of JSON Schema that drafting goes by, with references followed and unions merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["string", "integer", "number", "boolean", "object", "array", "any"]


class Missing:
    """Where no default stands: null is one, too."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True)
class Shape:
    """One kind of value."""

    kind: Kind = "any"
    name: str = ""
    """Of the schema it was defined as; empty where it stands inline."""
    description: str = ""
    format: str = ""
    options: tuple[Any, ...] = ()
    """The values that it may have (enum, const); any, if empty."""
    pattern: str = ""
    low: float | None = None
    high: float | None = None
    shortest: int | None = None
    longest: int | None = None
    """Characters of a text, items of an array."""
    nullable: bool = False
    default: Any = MISSING
    examples: tuple[Any, ...] = ()
    given: bool = True
    """False for what only the server writes (readOnly)."""
    shown: bool = True
    """False for what only goes in (writeOnly): passwords."""
    fields: Mapping[str, Shape] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    item: Shape | None = None
    """Of an array; of an object with free keys: each value."""

    @property
    def scalar(self) -> bool:
        """Whether it is one value that a person can say."""
        return self.kind in ("string", "integer", "number", "boolean")


def asked_of(shape: Shape) -> dict[str, Shape]:
    """The parts of an object that whoever gives one is asked for: what has to be there, else the first two that can."""
    given = {name: one for name, one in shape.fields.items() if one.given}
    must = {name: one for name, one in given.items() if name in shape.required}
    return must or dict([(name, one) for name, one in given.items() if one.scalar][:2])
