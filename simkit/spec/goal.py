"""What *done* means: conditions on the world, on calls, on words, and what must never happen."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from types import NoneType
from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from simkit.errors import did_you_mean
from simkit.spec.condition import Condition
from simkit.spec.frozen import Frozen


class CallPattern(Frozen):
    """A tool, and the arguments that it must have been called with (others may be anything)."""

    tool: str
    arguments: dict[str, Condition] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        return _named_mapping(data, "tool", "arguments", "get_order: {order_id: W1001}")

    @cached_property
    def described(self) -> str:
        """In words: `get_order with order_id W1001`."""
        wanted = ", ".join(f"{name} {condition.describe()}" for name, condition in sorted(self.arguments.items()))
        return f"{self.tool} with {wanted}" if wanted else self.tool


SAYS_KINDS = ("text", "money", "number", "date", "id", "asks", "any_of")


class Says(Frozen):
    """Something that must stand in what the agent says, matched by type.

    A bare string or `text` is looked for without regard to case and spacing; `money`, `number`, `date` and `id`
    are compared as values, so `$1,049.90` meets `money: 1049.9`; `asks` means that the agent asked for that fact;
    `any_of` is met by any one of its members.
    """

    check: Literal["text", "money", "number", "date", "id", "asks", "any_of"]
    value: str | float | tuple[Says, ...]

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if isinstance(data, Says) or (isinstance(data, dict) and "check" in data):
            return data
        if isinstance(data, str):
            return {"check": "text", "value": data}
        if not isinstance(data, dict) or len(data) != 1 or next(iter(data)) not in SAYS_KINDS:
            wrong = next((key for key in data if key not in SAYS_KINDS), None) if isinstance(data, dict) else data
            if wrong is None:
                raise PydanticCustomError("bad_says", "one kind of words an entry, as in - money: 122.60")
            raise PydanticCustomError(
                "unknown_key",
                "'{key}' is not a kind of words{cure}",
                {"key": str(wrong), "cure": did_you_mean(wrong, SAYS_KINDS)},
            )
        kind, value = next(iter(data.items()))
        if kind in ("money", "number") and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        elif kind not in ("any_of", "money", "number") and isinstance(value, int | float):
            value = str(value)
        return {"check": kind, "value": value}

    @model_validator(mode="after")
    def _typed(self) -> Says:
        if self.check in ("money", "number"):
            fits, example = isinstance(self.value, float), "a number, as in 122.60"
        elif self.check == "any_of":
            fits, example = isinstance(self.value, tuple) and bool(self.value), "a list, as in [one, two]"
        elif self.check == "date":
            fits, example = _is_date(self.value), "a date, as in 2026-03-10"
        else:
            fits, example = isinstance(self.value, str) and bool(self.value.strip()), "a text"
        if not fits:
            raise PydanticCustomError(
                "bad_says",
                "'{kind}' has {seen}; write {example}",
                {"kind": self.check, "seen": repr(self.value)[:60], "example": example},
            )
        return self

    def describe(self) -> str:
        """The condition in words."""
        if isinstance(self.value, tuple):
            return " or ".join(one.describe() for one in self.value)
        return f"{self.value!r}" if self.check == "text" else f"{self.check} {self.value}"


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


class EndState(Frozen):
    """One acceptable end: all of its parts must hold."""

    world: dict[str, Condition] = {}
    """Dotted path (`orders.W1001.status`) to the condition on what stands there at the end."""
    calls: tuple[CallPattern, ...] = ()
    """Calls that must have succeeded."""
    says: tuple[Says, ...] = ()
    """What the agent must have said."""


class Goal(EndState):
    """What the agent must have reached when the session ends."""

    any_of: tuple[EndState, ...] = ()
    """Other acceptable ends: beside the parts above, at least one of these must hold."""
    never: tuple[CallPattern, ...] = ()
    """Calls that must not have succeeded."""
    never_says: tuple[Says, ...] = ()
    """What the agent must not have said."""
    judged: tuple[str, ...] = ()
    """Sentences for a judge; without one they are not evaluable and do not gate."""
    elsewhere: Literal["unchanged", "free"] = "unchanged"
    """Whether records that the world conditions (of any acceptable end) do not name may change."""
    may_change: tuple[str, ...] = Field(default=())
    """Tables or records (`audit`, `customers.C7`) that may change besides those named."""

    @model_validator(mode="after")
    def _ends_are_ends(self) -> Goal:
        for at, end in enumerate(self.any_of):
            if not (end.world or end.calls or end.says):
                what = "an empty end always holds; write world, calls or says in it, or remove it"
                raise PydanticCustomError("bad_end", what, {"at": ["any_of", at]})
        return self


class Step(Frozen):
    """One step of a reference path: a call by the agent, a call by the user (`user.TOOL`), or a `say`.

    `any_order` groups steps whose order does not matter.
    """

    tool: str | None = None
    by: Literal["agent", "user"] = "agent"
    arguments: dict[str, Any] = {}
    say: str | None = None
    any_order: tuple[Step, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if isinstance(data, Step) or (isinstance(data, dict) and ("tool" in data or "by" in data)):
            return data
        if isinstance(data, dict) and set(data) == {"say"}:
            return {"say": data["say"]}
        if isinstance(data, dict) and set(data) == {"any_order"}:
            return data
        if isinstance(data, dict) and len(data) == 1 and not isinstance(next(iter(data.values())), dict | NoneType):
            key = str(next(iter(data)))
            near = did_you_mean(key, ("say", "any_order"))
            if near.startswith("; did"):
                raise PydanticCustomError("unknown_key", "'{key}' is no step{cure}", {"key": key, "cure": near})
        step = dict(_named_mapping(data, "tool", "arguments", "get_order: {order_id: W1001}"))
        if step["tool"].startswith("user."):
            step |= {"tool": step["tool"].removeprefix("user."), "by": "user"}
        return step

    @model_validator(mode="after")
    def _one_thing(self) -> Step:
        if [self.tool is not None, self.say is not None, bool(self.any_order)].count(True) != 1:
            raise PydanticCustomError("bad_step", "a step is a call, a say or an any_order; write exactly one")
        if any(step.any_order for step in self.any_order):
            raise PydanticCustomError("bad_step", "any_order stands in any_order; one level is enough")
        return self

    def flat(self) -> tuple[Step, ...]:
        """The steps of a group, or the step itself."""
        return self.any_order or (self,)


def _named_mapping(data: Any, name: str, rest: str, example: str) -> Any:
    if isinstance(data, str):
        return {name: data}
    if isinstance(data, dict) and name in data:
        return data
    if isinstance(data, dict) and len(data) == 1:
        key, value = next(iter(data.items()))
        if value is None or isinstance(value, dict):
            return {name: str(key), rest: value or {}}
    what = "{found}; a call is a tool's name, or one name with its arguments, as in {example}"
    raise PydanticCustomError("bad_call", what, {"found": _no_call(data), "example": example})


def _no_call(data: Any) -> str:
    if not isinstance(data, dict):
        return (
            f"{data!r} stands here"
            if isinstance(data, int | float)
            else f"a {_KINDS.get(type(data), type(data).__name__)} stands here"
        )
    if len(data) == 1:
        return f"'{next(iter(data))}' has no arguments by name"
    return " and ".join(f"'{key}'" for key in data) + " stand in one entry" if data else "nothing stands here"


_KINDS: dict[type, str] = {list: "list", type(None): "blank"}
