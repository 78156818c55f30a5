"""Rows of a database whose primary keys are secret or personal: other keys in their place, wherever they are named."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import MetaData
    from sqlalchemy import Table as Stored

_TRIES = 100
"""Texts of the same form that are tried before a key becomes a plain number: of some forms there are too few."""

Rows = Mapping[str, list[dict[str, Any]]]


def disguised(stored: MetaData, kept: Rows, hidden: Callable[[str, str], bool], seed: str) -> dict[str, list[str]]:
    """Replace in `kept` the values of key columns for which `hidden(table, column)` holds, and of every column that
    refers to them; gives the columns by table. The same seed makes the same."""
    made: dict[tuple[str, str], dict[Any, Any]] = {}
    for table in stored.sorted_tables:
        for column in table.primary_key.columns:
            if not column.foreign_keys and hidden(table.name, column.name):
                values = dict.fromkeys(row[column.name] for row in kept[table.name])
                random = Random(f"{seed}/{table.name}/{column.name}")
                made[table.name, column.name] = _others(list(values), random)
    changed: dict[str, list[str]] = {}
    for table in stored.sorted_tables:
        for column in table.columns:
            others = made.get(_origin(table, column.name))
            if others:
                changed.setdefault(table.name, []).append(column.name)
                for row in kept[table.name]:
                    row[column.name] = others.get(row[column.name], row[column.name])
    return changed


def _origin(table: Stored, column: str) -> tuple[str, str]:
    """The table and column whose values a column holds, all references followed."""
    seen: set[tuple[str, str]] = set()
    while (table.name, column) not in seen:
        seen.add((table.name, column))
        foreign = next((one for one in table.columns[column].foreign_keys), None)
        if foreign is not None:
            table, column = foreign.column.table, foreign.column.name
    return table.name, column


def _others(values: list[Any], random: Random) -> dict[Any, Any]:
    """Another value for each, of the same form, no two alike."""
    found: dict[Any, Any] = {}
    taken = set(values)
    for number, value in enumerate(values, 1):
        other, tries = value, _TRIES if isinstance(value, str) and len(value) > 3 else 0
        while other in taken:
            if tries:
                other, tries = _like(value, random), tries - 1
            else:
                other = str(number) if isinstance(value, str) else number
                number += len(values)
        taken.add(other)
        found[value] = other
    return found


def _like(value: str, random: Random) -> str:
    """A text of the same form, in other digits and letters; where most are digits, the letters stay: a prefix."""
    digits, letters = sum(map(str.isdigit, value)), sum(map(str.isalpha, value))
    kept = digits > letters

    def other(one: str) -> str:
        if one.isdigit():
            return random.choice(string.digits)
        if one.isalpha() and not kept:
            return random.choice(string.ascii_uppercase if one.isupper() else string.ascii_lowercase)
        return one

    return "".join(map(other, value))
