"""A dimensions file as a person writes it: a scenario with slots, and the values that may stand in them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from simkit.spec.frozen import Frozen

Plain = str | int | float | bool
Slots = dict[str, Any]
"""Slot -> what stands there: a plain value, or a piece of scenario (a list or a mapping) with slots of its own."""


def named(value: Any) -> str:
    """A plain value as a tuple names it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(given: Any) -> Any:
    """What a condition on a tuple says: dimension -> the values that meet it, one or several."""
    if not isinstance(given, dict):
        return given
    some = {name: one if isinstance(one, list | tuple) else [one] for name, one in given.items()}
    return {name: [named(one) if isinstance(one, Plain) else one for one in values] for name, values in some.items()}


_ANY = {"type": ["string", "number", "boolean"]}
_LIST = {"type": "array", "items": _ANY, "minItems": 1}
_CONDITION = {"type": "object", "additionalProperties": {"anyOf": [_ANY, _LIST]}, "minProperties": 1}
_SLOTS = {"type": "object", "additionalProperties": {"type": ["object", "null"]}, "minProperties": 1}
Condition = Annotated[
    dict[str, Annotated[tuple[str, ...], Field(min_length=1)]],
    BeforeValidator(_texts),
    Field(min_length=1),
    WithJsonSchema(_CONDITION),
]
"""Dimension -> values: holds for the tuples that have one of them in each."""
Values = Annotated[
    dict[str, Slots],
    Field(min_length=1),
    WithJsonSchema(
        {"description": "Plain values, or each value with the slots that it fills.", "anyOf": [_LIST, _SLOTS]}
    ),
]


class Requirement(Frozen):
    """Of the tuples for which `when` holds, only those exist for which `then` holds too."""

    when: Condition
    then: Condition


class Filling(Frozen):
    """Slots of the tuples for which `when` holds: what depends on several dimensions."""

    when: Condition
    slots: Slots


class DimensionsFile(Frozen):
    """Many scenarios in one: each tuple of values makes one."""

    dimensions: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=40)
    """Its name, with which the name of each of its scenarios begins."""
    scenario: dict[str, Any]
    """The scenario, as a scenario file has it but without its name; `{slot}` is filled."""
    over: dict[str, Values] = Field(min_length=1)
    """The dimensions, each with its values."""
    slots: Slots = {}
    """What stands in a slot that a tuple's values do not fill."""
    fill: tuple[Filling, ...] = ()
    """Slots that depend on several dimensions; of several that hold, the last one counts."""
    never: tuple[Condition, ...] = ()
    """Combinations that do not exist."""
    requires: tuple[Requirement, ...] = ()
    """Values that exist only together with others."""
    must: tuple[Condition, ...] = ()
    """Combinations that are always played, however the others are chosen."""
    strength: int = Field(default=2, ge=1, le=4, strict=True)
    """Of how many dimensions every combination is played, where nothing else is asked for."""

    @field_validator("over", mode="before")
    @classmethod
    def _each_with_its_slots(cls, over: Any) -> Any:
        if not isinstance(over, dict):
            return over
        return {name: _values(name, values) for name, values in over.items()}


def _values(dimension: str, given: Any) -> Any:
    """Each value of a dimension to its slots: a plain one fills the slot that is named as the dimension."""
    if isinstance(given, dict):
        return {name: {} if slots is None else slots for name, slots in given.items()}
    if not isinstance(given, list) or not given or not all(isinstance(one, Plain) for one in given):
        what = "dimension '{name}' has no values; write a list of plain values, or a mapping of each value to its slots"
        raise PydanticCustomError("bad_values", what, {"name": dimension, "at": [dimension]})
    names = [named(one) for one in given]
    for at, name in enumerate(names):
        if name in names[:at]:
            what = "value '{name}' stands here twice; keep one"
            raise PydanticCustomError("bad_values", what, {"name": name, "at": [dimension, at]})
    return {name: {dimension: one} for name, one in zip(names, given, strict=True)}
