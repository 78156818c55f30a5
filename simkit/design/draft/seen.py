"""Tools as they were seen at work: what they were given, what they answered. The part of a plan that was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simkit.design.draft.names import identifier, plural, singular, words
from simkit.design.draft.plan import Deed, Operation, Parameter, Plan, Table
from simkit.design.draft.shapes import Kind, Shape
from simkit.spec.frozen import canonical

RECORDED = "recorded"
"""The table of answers that were recorded."""
_VERBS = {
    "get",
    "find",
    "fetch",
    "look",
    "lookup",
    "read",
    "show",
    "view",
    "details",
    "detail",
    "info",
    "by",
    "id",
    "up",
}


@dataclass
class Seen:
    """One tool."""

    name: str
    writes: bool
    description: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)
    """JSON Schema of its arguments, where it is known."""
    calls: list[tuple[dict[str, Any], Any, str]] = field(default_factory=list)
    """(arguments, answer, why it was refused) of each call."""


def shape_seen(values: Sequence[Any]) -> Shape:
    """The shape that all of some values have."""
    there = [value for value in values if value is not None]
    nullable = len(there) < len(values)
    kinds = {_kind(value) for value in there}
    if kinds == {"integer", "number"}:
        kinds = {"number"}
    kind: Kind = kinds.pop() if len(kinds) == 1 else "any"
    if kind == "object":
        names = dict.fromkeys(name for value in there for name in value)
        fields = {name: shape_seen([value[name] for value in there if name in value]) for name in names}
        required = frozenset(name for name in names if all(name in value for value in there))
        return Shape(kind, fields=fields, required=required, nullable=nullable)
    if kind == "array":
        return Shape(kind, item=shape_seen([item for value in there for item in value]), nullable=nullable)
    return Shape(kind, nullable=nullable)


def _kind(value: Any) -> Kind:
    if isinstance(value, bool):
        return "boolean"
    kinds: dict[type, Kind] = {int: "integer", float: "number", str: "string", dict: "object", list: "array"}
    return kinds.get(type(value), "any")


def opened(result: Any) -> Any:
    """A result as JSON, where it was recorded as JSON text."""
    if isinstance(result, str) and result.strip()[:1] in ("{", "["):
        try:
            return json.loads(result)
        except ValueError:
            return result
    return result


def plan_of_seen(name: str, title: str, source: str, tools: Iterable[Seen], shapes: Mapping[str, Shape]) -> Plan:
    """The plan of a domain over tools that were seen at work. `shapes`: tool -> the shape of its arguments, where it is
    known; else it is read off the calls.

    A look-up by one argument that gave records makes a table of them; every other call answers as it was recorded.
    """
    plan, taken = Plan(name, title, source), set[str]()
    records: dict[str, dict[str, Any]] = {RECORDED: {}}
    named: dict[str, str] = {}
    for seen in tools:
        tool = identifier(seen.name, "call", taken)
        taken.add(tool)
        parameters = _parameters(seen, shapes.get(seen.name))
        operation = Operation(tool, "post" if seen.writes else "get", seen.name, seen.description, parameters, None)
        table = None if seen.writes else _table(seen, operation, plan, records)
        if table is not None:
            named[parameters[0].name] = table.name
            plan.deeds.append(Deed(operation, "read", table.name, key=parameters[0]))
            continue
        plan.deeds.append(Deed(operation, "recorded"))
        for arguments, answer, refused in seen.calls:
            note = {"tool": tool, "given": arguments, "answer": answer, "refused": refused}
            known = {canonical([row["tool"], row["given"]]) for row in records[RECORDED].values()}
            if canonical([tool, arguments]) not in known:
                records[RECORDED][f"R{len(records[RECORDED]) + 1}"] = note
    plan.deeds = [_about(deed, named) for deed in plan.deeds]
    plan.tables[RECORDED] = Table(RECORDED, "recorded answer", Shape("object"), single=True)
    plan.records = records
    return plan


def _about(deed: Deed, named: Mapping[str, str]) -> Deed:
    """A recorded deed that is given the name of a record is about that record: what it answers is kept in it."""
    from dataclasses import replace

    key = next((one for one in deed.operation.parameters if one.name in named and one.required), None)
    if deed.role != "recorded" or deed.operation.method == "get" or key is None:
        return deed
    return replace(deed, table=named[key.name], key=key)


def _parameters(seen: Seen, shape: Shape | None) -> tuple[Parameter, ...]:
    if shape is None:
        shape = shape_seen([arguments for arguments, _, _ in seen.calls])
    taken: set[str] = {"world"}
    found = []
    for name, one in sorted(shape.fields.items(), key=lambda pair: pair[0] not in shape.required):
        argument = identifier(name, "value", taken)
        taken.add(argument)
        found.append(Parameter(name, argument, "body", one, name in shape.required))
    return tuple(found)


def _table(seen: Seen, operation: Operation, plan: Plan, records: dict[str, dict[str, Any]]) -> Table | None:
    """The table of the records that a look-up by one text or number gave, each by what it was asked for by."""
    parameters = operation.parameters
    good = [(arguments, answer) for arguments, answer, refused in seen.calls if not refused]
    one = parameters[0] if len(parameters) == 1 and parameters[0].required else None
    if one is None or not good or one.shape.kind not in ("string", "integer"):
        return None
    if not all(isinstance(answer, dict) and answer for _, answer in good):
        return None
    said = [word for word in words(seen.name) if word not in _VERBS] or ["record"]
    base = "_".join([*said[:-1], plural(said[-1])])
    if base in plan.tables or base == RECORDED:
        return None
    rows, fields = {}, shape_seen([answer for _, answer in good])
    key = next((name for name in fields.fields if all(a.get(name) == g[one.name] for g, a in good)), one.name)
    for arguments, answer in good:
        rows.setdefault(str(arguments[one.name]), {key: arguments[one.name], **answer})
    shape = shape_seen(list(rows.values()))
    first = next(iter(rows.values()))[key]
    keyed = {**shape.fields, key: Shape(shape.fields[key].kind, examples=(first,))}
    single = " ".join([*said[:-1], singular(said[-1])])
    table = Table(base, single, Shape("object", fields=keyed, required=shape.required), key)
    plan.tables[base], records[base] = table, rows
    return table
