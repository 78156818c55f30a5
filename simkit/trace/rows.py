"""Rows on their way into a database, many at a time.

A file takes tuples as they are; SQLAlchemy would make a dict of each, and a tuple of that again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Executable, Insert
from sqlalchemy.dialects import sqlite

_TOGETHER = 50
"""Rows of one statement: each statement has the interpreter's lock let go and taken again, and one that changes many
pages keeps what they held before in a temporary file."""


def execute(connection: Connection, statement: Executable, rows: Sequence[Any]) -> None:
    """Execute a statement with each of the rows: dicts, or named tuples of all columns of an insert, in their order."""
    if connection.dialect.name != "sqlite":
        connection.execute(statement, rows if isinstance(rows[0], dict) else [row._asdict() for row in rows])
    elif isinstance(rows[0], dict):
        sql, names, always = _laid(statement, tuple(rows[0]))
        if names is None:
            connection.execute(statement, rows)
        else:
            connection.exec_driver_sql(sql, [tuple([(always | row)[name] for name in names]) for row in rows])
    else:
        whole = len(rows) - len(rows) % _TOGETHER
        cursor = connection.connection.cursor()  # the driver's own: there is nothing here for SQLAlchemy to do
        for at in range(0, whole, _TOGETHER):
            cursor.execute(_insert(statement, _TOGETHER), tuple(chain.from_iterable(rows[at : at + _TOGETHER])))
        if rest := rows[whole:]:
            cursor.executemany(_insert(statement, 1), rest)
        cursor.close()


@lru_cache(maxsize=64)
def _laid(statement: Executable, names: tuple[str, ...]) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
    """A statement as SQLite is told it, the names of its values in their order (None where some are SQLAlchemy's to
    find), and those that are the same for every row."""
    laid: Any = statement.compile(dialect=sqlite.dialect(), column_keys=list(names))
    order = tuple(laid.positiontup or ())
    always = {name: value for name, value in laid.params.items() if name not in names and value is not None}
    return str(laid), order if set(order) <= {*names, *always} else None, always


@lru_cache(maxsize=64)
def _insert(statement: Insert, rows: int) -> str:
    """An insert of so many whole rows at once."""
    sql = str(statement.compile(dialect=sqlite.dialect()))
    head, _, values = sql.partition("VALUES ")
    return f"{head}VALUES {', '.join([values] * rows)}"
