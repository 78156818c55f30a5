"""Calls that cannot be read: a tool that does not exist, arguments that are no JSON or do not fit the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from simkit.agents.faulty.stage import Call
from simkit.spec.crosscheck import argument_mistakes
from simkit.spec.domain import Tool

_VERBS = {
    "get": ("fetch", "read", "lookup"),
    "find": ("search", "lookup", "get"),
    "list": ("show", "get_all"),
    "cancel": ("delete", "void"),
    "change": ("update", "modify"),
    "return": ("send_back", "refund"),
    "create": ("make", "new"),
    "check": ("verify", "test"),
}
"""What a model calls a tool by, which has read of another service's."""


def fits(tool: Tool, call: Call) -> bool:
    """Whether a call's arguments fit the tool's schema."""
    return next(iter(argument_mistakes(tool, call.arguments)), None) is None


def misnamed(name: str, random: Random) -> Iterator[str]:
    """Names that resemble a tool's, in a seeded order."""
    verb, _, rest = name.partition("_")
    names = [f"{other}_{rest}" for other in _VERBS.get(verb, ()) if rest]
    names += [f"{name}_v2", f"{rest}_{verb}" if rest else f"{name}_tool", f"{name}_details", name.replace("_", "")]
    names += [f"functions.{name}", "transfer_to_human_agents", "send_email"]
    yield from random.sample(names, len(names))


def broken_json(call: Call, random: Random) -> Iterator[Call]:
    """A call with its arguments as text that is not a JSON object, in a seeded order."""
    text = json.dumps(call.arguments)
    single = repr(call.arguments) if call.arguments else "{'id': 1}"
    broken = [text[:-1], f"{text[:-1]},}}", single, f"```json\n{text}\n```", f"[{text}]", "", f"{text} {text}"]
    yield from (Call(call.tool, one) for one in random.sample(broken, len(broken)))


def misfits(tool: Tool, call: Call, random: Random) -> Iterator[Call]:
    """A call with arguments that its tool's schema does not admit, in a seeded order."""
    arguments = dict(call.arguments)
    required = [name for name in tool.parameters.get("required", ()) if name in arguments]
    changed: list[dict[str, Any]] = [{**arguments, "verbose": True}]
    changed += [{key: value for key, value in arguments.items() if key != name} for name in required]
    changed += [{**arguments, name: _of_another_type(value)} for name, value in arguments.items()]
    changed += [{f"{key}_value" if key == name else key: v for key, v in arguments.items()} for name in required]
    for one in random.sample(changed, len(changed)):
        if not fits(tool, Call(tool.name, one)):
            yield Call(tool.name, one)


def _of_another_type(value: Any) -> Any:
    if isinstance(value, str):
        return {"value": value}
    return str(value) if not isinstance(value, list) else None
