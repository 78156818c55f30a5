"""The plan of a domain over the tools of an MCP server: called for real, or answering as they were recorded.

To record, look-ups are called: first those that need nothing, then others with what the first ones gave. Tools that may
change something are never called while drafting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from simkit.design.draft.names import identifier, singular, spoken, words
from simkit.design.draft.openapi.document import Spec
from simkit.design.draft.openapi.schemas import Schemas
from simkit.design.draft.plan import Deed, Plan, Recorded
from simkit.design.draft.seed.values import Values
from simkit.design.draft.seen import Seen, plan_of_seen
from simkit.design.draft.shapes import Shape
from simkit.spec.strict_yaml import Document

Ask = Callable[[str, dict[str, Any]], tuple[Any, str]]
"""Calls a tool: gives its answer, and why it was refused (`""`: it was not)."""


@dataclass(frozen=True)
class Offered:
    """A tool as a server describes it."""

    name: str
    description: str
    schema: Mapping[str, Any]
    reads: bool


class _Inline(Spec):
    """A JSON Schema that stands alone."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.path, self.root, self.old = Path("mcp"), dict(schema), False
        self._text, self._document = "", Document(Path("mcp"))


def plan_of_mcp(name: str, server: str, tools: Iterable[Offered], ask: Ask, many: int, *, live: bool) -> Plan:
    """The plan; `many`: example calls of each look-up. `live`: tools.py calls the server, else it answers with what the
    examples gave."""
    offered = list(tools)
    shapes = {one.name: Schemas(_Inline(one.schema)).shape(one.schema) for one in offered}
    seen = {one.name: Seen(one.name, not one.reads, one.description) for one in offered}
    pool = _Pool(name)
    for needing in (False, True, True):
        for one in offered:
            if one.reads and bool(shapes[one.name].required) is needing and not seen[one.name].calls:
                _try(seen[one.name], shapes[one.name], pool, ask, many)
    plan = plan_of_seen(name, spoken(name), f"the MCP server {server}", seen.values(), shapes)
    plan.recorded = tuple(_sessions(offered, seen))
    if live:
        plan.server = server
        plan.tables = {table: one for table, one in plan.tables.items() if one.single}
        plan.records = {table: {} for table in plan.tables}
        plan.deeds = [Deed(deed.operation, "live") for deed in plan.deeds]
        plan.notes.append(
            "sessions of a live server repeat only as far as the server does; --record N keeps its answers"
        )
    else:
        plan.deeds = [_unrecorded(deed, seen, plan) for deed in plan.deeds]
    return plan


def _unrecorded(deed: Deed, seen: Mapping[str, Seen], plan: Plan) -> Deed:
    """A tool that was never called has nothing to answer with."""
    rows = plan.records["recorded"].values()
    if deed.role != "recorded" or any(row["tool"] == deed.operation.tool for row in rows):
        return deed
    return replace(deed, role="other", table="", key=None, sample={"ok": True})


def _try(seen: Seen, shape: Shape, pool: _Pool, ask: Ask, many: int) -> None:
    for number in range(many if shape.required else 1):
        arguments = pool.arguments(seen.name, shape, number)
        if any(arguments == given for given, _, _ in seen.calls):
            continue
        answer, refused = ask(seen.name, arguments)
        seen.calls.append((arguments, answer, refused))
        if not refused:
            pool.learn(seen.name, answer)


class _Pool:
    """What answers gave, by the name under which it stood."""

    def __init__(self, name: str) -> None:
        self.name, self.values = name, Values("2026-03-02T09:00:00")
        self.held: dict[tuple[str, ...], list[Any]] = {}

    def learn(self, tool: str, answer: Any) -> None:
        """Keep every simple value of an answer."""
        if isinstance(answer, dict):
            for key, item in answer.items():
                if isinstance(item, str | int | float) and not isinstance(item, bool):
                    one = [singular(word) for word in words(tool)]
                    names = [tuple(words(key))]
                    names += [(word, *words(key)) for word in one]
                    for name in names:
                        values = self.held.setdefault(name, [])
                        values += [item] if item not in values else []
                else:
                    self.learn(tool if isinstance(answer, list) else f"{tool} {key}", item)
        elif isinstance(answer, list):
            for item in answer[:50]:
                self.learn(tool, item)

    def arguments(self, tool: str, shape: Shape, number: int) -> dict[str, Any]:
        """Arguments for a call: what is required, from what is known."""
        found = {}
        for name in sorted(shape.required):
            one = shape.fields[name]
            known = self.held.get(tuple(words(name))) or []
            fitting = [value for value in known if isinstance(value, str) is (one.kind == "string")]
            if fitting and not one.options:
                found[name] = fitting[number % len(fitting)]
            else:
                found[name] = self.values.value(one, name, tool, number, Random(f"{self.name}/{tool}/{name}/{number}"))
        return found


def _sessions(offered: list[Offered], seen: Mapping[str, Seen]) -> Iterable[Recorded]:
    """A session for each example that went well: somebody asks for just that."""
    taken: set[str] = set()
    for one in offered:
        tool = identifier(one.name, "call", taken)
        taken.add(tool)
        for arguments, _, refused in seen[one.name].calls:
            if not refused:
                said = " and ".join(f"the {spoken(name)} is {value}" for name, value in arguments.items())
                line = f"I'd like to {spoken(one.name)}{', where ' + said if said else ''}."
                yield Recorded((line,), ((tool, arguments),), "plain")
