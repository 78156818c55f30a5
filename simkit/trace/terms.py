"""On what terms a run is played, as its manifest keeps them, and how other terms differ.

A run is resumed on the terms it was begun on: other scenarios, personas, domains, agents or seeds would make one run
out of two.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from simkit.errors import UsageError, one_line

PLAIN = ("agent", "user", "trials", "seed", "until_sure")
"""Terms that are one value each."""
DIGESTS = ("scenarios", "personas", "domains")
"""Terms that are name -> digest."""

Values = Callable[[str], Any]
"""Digest -> the value of that digest; None where it is not known."""


def differences(begun: Mapping[str, Any], now: Mapping[str, Any], value: Values = lambda digest: None) -> Iterator[str]:
    """How terms differ: `seed: 0 → 7`, `scenario late-refund: limits.turns: 20 → 3`, `persona rude: gone`."""
    for term in PLAIN:
        if term in begun and begun[term] != now.get(term):
            yield f"{term}: {_shown(begun[term])} → {_shown(now.get(term))}"
    for term in DIGESTS:
        old, new = begun.get(term, {}), now.get(term, {})
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                yield f"{term[:-1]} {name}: {_how(old.get(name), new.get(name), value)}"
    for domain in sorted(begun.get("code", {}).keys() & now.get("code", {}).keys()):
        if found := _definitions(begun["code"][domain], now["code"][domain]):
            yield f"tools.py of {domain}: {found}"


def agree(begun: Mapping[str, Any], now: Mapping[str, Any], run: str, value: Values = lambda digest: None) -> None:
    """Raises `UsageError`, in one line that shows the differences, where terms differ."""
    found = list(differences(begun, now, value))
    if found:
        shown = "; ".join(found[:6]) + (f"; and {len(found) - 6} more" if len(found) > 6 else "")
        raise UsageError(f"{run}: cannot go on, what is played has changed ({shown}); undo that, or --accept-changes")


def _how(old: str | None, new: str | None, value: Values) -> str:
    if old is None or new is None:
        return "new" if old is None else "gone"
    before, after = value(old), value(new)
    if before is None or after is None:
        return "changed"
    changes = list(_changes(before, after))
    return ", ".join(changes[:3]) + (f" and {len(changes) - 3} more" if len(changes) > 3 else "")


def _definitions(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Which definitions are not the same: `cancel_order changed, refund new and 2 more`."""
    changed = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    how = [f"{name} {'new' if name not in old else 'gone' if name not in new else 'changed'}" for name in changed]
    return ", ".join(how[:3]) + (f" and {len(how) - 3} more" if len(how) > 3 else "")


def _changes(before: Any, after: Any) -> Iterator[str]:
    """The operations of the JSON Patch (RFC 6902) from one value to another, in words."""
    import jsonpatch

    for operation in jsonpatch.make_patch(before, after):
        name = _dotted(operation["path"])
        if operation["op"] == "move":
            yield f"{_dotted(operation['from'])} moved to {name}"
        else:
            there = operation["op"] != "add"
            old = _shown(jsonpatch.JsonPointer(operation["path"]).resolve(before)) if there else "nothing"
            yield f"{name}: {old} → {_shown(operation['value']) if 'value' in operation else 'nothing'}"
        before = jsonpatch.apply_patch(before, [operation])


def _dotted(pointer: str) -> str:
    return one_line(pointer.strip("/").replace("/", ".").replace("~1", "/").replace("~0", "~"), 60)


def _shown(value: Any) -> str:
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 40)
