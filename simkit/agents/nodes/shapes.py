"""A graph's state as JSON and back, and where two of them differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.messages import BaseMessage, messages_from_dict
from pydantic import BaseModel

from simkit.errors import one_line

MESSAGE = "<message>"
"""The key that marks a message among JSON."""


def shown(value: Any) -> Any:
    """`value` as JSON, for people and for comparison: messages without ids, objects by their fields, functions and
    whatever else by name. The same for equal values in each process."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case BaseMessage():
            calls = [{"name": one["name"], "args": one["args"]} for one in getattr(value, "tool_calls", ())]
            return {value.type: shown(value.content)} | ({"tool_calls": calls} if calls else {})
        case Mapping():
            return {str(key): shown(item) for key, item in value.items()}
        case list() | tuple():
            return [shown(item) for item in value]
        case set() | frozenset():
            return sorted((shown(item) for item in value), key=str)
        case BaseModel():
            return {name: shown(getattr(value, name)) for name in type(value).model_fields}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: shown(getattr(value, field.name)) for field in dataclasses.fields(value)}
    name = getattr(value, "__qualname__", None)
    return f"<{name or type(value).__qualname__}>"


def kept(value: Any) -> Any:
    """`value` as JSON from which `revived` makes it again. Raises TypeError, naming the place, where that cannot be."""
    return _kept(value, "")


def _kept(value: Any, place: str) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case BaseMessage():
            return {MESSAGE: {"type": value.type, "data": value.model_dump(mode="json")}}
        case Mapping() if all(isinstance(key, str) for key in value):
            return {key: _kept(item, f"{place}.{key}" if place else key) for key, item in value.items()}
        case list():
            return [_kept(item, f"{place}[{at}]") for at, item in enumerate(value)]
    raise TypeError(f"{place or 'it'} is a {type(value).__name__}, which JSON does not hold")


def revived(value: Any) -> Any:
    """What `kept` wrote."""
    if isinstance(value, dict):
        if set(value) == {MESSAGE}:
            return messages_from_dict([value[MESSAGE]])[0]
        return {key: revived(item) for key, item in value.items()}
    return [revived(item) for item in value] if isinstance(value, list) else value


def differences(was: Any, now: Any, place: str = "") -> Iterator[str]:
    """Each place at which two JSON values differ: `PLACE: was A, is B`."""
    if isinstance(was, dict) and isinstance(now, dict):
        for name in dict.fromkeys((*was, *now)):
            inner = f"{place}.{name}" if place else str(name)
            yield from differences(was.get(name, _NOTHING), now.get(name, _NOTHING), inner)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for at, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from differences(one, other, f"{place}[{at}]")
    elif was != now or type(was) is not type(now):
        yield f"{place or 'all'}: was {one_line(repr(was), 160)}, is {one_line(repr(now), 160)}"


class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


_NOTHING = _Nothing()
