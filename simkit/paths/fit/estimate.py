"""Probabilities as a reading of counts: which estimate, and what becomes of states without data.

With n_ij transitions from i to j, n_i all from i and a prior weight a_ij per cell, p_ij = (n_ij + a_ij) / (n_i + a_i):

    ml         a = 0: what was seen (Anderson and Goodman 1957, Annals of Mathematical Statistics 28)
    laplace    a = 1 (Laplace 1774)
    jeffreys   a = 1/2 (Jeffreys 1946, Proceedings of the Royal Society A 186)
    perks      a = 1/K: together one more observation a row (Perks 1947, Journal of the Institute of Actuaries 73)
    pooled     a_ij = c_i q_ij with q from all groups together: a persona with few sessions leans on the others, the
               more so the more alike they are (`pooled_estimates`)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.paths.matrix import TransitionMatrix
from simkit.paths.states import START, is_end

Floats = NDArray[np.float64]

PRIORS: Mapping[str, Callable[[int], float]] = MappingProxyType(
    {"ml": lambda k: 0.0, "laplace": lambda k: 1.0, "jeffreys": lambda k: 0.5, "perks": lambda k: 1.0 / k}
)
"""Prior weight per cell, for rows of K cells."""

_STRONGEST = 1e6
"""A row of all groups that is worth this many observations to each of them: the groups are one."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """Probabilities over K states, and how they were come by."""

    states: tuple[str, ...]
    probabilities: Floats
    """(K, K), row = from; nan in a row that has neither data nor prior."""
    prior: str
    rows_without_data: tuple[str, ...]
    """States that were never left: their probabilities are the prior's, or nan where there is none."""

    def to_json(self) -> dict[str, Any]:
        """Plain values; rows that nothing is known of are null."""
        rows = [[None] * len(row) if np.isnan(row).any() else row.tolist() for row in self.probabilities]
        return {"prior": self.prior, "probabilities": rows, "rows_without_data": list(self.rows_without_data)}


def estimate(matrix: TransitionMatrix, prior: str | float = "ml") -> Estimate:
    """The probabilities of a matrix under one of `PRIORS`, or with a weight per cell.

    START is never entered and ends are never left, so prior weight goes only to cells that could have counts. Raises
    ValueError for an unknown prior or a negative weight.
    """
    possible = could_be(matrix.states)
    weight = weight_of(prior, int(possible.sum(axis=1).max(initial=0)))
    named = prior if isinstance(prior, str) else f"{prior:g} per cell"
    return _read(matrix, matrix.counts + weight * possible, named)


def could_be(states: tuple[str, ...]) -> NDArray[np.bool_]:
    """(K, K) which transitions a session can make: into anything but START, out of anything but an end."""
    ends, starts = (np.array([test(state) for state in states], dtype=bool) for test in (is_end, START.__eq__))
    return np.asarray(~ends[:, None] & ~starts[None, :])


def smoothed(counts: NDArray[Any], weight: float) -> Floats:
    """(K, K) probabilities with the same prior weight in each cell; nan in a row that has neither."""
    return _shares(np.asarray(counts, dtype=np.float64) + weight)


def weight_of(prior: str | float, k: int) -> float:
    """Prior weight per cell of a row of `k` cells. Raises ValueError for an unknown prior or a negative weight."""
    if isinstance(prior, str):
        if prior not in PRIORS:
            raise ValueError(f"no prior '{prior}'; there are {', '.join(PRIORS)}")
        return PRIORS[prior](max(k, 1))
    if not prior >= 0:
        raise ValueError(f"a prior weight is not negative: {prior}")
    return float(prior)


def pooled_estimates(groups: Mapping[str, TransitionMatrix]) -> dict[str, Estimate]:
    """For each group (persona, version …) its probabilities, leaning on what all groups do together.

    Each row of each group is taken as drawn from a Dirichlet distribution around the row of all groups; its strength
    is estimated from how far the groups' rows lie apart (moments of the Pearson statistic: Brier 1980, Biometrika
    67). Raises ValueError for matrices of different views.
    """
    if not groups:
        return {}
    first, *others = groups.values()
    together = sum(others, start=first)
    counts = np.stack([matrix.counts_in(together.states) for matrix in groups.values()])
    around = np.nan_to_num(together.probabilities)
    strength = np.array([_strength(counts[:, row], around[row]) for row in range(len(together.states))])
    lean = strength[:, None] * around
    return {
        name: _read(TransitionMatrix(together.view, together.states, own, 0), own + lean, "pooled")
        for name, own in zip(groups, counts, strict=True)
    }


def _strength(rows: NDArray[np.int64], around: Floats) -> float:
    """Of (G, K) counts of one row: how many observations the row of all groups is worth to each. Where groups differ,
    the expected Pearson statistic per degree of freedom is 1 + m / (c + 1), m the mean number of further observations
    in a group: its root is c."""
    totals = rows.sum(axis=1)
    rows, totals = rows[totals > 0], totals[totals > 0]
    seen = around > 0
    if len(rows) < 2 or seen.sum() < 2:
        return _STRONGEST if seen.any() else 0.0
    dof = (len(rows) - 1) * (int(seen.sum()) - 1)
    expected = totals[:, None] * around[seen]
    excess = float(((rows[:, seen] - expected) ** 2 / expected).sum()) / dof - 1.0
    further = float(totals.sum() - (totals**2).sum() / totals.sum()) / (len(rows) - 1) - 1.0
    if excess <= 0 or further <= 0:
        return _STRONGEST
    return float(np.clip(further / excess - 1.0, 0.0, _STRONGEST))


def _read(matrix: TransitionMatrix, weights: Floats, prior: str) -> Estimate:
    empty = np.flatnonzero(~matrix.counts.any(axis=1))
    without = tuple(matrix.states[row] for row in empty)
    return Estimate(matrix.states, _shares(np.asarray(weights, dtype=np.float64)), prior, without)


def _shares(weights: Floats) -> Floats:
    totals = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, totals, out=np.full(weights.shape, np.nan), where=totals > 0)
