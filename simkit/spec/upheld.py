"""Whether a world upholds its invariants: the one that sessions start with, and what a call leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pprint import saferepr
from typing import Any

from simkit.errors import FileError, did_you_mean, one_line
from simkit.spec.crosscheck import has_clause
from simkit.spec.domain import DomainFile, Tool
from simkit.spec.frozen import canonical
from simkit.spec.invariants import Invariant, Place, Row, is_number
from simkit.spec.state import Tables
from simkit.spec.strict_yaml import Document, Loc

NEAR = 0.005
"""Sums that differ by less are equal."""

Changed = tuple[str, Row | None, Row | None]
"""A record's path, and the record before and after."""


def against(
    invariants: Iterable[Invariant], changed: Iterable[Changed], rows: Callable[[str], Iterable[tuple[str, Row]]]
) -> dict[str, list[str]]:
    """What, in the world as a call left it, goes against what the call changed, and that only the rest of the world can
    tell: records alike (`unique`), names that no record has, records that name one which is gone (`refers`).

    Each stands under `ID: TABLE.RECORD`. Nothing stands there where nothing is against it.
    """
    found: dict[str, list[str]] = {}
    every = list(changed)
    for one in invariants:
        for path, _, after in every if one.unique or one.refers else ():
            table, _, name = path.partition(".")
            if others := sorted([*_alike(one, table, name, after, rows), *_dangling(one, table, name, after, rows)]):
                found[f"{one.id}: {path}"] = others
    return found


def _alike(one: Invariant, table: str, name: str, row: Row | None, rows: Any) -> Iterator[str]:
    if one.unique and one.places[0].table == table and (key := one.key(row)) is not None:
        yield from (f"{table}.{other}" for other, it in rows(table) if other != name and one.key(it) == key)


def _dangling(one: Invariant, table: str, name: str, row: Row | None, rows: Any) -> Iterator[str]:
    for at, other, named in one.names(table, row):
        if not any(known == named for known, _ in rows(other)):
            yield f"{table}.{name}.{at}"
    if row is None and one.refers and table in one.refers.values():
        for referring in dict.fromkeys(place.table for place in one.places):
            for known, it in rows(referring):
                named_here = ((at, to) for at, to, what in one.names(referring, it) if what == name)
                yield from (f"{referring}.{known}.{at}" for at, to in named_here if to == table)


def broken_at_the_start(one: Invariant, tables: Tables) -> str | None:
    """Why a world does not uphold an invariant, in words; None where it does."""
    for table in dict.fromkeys(place.table for place in one.places) if one.each else ():
        for name, row in tables[table].items():
            for at, (value, wanted) in one.unmet(table, row).items():
                return f"{table}.{name}.{at} is {one_line(saferepr(value), 60)}, wanted {wanted.describe()}"
    if one.equal is not None:
        left, right = (total(one, side, tables) for side in one.equal)
        if abs(left - right) >= NEAR:
            return f"the sums are {left:.10g} and {right:.10g}"
    if one.unique:
        return _twins(one, tables)
    if one.refers:
        return _lost(one, tables)
    return None


def total(one: Invariant, paths: tuple[str, ...], tables: Tables) -> float:
    """The sum over a whole world."""
    of = dict.fromkeys(place.table for place in map(Place.of, paths))
    return sum(one.amount(paths, table, row) for table in of for row in tables[table].values())


def _twins(one: Invariant, tables: Tables) -> str | None:
    seen: dict[str, str] = {}
    table = one.places[0].table
    for name, row in tables[table].items():
        key = one.key(row)
        if key is not None and (first := seen.setdefault(canonical(key), name)) != name:
            fields = " and ".join(".".join(place.fields) for place in one.places)
            return f"{table}.{first} and {table}.{name} have the same {fields}"
    return None


def _lost(one: Invariant, tables: Tables) -> str | None:
    for table in dict.fromkeys(place.table for place in one.places):
        for name, row in tables[table].items():
            for at, other, named in one.names(table, row):
                if named not in tables[other]:
                    return f"{table}.{name}.{at} is {named!r}, and {other} has no such record"
    return None


