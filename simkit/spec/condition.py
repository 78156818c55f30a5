"""Conditions on one value, as goals and rules write them, and how two values of a call are compared.

orders.W1001.status: returned                        equal (numbers by value, text without regard to case)
refunds.R1.amount: {approx: 49.90, within: 0.005}    near
status: {in: [returned, refunded]}                   one of
items: {contains: lamp}                              a list or text that contains it
total: {at_most: 100}                                also at_least, above, below (numbers; ISO dates as text)
refunds.R2: {exists: false}                          there, or not there
status: {not: cancelled}                             anything else
taken: {at_most: {field: capacity}}                  in an invariant: another field of the record
amount: {above: {world: "cards.{card}.balance"}}     in a rule: what stands in the world, or {argument: NAME}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pprint import saferepr
from typing import Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from simkit.errors import did_you_mean
from simkit.spec.frozen import Frozen

MISSING = "<missing>"
"""What a path that leads nowhere gives."""

Check = Literal["equals", "approx", "in", "not", "contains", "at_least", "at_most", "above", "below", "exists"]
CHECKS: tuple[Check, ...] = get_args(Check)
REFERRING = ("at_least", "at_most", "above", "below", "approx")
"""Checks that may compare with a value that stands elsewhere."""


class Condition(Frozen):
    """One check of one value: `check` is one of the words above, `value` what it compares with."""

    check: Check
    value: Any = None
    within: float = Field(default=0.0, ge=0, strict=True)
    """For `approx`: the largest difference that still counts as equal."""
    elsewhere: ClassVar[tuple[str, ...]] = ()
    """Kinds of places where the value that it compares with may stand instead."""

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if isinstance(data, Condition):
            return data
        if isinstance(data, dict) and "check" in data:
            return data
        if not isinstance(data, dict):
            return {"check": "equals", "value": data}
        return _parsed(dict(data))

    @model_validator(mode="after")
    def _comparable(self) -> Condition:
        what = _complaint(self.check, self.value)
        if self.refers_to is not None:
            what = _complaint_of_reference(self.check, self.value, self.elsewhere)
        if what:
            raise PydanticCustomError("bad_condition", "{what}", {"what": what})
        return self

    def holds(self, actual: Any) -> bool:
        """Whether `actual` meets this condition; `MISSING` meets only `exists: false` and `not`."""
        if self.check == "exists":
            return (actual != MISSING) is bool(self.value)
        if self.check == "not":
            return not same(actual, self.value)
        if actual == MISSING or (self.value == MISSING and self.check in REFERRING):
            return False
        return _TESTS[self.check](self, actual)

    @property
    def refers_to(self) -> tuple[str, str] | None:
        """The kind (`field`) and name of the value that it compares with, where that stands elsewhere."""
        if self.elsewhere and self.check in REFERRING and isinstance(self.value, dict):
            return next(iter(self.value.items()), ("", ""))
        return None

    def filled(self, look_up: Callable[[str, str], Any]) -> Condition:
        """The condition with what `look_up(kind, name)` gives in place of a value that stands elsewhere."""
        named = self.refers_to
        if named is None:
            return self
        return Condition.of(check=self.check, value=look_up(*named), within=self.within)

    def describe(self) -> str:
        """The condition in words, for a report."""
        words = {"equals": "", "in": "one of ", "not": "not ", "approx": "about "}
        if self.check == "exists":
            return "to exist" if self.value else "not to exist"
        return f"{words.get(self.check, self.check.replace('_', ' ') + ' ')}{saferepr(self.value)}"


class InRecord(Condition):
    """A condition on a field of a record, which may compare it with another field: `{at_most: {field: capacity}}`."""

    elsewhere: ClassVar[tuple[str, ...]] = ("field",)


class InCall(Condition):
    """A condition of a rule, which may compare with another argument of the call (`{argument: quantity}`) or with what
    stands in the world before it (`{world: "accounts.{account_id}.balance"}`)."""

    elsewhere: ClassVar[tuple[str, ...]] = ("argument", "world")


def _parsed(data: dict[str, Any]) -> dict[str, Any]:
    within = data.pop("within", None)
    if "approx" in data:
        within = 0.005 if within is None else within
    elif within is not None:
        raise PydanticCustomError("bad_condition", "'within' goes with approx, as in {approx: 49.90, within: 0.005}")
    if not data:
        raise PydanticCustomError("bad_condition", "a condition says what must hold, as in {at_most: 100}")
    if len(data) > 1 and data.keys() <= set(CHECKS):
        what = "{checks} stand together; a value has one condition (approx and within bound it on both sides)"
        raise PydanticCustomError("bad_condition", what, {"checks": " and ".join(f"'{key}'" for key in data)})
    if len(data) != 1 or next(iter(data)) not in CHECKS[1:]:
        wrong = next((key for key in data if key not in CHECKS), "") or "+".join(data)
        cure = did_you_mean(wrong, [*CHECKS[1:], "within"])
        raise PydanticCustomError("unknown_key", "'{key}' is not a condition{cure}", {"key": str(wrong), "cure": cure})
    check, value = next(iter(data.items()))
    return {"check": check, "value": value, "within": 0.0 if within is None else within}


def _complaint(check: str, value: Any) -> str:
    """What is wrong with comparing by `check` with `value`; empty if nothing."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    wanted = ""
    if check == "in" and not isinstance(value, list):
        wanted = "a list, as in {in: [returned, refunded]}"
    elif check == "approx" and not number:
        wanted = "a number, as in {approx: 49.90}"
    elif check == "exists" and not isinstance(value, bool):
        wanted = "true or false"
    elif check in ("at_least", "at_most", "above", "below") and not (number or isinstance(value, str)):
        wanted = f"a number or a date, as in {{{check}: 100}}"
    return f"'{check}' has {repr(value)[:60]}; write {wanted}" if wanted else ""


