"""The plan of a domain over the tables of a database: what it holds becomes the world, what it links becomes tools.

Rows are copied up to a number for each table, with those that they refer to. What looks secret is left out, what looks
personal is replaced by made-up values: real customers have no business in a test.
"""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from random import Random
from typing import TYPE_CHECKING, Any

from simkit.design.draft.disguise import disguised
from simkit.design.draft.names import identifier, plural, singular, snake, words
from simkit.design.draft.plan import Deed, Link, Operation, Parameter, Plan, Role, Table
from simkit.design.draft.seed.values import Values
from simkit.design.draft.shapes import Kind, Shape
from simkit.errors import UsageError, one_line

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData
    from sqlalchemy import Table as Stored

ROWS = 40
_SECRET = re.compile(r"pass(word|wd|phrase)|secret|token|hash|salt|api_?key|cvc|cvv|\bpin\b|private", re.IGNORECASE)
_PERSONAL = {
    "email",
    "phone",
    "mobile",
    "street",
    "address",
    "iban",
    "ssn",
    "birth",
    "surname",
    "lastname",
    "firstname",
}
_STATES = {"status", "state", "kind", "type", "level", "tier", "category"}


def plan_of_sql(name: str, dsn: str, only: Sequence[str] = (), rows: int = ROWS, *, writes: bool = False) -> Plan:
    """The plan. Raises `UsageError` for a database that cannot be read, or in which nothing is."""
    from sqlalchemy import MetaData
    from sqlalchemy.exc import SQLAlchemyError

    engine, shown = _engine(dsn)
    plan = Plan(name, name.replace("-", " ").replace("_", " "), f"the database {shown}")
    try:
        stored = MetaData()
        stored.reflect(engine, only=lambda table, _: not only or any(fnmatchcase(table, one) for one in only))
        if not stored.tables:
            raise UsageError(f"{shown}: there are no tables{' that match ' + ', '.join(only) if only else ''}")
        with engine.connect() as connection:
            plan.records = _read(plan, stored, connection, rows)
    except SQLAlchemyError as error:
        said = one_line(getattr(error, "orig", None) or error, 160)
        raise UsageError(f"{shown}: cannot be read ({said}); check address, user and driver") from None
    finally:
        engine.dispose()
    for table in plan.tables.values():
        plan.deeds += _deeds(table, plan, writes)
    return plan


def _engine(dsn: str) -> tuple[Engine, str]:
    """The engine, and the address without its password. SQLite is opened for reading only."""
    from pathlib import Path
    from urllib.parse import quote

    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        url = make_url(dsn)
        shown = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
            if not Path(url.database).is_file():
                raise UsageError(f"{shown}: there is no such file; write sqlite:///FILE")
            url = url.set(database=f"file:{quote(url.database)}", query={"mode": "ro", "uri": "true"})
        elif url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        elif url.get_backend_name() not in ("sqlite", "postgresql"):
            raise ArgumentError(f"{url.drivername} is not read")
        return create_engine(url), shown
    except (ArgumentError, NoSuchModuleError):
        what = "is no address of a database; write sqlite:///FILE or postgresql://USER@HOST/NAME"
        raise UsageError(f"{one_line(dsn, 60)} {what}") from None
    except ModuleNotFoundError as error:
        raise UsageError(f"{dsn.split(':')[0]} needs {error.name}; pip install 'simkit[postgres]'") from None


