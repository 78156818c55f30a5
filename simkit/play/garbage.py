"""Python's search for garbage, while thousands of sessions are alive."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (200_000, 50, 100)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for reference cycles less often, and not among what was there before.

    Python looks at all that is alive after each few thousand new objects. With a thousand sessions under way that is
    a third of all CPU; sessions leave few cycles behind.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
