"""What *done* means in a drafted case: read off what a call changed, or what it told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from simkit.design.draft.names import spoken, words
from simkit.spec.values import values_in
from simkit.trace.events import Change

MOST = 5
_TIMES = {"at", "on", "date", "time", "timestamp", "created", "updated", "modified"}
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_@$:-]+")
_TELLING = (
    "status",
    "state",
    "name",
    "title",
    "total",
    "amount",
    "price",
    "balance",
    "email",
    "quantity",
    "description",
)


def end_state(changes: Iterable[Change], tables: Mapping[str, Any]) -> dict[str, Any] | None:
    """Conditions on the world that name each record which changed; None where one cannot be named by a path."""
    found: dict[str, Any] = {}
    for change in changes:
        table, _, record = change.path.partition(".")
        if table not in tables and change.after is not None:
            return None
        if change.after is None:
            found[change.path] = {"exists": False}
            continue
        before = change.before or {}
        told = {
            f"{change.path}.{name}": value
            for name, value in change.after.items()
            if before.get(name) != value and _sayable(name, value)
        }
        lasting = {path: value for path, value in told.items() if not set(words(path.rpartition(".")[2])) & _TIMES}
        kept = lasting or told
        if "." in record or (change.before is not None and not kept):
            return None
        found |= dict(list(kept.items())[:MOST]) or {change.path: {"exists": True}}
    return found or None


def _sayable(name: str, value: Any) -> bool:
    return _PLAIN_PATH.fullmatch(name) is not None and isinstance(value, str | int | float | bool) and value != ""


def telling(record: Mapping[str, Any], key: str, known: Iterable[Any], number: int = 0) -> tuple[str, Any] | None:
    """A field of a record that somebody would ask about, and its value; for another `number`, another field."""
    secret = {str(value) for value in known}
    simple = {
        name: value
        for name, value in record.items()
        if name != key
        and isinstance(value, str | int | float)
        and not isinstance(value, bool)
        and str(value) not in secret
        and 1 < len(str(value)) <= 60
        and "\n" not in str(value)
    }
    likely = [name for wanted in _TELLING for name in simple if words(name)[-1:] == [wanted]]
    names = list(dict.fromkeys([*likely, *simple]))
    return (names[number % len(names)], simple[names[number % len(names)]]) if names else None


def says_of(value: Any) -> Any:
    """The condition that an agent said a value: by its type, so that other ways of writing it do as well."""
    if isinstance(value, int | float):
        return {"number": value}
    found = values_in(value)
    if found and found[0].kind == "date" and value.startswith(found[0].text[:10]):
        return {"date": found[0].value} if not str(found[0].value).startswith("--") else value
    return value


def sentence(one: str, name: str, value: Any) -> str:
    """Words that tell a field."""
    shown = f"{value:g}" if isinstance(value, float) and value.is_integer() else value
    return f"The {spoken(name)} of the {one} is {shown}."