def _read(plan: Plan, stored: MetaData, connection: Connection, rows: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Fills the plan's tables; gives their records."""
    for table in stored.sorted_tables:
        plan.tables[_in_the_world(table)] = _table(table, plan)
    kept: dict[str, list[dict[str, Any]]] = {
        table.name: _some(table, connection, rows) for table in stored.sorted_tables
    }
    for _ in range(2):
        for table in stored.sorted_tables:
            _complete(table, kept, connection, rows)
    values = Values(plan.now)
    named = {table.name: plan.tables[_in_the_world(table)] for table in stored.sorted_tables}
    hidden = disguised(stored, kept, lambda table, column: _is_hidden(column, named[table]), plan.name)
    for table_name, columns in hidden.items():
        plan.notes.append(f"{table_name}: {', '.join(columns)} replaced by made-up keys (secret or personal)")
    return {
        named[table.name].name: _records(plan, named[table.name], table, kept[table.name], values)
        for table in stored.sorted_tables
    }


def _in_the_world(stored: Stored) -> str:
    """What a table is called in the world, where a dot parts a table from its records."""
    return stored.name.replace(".", "_")


def _table(stored: Stored, plan: Plan) -> Table:
    said = words(stored.name) or ["record"]
    one = " ".join([*said[:-1], singular(said[-1])])
    fields, left = {}, []
    for column in stored.columns:
        shape = _shape(column)
        if shape is None or _SECRET.search(column.name):
            left.append(column.name)
        else:
            fields[column.name] = shape
    if left:
        plan.notes.append(f"{stored.name}: {', '.join(left)} left out (secret, or no plain value)")
    keys = [column.name for column in stored.primary_key.columns]
    key = keys[0] if len(keys) == 1 and keys[0] in fields else "id"
    links = tuple(
        Link(next(iter(foreign.columns)).name, _in_the_world(foreign.referred_table))
        for foreign in stored.foreign_key_constraints
        if len(foreign.columns) == 1 and next(iter(foreign.columns)).name in fields
    )
    required = frozenset(name for name, shape in fields.items() if not shape.nullable)
    return Table(_in_the_world(stored), one, Shape("object", fields=fields, required=required), key, links=links)


def _shape(column: Any) -> Shape | None:
    """The shape of a column; None for what no JSON value can hold."""
    try:
        python = column.type.python_type
    except NotImplementedError:
        python = str
    if python is bytes:
        return None
    kinds: dict[type, Kind] = {
        int: "integer",
        float: "number",
        decimal.Decimal: "number",
        bool: "boolean",
        str: "string",
    }
    kinds |= {dict: "object", list: "array"}
    formats = {datetime.date: "date", datetime.datetime: "date-time", uuid.UUID: "uuid", datetime.time: "time"}
    longest = getattr(column.type, "length", None) if python is str else None
    options = tuple(getattr(column.type, "enums", ()) or ())
    return Shape(
        kinds.get(python, "string"),
        format=formats.get(python, ""),
        options=options,
        longest=longest,
        nullable=bool(column.nullable),
        description=one_line(column.comment or "", 100),
    )


def _some(stored: Stored, connection: Connection, rows: int) -> list[dict[str, Any]]:
    from sqlalchemy import select

    order = list(stored.primary_key.columns) or list(stored.columns)[:1]
    return [dict(row) for row in connection.execute(select(stored).order_by(*order).limit(rows)).mappings()]


def _complete(stored: Stored, kept: dict[str, list[dict[str, Any]]], connection: Connection, rows: int) -> None:
    """Add the rows that rows of a table refer to."""
    from sqlalchemy import select

    for foreign in stored.foreign_key_constraints:
        if len(foreign.columns) != 1 or foreign.referred_table.name not in kept:
            continue
        here, there = foreign.elements[0].parent.name, foreign.elements[0].column
        have = {row[there.name] for row in kept[foreign.referred_table.name]}
        missing = sorted({row[here] for row in kept[stored.name]} - have - {None}, key=str)[: 3 * rows]
        if missing:
            found = connection.execute(select(there.table).where(there.in_(missing))).mappings()
            kept[foreign.referred_table.name] += [dict(row) for row in found]


def _records(
    plan: Plan, table: Table, stored: Stored, rows: list[dict[str, Any]], values: Values
) -> dict[str, dict[str, Any]]:
    keys = [column.name for column in stored.primary_key.columns]
    linked = {column.name for column in stored.columns if column.foreign_keys}
    personal = [name for name in table.shape.fields if _is_personal(name, table) and name not in linked.union(keys)]
    if personal:
        plan.notes.append(f"{table.name}: {', '.join(personal)} replaced by made-up values (personal)")
    made: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows):
        record = {name: _plain(row[name]) for name in table.shape.fields}
        for name in personal:
            if record[name] is not None:
                shape = table.shape.fields[name]
                random = Random(f"{plan.name}/{table.name}/{name}/{number}")
                record[name] = values.value(shape, name, table.one, number, random)
        key = "-".join(str(row[name]) for name in keys) if keys else str(number + 1)
        if table.key not in record:
            record = {table.key: key, **record}
        made[key] = record
    _learn(table, made)
    return made


