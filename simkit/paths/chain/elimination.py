"""Linear equations of a Markov chain, solved without a single subtraction.

An agent stuck in a loop for 1e12 steps costs no digit. With weights w (counts, or probabilities) and costs c, the
equations

    h_i * sum(w_ij for j != i) = c_i + sum(w_ij * h_j for j != i)

are solved by eliminating one state after the other; each pivot is the sum of what still flows out, never a difference
(Grassmann, Taksar and Heyman 1985, Operations Research 33(5); its accuracy: O'Cinneide 1993, Numerische Mathematik
65). A self-loop enters only through the cost of a state: the weight of its whole row.

States are taken in blocks, so that most of the work is one matrix product a block; all its terms are positive, too.
Where each state leads only to a few others (workflows), `sparse` has ways that need neither the time nor the memory
of a whole table.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from simkit.paths.chain.sparse import Floats, Weights, ordered, trusted_factors

_BLOCK = 32


class Flow:
    """The equations for T transient states, eliminated once, solved for many costs."""

    def __init__(self, weights: Weights, out: Floats) -> None:
        """`weights` (T, T) among transient states, each >= 0; `out` (T,) from each of them to all others."""
        self._factors = trusted_factors(weights, out)
        if self._factors is not None:
            return
        size, found = len(out), ordered(weights, _BLOCK)
        self._order, self._band, self._table = found.order, found.band, found.table()
        left = np.array(out if self._order is None else out[self._order], dtype=np.float64)
        for first in range(0, size, _BLOCK):
            last = min(first + _BLOCK, size)
            self._eliminate(left, first, last, min(last + self._band, size))

    def _eliminate(self, left: Floats, first: int, last: int, reach: int) -> None:
        """Take states `first` to `last` out of the equations of those up to `reach`. The table keeps pivots on its
        diagonal, above it the weights divided by nothing, below it each state's share per pivot."""
        table = self._table
        for k in range(first, last):
            row, column = table[k, k + 1 : reach], table[k + 1 : reach, k]
            if k > first:
                own = table[k, first:k]
                row += own @ table[first:k, k + 1 : reach]
                left[k] += own @ left[first:k]
                column += table[k + 1 : reach, first:k] @ table[first:k, k]
            pivot = table[k, k] = np.add.reduce(row) + left[k]
            column /= pivot
        # What lies beyond the block takes one product.
        if last < reach:
            shares = table[last:reach, first:last]
            table[last:reach, last:reach] += shares @ table[first:last, last:reach]
            left[last:reach] += shares @ left[first:last]

    def solve(self, costs: Floats) -> Floats:
        """(T, M) solutions h for (T, M) costs >= 0."""
        if self._factors is not None:
            return self._factors.solve(np.asarray(costs, dtype=np.float64))
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
