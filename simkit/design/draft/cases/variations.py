"""What people do who do not simply say what they want: they know no number, change their mind, or want two things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from simkit.design.draft.cases.arguments import Arguments
from simkit.design.draft.cases.case import Draft, step
from simkit.design.draft.cases.goals import end_state
from simkit.design.draft.cases.trial import Bench
from simkit.design.draft.code.fields import unique_fields
from simkit.design.draft.code.listing import role_of
from simkit.design.draft.plan import Deed, Plan, Table

Call = tuple[str, dict[str, Any]]


class Kit(Protocol):
    """What a variation is made with."""

    plan: Plan
    bench: Bench
    arguments: Arguments
    phrases: Mapping[str, str]

    def good(self, deed: Deed, number: int) -> Draft | None: ...

    def row(self, deed: Deed, number: int) -> Mapping[str, Any] | None: ...

    def looks(self, deed: Deed, row: Mapping[str, Any], number: int) -> list[Call]: ...

    def new(self, deed: Deed, row: Mapping[str, Any], number: int, optional: int) -> dict[str, Any]: ...

    def told(self, deed: Deed, given: Mapping[str, Any], looks: list[Call]) -> dict[str, Any]: ...

    def named(self, deed: Deed) -> str: ...


def found_first(kit: Kit, deed: Deed) -> Draft | None:
    """The user does not know the record's name, but something by which it can be listed."""
    table = kit.plan.tables.get(deed.table)
    if table is None or deed.key is None or table.single:
        return None
    return next((case for number in (3, 4, 5) if (case := _found_first(kit, deed, table, number))), None)


def _found_first(kit: Kit, deed: Deed, table: Table, number: int) -> Draft | None:
    row, case = kit.row(deed, number), kit.good(deed, number)
    if row is None or case is None:
        return None
    for other in kit.plan.deeds:
        if other.role != "list" or other.table != deed.table or other.within:
            continue
        for one in other.operation.at("query"):
            role, field = role_of(one, table)
            held = row.get(field)
            if role != "equals" or not isinstance(held, str) or field == table.key or held in str(case.goal):
                continue
            call = (other.operation.tool, {one.argument: held})
            if not kit.bench.fits(*call) or not _only(kit.bench.tried(call).results, row):
                continue
            slot, key = kit.arguments.slots.field(table, field), kit.arguments.slots.key(table)
            if slot in case.knows:
                continue
            knows = {slot: held, **{name: value for name, value in case.knows.items() if name != key}}
            return replace(
                case,
                name=f"{kit.named(deed)}-without-its-{key.rpartition('_')[2]}",
                knows=knows,
                reference=(step(*call), *case.reference),
                tags=(*case.tags, "looked-up"),
                more={"does_not_know": [key]},
            )
    return None


def _only(results: tuple[Any, ...], row: Mapping[str, Any]) -> bool:
    """Whether a list has the row and no other."""
    result = results[0] if results else None
    if isinstance(result, dict):
        result = next((one for one in result.values() if isinstance(one, list)), [])
    return isinstance(result, list) and len(result) == 1 and all(result[0].get(k) == v for k, v in row.items())


def second_thoughts(kit: Kit, deed: Deed) -> Draft | None:
    """In their second turn, the user wants one thing otherwise than they said."""
    row = kit.row(deed, 4)
    if row is None or deed.role not in ("create", "update"):
        return None
    return _otherwise(kit, deed, row, 0) or _otherwise(kit, deed, row, 1)


