"""Chains in which each state leads to few others: time and memory by what is there, not by the square of the states.

Two ways. SuperLU (Li 2005, ACM TOMS 31(3)) factorises fastest, but it subtracts: on its diagonal stands each state's
whole flow less what comes back before it has left. Where a twentieth or less remains of that for any state, digits are
lost, and it is not trusted. Then states are put in an order in which those that lead to each other stand near (Cuthill
and McKee 1969), and elimination without a subtraction works in a narrow band and keeps no more than that. Self-loops
take part in neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
Weights = Any
"""(K, K) weights: an array, or scipy's csr_array."""

_FEW = 256
"""Below this many states, no order is worth looking for."""
_SPARSE = 0.05
_FEW_WAYS = 16
"""With more ways out of a state than this, on average, factors fill up and cost more than a whole table."""
_LOSS = 0.05
"""What has to remain of each diagonal element."""


class Factors(Protocol):
    """Something that solves for many right-hand sides."""

    def solve(self, costs: Floats) -> Floats: ...


@dataclass(frozen=True, eq=False)
class Ordered:
    """Weights among T states, in the order in which they are to be eliminated."""

    weights: Weights
    block: int
    order: Numbers | None
    """Numbers of the states; None: as they come."""
    band: int
    """How far apart states that lead to each other then stand at most."""

    @property
    def narrow(self) -> bool:
        """Whether keeping the band alone saves anything."""
        return self.order is not None and 4 * (self.band + self.block) < self.weights.shape[0]

    def table(self) -> Floats:
        """(T, T) weights in that order, with an empty diagonal; a narrow one can only be used within `band` and a
        block of its diagonal: everything farther away lies on top of something else."""
        size = self.weights.shape[0]
        if self.narrow:
            width = self.band + self.block
            kept = np.zeros((size + 1, 2 * width))
            pitch = kept.itemsize
            table = as_strided(kept[0, width:], (size, size), ((2 * width - 1) * pitch, pitch))
        else:
            table = np.zeros((size, size))
        if self.order is None:
            table[...] = self.weights if isinstance(self.weights, np.ndarray) else self.weights.toarray()
        else:
            rows, columns, values = entries(self.weights)
            place = np.empty(size, dtype=np.intp)
            place[self.order] = np.arange(size)
            table[place[rows], place[columns]] = values
        table[np.arange(size), np.arange(size)] = 0.0
        return table


def ordered(weights: Weights, block: int) -> Ordered:
    """The order in which to eliminate these states, `block` at a time; as they come where no other would gain much."""
    size = weights.shape[0]
    if size >= _FEW:
        rows, columns, values = entries(weights)
        if len(values) <= _SPARSE * size * size:
            from scipy.sparse import csr_array
            from scipy.sparse.csgraph import reverse_cuthill_mckee

            pattern = csr_array((np.ones(len(values)), (rows, columns)), shape=(size, size))
            order = reverse_cuthill_mckee(pattern, symmetric_mode=False).astype(np.intp)
            place = np.empty(size, dtype=np.intp)
            place[order] = np.arange(size)
            return Ordered(weights, block, order, int(np.abs(place[rows] - place[columns]).max(initial=0)))
    return Ordered(weights, block, None, size)


def trusted_factors(weights: Weights, out: Floats) -> Factors | None:
    """SuperLU's factors of the equations, where they keep twelve digits; None where they might not."""
    size = len(out)
    if size < _FEW or (isinstance(weights, np.ndarray) and np.count_nonzero(weights) > _FEW_WAYS * size):
        return None
    rows, columns, values = entries(weights)
    if len(values) > _FEW_WAYS * size:
        return None
    apart = rows != columns
    rows, columns, values = rows[apart], columns[apart], values[apart]
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import splu

    whole = np.bincount(rows, weights=values, minlength=size) + out
    here = np.arange(size)
    # Each row in its own unit, so that the diagonal is 1 and what remains of it says what was lost.
    cells = np.concatenate([np.ones(size), -values / whole[rows]])
    table = coo_array((cells, (np.concatenate([here, rows]), np.concatenate([here, columns]))), shape=(size, size))
    found = splu(table.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    if not (found.perm_r == found.perm_c).all() or found.U.diagonal().min() < _LOSS:
        return None
    return _Scaled(found, whole)


@dataclass(frozen=True, eq=False)
class _Scaled:
    """Factors of rows that were divided by `whole`."""

    factors: Any
    whole: Floats

    def solve(self, costs: Floats) -> Floats:
        return self.factors.solve(costs / self.whole[:, None])  # type: ignore[no-any-return]


def compact(weights: Weights) -> Weights:
    """Weights as floats, in the form that fits them: csr_array where there are many states and few ways."""
    if not isinstance(weights, np.ndarray | list):
        return weights.tocsr().astype(np.float64)
    weights = np.asarray(weights, dtype=np.float64)
    size = weights.shape[0]
    if size < _FEW or np.count_nonzero(weights) > _SPARSE * size * size:
        return weights
    from scipy.sparse import csr_array

    rows, columns, values = entries(weights)
    return csr_array((values, (rows, columns)), shape=weights.shape)


def entries(weights: Weights) -> tuple[Numbers, Numbers, Floats]:
    """Row, column and value of everything that is not zero."""
    if isinstance(weights, np.ndarray):
        rows, columns = np.divmod(np.flatnonzero(weights), weights.shape[1])
        return rows, columns, weights[rows, columns].astype(np.float64)
    found = weights.tocoo()
    some = found.data != 0
    return found.row[some], found.col[some], found.data[some].astype(np.float64)
