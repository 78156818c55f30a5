"""Whether groups of transitions share one matrix: the two textbook statistics, with honest degrees of freedom.

For G groups of (K, K) counts, row by row and summed: G2 = 2 sum n ln(n / m), X2 = sum (n - m)^2 / m, with m what the
pooled row leads one to expect. Degrees of freedom count what could have varied: (groups with data in the row - 1) times
(columns with data in the row - 1), summed over rows (Anderson and Goodman 1957, Annals of Mathematical Statistics 28;
support as in Bishop, Fienberg and Holland 1975, chapter 3).

Their p-values take *transitions* as independent, which those of one session are not: where personas differ they are too
small. They describe; what decides is a permutation of sessions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Agreement(NamedTuple):
    """One comparison."""

    g2: float
    x2: float
    dof: int
    p_g2: float
    """Chance of a larger G2 among groups that share the matrix, were transitions independent; 1 without a degree of
    freedom."""
    p_x2: float


def agreement(groups: NDArray[np.int64]) -> Agreement:
    """Of (G, K, K) counts, all rows together."""
    return _agreement(*(part.sum() for part in statistics(groups)))


def agreement_by_row(groups: NDArray[np.int64]) -> tuple[Agreement, ...]:
    """The same for each of the K rows."""
    return tuple(_agreement(*row) for row in zip(*statistics(groups), strict=True))


def statistics(
    groups: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """G2, X2 and degrees of freedom, (K,) each, of (G, K, K) counts."""
    counts = np.asarray(groups, dtype=np.float64)
    rows, columns, whole = counts.sum(axis=2, keepdims=True), counts.sum(axis=0), counts.sum(axis=(0, 2))
    expected = rows * np.divide(columns, whole[:, None], out=np.zeros_like(columns), where=whole[:, None] > 0)
    ratio = np.divide(counts, expected, out=np.ones_like(counts), where=counts > 0)
    g2 = 2 * (counts * np.log(ratio)).sum(axis=(0, 2))
    x2 = np.divide((counts - expected) ** 2, expected, out=np.zeros_like(counts), where=expected > 0).sum(axis=(0, 2))
    groups_there, columns_there = (rows[:, :, 0] > 0).sum(axis=0), (columns > 0).sum(axis=1)
    return g2, x2, np.maximum(groups_there - 1, 0) * np.maximum(columns_there - 1, 0)


def fisher_by_cell(groups: NDArray[np.int64], cells: Sequence[tuple[int, int]]) -> tuple[list[float], list[float]]:
    """For two groups of (K, K) counts: of each cell against the rest of its row the exact p-value (Fisher 1922), and
    the same with the false discovery rate of these cells kept in mind (Benjamini and Hochberg 1995)."""
    from scipy.stats import false_discovery_control, fisher_exact

    rows = groups.sum(axis=2)
    tables = ([(groups[g, i, j], rows[g, i] - groups[g, i, j]) for g in (0, 1)] for i, j in cells)
    found = [float(fisher_exact(table).pvalue) for table in tables]
    return found, false_discovery_control(found).tolist() if found else []


def _agreement(g2: float, x2: float, dof: int) -> Agreement:
    from scipy.special import chdtrc

    p_g2, p_x2 = (float(chdtrc(dof, max(value, 0.0))) if dof else 1.0 for value in (g2, x2))
    return Agreement(float(g2), float(x2), int(dof), p_g2, p_x2)
