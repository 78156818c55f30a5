"""Canonical JSON: the same bytes for the same value, whatever a model said. Keys sorted, no spaces, ASCII only.

What a session has many of (words, calls, answers of models) is laid out by hand, which takes a third of the general
way's time and gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from json.encoder import c_make_encoder, encode_basestring_ascii  # type: ignore[attr-defined]
from typing import Any

from pydantic import BaseModel

from simkit.trace.events import SHARED, AgentSaid, Event, ModelCalled, Started, ToolCalled, UserSaid


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return vars(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False, default=_fields)


def _encoder() -> Callable[[Any], str]:
    """What writes JSON. The standard library makes a new encoder in C for every value; here one is kept."""
    if c_make_encoder is None:
        return _ENCODER.encode
    of = _ENCODER
    given = (None, _fields, encode_basestring_ascii, None, of.key_separator, of.item_separator)
    parts = c_make_encoder(*given, of.sort_keys, of.skipkeys, of.allow_nan)
    return lambda value: "".join(parts(value, 0))


_ENCODE = _encoder()
_TEXT: Callable[[str], str] = encode_basestring_ascii
"""A text as JSON."""


def canonical_line(value: Any) -> str:
    """JSON with sorted keys and ASCII only: the same bytes for the same value, whatever a model said."""
    return _ENCODE(value)


def fields_of(event: Event) -> dict[str, Any]:
    """An event's fields as its canonical JSON has them: without an `after` that says nothing, as in older runs."""
    found = vars(event)
    return found if found.get("after", True) else {name: value for name, value in found.items() if name != "after"}


def body_of(event: Event) -> str:
    """An event's canonical JSON; what a session's first event shares with many others stands there by its digest."""
    lay = _LAID.get(type(event))
    return _ENCODE(vars(event)) if lay is None else lay(event)


def _started(event: Started) -> str:
    return _ENCODE(vars(event) | {name: shared(getattr(event, name))[0] for name in SHARED})


def _user_said(event: UserSaid) -> str:
    begins = f'{{"act":{_name(event.act)},"closing":{"true" if event.closing else "false"}'
    return f'{begins},"kind":"user_said","seq":{event.seq},"text":{_TEXT(event.text)}}}'


def _agent_said(event: AgentSaid) -> str:
    return f'{{"kind":"agent_said","seq":{event.seq},"text":{_TEXT(event.text)}}}'


def _tool_called(event: ToolCalled) -> str:
    before = _ENCODE(event.before) if event.before else "{}"
    changes = _ENCODE(event.changes) if event.changes else "[]"
    after = f'"after":{_ENCODE(event.after)},' if event.after else ""
    return (
        f'{{{after}"arguments":{_ENCODE(event.arguments)},"before":{before},"by":"{event.by}","changes":{changes},'
        f'"kind":"tool_called","node":{_name(event.node)},"outcome":"{event.outcome}","result":{_ENCODE(event.result)},'
        f'"seq":{event.seq},"tool":{_TEXT(event.tool)},"world":{_TEXT(event.world)}}}'
    )


def _model_called(event: ModelCalled) -> str:
    rest = f'"role":"{event.role}","seq":{event.seq},"usage":{_ENCODE(event.usage)}'
    return f'{{"kind":"model_called","model":{_TEXT(event.model)},{rest}}}'


def _name(name: str | None) -> str:
    return "null" if name is None else _TEXT(name)


_LAID: dict[type, Callable[[Any], str]] = {
    Started: _started,
    UserSaid: _user_said,
    AgentSaid: _agent_said,
    ToolCalled: _tool_called,
    ModelCalled: _model_called,
}


_SHARED: dict[int, tuple[Any, str, str]] = {}
_MOST_SHARED = 4096


def shared(value: dict[str, Any]) -> tuple[str, str]:
    """Digest (32 hexadecimal digits of SHA-256) and canonical JSON of a scenario, persona or domain.

    Worked out once for each object, which is then treated as frozen.
    """
    known = _SHARED.get(id(value))
    if known is None:
        # The value is kept beside its id, so that no other object can come to have that id.
        body = canonical_line(value)
        known = (value, hashlib.sha256(body.encode()).hexdigest()[:32], body)
        if len(_SHARED) >= _MOST_SHARED:
            _SHARED.clear()
        _SHARED[id(value)] = known
    return known[1], known[2]
