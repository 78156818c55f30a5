"""What a chain does in the long run: stationary and quasi-stationary distributions, entropy rate, mixing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.paths.chain.absorbing import visits_of
from simkit.paths.chain.structure import classes_of

Floats = NDArray[np.float64]

_TIE = 1e-9
"""Leading eigenvalues nearer to each other than this share, and to 1 by this share of the way, are one and the same."""
_SQUARINGS, _ALIKE = 24, 1e-9


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


def quasi_stationary_of(weights: Floats, inner: NDArray[np.intp]) -> QuasiStationary:
    """Over the transient states `inner` of a chain with (K, K) weights: the left eigenvector of the leading eigenvalue
    of what stays among them (Darroch and Seneta 1965, Journal of Applied Probability 2).

    The eigenvalue belongs to one of the classes; what that class leads to gets its share, what leads to it none. What
    hardly ever leaves differs from what always stays only in how it leaves, so that is never found by subtraction.
    """
    total = weights[inner].sum(axis=1)[:, None]
    among = np.divide(weights[np.ix_(inner, inner)], total, out=np.zeros((len(inner),) * 2), where=total > 0)
    found = [_leading(weights, inner, among, members) for members in classes_of(among > 0)]
    best = max(found, key=lambda one: (one.rate, -one.leave), default=None)
    if best is None or best.rate == 0:
        return QuasiStationary(0.0, None)
    if sum(_holds_as_long(one, best) for one in found) > 1:
        return QuasiStationary(best.rate, None)
    result = np.zeros(len(inner))
    result[best.members] = best.shares
    after = np.setdiff1d(_reached(among > 0, best.members), best.members)
    if len(after):
        flow = best.shares @ among[np.ix_(best.members, after)]
        staying = np.diag(among)[after]
        leaving = (weights[inner[after]].sum(axis=1) - weights[inner[after], inner[after]]) / total[after, 0]
        table = -among[np.ix_(after, after)]
        np.fill_diagonal(table, np.where(staying > 0.5, leaving - best.leave, best.rate - staying))
        result[after] = np.linalg.solve(table.T, flow)
    return QuasiStationary(best.rate, result / result.sum())


class _Class(NamedTuple):
    """How one class of transient states holds what is in it."""

    members: NDArray[np.intp]
    rate: float
    leave: float
    """1 - rate, to all its digits."""
    shares: Floats


def _leading(weights: Floats, inner: NDArray[np.intp], among: Floats, members: NDArray[np.intp]) -> _Class:
    """The leading eigenvalue of an irreducible part and its left eigenvector: positive, by Perron and Frobenius.

    The fundamental matrix has the same eigenvector, and what is nearly alike in the part lies far apart in it."""
    part, own = among[np.ix_(members, members)], inner[members]
    if not part.any():
        return _Class(members, 0.0, 1.0, np.ones(1))
    shares = _rows_in_the_limit(visits_of(weights, own))
    if shares is None:
        values, vectors = np.linalg.eig(part.T)
        shares = np.abs(vectors[:, int(np.argmax(values.real))].real)
        shares /= shares.sum()
    outside = np.ones(len(weights), dtype=bool)
    outside[own] = False
    rows = weights[own]
    leave = float(shares @ (rows[:, outside].sum(axis=1) / rows.sum(axis=1)))
    return _Class(members, float(shares @ part.sum(axis=1)), leave, shares)


def _rows_in_the_limit(table: Floats) -> Floats | None:
    """What the rows of the powers of a positive (T, T) table tend to, as shares, by squaring: positive terms alone;
    None where that takes too long."""
    for _ in range(_SQUARINGS):
        table = table / table.max()
        rows = table / table.sum(axis=1, keepdims=True)
        if not (rows > 0).all():
            return None
        if (rows.max(axis=0) <= rows.min(axis=0) * (1 + _ALIKE)).all():
            limit = (table @ table)[0]
            return np.asarray(limit / limit.sum())
        table = table @ table
    return None


def _holds_as_long(one: _Class, best: _Class) -> bool:
    return one.rate >= best.rate * (1 - _TIE) and one.leave <= best.leave * (1 + _TIE)


def _reached(edges: NDArray[np.bool_], sources: NDArray[np.intp]) -> NDArray[np.intp]:
    mask = np.zeros(len(edges), dtype=bool)
    mask[sources] = True
    fresh = mask
    while fresh.any():
        fresh = edges[fresh].any(axis=0) & ~mask
        mask = mask | fresh
    return np.flatnonzero(mask)
