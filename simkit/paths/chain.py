"""A transition matrix read as an absorbing Markov chain: where sessions end from each state, and after how many steps.

Solved without a single subtraction, so that an agent stuck in a loop for 1e12 steps costs no digit. With weights w
(counts, or probabilities) and costs c, the equations

    h_i * sum(w_ij for j != i) = c_i + sum(w_ij * h_j for j != i)

are solved by eliminating one state after the other; each pivot is the sum of what still flows out, never a difference
(Grassmann, Taksar and Heyman 1985, Operations Research 33(5); its accuracy: O'Cinneide 1993, Numerische Mathematik
65). A self-loop enters only through the cost of a state: the weight of its whole row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.paths.matrix import TransitionMatrix
from simkit.paths.table import aligned, csv_cell

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Absorption:
    """Where a chain ends, from each of its K states. A step is one transition: a session that visits n states
    between START and its end takes n + 1."""

    states: tuple[str, ...]
    ends: tuple[str, ...]
    probabilities: Floats
    """(K, E): probability of ending in each end. With `lost`, each row sums to 1."""
    lost: Floats
    """(K,): probability of coming to states from which no end can be reached: loops without exit, or states that the
    data never leaves. 0 everywhere for whole sessions; not always for what is cut out of them."""
    steps: Floats
    """(K,): expected steps to any end; inf where `lost` is not 0."""
    steps_given: Floats
    """(K, E): expected steps to each end among the sessions that end there; nan where none does."""
    sessions: int | None = None
    """How many sessions the chain was counted in; None where it was not counted in any."""

    def to_json(self) -> dict[str, Any]:
        """Plain values; what is infinite or undefined is null."""
        return {
            "states": list(self.states),
            "ends": list(self.ends),
            "probabilities": _plain(self.probabilities),
            "lost": _plain(self.lost),
            "steps": _plain(self.steps),
            "steps_given": _plain(self.steps_given),
            "sessions": self.sessions,
        }

    def csv(self) -> str:
        """A row a state: the probability of each end, then the expected steps to any."""
        file = io.StringIO()
        csv.writer(file, lineterminator="\n").writerows([csv_cell(cell) for cell in row] for row in self._rows())
        return file.getvalue()

    def table(self) -> str:
        """The same as aligned text, under a line that says how many sessions it is of."""
        of = "" if self.sessions is None else f"{self.sessions} session{'s' * (self.sessions != 1)}\n\n"
        return of + "\n".join(aligned(self._rows()))

    def _rows(self) -> list[list[str]]:
        head = ["from", *(f"P({end})" for end in self.ends), "steps"]
        rows = [
            [state, *(f"{p:.3f}" for p in self.probabilities[at]), f"{self.steps[at]:.2f}"]
            for at, state in enumerate(self.states)
            if state not in self.ends
        ]
        return [head, *rows]


def absorption(matrix: TransitionMatrix) -> Absorption:
    """Where sessions end from each state of `matrix`, taking it as a first-order Markov chain."""
    seen = matrix.transitions > 0
    states, ends = (matrix.states, matrix.ends) if seen else ((), ())
    found = absorption_of(matrix.counts_in(states).astype(np.float64), states, ends)
    return replace(found, sessions=matrix.sessions)


def absorption_of(weights: Floats, states: Sequence[str], ends: Sequence[str]) -> Absorption:
    """The same for any chain: (K, K) weights >= 0, counts or probabilities, each row in a unit of its own.

    Rows of `ends` are ignored: what comes there stays. Raises ValueError for weights that are negative or not finite.
    """
    weights = np.asarray(weights, dtype=np.float64)
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("weights of a chain are finite and not negative")
    place = {state: number for number, state in enumerate(states)}
    absorbing = np.array([place[end] for end in ends], dtype=np.intp)
    reach = _reaching(weights, absorbing)
    inner, lost = np.flatnonzero(reach & ~_mask(absorbing, len(states))), np.flatnonzero(~reach)
    k, e = len(states), len(ends)
    result = np.zeros((k, e + 1))
    result[absorbing, np.arange(e)] = result[lost, e] = 1.0
    steps, given = np.full(k, np.inf), np.full((k, e), np.nan)
    steps[absorbing] = given[absorbing, np.arange(e)] = 0.0
    if len(inner):
        out = np.column_stack([weights[np.ix_(inner, absorbing)], weights[np.ix_(inner, lost)].sum(axis=1)])
        flow = _Flow(weights[np.ix_(inner, inner)], out.sum(axis=1))
        result[inner] = flow.solve(out)
        total = weights[inner].sum(axis=1)[:, None]
        into = result[inner, :e]
        spent = flow.solve(total * np.column_stack([np.ones(len(inner)), into]))
        steps[inner] = np.where(result[inner, e] > 0, np.inf, spent[:, 0])
        given[inner] = np.divide(spent[:, 1:], into, out=np.full(into.shape, np.nan), where=into > 0)
    return Absorption(tuple(states), tuple(ends), result[:, :e], result[:, e], steps, given)


class _Flow:
    """The equations of the module's docstring for the transient states, eliminated once, solved for many costs."""

    def __init__(self, weights: Floats, out: Floats) -> None:
        """`weights` (T, T) among transient states, `out` (T,) from each of them to all others."""
        self._weights, out = weights.copy(), out.copy()
        self._pivots = np.empty(len(out))
        for k in range(len(out)):
            later = self._weights[k + 1 :, k + 1 :]
            row, column = self._weights[k, k + 1 :], self._weights[k + 1 :, k]
            self._pivots[k] = row.sum() + out[k]
            share = column / self._pivots[k]
            later += np.outer(share, row)
            out[k + 1 :] += share * out[k]

    def solve(self, costs: Floats) -> Floats:
        """(T, M) solutions for (T, M) costs per state."""
        found = costs.copy()
        for k, pivot in enumerate(self._pivots):
            found[k + 1 :] += np.outer(self._weights[k + 1 :, k] / pivot, found[k])
        for k in reversed(range(len(found))):
            found[k] = (found[k] + self._weights[k, k + 1 :] @ found[k + 1 :]) / self._pivots[k]
        return found


def _reaching(weights: Floats, ends: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(K,) whether an end can be reached, walking back from the ends along the edges."""
    edges = weights > 0
    reach = _mask(ends, len(weights))
    fresh = reach
    while fresh.any():
        fresh = edges[:, fresh].any(axis=1) & ~reach
        reach = reach | fresh
    return reach


def _mask(numbers: NDArray[np.intp], size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=bool)
    mask[numbers] = True
    return mask


def _plain(values: Floats) -> list[Any]:
    return np.where(np.isfinite(values), values, None).tolist()  # type: ignore[no-any-return,call-overload]
