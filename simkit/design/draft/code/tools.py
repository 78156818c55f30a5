"""tools.py of a drafted domain: a typed function for each operation, over the tables."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from simkit.design.draft.code.bodies import Body, body_of
from simkit.design.draft.code.literals import call, docstring, literal, prose
from simkit.design.draft.code.parts import PARTS
from simkit.design.draft.code.types import Types, default_of, understood
from simkit.design.draft.names import IMPORTED
from simkit.design.draft.plan import Deed, Parameter, Plan, Table
from simkit.design.draft.seed.records import KeyForm
from simkit.design.draft.shapes import MISSING
from simkit.design.draft.slots import said_of


def tools_text(plan: Plan, forms: Mapping[str, KeyForm]) -> str:
    """The text of tools.py. What it says is parsed once before it is given out."""
    types = Types({*IMPORTED, *(deed.operation.tool for deed in plan.deeds)})
    functions, uses = [], set[str]()
    for deed in plan.deeds:
        body = body_of(deed, plan.tables, forms)
        uses |= body.uses
        functions.append(_function(deed, body, plan, forms, types))
    helpers = [PARTS[name] for name in PARTS if name in uses]
    head = [f'"""{prose(plan.title, 80).rstrip(".")}: what its tools do, over the tables in state.json.', ""]
    head += [f"Drafted from {prose(plan.source, 80)}. Where the source cannot say what happens, stands a TODO."]
    head += ['"""', "", "from __future__ import annotations", ""]
    code = "\n".join([*types.definitions, *functions, *helpers])
    text = "\n".join([*head, *_imports(code, types), "", *_server(plan), "Answer = dict[str, Any]", ""])
    text += _spaced(types.definitions) + "\n\n\n" + "\n\n\n".join([*functions, *helpers]) + "\n"
    ast.parse(text)
    return text


def _imports(code: str, types: Types) -> list[str]:
    typing = sorted({"Any"} | ({"Annotated", "Literal"} & types.uses))
    lines = ["import uuid"] if "uuid." in code else []
    lines += [f"from typing import {', '.join(typing)}", ""]
    extended = sorted({"NotRequired", "TypedDict"} & types.uses)
    lines += [f"from typing_extensions import {', '.join(extended)}", ""] if extended else []
    lines += ["from simkit.guests.mcp import Server"] if "SERVER." in code else []
    wanted = [name for name in ("Field", "Refused", "World", "reads", "writes") if _used(name, code)]
    return [*lines, f"from simkit import {', '.join(wanted)}"]


def _spaced(definitions: list[str]) -> str:
    """Definitions below each other, with air around those that take several lines."""
    text = ""
    for at, one in enumerate(definitions):
        before = definitions[at - 1] if at else ""
        gap = "" if at == 0 else "\n\n\n" if one.startswith("class") or before.startswith("class") else "\n"
        text += gap + one
    return ("\n\n" if text.startswith("class") else "") + text


def _server(plan: Plan) -> list[str]:
    """The line that says where a live server is."""
    return [f"SERVER = Server({literal(plan.server)})"] if plan.server else []


def _used(name: str, code: str) -> bool:
    return f"{name}(" in code or f"@{name}" in code or f": {name}" in code


def _function(deed: Deed, body: Body, plan: Plan, forms: Mapping[str, KeyForm], types: Types) -> str:
    operation = deed.operation
    given = [f"{one.argument}: {annotation(one, deed, plan, forms, types)}" for one in operation.parameters]
    said = operation.summary or f"{said_of(deed, plan.tables).capitalize()}."
    where = f"{operation.method.upper()} {operation.path}" if operation.path.startswith("/") else ""
    said = said if said.endswith((".", "!", "?")) else f"{said}."
    lines = [f"@{'writes' if body.writes else 'reads'}"]
    lines += call(f"def {operation.tool}", ["world: World", *given], f" -> {body.answer}:")
    lines += docstring(f"{said} ({where})" if where else said)
    return "\n".join([*lines, *(f"    {line}" if line else "" for line in body.lines)])


def annotation(one: Parameter, deed: Deed, plan: Plan, forms: Mapping[str, KeyForm], types: Types) -> str:
    """`str`, `OrderId`, `Annotated[…] | None = None`: a parameter's type and default."""
    table = plan.tables[deed.table] if deed.key is one else None
    above = next((plan.tables[name] for parameter, _, name in deed.within if parameter is one), None)
    named = table or above
    if named is not None and not named.single and one.place == "path":
        return _type_of_key(named, one, forms, types)
    written = _key_type(one, deed, plan, forms, types) or types.of(one.shape, one.name, deed.operation.tool)
    default = default_of(one.shape)
    if one.required:
        return written
    if default is not MISSING and default is not None:
        return f"{written} = {literal(default)}"
    return f"{written} = None" if written.endswith("| None") else f"{written} | None = None"


def _key_type(one: Parameter, deed: Deed, plan: Plan, forms: Mapping[str, KeyForm], types: Types) -> str:
    """The type of a field that names a record of another table; `""` for any other."""
    table = plan.tables.get(deed.table)
    link = next((link for link in table.links if link.field == one.name and not link.many), None) if table else None
    there = plan.tables[link.table] if link is not None and one is not deed.key else None
    if there is None or there.single or there.key_shape.kind != one.shape.kind or one.shape.options:
        return ""
    return _type_of_key(there, one, forms, types) + (" | None" if one.shape.nullable else "")


def _type_of_key(table: Table, one: Parameter, forms: Mapping[str, KeyForm], types: Types) -> str:
    """The named type of a table's keys. A key must fit it: a pattern that our keys do not match is left out."""
    shape = table.key_shape
    pattern = shape.pattern or one.shape.pattern
    pattern = pattern if understood(pattern) and forms[table.name].fits(table.name, pattern) else ""
    if not forms[table.name].as_long_as(table.name, shape):
        shape = replace(shape, shortest=None, longest=None)
    return types.key(table.name, table.one, shape, pattern)