def _otherwise(kit: Kit, deed: Deed, row: Mapping[str, Any], optional: int) -> Draft | None:
    given, looks = kit.new(deed, row, 4, optional), kit.looks(deed, row, 4)
    for one in deed.operation.at("body"):
        if one.required == bool(optional):
            continue  # what may be left out is told only where it is what changes
        simple = one.shape.kind in ("string", "integer", "number") and one.shape.format != "email"
        if one.argument not in given or not simple or one is deed.key or _links(kit, deed, one.name):
            continue
        other = kit.new(deed, row, 5, optional).get(one.argument)
        changed = {**given, one.argument: other}
        if other in (None, given[one.argument]) or not kit.bench.fits(deed.operation.tool, changed):
            continue
        tried = kit.bench.tried(*looks, (deed.operation.tool, changed))
        world = end_state(tried.changes, kit.plan.tables) if not tried.refused else None
        if world is None or not any(path.endswith(f".{one.name}") for path in world):
            continue
        slot = kit.arguments.slots.parameter(deed, one)
        says = f"Actually, make the {kit.arguments.slots.labels[slot]} {other}, please."
        facts = kit.told(deed, {name: value for name, value in given.items() if name in changed}, looks)
        return Draft(
            f"{kit.named(deed)}-second-thoughts",
            f"to {kit.phrases[deed.operation.tool]} where the {kit.arguments.slots.labels[slot]} is {facts[slot]}",
            facts,
            {"world": world},
            tuple(step(*call) for call in [*looks, (deed.operation.tool, changed)]),
            (deed.role, "second-thoughts"),
            more={"changes": [{"when": 2, "says": says, "knows": {slot: other}}]},
        )
    return None


def _links(kit: Kit, deed: Deed, name: str) -> bool:
    return any(link.field == name for link in kit.plan.tables[deed.table].links)


def thought_better(kit: Kit, deed: Deed) -> Draft | None:
    """Asked to confirm, the user does not want it any more."""
    row = kit.row(deed, 6)
    if row is None or deed.role not in ("delete", "act"):
        return None
    given, looks = kit.new(deed, row, 6, 0), kit.looks(deed, row, 6)
    if not looks or kit.bench.tried(*looks, (deed.operation.tool, given)).refused:
        return None
    return Draft(
        f"{kit.named(deed)}-thought-better",
        f"to {kit.phrases[deed.operation.tool]}",
        kit.told(deed, given, looks),
        {"calls": [step(*call) for call in looks], "never": [deed.operation.tool]},
        (*(step(*call) for call in looks), {"say": "All right, then everything stays as it is."}),
        ("declined",),
        more={"changes": [{"when": "confirming", "says": "No, please leave it as it is.", "wants": ""}]},
    )


def two_things(kit: Kit, deed: Deed) -> Draft | None:
    """Something is looked up first, and then something is to be done."""
    first = next((one for one in kit.plan.deeds if one.role == "list" and one.table != deed.table), None)
    if first is None or deed.role not in ("create", "update", "act"):
        return None
    one, other = kit.good(first, 2), kit.good(deed, 7)
    if one is None or other is None or any(other.knows.get(slot, fact) != fact for slot, fact in one.knows.items()):
        return None
    return Draft(
        f"{kit.named(deed)}-and-more",
        one.wants,
        {**one.knows, **other.knows},
        {**other.goal, **one.goal},
        (*one.reference, *other.reference),
        ("two-things", *other.tags),
        more={"then": [other.wants]},
    )


def taken(kit: Kit, deed: Deed) -> Draft | None:
    """What may be there only once is there already."""
    table = kit.plan.tables.get(deed.table)
    if table is None or deed.role != "create" or not (fields := unique_fields(deed, table)):
        return None
    row, there = kit.row(deed, 2), list(kit.plan.records.get(deed.table, {}).values())
    if row is None or not there or not there[0].get(fields[0].name):
        return None
    given = {**kit.new(deed, row, 8, 0), fields[0].argument: there[0][fields[0].name]}
    tool = deed.operation.tool
    if not kit.bench.fits(tool, given) or "already" not in kit.bench.tried((tool, given)).refused:
        return None
    label = kit.arguments.slots.labels[kit.arguments.slots.parameter(deed, fields[0])]
    return Draft(
        f"{kit.named(deed)}-taken",
        f"to {kit.phrases[tool]}",
        kit.arguments.facts(deed, given),
        {"says": ["already"], "never": [tool]},
        (step(tool, given), {"say": f"I'm sorry, I can't do that: that {label} is taken already."}),
        ("refused", "conflict"),
    )


VARIATIONS = (found_first, second_thoughts, thought_better, two_things, taken)
"""In the order in which they are tried, for each tool."""
