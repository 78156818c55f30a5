"""Sessions that went the same way, looked at once: a large run has few ways, and what reads ways stays small."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer[Any]]


class Ways(NamedTuple):
    """The U different ways of S sessions, each of the codes of its states, in the order of their first session."""

    steps: Codes
    """Codes, one way after the other."""
    bounds: NDArray[np.int64]
    """(U + 1,) where each way begins in `steps`, and where the last one ends."""
    of: NDArray[np.int64]
    """(S,) the number of each session's way."""

    @property
    def times(self) -> NDArray[np.int64]:
        """(U,) how many sessions went each way."""
        return np.bincount(self.of, minlength=len(self.bounds) - 1)

    @property
    def owners(self) -> NDArray[np.int64]:
        """The number of the way that each step belongs to."""
        return np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))


def ways(steps: Codes, bounds: Codes) -> Ways:
    """The ways of sessions of codes, one session after the other in `steps`, cut at `bounds`."""
    known: dict[bytes, int] = {}
    cuts = np.asarray(bounds).tolist()
    of = np.fromiter(
        (known.setdefault(steps[a:b].tobytes(), len(known)) for a, b in pairwise(cuts)),
        dtype=np.int64,
        count=max(len(cuts) - 1, 0),
    )
    found = [np.frombuffer(way, dtype=steps.dtype) for way in known]
    starts = np.cumsum([0, *map(len, found)], dtype=np.int64)
    return Ways(np.concatenate(found) if found else steps[:0], starts, of)
