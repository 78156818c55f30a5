"""Facts of a scenario as what they are about: records of the world, for which others of the same class can stand.

A fact whose value is a record's id, or the value of one of its fields, is about that record. Records that name each
other belong together: who takes another customer's part has that customer's orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from simkit.spec.domain import Domain
from simkit.spec.scenario import Scenario
from simkit.spec.state import Tables

ID = ""
"""The name of the field that is the record's own id."""
SHORTEST = 3
"""Characters from which on the value of a field can be told from others."""


class About(NamedTuple):
    """What one fact is about."""

    table: str
    record: str
    field: str


@dataclass(frozen=True)
class Swap:
    """One record in the place of another of its table."""

    table: str
    old: str
    new: str


def about(scenario: Scenario, domain: Domain) -> dict[str, About]:
    """Each fact of a scenario that is about one record, with what of it: its id, or a field that no other has so."""
    index, found = _index(_Tables(domain.tables)), {}
    for slot, value in scenario.facts().items():
        places = index.get(str(value), ())
        ids = [place for place in places if place.field == ID and not str(value).isdigit()]
        if ids or (len(places) == 1 and len(str(value)) >= SHORTEST):
            found[slot] = (ids or list(places))[0]
    return found


def swaps(facts: Mapping[str, About], domain: Domain) -> tuple[About, ...]:
    """The records that facts are about, each once: the one that others name first."""
    records = {(one.table, one.record): one for one in facts.values()}
    tables = domain.tables

    def named_by(one: About) -> int:
        return sum(one.record in _words(tables[other.table][other.record]) for other in records.values())

    return tuple(sorted(records.values(), key=lambda one: (-named_by(one), one.table, one.record)))


def others(one: About, domain: Domain, root: Swap | None) -> list[str]:
    """Records that could stand for one: of its table, with its fields; of those, where there are any, those that
    belong to the record that already stands for the first."""
    rows = domain.tables[one.table]
    alike = [name for name in rows if name != one.record and rows[one.record].keys() <= rows[name].keys()]
    if root is None:
        return alike
    tied = root.old in _words(rows[one.record]) or one.record in _words(domain.tables[root.table][root.old])
    new = _words(domain.tables[root.table][root.new])
    belong = [name for name in alike if name in new or root.new in _words(rows[name])]
    return belong if tied and belong else alike


def replaced(swap: Swap, domain: Domain) -> dict[str, str]:
    """Every text that a record is known by, and the one that stands for it."""
    rows = domain.tables[swap.table]
    old, new = rows[swap.old], rows[swap.new]
    found = {swap.old: swap.new}
    for field, value in _fields(old):
        other = dict(_fields(new)).get(field)
        if isinstance(value, str) and isinstance(other, str) and len(value) >= SHORTEST and value != other:
            found.setdefault(value, other)
    return found


def rewritten(value: Any, texts: Mapping[str, str]) -> Any:
    """A plain value in which whole texts, and whole words in longer ones, are replaced, all at once."""
    if not texts:
        return value
    longest = sorted(texts, key=lambda text: (-len(text), text))
    pattern = re.compile(rf"(?<![\w@.-])(?:{'|'.join(map(re.escape, longest))})(?![\w@-])")
    return _rewritten(value, pattern, texts)


def _rewritten(value: Any, pattern: re.Pattern[str], texts: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(lambda found: texts[found[0]], value)
    if isinstance(value, dict):
        return {
            _rewritten(key, pattern, texts) if "." in key else key: _rewritten(item, pattern, texts)
            for key, item in value.items()
        }
    return [_rewritten(item, pattern, texts) for item in value] if isinstance(value, list) else value


class _Tables:
    """Tables as a key: the same object is the same key."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def __hash__(self) -> int:
        return id(self.tables)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Tables) and other.tables is self.tables


@lru_cache(maxsize=16)
def _index(key: _Tables) -> dict[str, tuple[About, ...]]:
    found: dict[str, list[About]] = {}
    for table, rows in key.tables.items():
        for name, row in rows.items():
            found.setdefault(name, []).append(About(table, name, ID))
            for field, value in _fields(row):
                if not isinstance(value, bool) and value != name:
                    found.setdefault(str(value), []).append(About(table, name, field))
    return {value: tuple(places) for value, places in found.items()}


def _fields(row: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        if isinstance(value, dict):
            yield from _fields(value, f"{name}{key}.")
        elif isinstance(value, str | int | float):
            yield f"{name}{key}", value


def _words(value: Any) -> set[str]:
    """Every plain text in a record, keys of mappings among them."""
    if isinstance(value, Mapping):
        return {str(key) for key in value}.union(*(_words(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_words(item) for item in value))
    return {str(value)}
