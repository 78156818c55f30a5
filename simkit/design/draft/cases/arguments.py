"""What a call of a case is given, and which facts of it somebody has to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from simkit.design.draft.plan import Deed, Parameter, Plan
from simkit.design.draft.seed.records import KeyForm
from simkit.design.draft.seed.values import Values
from simkit.design.draft.shapes import Shape, asked_of
from simkit.design.draft.slots import Slots

Row = Mapping[str, Any]


def _asked(shape: Shape) -> Shape:
    """A shape without the parts of it that nobody is asked for."""
    item = None if shape.item is None else _asked(shape.item)
    fields = {name: _asked(one) for name, one in asked_of(shape).items()}
    return replace(
        shape, fields=fields, required=frozenset(fields), item=item, examples=() if fields else shape.examples
    )


class Arguments:
    """Makes arguments for the tools of one plan."""

    def __init__(self, plan: Plan, forms: Mapping[str, KeyForm], slots: Slots) -> None:
        self.plan, self.forms, self.slots = plan, forms, slots
        self.values = Values(plan.now)

    def keys(self, deed: Deed, row: Row, number: int) -> dict[str, Any]:
        """The arguments that name a record and those above it, so that they belong together."""
        found: dict[str, Any] = {}
        for parameter, link, name in deed.within:
            table = self.plan.tables[name]
            held = row.get(link.field) if link is not None else None
            rows = list(self.plan.records.get(name, {}).values())
            if held is None and rows and table.key:
                held = rows[number % len(rows)].get(table.key)
            found[parameter.argument] = held
        if deed.key is not None:
            found[deed.key.argument] = row.get(self.plan.tables[deed.table].key)
        return found

    def fresh(self, deed: Deed, known: Mapping[str, Any], number: int, optional: int) -> dict[str, Any]:
        """New values for everything else that has to be given, and for some of what may be."""
        random = Random(f"{self.plan.name}/{deed.operation.tool}/{number}")
        made, extra = dict(known), 0
        for one in deed.operation.parameters:
            if one.argument in made or (one.place == "path" and one.argument in known):
                continue
            if not one.required:
                simple = one.shape.scalar and one.shape.kind != "boolean" and one.place == "body"
                if not simple or extra >= optional:
                    continue
                extra += 1
            made[one.argument] = self._value(deed, one, number, random)
        return made

    def found_by(self, deed: Deed, row: Row) -> dict[str, Any]:
        """What a record is found by: all that has to be given, else the first thing that may be and that it has."""
        asked = [one for one in deed.operation.parameters if row.get(one.name) is not None]
        return {one.argument: row[one.name] for one in [one for one in asked if one.required] or asked[:1]}

    def _value(self, deed: Deed, one: Parameter, number: int, random: Random) -> Any:
        table = self.plan.tables.get(deed.makes or deed.table)
        link = next((link for link in table.links if link.field == one.name), None) if table else None
        if link is not None and self.plan.records.get(link.table):
            there = self.plan.tables[link.table]
            rows = list(self.plan.records[link.table].values())
            key = rows[number % len(rows)].get(there.key)
            return [key] if link.many else key
        called = table.one if table else "call"
        return self.values.value(_asked(one.shape), one.name, called, number + 20, random)

    def facts(self, deed: Deed, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Slot -> value for everything in the arguments that somebody has to tell."""
        found: dict[str, Any] = {}
        for one in deed.operation.parameters:
            if one.argument in arguments:
                slot = self.slots.parameter(deed, one)
                for name, value in self._leaves(slot, arguments[one.argument]):
                    if value is not None and not isinstance(value, bool) and str(value).strip():
                        found.setdefault(name, value)
        return found

    def _leaves(self, slot: str, value: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(value, dict):
            self.slots.whole(slot)
            for key, item in value.items():
                yield from self._leaves(self.slots.part(slot, key), item)
        elif isinstance(value, list):
            for at, item in enumerate(value):
                yield from self._leaves(slot if at == 0 else self.slots.part(slot, str(at + 1)), item)
        else:
            yield slot, value
