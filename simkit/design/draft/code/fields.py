"""What a drafted tool writes into the fields of a record: what was given, and what only the server knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simkit.design.draft.code.literals import literal
from simkit.design.draft.names import PEOPLE, words
from simkit.design.draft.plan import Deed, Parameter, Table
from simkit.design.draft.shapes import MISSING, Shape

_MADE = ({"created"}, {"creation"}, {"placed"}, {"opened"}, {"registered"}, {"joined"}, {"issued"}, {"requested"})
_CHANGED = ({"updated"}, {"modified"}, {"changed"})
UNIQUE = ("email", "username", "login", "slug", "sku")


def moment(shape: Shape) -> str:
    """The session's clock as a field of this shape holds it, as an expression; empty where it is no moment."""
    if shape.format == "date":
        return "world.now[:10]"
    return "world.now" if shape.kind == "string" and not shape.options else ""


def said_when(table: Table, *, made: bool) -> Iterator[tuple[str, str]]:
    """(field, expression) of the fields that say when a record was made, or changed."""
    for name, shape in table.shape.fields.items():
        said = set(words(name))
        times = said & {"at", "on", "date", "time", "timestamp"} or shape.format in ("date", "date-time")
        wanted = _CHANGED if not made else (*_MADE, *_CHANGED)
        if times and any(one <= said for one in wanted) and moment(shape):
            yield name, moment(shape)


def given(parameters: Iterable[Parameter]) -> list[str]:
    """Entries `"field": argument` of what a call gives."""
    return [f"{literal(one.name)}: {one.argument}" for one in parameters]


def begun(table: Table, held: set[str]) -> Iterator[tuple[str, str, bool]]:
    """(field, expression, known) of what a new record holds that nobody gives; `known` is False where it is a guess."""
    times = dict(said_when(table, made=True))
    for name, shape in table.shape.fields.items():
        if name in held or name == table.key or not shape.shown:
            continue
        if name in times:
            yield name, times[name], True
        elif shape.default is not MISSING and not isinstance(shape.default, dict):
            yield name, literal(shape.default), True
        elif shape.options and (name in table.shape.required or not shape.given or words(name)[-1:] == ["status"]):
            yield name, literal(_first_state(shape)), words(name)[-1:] in (["status"], ["state"])
        elif shape.nullable:
            continue
        elif name in table.shape.required and not any(link.field == name for link in table.links):
            blank = {"array": "[]", "object": "{}", "boolean": "False", "integer": "0", "number": "0.0"}
            yield name, blank.get(shape.kind, '""'), shape.kind in ("array", "boolean")


def _first_state(shape: Shape) -> object:
    likely = ("pending", "new", "open", "created", "draft", "requested", "active", "available", "todo", "booked")
    return next((one for wanted in likely for one in shape.options if one == wanted), shape.options[0])


def unique_fields(deed: Deed, table: Table) -> list[Parameter]:
    """Parameters whose value no other record may have, where people are made or the source speaks of conflicts."""
    if not {"409", "422"} & deed.operation.statuses and not set(words(table.one)) & PEOPLE:
        return []
    fields = [one for one in deed.operation.at("body") if one.name != table.key and one.shape.kind == "string"]
    return [one for one in fields if words(one.name) and words(one.name)[-1] in UNIQUE]