def invariant_mistakes(
    said: DomainFile, tools: tuple[Tool, ...], tables: Tables, policy: str, document: Document
) -> Iterator[FileError]:
    """What an invariant names and world or policy do not have, and what the world does not uphold from the start."""
    seen = {rule.id for rule in said.rules}
    for at, one in enumerate(said.invariants):
        loc: Loc = ("invariants", at)
        if one.id in seen:
            yield document.error(f"'{one.id}' is the id of a rule or invariant already; rename one", (*loc, "id"))
        seen.add(one.id)
        if one.clause and not has_clause(policy, one.clause):
            what = f"policy.md has no clause '{one.clause}'; number the clause there, or name another"
            yield document.error(what, (*loc, "clause"))
        mistakes = list(_mistakes(one, tools, tables, document, loc))
        yield from mistakes
        if not mistakes and (why := broken_at_the_start(one, tables)):
            what = f"invariant '{one.id}' does not hold at the start: {why}; mend state.json or the invariant"
            yield document.error(what, (*loc, one.kind), key=True)


def _mistakes(
    one: Invariant, tools: tuple[Tool, ...], tables: Tables, document: Document, loc: Loc
) -> Iterator[FileError]:
    here = (*loc, one.kind)
    for path, place in zip(one.paths, one.places, strict=True):
        yield from _place_mistakes(one, path, place, tables, document, (*loc, *_written(one, path)))
    for path, other in (one.refers or {}).items():
        if other not in tables:
            yield document.error(f"the world has no table '{other}'{did_you_mean(other, tables)}", (*here, path))
    fields = {name for place in one.places for row in tables.get(place.table, {}).values() for name in row}
    asked: list[tuple[str, Loc]] = [(name, (*loc, "where", name)) for name in one.where]
    for key, conditions in ((one.kind, one.each or {}), ("where", one.where)):
        asked += [(wanted.refers_to[1], (*loc, key, name)) for name, wanted in conditions.items() if wanted.refers_to]
    for name, place_of in asked:
        if fields and (first := name.partition(".")[0]) not in fields:
            yield document.error(f"no record has a field '{first}'{did_you_mean(first, fields)}", place_of, key=True)
    if one.reads_of_one is not None:
        known = {name for rows in tables.values() for row in rows.values() for name in row}
        known |= {name for tool in tools for name in tool.parameters.get("properties", ())}
        if one.reads_of_one not in known:
            what = f"neither a record nor a tool has '{one.reads_of_one}'{did_you_mean(one.reads_of_one, known)}"
            yield document.error(what, here)


def _place_mistakes(
    one: Invariant, path: str, place: Place, tables: Tables, document: Document, loc: Loc
) -> Iterator[FileError]:
    key = path in (one.each or one.refers or {})
    if place.table not in tables:
        what = f"the world has no table '{place.table}'{did_you_mean(place.table, tables)}"
        yield document.error(what, loc, key=key)
        return
    found = [(name, at, value) for name, row in tables[place.table].items() for at, value in place.found(row)]
    if not found and tables[place.table]:
        fields = {field for row in tables[place.table].values() for field in row}
        cure = did_you_mean(place.fields[0], fields) if place.fields[0] not in fields else "; name a field they have"
        yield document.error(f"no record of {place.table} has '{'.'.join(place.fields)}'{cure}", loc, key=key)
    for name, at, value in found if one.constant or one.equal else ():
        if not is_number(value) and one.counts(tables[place.table][name]):
            shown = one_line(saferepr(value), 60)
            what = f"{place.table}.{name}.{at} is {shown}, and only numbers have a sum; name a field of numbers"
            yield document.error(what, loc)
            return


def _written(one: Invariant, path: str) -> Loc:
    """Where in an invariant a path stands."""
    if one.each or one.refers:
        return (one.kind, path)
    if one.equal:
        return (one.kind, 0 if path in one.equal[0] else 1)
    return (one.kind, list(getattr(one, one.kind)).index(path))
