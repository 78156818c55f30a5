"""What `POST /orders/{id}/cancel` does to an order: the field that says so, and what it says then."""

from __future__ import annotations

from typing import Any

from simkit.design.draft.names import words
from simkit.design.draft.plan import Table

_STATES = ("status", "state", "phase", "stage", "condition")
_IRREGULAR = {
    "pay": "paid",
    "send": "sent",
    "ship": "shipped",
    "hold": "held",
    "sell": "sold",
    "begin": "begun",
    "withdraw": "withdrawn",
    "freeze": "frozen",
    "unfreeze": "active",
    "open": "open",
    "reopen": "open",
    "start": "running",
    "stop": "stopped",
    "complete": "complete",
    "resume": "active",
    "reactivate": "active",
    "activate": "active",
    "enable": "enabled",
    "disable": "disabled",
    "unblock": "active",
    "unlock": "unlocked",
    "check-in": "checked_in",
}


def participles(verb: str) -> list[str]:
    """How a state may be called that `verb` leads to, likeliest first: cancel → cancelled, canceled."""
    said = words(verb)
    if not said:
        return []
    first, rest = said[0], said[1:]
    irregular = _IRREGULAR.get("-".join(said)) or _IRREGULAR.get(first)
    found = [irregular] if irregular else []
    if first.endswith("e"):
        found.append(first + "d")
    elif first.endswith("y") and first[-2:-1] not in "aeiou":
        found.append(first[:-1] + "ied")
    else:
        found += [first + "ed", first + first[-1] + "ed"]
    both = ["_".join([one, *rest]) for one in found] if rest else []
    ing = (first[:-1] if first.endswith("e") else first) + "ing"
    return [*both, *found, first, ing, *([f"in_{first}"] if first == "progress" else [])]


def moves(table: Table, verb: str) -> tuple[str, Any] | None:
    """The field of a record that an action changes, and to what; None where no field shows it."""
    wanted = [words(one) for one in participles(verb)]
    fields = table.shape.fields
    states = [name for name in fields if words(name)[-1:] and words(name)[-1] in _STATES and fields[name].options]
    for one in wanted:
        for name in states:
            for option in fields[name].options:
                if isinstance(option, str) and words(option) == one:
                    return name, option
    for one in wanted:
        for name, shape in fields.items():
            said = words(name)
            if shape.kind == "boolean" and (said == one or said == ["is", *one]):
                return name, True
    undone = words(verb)[0] if words(verb) else ""
    for prefix in ("un", "dis", "de"):
        if undone.startswith(prefix):
            back = moves(table, undone.removeprefix(prefix))
            if back is not None and back[1] is True:
                return back[0], False
    return None


def stamp(table: Table, verb: str) -> str:
    """The field that tells when it was done: `cancelledAt`; empty where there is none."""
    wanted = [words(one) for one in participles(verb)]
    for name in table.shape.fields:
        said = words(name)
        if said[-1:] in (["at"], ["on"], ["date"], ["time"]) and said[:-1] in wanted:
            return name
    return ""