def _complaint_of_reference(check: str, value: dict[str, Any], kinds: tuple[str, ...]) -> str:
    if len(value) == 1 and value.keys() <= set(kinds) and isinstance(next(iter(value.values())), str):
        return ""
    known = " or ".join(f"{{{kind}: {'PATH' if kind == 'world' else 'NAME'}}}" for kind in kinds)
    return f"'{check}' has {repr(value)[:60]}; write a number, a date, or {known}"


def same(left: Any, right: Any) -> bool:
    """Equality as people mean it: 49.9 is 49.90, `Ana` is `ana`, lists in order, mappings key by key."""
    if type(left) is type(right) is str and left == right:
        return True
    if type(left) is type(right) is dict:
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right or _within(left, right, 1e-9)
    if isinstance(left, str) and isinstance(right, str):
        return left == right or " ".join(left.split()).casefold() == " ".join(right.split()).casefold()
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


def contains_arguments(arguments: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a call's `arguments` hold all that is `wanted`, each a plain value or a `Condition`."""
    return all(
        value.holds(arguments.get(name, MISSING))
        if isinstance(value, Condition)
        else name in arguments and same(arguments[name], value)
        for name, value in wanted.items()
    )


def value_at(tables: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted `path` (`orders.W1001.items.0`), or `MISSING`. A key may itself hold dots."""
    return _walk(tables, path.split("."))


def _walk(node: Any, parts: list[str]) -> Any:
    if not parts:
        return node
    if isinstance(node, list):
        index = int(parts[0]) if parts[0].isdigit() else len(node)
        return _walk(node[index], parts[1:]) if index < len(node) else MISSING
    if isinstance(node, Mapping):
        for size in range(1, len(parts) + 1):
            key = ".".join(parts[:size])
            if key in node:
                found = _walk(node[key], parts[size:])
                if found != MISSING:
                    return found
    return MISSING


def _ordered(compare: Any) -> Any:
    def test(condition: Condition, actual: Any) -> bool:
        numbers = isinstance(actual, int | float) and isinstance(condition.value, int | float)
        texts = isinstance(actual, str) and isinstance(condition.value, str)
        return bool(compare(actual, condition.value)) if numbers or texts else False

    return test


def _contains(condition: Condition, actual: Any) -> bool:
    if isinstance(actual, str):
        return str(condition.value).casefold() in actual.casefold()
    return isinstance(actual, list | Mapping) and any(same(item, condition.value) for item in actual)


def _near(condition: Condition, actual: Any) -> bool:
    for value in (actual, condition.value):  # the latter may be what stands elsewhere
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
    return _within(actual, condition.value, condition.within + 1e-9)


def _within(left: float, right: float, distance: float) -> bool:
    try:
        return abs(left - right) <= distance
    except OverflowError:  # a whole number beyond all floats
        return False


_TESTS: dict[str, Any] = {
    "equals": lambda condition, actual: same(actual, condition.value),
    "in": lambda condition, actual: any(same(actual, item) for item in condition.value),
    "approx": _near,
    "contains": _contains,
    "at_least": _ordered(lambda a, b: a >= b),
    "at_most": _ordered(lambda a, b: a <= b),
    "above": _ordered(lambda a, b: a > b),
    "below": _ordered(lambda a, b: a < b),
}
