"""Where a chain ends, from each state, and after how many steps: with intervals in `paths.fit.resample`.

With Q the probabilities among transient states and R those into the ends, N = (I - Q)^-1 has the expected visits,
B = N R the probabilities of the ends and t = N 1 the expected steps (Kemeny and Snell 1960, *Finite Markov Chains*,
chapter 3). All are solved by `elimination.Flow`, without a subtraction where one could cost digits. Weights may be
scipy's csr_array throughout: nothing here then needs memory for K x K of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.paths.chain.elimination import Flow
from simkit.paths.chain.sparse import Weights, compact
from simkit.paths.chain.structure import reaching
from simkit.paths.matrix import TransitionMatrix
from simkit.paths.table import aligned, csv_rows

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]


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
    policy: str = "undefined"
    """What was made of states that were never left (`chain.model.Policy`): what comes there is `lost`."""
    rows_without_data: tuple[str, ...] = ()
    """These states; none but where sessions were cut into pieces."""

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
            "policy": self.policy,
            "rows_without_data": list(self.rows_without_data),
        }

    def csv(self) -> str:
        """A row a state: the probability of each end, then the expected steps to any."""
        return csv_rows(self._rows())

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
    if not matrix.transitions:
        return replace(absorption_of(np.zeros((0, 0)), (), ()), sessions=matrix.sessions)
    found = absorption_of(matrix.kept, matrix.states, matrix.ends)
    left = np.asarray(matrix.kept.sum(axis=1)).ravel() > 0
    never = [state for state, one in zip(matrix.states, left, strict=True) if not one and state not in matrix.ends]
    return replace(found, sessions=matrix.sessions, rows_without_data=tuple(never))


def absorption_of(weights: Weights, states: Sequence[str], ends: Sequence[str]) -> Absorption:
    """The same for any chain: (K, K) weights >= 0, counts or probabilities, each row in a unit of its own.

    Rows of `ends` are ignored: what comes there stays. Raises ValueError for weights that are negative or not finite.
    """
    place = {state: number for number, state in enumerate(states)}
    return absorption_into(weights, states, ends, [np.array([place[end]]) for end in ends])


def absorption_into(
    weights: Weights, states: Sequence[str], ends: Sequence[str], groups: Sequence[Numbers]
) -> Absorption:
    """The same for ends that are groups of states, each with a name: to come to one of its states is to end there."""
    weights = compact(weights)
    refuse_no_weights(weights)
    k, e = len(states), len(ends)
    of = np.full(k, -1)
    for number, group in enumerate(groups):
        of[group] = number
    ended = of >= 0
    reach = reaching(weights, ended)
    inner, lost = np.flatnonzero(reach & ~ended), ~reach
    of[lost] = e
    result = np.zeros((k, e + 1))
    result[of >= 0, of[of >= 0]] = 1.0
    steps, given = np.full(k, np.inf), np.full((k, e), np.nan)
    steps[ended] = given[ended, of[ended]] = 0.0
    if len(inner):
        rows = weights[inner]
        out = rows @ result
        flow = Flow(rows[:, inner], out.sum(axis=1))
        result[inner] = flow.solve(out)
        total = rows.sum(axis=1)[:, None]
        reached = result[inner, :e]
        spent = flow.solve(total * np.column_stack([np.ones(len(inner)), reached]))
        steps[inner] = np.where(result[inner, e] > 0, np.inf, spent[:, 0])
        given[inner] = np.divide(spent[:, 1:], reached, out=np.full(reached.shape, np.nan), where=reached > 0)
    return Absorption(tuple(states), tuple(ends), result[:, :e], result[:, e], steps, given)


def refuse_no_weights(weights: Weights) -> None:
    """Raises ValueError for weights that are negative or not finite."""
    values = weights if isinstance(weights, np.ndarray) else weights.data
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("weights of a chain are finite and not negative")


def visits_of(weights: Floats, inner: Numbers) -> Floats:
    """(T, T) fundamental matrix of the transient states `inner`: entry (i, j) has the expected visits to j, the start
    counted, of what starts in i and goes on until it leaves them for good."""
    among = weights[np.ix_(inner, inner)]
    whole = weights[inner].sum(axis=1)
    outside = np.ones(len(weights), dtype=bool)
    outside[inner] = False
    return Flow(among, weights[np.ix_(inner, outside)].sum(axis=1)).solve(np.diag(whole))


def absorbed_by(shares: Floats, start: int, groups: Sequence[Numbers], steps: int) -> Floats:
    """(steps, E) probability of having come to each group within 1, 2 ... steps from `start`, from (K, K) transition
    probabilities: sums of positive terms, exact to the last digits."""
    inner = np.ones(len(shares), dtype=bool)
    for group in groups:
        inner[group] = False
    into = np.column_stack([shares[:, group].sum(axis=1) for group in groups])
    here = np.zeros(len(shares))
    here[start] = 1.0
    found = np.zeros((steps, len(groups)))
    ended = np.array([float(start in group) for group in groups])
    here *= inner
    for step in range(steps):
        ended = ended + here @ into
        found[step] = ended
        here = (here @ shares) * inner
    return found


def _plain(values: Floats) -> list[Any]:
    return np.where(np.isfinite(values), values, None).tolist()  # type: ignore[no-any-return,call-overload]
