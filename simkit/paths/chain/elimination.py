"""Linear equations of a Markov chain, solved without a single subtraction.

An agent stuck in a loop for 1e12 steps costs no digit. With weights w (counts, or probabilities) and costs c, the
equations

    h_i * sum(w_ij for j != i) = c_i + sum(w_ij * h_j for j != i)

are solved by eliminating one state after the other; each pivot is the sum of what still flows out, never a difference
(Grassmann, Taksar and Heyman 1985, Operations Research 33(5); its accuracy: O'Cinneide 1993, Numerische Mathematik
65). A self-loop enters only through the cost of a state: the weight of its whole row.

States are taken in blocks, so that most of the work is one matrix product a block; all its terms are positive, too.
Where each state leads only to a few others (workflows), they are first put in an order in which these stand near
(Cuthill and McKee 1969), and no product reaches beyond.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]

_BLOCK = 32
_FEW = 256
"""Below this many states, no order is worth looking for."""
_SPARSE = 0.05


class Flow:
    """The equations for T transient states, eliminated once, solved for many costs."""

    def __init__(self, weights: Floats, out: Floats) -> None:
        """`weights` (T, T) among transient states, each >= 0; `out` (T,) from each of them to all others."""
        size = len(out)
        self._order, self._band = _near(weights)
        self._table = weights.copy() if self._order is None else _reordered(weights, self._order)
        np.fill_diagonal(self._table, 0.0)
        left = np.array(out if self._order is None else out[self._order], dtype=np.float64)
        for first in range(0, size, _BLOCK):
            last = min(first + _BLOCK, size)
            self._eliminate(left, first, last, min(last + self._band, size))

    def _eliminate(self, left: Floats, first: int, last: int, reach: int) -> None:
        """Take states `first` to `last` out of the equations of those up to `reach`. The table keeps pivots on its
        diagonal, above it the weights divided by nothing, below it each state's share per pivot."""
        table = self._table
        for k in range(first, last):
            row = table[k, k + 1 : reach]
            pivot = table[k, k] = row.sum() + left[k]
            column = table[k + 1 : reach, k]
            column /= pivot
            left[k + 1 : reach] += column * left[k]
            inside = last - k - 1
            table[k + 1 : last, k + 1 : reach] += column[:inside, None] * row
            table[last:reach, k + 1 : last] += column[inside:, None] * row[:inside]
        # Both went into the block's own rows already; what lies beyond the block takes one product.
        if last < reach:
            table[last:reach, last:reach] += table[last:reach, first:last] @ table[first:last, last:reach]

    def solve(self, costs: Floats) -> Floats:
        """(T, M) solutions h for (T, M) costs >= 0."""
        found = np.array(costs if self._order is None else costs[self._order], dtype=np.float64)
        table, size, band = self._table, len(costs), self._band
        for first in range(0, size, _BLOCK):
            last = min(first + _BLOCK, size)
            reach = min(last + band, size)
            found[first:last] = self._within[first // _BLOCK][0] @ found[first:last]
            found[last:reach] += table[last:reach, first:last] @ found[first:last]
        for first in reversed(range(0, size, _BLOCK)):
            last = min(first + _BLOCK, size)
            reach = min(last + band, size)
            found[first:last] += table[first:last, last:reach] @ found[last:reach]
            found[first:last] = self._within[first // _BLOCK][1] @ found[first:last]
        if self._order is None:
            return found
        back = np.empty_like(found)
        back[self._order] = found
        return back

    @cached_property
    def _within(self) -> list[tuple[Floats, Floats]]:
        """For each block, the inverses of I minus what is below its diagonal, and of its diagonal minus what is above:
        off the diagonal both are negative throughout, so substitution adds and never subtracts."""
        from scipy.linalg.lapack import dtrtri

        pairs = []
        for first in range(0, len(self._table), _BLOCK):
            block = self._table[first : first + _BLOCK, first : first + _BLOCK]
            signed = np.diag(2 * np.diag(block)) - block
            lower, upper = dtrtri(signed, lower=1, unitdiag=1)[0], dtrtri(signed)[0]
            pairs.append((np.tril(lower, -1) + np.eye(len(block)), np.triu(upper)))
        return pairs


def _near(weights: Floats) -> tuple[Numbers | None, int]:
    """An order in which states that lead to each other stand near, and how far apart they then are at most; None and
    everything where that would gain nothing."""
    size = len(weights)
    if size < _FEW:
        return None, size
    edges = np.flatnonzero(weights)
    if len(edges) > _SPARSE * size * size:
        return None, size
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    rows, columns = np.divmod(edges, size)
    pattern = csr_array((np.ones(len(edges)), (rows, columns)), shape=(size, size))
    order = reverse_cuthill_mckee(pattern, symmetric_mode=False).astype(np.intp)
    place = np.empty(size, dtype=np.intp)
    place[order] = np.arange(size)
    band = int(np.abs(place[rows] - place[columns]).max(initial=0))
    return (order, band) if 2 * band < size else (None, size)


def _reordered(weights: Floats, order: Numbers) -> Floats:
    """`weights` in another order. Only what is not zero is written: of a large sparse table little memory is used."""
    rows, columns = weights.nonzero()
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    table = np.zeros(weights.shape)
    table[place[rows], place[columns]] = weights[rows, columns]
    return table
