"""A domain's mutable state in one session: state + call -> state + outcome, with snapshot, diff and digest.

Sessions share the domain's tables and keep only the records that they changed, so a session starts in constant time
and a digest costs only what changed. Tools see copies: nothing they do to a value reaches the world but through
`put`, `patch` and `remove`, and a call that does not end `ok` leaves no trace.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from simkit.errors import Refused
from simkit.spec.condition import MISSING, value_at
from simkit.spec.state import MODULUS, Tables, record_hash, tables_hash
from simkit.trace.events import Change


class Start:
    """The tables that every session of a domain starts with, hashed once, when somebody first asks."""

    def __init__(self, tables: Tables, now: str = "") -> None:
        self.tables, self.now = tables, now

    @cached_property
    def sum(self) -> int:
        """The hash of all tables."""
        return tables_hash(self.tables)

    @cached_property
    def digest(self) -> str:
        """That hash as 32 hexadecimal digits."""
        return f"{self.sum:032x}"


class World:
    """One session's state. Tools get it as their first argument.

    Table and record names are strings; records are JSON objects. `now` is the moment of the session, ISO 8601.
    """

    def __init__(self, start: Start) -> None:
        self._start = start
        self._changed: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._gained, self._digest = 0, ""
        self.now = start.now

    def get(self, table: str, record: str) -> dict[str, Any]:
        """A copy of one record. Raises Refused when there is none: what a tool would have to say anyway."""
        found = self._look(table, record)
        if found is None:
            raise Refused(f"no record '{record}' in {table}")
        return plain_json(found)  # type: ignore[no-any-return]

    def has(self, table: str, record: str) -> bool:
        """Whether that record exists."""
        return self._look(table, record) is not None

    def find(
        self, table: str, where: Callable[[dict[str, Any]], bool] | None = None, **equals: Any
    ) -> list[dict[str, Any]]:
        """Copies of all records whose fields equal `equals` and for which `where(record)` is true, in id order.

        Each copy carries its record's name as `id`, unless it has an `id` of its own.
        """
        rows = ((name, self._look(table, name)) for name in self._names(table))
        return [
            {"id": name, **plain_json(row)}
            for name, row in rows
            if row is not None
            and all(row.get(key) == value for key, value in equals.items())
            and (where is None or where(row))
        ]

    def rows(self, table: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every record of a table with its name, in no order; not copied: for who only looks."""
        for name in {*self._start.tables.get(table, ()), *(n for t, n in self._changed if t == table)}:
            if (row := self._look(table, name)) is not None:
                yield name, row

    def put(self, table: str, record: str, value: Mapping[str, Any]) -> None:
        """Make or replace a record. Raises ValueError for what is not JSON."""
        clean = plain_json(dict(value))
        new = record_hash(table, record, clean)
        self._write(table, record, clean, new)

    def patch(self, table: str, record: str, **fields: Any) -> dict[str, Any]:
        """Set some fields of a record and return a copy of it. Raises Refused when there is no such record."""
        merged = self.get(table, record) | fields
        self.put(table, record, merged)
        return merged

    def remove(self, table: str, record: str) -> None:
        """Remove a record. Raises Refused when there is none."""
        self.get(table, record)
        self._write(table, record, None, 0)

    def new_id(self, table: str, prefix: str) -> str:
        """The next free name `PREFIX<number>` in a table: one more than its highest."""
        tails = (name[len(prefix) :] for name in self._names(table) if name.startswith(prefix))
        return f"{prefix}{max((int(tail) for tail in tails if tail.isdigit()), default=0) + 1}"

    def digest(self) -> str:
        """32 hexadecimal digits: equal for equal content, whatever the order in which it came about."""
        if not self._digest:
            sum = (self._start.sum + self._gained) % MODULUS
            self._digest = f"{sum:032x}" if self._gained else self._start.digest
        return self._digest

    def value(self, path: str) -> Any:
        """A copy of the value at a dotted path (`orders.W1001.status`), or the text `<missing>`."""
        table, _, rest = path.partition(".")
        if not rest:
            rows = ((name, self._look(table, name)) for name in self._names(table))
            return {name: plain_json(row) for name, row in rows if row is not None} or MISSING
        parts = rest.split(".")
        for size in range(1, len(parts) + 1):
            row = self._look(table, ".".join(parts[:size]))
            if row is not None:
                found = value_at(row, ".".join(parts[size:])) if size < len(parts) else row
                if found != MISSING:
                    return plain_json(found)
        return MISSING

    def snapshot(self) -> dict[tuple[str, str], dict[str, Any] | None]:
        """What this session changed so far; give it to `restore` or `changes_since`. Costs what changed."""
        return dict(self._changed)

    def restore(self, snapshot: dict[tuple[str, str], dict[str, Any] | None]) -> None:
        """Go back to a snapshot."""
        for table, record in list(self._changed):
            before = snapshot.get((table, record), self._base(table, record))
            self._write(table, record, before, 0 if before is None else record_hash(table, record, before))
        self._changed = dict(snapshot)

    def changes_since(self, snapshot: Mapping[tuple[str, str], Any]) -> tuple[Change, ...]:
        """Every record that differs from the snapshot, by path."""
        if not self._changed:
            return ()
        result = []
        for table, record in sorted(self._changed):
            after = self._changed[table, record]
            before = snapshot.get((table, record), self._base(table, record))
            if before != after:
                result.append(Change(path=f"{table}.{record}", before=before, after=after))
        return tuple(result)

    def redo(self, changes: Iterable[Change]) -> None:
        """Make recorded changes again."""
        for change in changes:
            table, _, record = change.path.partition(".")
            if change.after is not None:
                self.put(table, record, change.after)
            elif self.has(table, record):
                self.remove(table, record)

    def diff(self) -> tuple[Change, ...]:
        """Every record that differs from the start."""
        return self.changes_since({})

    def _base(self, table: str, record: str) -> dict[str, Any] | None:
        return self._start.tables.get(table, {}).get(record)

    def _look(self, table: str, record: str) -> dict[str, Any] | None:
        key = (table, record)
        return self._changed[key] if key in self._changed else self._base(table, record)

    def _names(self, table: str) -> list[str]:
        names = list(self._start.tables.get(table, ()))
        base = self._start.tables.get(table, {})
        names += [name for t, name in self._changed if t == table and name not in base]
        return sorted(names)

    def _write(self, table: str, record: str, value: dict[str, Any] | None, new: int) -> None:
        before = self._look(table, record)
        old = 0 if before is None else record_hash(table, record, before)
        self._gained, self._digest = (self._gained - old + new) % MODULUS, ""
        self._changed[table, record] = value


_ATOMS = frozenset({str, int, bool, type(None)})
"""Most values; looked at first, because every call copies its arguments and its result."""


def shallow(value: dict[str, Any]) -> bool:
    """Whether there is nothing in an object that could be changed in place."""
    return _ATOMS.issuperset(map(type, value.values()))


def plain_json(value: Any) -> Any:
    """A deep copy of a JSON value. Raises ValueError for anything else (dates, sets, objects, NaN)."""
    kind = type(value)
    if kind is float and math.isfinite(value):
        return value
    if kind is dict or isinstance(value, dict):
        return {
            key if type(key) is str else str(key): item if type(item) in _ATOMS else plain_json(item)
            for key, item in value.items()
        }
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, list | tuple):
        return [plain_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is not JSON")
    if isinstance(value, float):
        return value
    raise ValueError(f"{type(value).__name__} is not JSON; a world holds text, numbers, booleans, lists and objects")
