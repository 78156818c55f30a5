"""Every cell of a matrix with two intervals: one in closed form, one from sessions drawn anew; and which cells to mask.

Where the second is much wider than the first, transitions of one session hang together, and the first is not to be
trusted. A row is *thin* when its state was left fewer than `support` times: its probabilities say little, whatever they
are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.paths.fit.estimate import Estimate, could_be, estimate
from simkit.paths.fit.intervals import Interval, credible
from simkit.paths.fit.resample import Over, resampled
from simkit.paths.matrix import TransitionMatrix
from simkit.paths.table import aligned, clipped, csv_rows
from simkit.paths.walks import Walks

SUPPORT = 5
"""A row with fewer observations is thin, if nothing else is said."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The probabilities of a matrix, and how far each is known."""

    matrix: TransitionMatrix
    estimate: Estimate
    level: float
    credible: Interval
    """(K, K), Jeffreys: the cell against all others of its row."""
    bootstrap: Interval
    """(K, K), from sessions drawn anew; nan in a row without data."""
    support: int
    over: Over = "sessions"
    """What was drawn anew for `bootstrap`."""

    @property
    def thin(self) -> NDArray[np.bool_]:
        """(K,) rows with data, but little."""
        totals = self.matrix.counts.sum(axis=1)
        return np.asarray((totals > 0) & (totals < self.support))

    def rows(self) -> list[list[str]]:
        """A line for each cell with a count, states in their order, the most frequent successor first."""
        head = ["from", "to", "n", "of", "p", "low", "high", "low (sessions)", "high (sessions)", ""]
        return [head, *(self._line(i, j) for i, j in self._cells())]

    def table(self) -> str:
        """The same as aligned text: thin rows are marked."""
        span = f"{self.level:.0%}"
        lines = [["from", "to", "n", "of", "p", f"{span} cell", f"{span} {self.over}", ""]]
        for line in (self._line(i, j) for i, j in self._cells()):
            source, to, n, of, p, *bounds, thin = line
            pairs = [f"{bounds[0]}–{bounds[1]}", f"{bounds[2]}–{bounds[3]}"]
            lines.append([clipped(source, 25), clipped(to, 25), n, of, p, *pairs, thin])
        return "\n".join(aligned(lines)) + "\n"

    def csv(self) -> str:
        """The same for spreadsheets."""
        return csv_rows(self.rows())

    def to_json(self) -> dict[str, Any]:
        """Tables in the order of the matrix's states; rows without data are null."""
        empty = ~self.matrix.counts.any(axis=1)
        tables = {
            "low": self.credible.low,
            "high": self.credible.high,
            "low_sessions": self.bootstrap.low,
            "high_sessions": self.bootstrap.high,
        }
        shown = {
            name: [None if gone else row.tolist() for row, gone in zip(table, empty, strict=True)]
            for name, table in tables.items()
        }
        thin = [self.matrix.states[row] for row in np.flatnonzero(self.thin)]
        return {
            **self.estimate.to_json(),
            "level": self.level,
            **shown,
            "support": self.support,
            "thin_rows": thin,
            "over": self.over,
        }

    def _cells(self) -> list[tuple[int, int]]:
        counts = self.matrix.counts
        return [(i, int(j)) for i in range(len(counts)) for j in np.argsort(-counts[i], kind="stable") if counts[i, j]]

    def _line(self, i: int, j: int) -> list[str]:
        bounds = (self.credible.low, self.credible.high, self.bootstrap.low, self.bootstrap.high)
        numbers = [str(self.matrix.counts[i, j]), str(self.matrix.counts[i].sum())]
        shares = [f"{table[i, j]:.3f}" for table in (self.estimate.probabilities, *bounds)]
        names = [self.matrix.states[i], self.matrix.states[j]]
        return [*names, *numbers, *shares, "thin" if self.thin[i] else ""]


def cells_of(
    walks: Walks,
    prior: str = "ml",
    *,
    level: float = 0.95,
    resamples: int = 1000,
    support: int = SUPPORT,
    seed: int = 0,
    over: Over = "sessions",
) -> Cells:
    """The cells of these walks. Raises ValueError for an unknown prior or a level outside (0, 1)."""
    matrix = walks.matrix()
    possible = could_be(matrix.states).sum(axis=1)
    # Each cell against all others of its row: half an observation for each of many cells would outweigh the data.
    exact = credible(matrix.counts, 0.5, level, np.minimum(possible, 2).clip(1))
    again = resampled(walks, resamples, seed, over).cells(level)
    return Cells(matrix, estimate(matrix, prior), level, exact, again, support, over)
