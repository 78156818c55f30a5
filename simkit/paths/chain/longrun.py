"""What a chain does in the long run: stationary and quasi-stationary distributions, entropy rate, mixing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.paths.chain.structure import classes_of

Floats = NDArray[np.float64]

_TIE = 1e-9
"""Leading eigenvalues nearer to each other than this share are one and the same."""


class QuasiStationary(NamedTuple):
    """Where sessions are that have not ended for a long time, and how they go on not ending."""

    rate: float
    """Leading eigenvalue of the transient part: the share that stays for another step, in the long run."""
    shares: Floats | None
    """(T,) over the transient states, sums to 1; None where it depends on the start (two classes that hold equally
    long) or where nothing stays (rate 0)."""


def stationary_of(weights: Floats) -> Floats:
    """(K,) shares of time of an irreducible chain from its (K, K) weights, without a subtraction.

    Grassmann, Taksar and Heyman 1985: eliminate states from the last to the first, then go back. Rows may be counts,
    each in a unit of its own.
    """
    table = weights / weights.sum(axis=1, keepdims=True)
    size = len(table)
    for k in reversed(range(1, size)):
        table[:k, k] /= table[k, :k].sum()
        table[:k, :k] += np.outer(table[:k, k], table[k, :k])
    shares = np.zeros(size)
    shares[0] = 1.0
    for k in range(1, size):
        shares[k] = shares[:k] @ table[:k, k]
    return shares / shares.sum()


def row_entropies(weights: Floats) -> Floats:
    """(K,) entropy of each row's probabilities in nats; 0 for a row without data."""
    totals = weights.sum(axis=1, keepdims=True)
    shares = np.divide(weights, totals, out=np.zeros_like(weights, dtype=np.float64), where=totals > 0)
    return np.asarray(-(shares * np.log(shares, out=np.zeros_like(shares), where=shares > 0)).sum(axis=1))


def entropy_rate_of(weights: Floats, shares: Floats) -> float:
    """Nats a step: the mean entropy of what comes next, weighted by the time spent (Shannon 1948). 0: no choice."""
    return float(shares @ row_entropies(weights))


def second_eigenvalue(weights: Floats) -> float | None:
    """Modulus of the second largest eigenvalue of an irreducible chain, which says how fast it forgets its start: the
    distance to stationarity shrinks by this factor a step. None for a single state."""
    if len(weights) < 2:
        return None
    shares = weights / weights.sum(axis=1, keepdims=True)
    return float(np.sort(np.abs(np.linalg.eigvals(shares)))[-2])


def quasi_stationary_of(inner: Floats) -> QuasiStationary:
    """Of (T, T) probabilities among transient states: the left eigenvector of the leading eigenvalue (Darroch and
    Seneta 1965, Journal of Applied Probability 2).

    The eigenvalue belongs to one of the classes; what that class leads to gets its share, what leads to it none.
    """
    found = [(members, *_leading(inner[np.ix_(members, members)])) for members in classes_of(inner > 0)]
    rate = max((rate for _, rate, _ in found), default=0.0)
    holding = [(members, shares) for members, own, shares in found if own >= rate * (1 - _TIE)]
    if rate == 0 or len(holding) > 1:
        return QuasiStationary(rate, None)
    members, shares = holding[0]
    result = np.zeros(len(inner))
    result[members] = shares
    after = np.setdiff1d(_reached(inner > 0, members), members)
    if len(after):
        flow = shares @ inner[np.ix_(members, after)]
        result[after] = np.linalg.solve((rate * np.eye(len(after)) - inner[np.ix_(after, after)]).T, flow)
    return QuasiStationary(rate, result / result.sum())


def _leading(inner: Floats) -> tuple[float, Floats]:
    """Leading eigenvalue of an irreducible part and its left eigenvector: positive, by Perron and Frobenius."""
    values, vectors = np.linalg.eig(inner.T)
    at = int(np.argmax(values.real))
    shares = np.abs(vectors[:, at].real)
    return float(values[at].real), shares / shares.sum()


def _reached(edges: NDArray[np.bool_], sources: NDArray[np.intp]) -> NDArray[np.intp]:
    mask = np.zeros(len(edges), dtype=bool)
    mask[sources] = True
    fresh = mask
    while fresh.any():
        fresh = edges[fresh].any(axis=0) & ~mask
        mask = mask | fresh
    return np.flatnonzero(mask)
