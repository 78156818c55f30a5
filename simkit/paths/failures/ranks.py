"""How sure it is which cell of a failure matrix is the largest: "mend the biggest cell first" is advice only if the
biggest cell would be biggest again.

Failed sessions are drawn anew, with replacement, as many as there were (the bootstrap: Efron 1979, Annals of Statistics
7); each time every cell is ranked, 1 plus the number of cells that are larger.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.paths.failures.matrix import FailureMatrix
from simkit.paths.fit.intervals import credible


class Ranked(NamedTuple):
    """One cell, as sure as it is."""

    row: str
    column: str
    count: int
    attempts: int | None
    """None where nobody can know."""
    hazard: float | None
    share: float
    """Of all failures."""
    share_low: float
    share_high: float
    """95 % interval of the share (Jeffreys, `fit.intervals`): of all failures to come, were they drawn like these."""
    rank_low: int
    rank_high: int
    """95 % of resamples have the cell's rank in here."""
    first: float
    """Share of resamples in which the cell is larger than every other."""
    recovered: int
    """Sessions that went wrong here first and passed all the same; in no count above."""
    sessions: tuple[str, ...]
    """Those that failed here first."""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**self._asdict(), "sessions": list(self.sessions)}


def ranked(matrix: FailureMatrix, resamples: int = 2_000, seed: int = 0) -> tuple[Ranked, ...]:
    """The cells that have a count, the largest first; ties by hazard, then in the matrix's order."""
    rows, columns = matrix.counts.nonzero()
    counts = matrix.counts[rows, columns]
    if not len(counts):
        return ()
    failed = int(counts.sum())
    drawn = np.random.default_rng(seed).multinomial(failed, counts / failed, size=resamples)
    ranks = _ranks(drawn)
    alone = (ranks == 1) & ((ranks == 1).sum(axis=1, keepdims=True) == 1)
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf").astype(int)
    recovered = Counter((one.row, one.column) for one in matrix.recovered)
    shares = credible(np.column_stack([counts, failed - counts]))
    cells = []
    for at, (i, j) in enumerate(zip(rows, columns, strict=True)):
        row, column, count = matrix.rows[i], matrix.columns[j], int(counts[at])
        attempts, hazard = matrix.attempts[i, j], matrix.hazards[i, j]
        cells.append(
            Ranked(
                row,
                column,
                count,
                None if np.isnan(attempts) else int(attempts),
                None if np.isnan(hazard) else float(hazard),
                count / failed,
                float(shares.low[at, 0]),
                float(shares.high[at, 0]),
                int(low[at]),
                int(high[at]),
                float(alone[:, at].mean()),
                recovered[row, column],
                tuple(failure.session for failure in matrix.sessions_in(row, column)),
            )
        )
    return tuple(sorted(cells, key=lambda cell: (-cell.count, -(cell.hazard or 0.0))))


def _ranks(drawn: NDArray[np.int64]) -> NDArray[np.int64]:
    """(B, C) ranks of (B, C) counts: cells that tie share the better rank."""
    return np.asarray([(row[:, None] < row[None, :]).sum(axis=1) + 1 for row in drawn])
