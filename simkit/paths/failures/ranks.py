"""How sure it is which cell of a failure matrix is the largest: "mend the biggest cell first" is advice only if the
biggest cell would be biggest again.

Failed sessions are drawn anew, with replacement, as many as there were (the bootstrap: Efron 1979, Annals of Statistics
7); each time every cell is ranked, 1 plus the number of cells that are larger. Trials of one scenario fail alike: with
`over="scenarios"` the scenarios that failed are drawn, each with all its failures (a cluster bootstrap; Davison and
Hinkley 1997, section 3.8), for what is to hold for scenarios like these.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.paths.failures.matrix import FailureMatrix
from simkit.paths.fit.intervals import Interval, credible
from simkit.paths.fit.resample import Over, share_bounds, spread_of
from simkit.trace.log import SessionKey

Drawn = NDArray[np.int64]

RESAMPLES = 2_000
"""So many, if nothing else is said."""


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
    """95 % interval of the share: of all failures to come, were they drawn like these. Jeffreys (`fit.intervals`) over
    sessions, by the spread over draws (`fit.resample`) over scenarios."""
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


def ranked(
    matrix: FailureMatrix, resamples: int = RESAMPLES, seed: int = 0, over: Over = "sessions"
) -> tuple[Ranked, ...]:
    """The cells that have a count, the largest first; ties by hazard, then in the matrix's order. `over`: what is drawn
    anew, failed sessions or the scenarios of these."""
    rows, columns = matrix.counts.nonzero()
    counts = matrix.counts[rows, columns]
    if not len(counts):
        return ()
    failed = int(counts.sum())
    drawn, shares = (_sessions if over == "sessions" else _scenarios)(matrix, resamples, np.random.default_rng(seed))
    ranks = _ranks(drawn)
    alone = (ranks == 1) & ((ranks == 1).sum(axis=1, keepdims=True) == 1)
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf").astype(int)
    recovered = Counter((one.row, one.column) for one in matrix.recovered)
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
                float(shares.low[at]),
                float(shares.high[at]),
                int(low[at]),
                int(high[at]),
                float(alone[:, at].mean()),
                recovered[row, column],
                tuple(failure.session for failure in matrix.sessions_in(row, column)),
            )
        )
    return tuple(sorted(cells, key=lambda cell: (-cell.count, -(cell.hazard or 0.0))))


def _sessions(matrix: FailureMatrix, resamples: int, rng: np.random.Generator) -> tuple[Drawn, Interval]:
    """(B, C) counts of the cells that have one, failed sessions drawn anew, and (C,) bounds of their shares."""
    counts = matrix.counts[matrix.counts.nonzero()]
    failed = int(counts.sum())
    found = credible(np.column_stack([counts, failed - counts]))
    drawn = rng.multinomial(failed, counts / failed, size=resamples)
    return drawn, Interval(found.low[:, 0], found.high[:, 0])


def _scenarios(matrix: FailureMatrix, resamples: int, rng: np.random.Generator) -> tuple[Drawn, Interval]:
    """The same with scenarios drawn anew, as many as failed."""
    cells = {(row, column): at for at, (row, column) in enumerate(zip(*matrix.counts.nonzero(), strict=True))}
    rows, columns = ({name: at for at, name in enumerate(names)} for names in (matrix.rows, matrix.columns))
    units: dict[str, int] = {}
    owners = [units.setdefault(SessionKey.parse(one.session).scenario, len(units)) for one in matrix.failures]
    places = [cells[rows[one.row], columns[one.column]] for one in matrix.failures]
    own = np.zeros((len(units), len(cells)), dtype=np.int64)
    np.add.at(own, (owners, places), 1)
    drawn = rng.multinomial(len(units), np.full(len(units), 1 / len(units)), size=resamples) @ own
    failed = len(matrix.failures)
    behind, most = np.full(len(cells), len(units)), np.full(len(cells), failed)
    spread = spread_of(drawn / drawn.sum(axis=1, keepdims=True))
    return drawn, share_bounds(own.sum(axis=0) / failed, spread, behind, most, alone=behind)


def _ranks(drawn: Drawn) -> Drawn:
    """(B, C) ranks of (B, C) counts: cells that tie share the better rank."""
    return np.asarray([(row[:, None] < row[None, :]).sum(axis=1) + 1 for row in drawn])
