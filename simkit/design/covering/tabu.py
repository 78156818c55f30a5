"""Fewer rows for the same cover: take one away, mend what is then uncovered by changing single values, and again.

After Nurmela (2004), "Upper bounds for covering arrays by tabu search": of the uncovered cells one is picked at random;
of all changes of one value that cover it, the one is made after which fewest cells are uncovered, unless it takes back
a recent one. Effort is counted in changes, never in seconds, so that the same seed gives the same array.
"""

from __future__ import annotations

from collections import deque
from random import Random

import numpy as np
from numpy.typing import NDArray

from simkit.design.covering.interactions import Interactions

MEMORY = 6
"""Changes during which a cell of the array is not changed again."""


class Tabu:
    """One array while it is mended."""

    def __init__(
        self,
        what: Interactions,
        rows: NDArray[np.int64],
        wanted: NDArray[np.bool_],
        locked: NDArray[np.bool_],
        random: Random,
    ) -> None:
        self.what, self.random, self.wanted = what, random, wanted
        self.rows, self.locked = rows.copy(), locked.copy()
        """Rows x columns; a locked value is never changed."""
        self.index = what.index(self.rows)
        self.names = what.names
        self.counts = np.bincount(self.names[self.index].ravel(), minlength=what.count)
        order = np.argsort(self.names, kind="stable")
        self.members = np.split(order, np.cumsum(np.bincount(self.names, minlength=what.count))[:-1])
        """Name -> the cells that have it."""
        self.recent: deque[tuple[int, int]] = deque(maxlen=MEMORY)

    def mended(self, effort: int) -> int | None:
        """Change values until all wanted cells are covered: how many changes that took; None where `effort` were not
        enough."""
        left = {int(name) for name in np.flatnonzero(self.wanted & (self.counts == 0))}
        for used in range(effort):
            if not left:
                return used
            cells = self.members[sorted(left)[self.random.randrange(len(left))]]
            self._cover(int(cells[self.random.randrange(len(cells))]), left)
        return None if left else effort

    def _cover(self, cell: int, left: set[int]) -> None:
        fixed = self.what.fixed_by(cell)
        columns, values = np.array(list(fixed)), np.array(list(fixed.values()))
        differ = self.rows[:, columns] != values
        near = np.flatnonzero((differ.sum(axis=1) == 1) & ~(differ & self.locked[:, columns]).any(axis=1))
        best: list[tuple[int, int, int]] = []
        least = 1 << 30
        for place, column in enumerate(columns.tolist()):
            rows = near[differ[near, place]]
            rows = np.array([row for row in rows.tolist() if (row, column) not in self.recent], dtype=np.int64)
            if rows.size:
                rows, costs = self._costs(rows, column, int(values[place]))
                for row, cost in zip(rows.tolist(), costs.tolist(), strict=True):
                    if cost < least:
                        least, best = cost, []
                    if cost == least:
                        best.append((row, column, int(values[place])))
        if best:
            self._change(*self.random.choice(best), left)
        else:
            self._jump(fixed, left)

    def _costs(self, rows: NDArray[np.int64], column: int, value: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of the rows that may have `value` there: how many more cells would be uncovered."""
        if not self.what.rules.free:
            changed = self.rows[rows]
            changed[:, column] = value
            rows = rows[~self.what.rules.forbidden(changed)]
        sets, strides = self.what.of_column[column]
        old = self.index[np.ix_(rows, sets)]
        new = old + (value - self.rows[rows, column])[:, None] * strides
        lost, won = self.counts[self.names[old]] == 1, self.counts[self.names[new]] == 0
        return rows, lost.sum(axis=1) - won.sum(axis=1)

    def _change(self, row: int, column: int, value: int, left: set[int]) -> None:
        sets, strides = self.what.of_column[column]
        old = self.index[row, sets]
        new = old + (value - self.rows[row, column]) * strides
        gone, come = self.names[old], self.names[new]
        np.subtract.at(self.counts, gone, 1)
        np.add.at(self.counts, come, 1)
        left.update(name for name in gone[self.counts[gone] == 0].tolist() if self.wanted[name])
        left.difference_update(come.tolist())
        self.index[row, sets] = new
        self.rows[row, column] = value
        self.recent.append((row, column))

    def _jump(self, fixed: dict[int, int], left: set[int]) -> None:
        """Cover a cell that no single change covers: some row gets all of its values."""
        for row in self.random.sample(range(len(self.rows)), len(self.rows)):
            if any(self.locked[row, at] and self.rows[row, at] != value for at, value in fixed.items()):
                continue
            keep = {int(at): int(self.rows[row, at]) for at in np.flatnonzero(self.locked[row])}
            new = self.rows[row].copy()
            new[list(fixed)] = list(fixed.values())
            if self.what.rules.forbidden(new[None, :])[0]:
                found = self.what.rules.completed({**keep, **fixed})
                if found is None:
                    continue
                new = np.array(found)
            for column in np.flatnonzero(new != self.rows[row]).tolist():
                self._change(row, column, int(new[column]), left)
            return


def fewer(
    what: Interactions,
    rows: NDArray[np.int64],
    wanted: NDArray[np.bool_],
    locked: NDArray[np.bool_],
    random: Random,
    *,
    effort: int,
    enough: int = 0,
) -> NDArray[np.int64]:
    """An array with as few rows as `effort` changes lead to, not fewer than `enough`."""
    best, best_locked = rows, locked
    while effort > 0 and len(best) > max(enough, 1):
        index = what.covered(best)
        counts = np.bincount(index.ravel(), minlength=what.count)
        alone = (counts[index] == 1).sum(axis=1)
        free = np.flatnonzero(~best_locked.any(axis=1))
        if not free.size:
            break
        without = int(free[np.argmin(alone[free])])
        kept, kept_locked = np.delete(best, without, axis=0), np.delete(best_locked, without, axis=0)
        search = Tabu(what, kept, wanted, kept_locked, random)
        used = search.mended(effort)
        if used is None:
            break
        effort -= used
        best, best_locked = search.rows, search.locked
    return best
