"""A tau2 environment's databases as tables of records, and back.

A field of a database that is a mapping or a list of records is a table, a record's name being its key or its place;
any other field is a table with the one record `value`. The user's tables are called `user:FIELD`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from simkit.spec.frozen import canonical

Tables = dict[str, dict[str, Any]]

_SIDES = (("", "tools"), ("user:", "user_tools"))


def tables_of(environment: Any) -> Tables:
    """All that the environment's databases hold."""
    return {
        f"{side}{name}": _rows(value) for side, db in _databases(environment) for name, value in _dumped(db).items()
    }


def put_back(environment: Any, tables: Mapping[str, Mapping[str, Any]], template: Any) -> None:
    """Make the environment's databases hold `tables`; `template`: an environment whose fields have the same shapes."""
    shapes = dict(_databases(template))
    for side, toolkit in _SIDES:
        if side not in shapes:
            continue
        shape = _dumped(shapes[side])
        data = {name: _value(tables.get(f"{side}{name}", {}), was) for name, was in shape.items()}
        getattr(environment, toolkit).db = type(shapes[side]).model_validate(data)
    if not side_by_side(template) and environment.user_tools is not None and environment.user_tools.db is not None:
        environment.user_tools.db = environment.tools.db


def changed(before: Mapping[str, Mapping[str, Any]], after: Tables) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """(table, record, value) of every record that is not as before, to the letter: 1 is not 1.0; None: it is gone."""
    for table in sorted({*before, *after}):
        old, new = before.get(table, {}), after.get(table, {})
        if old is new or canonical(old) == canonical(new):
            continue
        for name in sorted({*old, *new}):
            if name not in new:
                yield table, name, None
            elif name not in old or canonical(old[name]) != canonical(new[name]):
                yield table, name, new[name]


def side_by_side(environment: Any) -> bool:
    """Whether agent and user have databases of their own."""
    kits = [getattr(environment, toolkit, None) for _, toolkit in _SIDES]
    return len({id(kit.db) for kit in kits if kit is not None and kit.db is not None}) == 2


def _databases(environment: Any) -> Iterator[tuple[str, Any]]:
    seen: list[Any] = []
    for side, toolkit in _SIDES:
        kit = getattr(environment, toolkit, None)
        db = None if kit is None else kit.db
        if db is not None and not any(db is one for one in seen):
            seen.append(db)
            yield side, db


def _dumped(db: Any) -> dict[str, Any]:
    """As tau2 hashes it: what JSON does not know is its text."""
    return json.loads(json.dumps(db.model_dump(), default=str))  # type: ignore[no-any-return]


def _is_records(value: Any) -> bool:
    return bool(value) and all(isinstance(row, dict) for row in (value.values() if isinstance(value, dict) else value))


def _rows(value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and _is_records(value):
        return value
    if isinstance(value, list) and _is_records(value):
        return {str(place): row for place, row in enumerate(value)}
    return {"value": {"value": value}}


def _value(rows: Mapping[str, Any], was: Any) -> Any:
    if set(rows) == {"value"} and set(rows["value"]) == {"value"}:
        return rows["value"]["value"]
    if isinstance(was, list):
        return [rows[name] for name in sorted(rows, key=int)]
    return dict(rows)
