"""Who is compared with whom: how the labels A and B may be moved if nothing has changed.

    pair      both runs played the same tasks: labels move between the trials of one task
    session   labels move between all sessions
    task      labels move between whole tasks: those that both played swap A with B as a block, or, where no task was
              played by both, a task with all its trials belongs to A or to B

A task is a scenario played by a persona. `pair` and `session` take trials of one task as independent given the task,
`task` does not. The permutation p-value is exact at any number of sessions, whatever the law of a session
(Lehmann and Romano 2005, *Testing Statistical Hypotheses*, section 15.2; Phipson and Smyth 2010 for the count of the
observed labelling among the drawn ones).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Unit = Literal["pair", "session", "task"]
Labels = NDArray[np.uint8]

_PIECE = 4_000_000
"""Labels that are drawn at once, at most."""


@dataclass(frozen=True, eq=False)
class Relabelling:
    """The labels of S sessions, and the groups of sessions within or between which they may be moved."""

    labels: Labels
    """(S,) 0 for A, 1 for B."""
    groups: NDArray[np.int64]
    """(S,) which task each session is of, numbered from 0."""
    unit: Unit
    paired: bool
    """Whether A and B played each of the tasks."""

    @property
    def independent(self) -> NDArray[np.int64]:
        """(S,) which sessions belong together when a variance is estimated: those of one task, or each alone."""
        return np.arange(len(self.labels)) if self.unit == "session" else self.groups

    @property
    def labellings(self) -> int:
        """How many different ones there are, the observed one included."""
        ones = self._ones
        if self.unit == "session":
            return math.comb(len(self.labels), int(self.labels.sum()))
        if self.unit == "task":
            tasks = len(ones)
            return 2**tasks if self.paired else math.comb(tasks, int((ones > 0).sum()))
        return math.prod(math.comb(int(n), int(b)) for n, b in zip(self._sizes, ones, strict=True))

    @property
    def mirrored(self) -> bool:
        """Whether A and B can change places as a whole, which is just as unusual."""
        if self.unit == "task":
            return self.paired or (self._ones > 0).mean() == 0.5
        if self.unit == "session":
            return self.labels.mean() == 0.5
        return bool((2 * self._ones == self._sizes).all())

    @property
    def _sizes(self) -> NDArray[np.int64]:
        return np.bincount(self.groups)

    @property
    def _ones(self) -> NDArray[np.int64]:
        return np.bincount(self.groups, weights=self.labels).astype(np.int64)

    def every(self) -> Labels:
        """(labellings, S) all of them."""
        sessions = len(self.labels)
        if self.unit == "session":
            return _marked(sessions, combinations(range(sessions), int(self.labels.sum())))
        if self.unit == "task" and self.paired:
            flips = np.array(list(product((0, 1), repeat=len(self._sizes))), dtype=np.uint8)
            return flips[:, self.groups] ^ self.labels
        if self.unit == "task":
            ones = self._ones
            return _marked(len(ones), combinations(range(len(ones)), int((ones > 0).sum())))[:, self.groups]
        members = [np.flatnonzero(self.groups == task).tolist() for task in range(len(self._sizes))]
        ways = (combinations(one, int(b)) for one, b in zip(members, self._ones, strict=True))
        return _marked(sessions, (sum(chosen, ()) for chosen in product(*ways)))

    def drawn(self, how_many: int, rng: np.random.Generator) -> Iterator[Labels]:
        """That many at random, in pieces of (rows, S)."""
        rows = max(1, _PIECE // max(len(self.labels), 1))
        for first in range(0, how_many, rows):
            yield self._draw(min(rows, how_many - first), rng)

    def _draw(self, rows: int, rng: np.random.Generator) -> Labels:
        if self.unit == "session":
            return _chosen(rng, (rows, len(self.labels)), int(self.labels.sum()))
        if self.unit == "task" and self.paired:
            return rng.integers(0, 2, (rows, len(self._sizes)), dtype=np.uint8)[:, self.groups] ^ self.labels
        if self.unit == "task":
            ones = self._ones
            return _chosen(rng, (rows, len(ones)), int((ones > 0).sum()))[:, self.groups]
        return self._within(rows, rng)

    def _within(self, rows: int, rng: np.random.Generator) -> Labels:
        order, sizes, ones = np.argsort(self.groups, kind="stable"), self._sizes, self._ones
        starts = np.cumsum(sizes) - sizes
        drawn = np.empty((rows, len(self.labels)), dtype=np.uint8)
        for size, many in sorted(set(zip(sizes.tolist(), ones.tolist(), strict=True))):
            alike = starts[(sizes == size) & (ones == many)]
            drawn[:, order[alike[:, None] + np.arange(size)]] = _chosen(rng, (rows, len(alike), size), many)
        return drawn


def _chosen(rng: np.random.Generator, shape: tuple[int, ...], ones: int) -> Labels:
    """Zeros but for `ones` places along the last axis, every choice of places as likely: those of the largest keys."""
    size = shape[-1]
    if ones in (0, size):
        return np.full(shape, ones == size, dtype=np.uint8)
    keys = rng.integers(0, 1 << 32, shape, dtype=np.uint32)
    chosen = keys > np.partition(keys, size - ones - 1, axis=-1)[..., size - ones - 1, None]
    tied = chosen.sum(axis=-1) != ones
    if tied.any():
        chosen[tied] = _chosen(rng, (int(tied.sum()), size), ones)
    return chosen.astype(np.uint8)


def _marked(width: int, chosen: Iterator[tuple[int, ...]]) -> Labels:
    rows = list(chosen)
    marked = np.zeros((len(rows), width), dtype=np.uint8)
    for row, places in zip(marked, rows, strict=True):
        row[list(places)] = 1
    return marked
