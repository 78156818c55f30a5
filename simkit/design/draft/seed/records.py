"""The records of every table: named in the form that the source shows, and consistent with each other."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from simkit.design.draft.names import words
from simkit.design.draft.plan import Plan, Table
from simkit.design.draft.seed.patterns import matching
from simkit.design.draft.seed.values import Values
from simkit.design.draft.shapes import Shape

MANY = 8
"""Records of each table."""


@dataclass(frozen=True)
class KeyForm:
    """How records of a table are named: 1001, ord_1001, 000123, or a UUID."""

    kind: Literal["number", "counted", "uuid"]
    prefix: str = ""
    first: int = 1
    width: int = 0
    """Digits, where the number has leading zeros."""

    def key(self, table: str, number: int) -> Any:
        """The name of the `number`-th record, from 0."""
        if self.kind == "uuid":
            return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{table}/{number + 1}"))
        count = self.first + number
        return count if self.kind == "number" else f"{self.prefix}{count:0{self.width}d}"

    def fits(self, table: str, pattern: str) -> bool:
        """Whether the names of this form match a pattern."""
        return all(re.search(pattern, str(self.key(table, number))) for number in (0, 1, MANY))

    def as_long_as(self, table: str, shape: Shape) -> bool:
        """Whether the names of this form are as long as a shape wants them."""
        longest = float("inf") if shape.longest is None else shape.longest
        return all((shape.shortest or 0) <= len(str(self.key(table, number))) <= longest for number in (0, 1, MANY))


def key_form(table: Table, at: int) -> KeyForm:
    """The form of a table's names: as its key's examples, format or pattern show; `at` is the table's number."""
    shape = table.key_shape
    first = (at + 1) * 1000 + 1
    if shape.kind == "integer" or shape.kind == "number":
        high, low = shape.high or float("inf"), shape.low or 0
        return KeyForm("number", first=first if low <= first and first + 100 <= high else max(1, int(low)))
    example = next((one for one in shape.examples if isinstance(one, str) and _accepts(shape, one)), "")
    if shape.format == "uuid" or _is_uuid(example):
        return KeyForm("uuid")
    text = example or (matching(shape.pattern, Random(table.name)) if shape.pattern else "") or ""
    split = re.fullmatch(r"(.*?)(\d{1,9})", text)
    if split:
        width = len(split[2]) if split[2].startswith("0") or shape.pattern else 0
        start = int(split[2]) if example else 10 ** max(len(split[2]) - 1, 0) + 1
        form = KeyForm("counted", split[1], start, width)
        if all(_accepts(shape, str(form.key("", number))) for number in (0, 1, MANY)):
            return form
    for cut in range(len(text) - 3):  # the longest number that fits in: AC0000…1001
        form = KeyForm("counted", text[:cut], first, len(text) - cut)
        if all(_accepts(shape, str(form.key("", number))) for number in (0, 1, MANY)):
            return form
    letters = "".join(word[0] for word in words(table.name)).upper() if len(words(table.name)) > 1 else ""
    return KeyForm("counted", f"{letters or table.name[:3].upper()}-", first)


def _accepts(shape: Shape, text: str) -> bool:
    if not (shape.shortest or 0) <= len(text) <= (shape.longest if shape.longest is not None else len(text)):
        return False
    try:
        return not shape.pattern or re.search(shape.pattern, text) is not None
    except re.error:
        return True


def _is_uuid(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None


def seeded(plan: Plan, many: int = MANY) -> dict[str, dict[str, dict[str, Any]]]:
    """table -> record -> values, for all tables of a plan."""
    values, forms = Values(plan.now), forms_of(plan)
    keys = {
        name: [forms[name].key(name, number) for number in range(many)]
        for name, table in plan.tables.items()
        if not table.single
    }
    made: dict[str, dict[str, dict[str, Any]]] = {}
    for name in _in_order(plan):
        table = plan.tables[name]
        parents = keys.get(table.parent.table, []) if table.single and table.parent else []
        names = keys.get(name) or parents or ["current"]
        made[name] = {}
        for number, key in enumerate(names):
            random = Random(f"{plan.name}/{name}/{number}")
            record = values.record(table.shape, table.one, number, random)
            if not table.single:
                record = {table.key: key, **record, table.key: key}
            record |= _linked(table, record, keys, number, random)
            if table.single and table.parent:
                record[table.parent.field] = key
            made[name][str(key)] = record
    return made


def _linked(
    table: Table,
    record: dict[str, Any],
    keys: dict[str, list[Any]],
    number: int,
    random: Random,
) -> dict[str, Any]:
    """The fields that name other records, each with the name of one that is there."""
    found: dict[str, Any] = {}
    for link in table.links:
        there = keys.get(link.table)
        if not there:
            continue
        if link.many:
            found[link.field] = sorted(random.sample(there, min(len(there), 2)), key=str)
        elif link.field in record or link is table.parent:
            # The first record of each kind has two below it; the last has none: both are cases.
            found[link.field] = there[(number // 2 if number < 4 else number - 2) % max(1, len(there) - 1)]
    return found


def forms_of(plan: Plan) -> dict[str, KeyForm]:
    """The form of each table's names."""
    kept = [table for table in plan.tables.values() if not table.single]
    return {table.name: key_form(table, at) for at, table in enumerate(kept)}


def _in_order(plan: Plan) -> list[str]:
    """Tables that others link to come first, as far as there is no circle."""
    done: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in done or name in above or name not in plan.tables:
            return
        for link in plan.tables[name].links:
            visit(link.table, (*above, name))
        done.append(name)

    for name in plan.tables:
        visit(name, ())
    return done
