"""Python's search for garbage, while thousands of sessions are alive."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_FIRST = 25_000
"""New objects after which the first search looks whether those who play here leave cycles at all."""
_LYING = 100_000
"""Objects of garbage that may lie about between two searches, as far as the last one tells."""
_OFTEN, _SELDOM = 100_000, 1_000_000
"""New objects between two searches, at least and at most."""
_OLDER = (50, 100)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for reference cycles as seldom as what is found allows, and not among what was there before.

    Python looks at all that is alive after each few thousand new objects. With a thousand sessions under way that is
    a third of all CPU; sessions leave few cycles behind, but some agents leave many.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_FIRST, *_OLDER)
    gc.callbacks.append(_adapt)
    try:
        yield
    finally:
        gc.callbacks.remove(_adapt)
        if gc.get_threshold()[0] == _SELDOM:
            gc.freeze()  # there is next to no garbage: what is left counts as old, and is not looked through now
        gc.set_threshold(*before)
        gc.unfreeze()


def _adapt(phase: str, found: Mapping[str, Any]) -> None:
    if phase == "stop" and found["generation"] == 0:
        looked_at, garbage = gc.get_threshold()[0], found["collected"]
        next_time = _LYING * looked_at // garbage if garbage else _SELDOM
        gc.set_threshold(min(max(next_time, _OFTEN), _SELDOM), *_OLDER)