def _learn(table: Table, made: Mapping[str, Mapping[str, Any]]) -> None:
    """What the rows show beyond the types: how keys look, and which values a status has."""
    from dataclasses import replace

    fields = dict(table.shape.fields)
    for name, shape in fields.items():
        held = [row[name] for row in made.values() if row[name] is not None]
        distinct = sorted({value for value in held if isinstance(value, str)})
        few = shape.kind == "string" and set(words(name)) & _STATES and 1 < len(distinct) <= 8
        if few and not shape.options:
            fields[name] = replace(shape, options=tuple(distinct))
    if table.key in fields and made:
        first = next(iter(made.values()))[table.key]
        fields[table.key] = replace(fields[table.key], examples=(first,))
    table.shape = replace(table.shape, fields=fields)


def _is_hidden(name: str, table: Table) -> bool:
    return bool(_SECRET.search(name)) or _is_personal(name, table)


def _is_personal(name: str, table: Table) -> bool:
    people = {"customer", "user", "person", "member", "employee", "patient", "guest", "contact", "owner", "account"}
    said = set(words(name))
    return bool(said & _PERSONAL) or (
        said <= {"name", "first", "last", "full"} and bool(set(words(table.one)) & people)
    )


def _plain(value: Any) -> Any:
    """A column's value as JSON holds it."""
    if isinstance(value, decimal.Decimal):
        return float(value) if value.is_finite() else str(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value != value:
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _deeds(table: Table, plan: Plan, writes: bool) -> Iterator[Deed]:
    one, many = snake(table.one), snake(plural(table.name)) or "records"
    record, rows = table.shape, Shape("array", item=table.shape)
    key = Parameter(table.key, identifier(table.key, "key", {"world"}), "path", table.key_shape, True)
    taken = {deed.operation.tool for deed in plan.deeds}

    def deed(verb: str, role: Role, parameters: tuple[Parameter, ...], said: str, answer: Shape) -> Deed:
        tool = identifier(f"{verb}_{many if role == 'list' else one}", "call", taken)
        taken.add(tool)
        operation = Operation(tool, "", "", said, parameters, answer)
        return Deed(operation, role, table.name, key=key if key in parameters else None, answers_many=role == "list")

    name = table.one
    filters = [
        Parameter(one.name, one.argument, "query", one.shape, False) for one in _body(table) if _is_filter(one, table)
    ]
    limit = Parameter("limit", "limit", "query", Shape("integer", low=1, high=200, default=20), False)
    yield deed("list", "list", (*filters, limit), f"List {' '.join(words(table.name))}.", rows)
    yield deed("get", "read", (key,), f"Look one {name} up.", record)
    if writes:
        body = tuple(_body(table))
        yield deed("add", "create", tuple(sorted(body, key=lambda one: not one.required)), f"Add a {name}.", record)
        loose = tuple(Parameter(one.name, one.argument, "body", one.shape, False) for one in body)
        yield deed("change", "update", (key, *loose), f"Change a {name}.", record)
        yield deed("remove", "delete", (key,), f"Remove a {name}.", record)


def _body(table: Table) -> Iterator[Parameter]:
    taken = {"world", "limit", identifier(table.key, "key", {"world"})}
    for name, shape in table.shape.fields.items():
        if name != table.key:
            argument = identifier(name, "value", taken)
            taken.add(argument)
            yield Parameter(name, argument, "body", shape, name in table.shape.required)


def _is_filter(one: Parameter, table: Table) -> bool:
    linked = any(link.field == one.name for link in table.links)
    texts = one.shape.kind == "string" and not one.shape.format and (one.shape.longest or 0) <= 100
    return (
        linked
        or bool(one.shape.options)
        or (texts and words(one.name)[-1:] in (["email"], ["name"], ["code"], ["number"]))
    )
