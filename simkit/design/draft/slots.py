"""What the facts are called that users know and agents ask for."""

from __future__ import annotations

from collections.abc import Mapping

from simkit.design.draft.names import spoken, with_article, words
from simkit.design.draft.plan import Deed, Parameter, Plan, Table

_SAID = {"no": "number", "num": "number", "nr": "number", "qty": "quantity", "dob": "date of birth"}
_SAID |= {"kg": "in kilograms", "cm": "in centimetres", "mm": "in millimetres", "km": "in kilometres"}
_SAID |= {"mins": "in minutes", "secs": "in seconds", "pct": "in percent"}
"""Abbreviations in names, as people say them."""


class Slots:
    """Slot -> label, in the order in which they came up."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self.labels: dict[str, str] = {}

    def key(self, table: Table) -> str:
        """The slot for the name of a record: `order_id`."""
        end = words(table.key) or ["id"]
        one = words(table.one)
        return self._slot(end if end[: len(one)] == one else [*one, *end])

    def parameter(self, deed: Deed, one: Parameter) -> str:
        """The slot for what a parameter is given."""
        above = next((name for parameter, _, name in deed.within if parameter is one), None)
        if above is not None and not self.tables[above].single:
            return self.key(self.tables[above])
        table = self.tables.get(deed.table)
        if table is None:
            return self._slot(words(one.name) or ["value"])
        if deed.key is one:
            return self.key(table)
        made = self.tables[deed.makes] if deed.makes else table
        return self.field(made, one.name)

    def field(self, table: Table, name: str) -> str:
        """The slot for a field of a table's records."""
        link = next((link for link in table.links if link.field == name and not link.many), None)
        alike = [other for other in table.links if link is not None and other.table == link.table]
        if link is not None and len(alike) == 1 and not self.tables[link.table].single:
            return self.key(self.tables[link.table])
        said, one = words(name) or ["value"], words(table.one)
        return self._slot(said if said[: len(one)] == one else [*one, *said])

    def part(self, slot: str, name: str) -> str:
        """The slot for a part of something larger: `order_address_city`."""
        return self._slot([*slot.split("_"), *(words(name) or ["value"])])

    def whole(self, slot: str) -> None:
        """Take note that a slot has parts, each a fact of its own: itself it is none."""
        self.labels.pop(slot, None)

    def _slot(self, said: list[str]) -> str:
        said = [word for at, word in enumerate(said) if at == 0 or word != said[at - 1]]
        slot = "_".join(said)[:80]
        self.labels.setdefault(slot, " ".join(_SAID.get(word, word) for word in said)[:80])
        return slot


def phrases(plan: Plan) -> dict[str, str]:
    """Tool -> what somebody wants who needs it, as the end of `I'd like to …`; no two alike."""
    found: dict[str, str] = {}
    for deed in plan.deeds:
        phrase = said_of(deed, plan.tables)
        if phrase in found.values():
            phrase = f"{phrase} ({spoken(deed.operation.tool)})"
        found[deed.operation.tool] = phrase
    return found


def said_of(deed: Deed, tables: Mapping[str, Table]) -> str:
    """What a deed does, in words: `cancel an order`."""
    if deed.role in ("other", "recorded", "live"):
        return f"use {spoken(deed.operation.tool) or 'the service'}"
    table = tables[deed.table]
    one = f"the {table.one}" if table.single else with_article(table.one)
    if deed.role == "list":
        above = next((tables[name].one for _, link, name in reversed(deed.within) if link), "")
        many = " ".join(words(table.name))
        return f"see the {many} of {with_article(above)}" if above else f"see the {many}"
    if deed.role == "act":
        return f"{spoken(deed.verb)} {one}"
    return {"read": "look at", "find": "find", "create": "make", "update": "change", "delete": "remove"}[
        deed.role
    ] + f" {one}"
