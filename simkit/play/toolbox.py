"""One call of a domain's tool: arguments checked, function run, world changed or left as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from simkit.errors import Refused, one_line
from simkit.play.world import World, plain_json, shallow
from simkit.spec.crosscheck import argument_mistakes, validator
from simkit.spec.domain import Domain, Tool
from simkit.spec.upheld import Changed, against
from simkit.trace.events import Change, Outcome, Party


class Performed(NamedTuple):
    """What one call came to."""

    arguments: Any
    outcome: Outcome
    result: Any
    changes: tuple[Change, ...] = ()
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


Tamper = Callable[[Callable[[], Performed]], Performed]
"""What a test makes of a call: given what performs it, performed or not, what it is to have come to."""


def perform(domain: Domain, world: World, by: Party, name: str, arguments: Any) -> Performed:
    """Call a tool. Never raises: whatever goes wrong is the outcome, and then the world is as it was before."""
    tool = domain.card.tool(name, by)
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError) as error:
            return Performed(arguments, "malformed", f"the arguments are not JSON: {one_line(error, 120)}")
    if tool is None:
        known = ", ".join(one.name for one in domain.card.tools if one.by == by)
        return Performed(_recordable(arguments), "unknown_tool", f"there is no tool '{name}'; there are: {known}")
    if not isinstance(arguments, dict):
        return Performed(_recordable(arguments), "malformed", "the arguments are not a JSON object")
    try:
        arguments = plain_json(arguments)
    except (ValueError, RecursionError) as error:
        return Performed(_recordable(arguments), "malformed", f"the arguments are not JSON: {error}")
    if not validator(tool).is_valid(arguments) and (mistakes := list(argument_mistakes(tool, arguments))):
        return Performed(arguments, "invalid_arguments", "; ".join(mistakes[:3]))
    return _run(domain, world, tool, arguments)


def _run(domain: Domain, world: World, tool: Tool, arguments: dict[str, Any]) -> Performed:
    before = {path: world.value(path) for rule in domain.card.rules for path in rule.paths(tool.name, arguments)}
    snapshot = world.snapshot()
    outcome: Outcome = "ok"
    try:
        function = domain.functions[tool.by, tool.name]
        given = arguments if shallow(arguments) else plain_json(arguments)
        result = plain_json(function(world, **given))
    except Refused as refusal:
        outcome, result = "refused", str(refusal)
    except Exception as error:
        outcome, result = "error", one_line(f"{type(error).__name__}: {error}")
    if outcome != "ok":
        world.restore(snapshot)
    changes = world.changes_since(snapshot)
    if changes and tool.effect == "read":
        world.restore(snapshot)
        outcome, changes = "error", ()
        result = f"the tool '{tool.name}' is marked @reads but changed the world; mark it @writes"
    after = against(domain.card.invariants, map(_changed, changes), world.rows) if changes else None
    return Performed(arguments, outcome, result, changes, before, after)


def _changed(change: Change) -> Changed:
    return change.path, change.before, change.after


def _recordable(value: Any) -> Any:
    try:
        return plain_json(value)
    except (ValueError, RecursionError):
        return one_line(repr(type(value)))
