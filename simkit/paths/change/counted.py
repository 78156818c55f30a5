"""The counts of every cell in every session, and the statistics of many labellings at once.

With X the (S, C) counts and W the (R, S) labellings, W X has B's counts under each; A's are the rest. From these come

    G2 of a row   2 sum over cells and groups of n ln(n N / (n_row n_cell)): the likelihood ratio for one law of what
                  follows the state (Anderson and Goodman 1957)
    G2 of visits  the same for which states are left at all; with those of all rows it adds up to the likelihood ratio
                  for one law of pairs, which also sees states that only one run knows
    z of a cell   (p_B - p_A) / sqrt(p (1 - p) (1 / n_A + 1 / n_B)) = (x_B - p n_B) sqrt(n / (n_A n_B p (1 - p))) for
                  x_B of n_B visits in B and p of n = n_A + n_B in all, where both were in the row's state

which serve as yardsticks only: what is unusual is told by the labellings, never by a chi-square table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simkit.paths.codes import Counts
from simkit.paths.states import in_order
from simkit.paths.walks import Walks

Floats = NDArray[np.float64]

_ENTRIES = 1 << 23
"""Counts of sessions by cells that are in memory at once, at most."""


@dataclass(frozen=True, eq=False)
class SessionCounts:
    """How often each of C cells came in each of S sessions, n of them not at all zero; cells are sorted by row."""

    states: tuple[str, ...]
    source: Counts
    """(C,) the state that is left, as its place in `states`."""
    target: Counts
    """(C,) the state that follows."""
    owner: Counts
    """(n,) the session, in order."""
    cell: Counts
    """(n,) the cell."""
    times: Counts
    """(n,) how often."""
    sessions: int

    @cached_property
    def firsts(self) -> Counts:
        """(Q,) the first cell of each row that occurs."""
        return np.flatnonzero(np.diff(self.source, prepend=-1))

    @cached_property
    def row(self) -> Counts:
        """(C,) which of the Q rows each cell is in."""
        return np.cumsum(np.diff(self.source, prepend=-1) != 0) - 1

    @cached_property
    def totals(self) -> Floats:
        """(C,) counts of all sessions."""
        return np.bincount(self.cell, weights=self.times, minlength=len(self.source))

    @cached_property
    def visits(self) -> Floats:
        """(Q,) how often all sessions left each row's state."""
        return self.in_rows(self.totals)

    @cached_property
    def carriers(self) -> Counts:
        """(C,) in how many sessions each cell came at all."""
        return np.bincount(self.cell, minlength=len(self.source))

    def in_rows(self, values: Floats) -> Floats:
        """(..., Q) sums over the cells of each row of (..., C)."""
        return np.add.reduceat(values, self.firsts, axis=-1) if len(self.firsts) else values

    def of(self, labels: NDArray[np.uint8]) -> Floats:
        """(R, C) counts of the sessions marked 1, for (R, S) labellings, or of weighted sessions for weights."""
        found = np.zeros((len(labels), len(self.source)))
        for first, last, counts in self.blocks():
            found += labels[:, first:last].astype(np.float32) @ counts
        return found

    def blocks(self) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
        """First session, last and (last - first, C) counts, a bounded piece at a time; exact below 2^24."""
        if self._blocks:
            yield from self._blocks
            return
        rows = max(1, _ENTRIES // max(len(self.source), 1))
        for first in range(0, self.sessions, rows):
            last = min(first + rows, self.sessions)
            part = slice(*np.searchsorted(self.owner, [first, last]))
            counts = np.zeros((last - first, len(self.source)), dtype=np.float32)
            counts[self.owner[part] - first, self.cell[part]] = self.times[part]
            yield first, last, counts

    @cached_property
    def _blocks(self) -> tuple[tuple[int, int, NDArray[np.float32]], ...]:
        """All of them, where one holds everything."""
        if self.sessions * len(self.source) > _ENTRIES or not self.sessions:
            return ()
        counts = np.zeros((self.sessions, len(self.source)), dtype=np.float32)
        counts[self.owner, self.cell] = self.times
        return ((0, self.sessions, counts),)

    def gathered(self, groups: Counts, chosen: NDArray[np.bool_]) -> SessionCounts:
        """The counts of the chosen sessions, added up by the group that each session is of: groups for sessions."""
        inside = chosen[self.owner]
        width = len(self.source)
        keys = groups[self.owner[inside]] * width + self.cell[inside]
        kinds, which = np.unique(keys, return_inverse=True)
        times = np.bincount(which, weights=self.times[inside]).astype(np.int64)
        owner, cell = np.divmod(kinds, width) if width else (kinds, kinds)
        return SessionCounts(self.states, self.source, self.target, owner, cell, times, int(groups.max(initial=-1)) + 1)

    def some(self, cells: Counts) -> NDArray[np.float32]:
        """(S, n + Q) counts of some cells, then how often each session left each row's state."""
        width, rows = len(cells), len(self.firsts)
        place = np.full(len(self.source), -1)
        place[cells] = np.arange(width)
        found = np.zeros((self.sessions, width + rows), dtype=np.float32)
        inside = place[self.cell] >= 0
        found[self.owner[inside], place[self.cell[inside]]] = self.times[inside]
        np.add.at(found, (self.owner, width + self.row[self.cell]), self.times)
        return found


def session_counts(walks: Sequence[Walks]) -> SessionCounts:
    """The counts of all sessions of all these walks, one after the other."""
    states = in_order(state for one in walks for state in one.states)
    steps = np.concatenate([one.coded_as(states) for one in walks]).astype(np.int64)
    firsts = np.cumsum([0, *(len(one) for one in walks)])
    owners = np.concatenate([one.owners + first for one, first in zip(walks, firsts, strict=False)])
    inside = owners[1:] == owners[:-1]
    cells = (steps[:-1] * len(states) + steps[1:])[inside]
    kinds, which = np.unique(cells, return_inverse=True)
    width = max(len(kinds), 1)
    entries, times = np.unique(owners[1:][inside] * width + which, return_counts=True)
    owner, cell = np.divmod(entries, width)
    source, target = np.divmod(kinds, len(states))
    return SessionCounts(states, source, target, owner, cell, times, int(firsts[-1]))


def row_statistics(counted: SessionCounts, ours: Floats) -> Floats:
    """(R, Q) the G2 of each row under each of R labellings, from their (R, C) counts in B."""
    entropy = _entropies(counted.visits.max(initial=0.0))
    theirs, after, before = counted.totals - ours, counted.in_rows(ours), counted.in_rows(counted.totals - ours)
    inside = counted.in_rows(_of(entropy, ours) + _of(entropy, theirs) - _of(entropy, counted.totals))
    across = _of(entropy, after) + _of(entropy, before) - _of(entropy, counted.visits)
    return np.maximum(2.0 * (inside - across), 0.0)


def visit_statistics(counted: SessionCounts, ours: Floats) -> Floats:
    """(R,) the G2 of which states are left, from (R, C) counts in B."""
    entropy = _entropies(counted.visits.sum())
    after = counted.in_rows(ours)
    inside = (_of(entropy, after) + _of(entropy, counted.visits - after) - _of(entropy, counted.visits)).sum(axis=1)
    total, all_after = counted.visits.sum(), after.sum(axis=1)
    across = _of(entropy, all_after) + _of(entropy, total - all_after) - _of(entropy, np.array(total))
    return np.maximum(2.0 * (inside - across), 0.0)


def _entropies(most: float) -> Floats:
    """n ln n of every whole number up to `most`."""
    numbers = np.arange(int(most) + 1, dtype=np.float64)
    entropy = np.zeros(len(numbers))
    np.multiply(numbers[1:], np.log(numbers[1:]), out=entropy[1:])
    return entropy


def _of(table: Floats, counts: Floats) -> Floats:
    return table[counts.astype(np.intp)]


def shares(counted: SessionCounts, ours: Floats) -> tuple[Floats, Floats]:
    """(R, C) probabilities in A and in B; nan where the row's state was never left."""
    theirs = counted.totals - ours
    return tuple(  # type: ignore[return-value]
        np.divide(n, rows, out=np.full(n.shape, np.nan), where=rows > 0)
        for n, rows in ((part, counted.in_rows(part)[..., counted.row]) for part in (theirs, ours))
    )


def distances(counted: SessionCounts, ours: Floats) -> Floats:
    """(R, Q) total variation between what follows in A and in B: the share of a row that would have to be moved; nan
    where one of them never was in the row's state."""
    before, after = shares(counted, ours)
    return 0.5 * counted.in_rows(np.abs(after - before))


def standardised(ours: Floats, after: Floats, totals: Floats, visits: Floats, row: Counts) -> Floats:
    """(R, n) the z of cells from their (R, n) counts in B, the (R, Q) visits of rows in B, the (n,) counts and (Q,)
    visits of all sessions, and the (n,) rows that the cells are in; 0 where nothing can be told."""
    share = totals / visits[row]
    certain = share * (1 - share)
    scale = np.divide(1.0, np.sqrt(certain), out=np.zeros_like(certain), where=certain > 0)
    product = after * (visits - after)
    factor = np.sqrt(np.divide(visits, product, out=np.zeros_like(product), where=product > 0))
    return (ours - share * after[:, row]) * factor[:, row] * scale
