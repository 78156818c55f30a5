"""On what terms a run is played, as its manifest keeps them, and how other terms differ.

A run is resumed on the terms it was begun on: other scenarios, personas, domains, agents or seeds would make one run
out of two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simkit.errors import UsageError

PLAIN = ("agent", "user", "trials", "seed")
"""Terms that are one value each."""
DIGESTS = ("scenarios", "personas", "domains")
"""Terms that are name -> digest."""


def differences(begun: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """How terms differ, a line each: `seed: 0 when begun, 7 now`, `scenario late-refund: changed`."""
    for term in PLAIN:
        if term in begun and begun[term] != now.get(term):
            yield f"{term}: {begun[term]} when begun, {now.get(term)} now"
    for term in DIGESTS:
        old, new = begun.get(term, {}), now.get(term, {})
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                how = "changed" if name in old and name in new else "gone" if name in old else "new"
                yield f"{term[:-1]} {name}: {how}"


def agree(begun: Mapping[str, Any], now: Mapping[str, Any], run: str) -> None:
    """Raises `UsageError`, in one line that shows the differences, where terms differ."""
    found = list(differences(begun, now))
    if found:
        shown = "; ".join(found[:6]) + (f"; and {len(found) - 6} more" if len(found) > 6 else "")
        raise UsageError(f"{run}: cannot go on, what is played has changed ({shown}); undo that, or --accept-changes")
