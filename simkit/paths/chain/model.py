"""A first-order Markov chain: states, weights of what follows what, and all that follows from these.

Weights are counts or probabilities, each row in a unit of its own: counts give exact answers where the known packages
round. What to make of a state that was never left is a choice and stands in the chain:

    undefined   it has no probabilities; what comes there is lost
    absorb      it is an end: what comes there stays
    uniform     everything may follow with equal probability, which is what some packages do without saying so
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from simkit.paths.chain.absorbing import Absorption, absorbed_by, absorption_into, visits_of
from simkit.paths.chain.longrun import (
    QuasiStationary,
    entropy_rate_of,
    quasi_stationary_of,
    second_eigenvalue,
    stationary_of,
)
from simkit.paths.chain.structure import classes_of, is_closed, period_of
from simkit.paths.matrix import TransitionMatrix

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
Policy = Literal["undefined", "absorb", "uniform"]


@dataclass(frozen=True, eq=False)
class Chain:
    """A chain over K states. Immutable; figures are computed when asked for."""

    states: tuple[str, ...]
    weights: Floats
    """(K, K) >= 0, row = from, after `policy`."""
    policy: Policy = "absorb"
    without_data: tuple[str, ...] = ()
    """States that were never left, to which `policy` was applied."""

    @cached_property
    def probabilities(self) -> Floats:
        """(K, K): each row's shares; nan where a row is undefined."""
        totals = self.weights.sum(axis=1, keepdims=True)
        return np.divide(self.weights, totals, out=np.full(self.weights.shape, np.nan), where=totals > 0)

    @cached_property
    def classes(self) -> tuple[Numbers, ...]:
        """Numbers of the states of each class, classes by their first state."""
        return classes_of(self._edges)

    @cached_property
    def closed_classes(self) -> tuple[Numbers, ...]:
        """The classes that nothing leads out of, and that something stays in: their states are recurrent."""
        left = self._edges.any(axis=1)
        return tuple(states for states in self.classes if left[states[0]] and is_closed(self._edges, states))

    @cached_property
    def transient(self) -> Numbers:
        """Numbers of all other states: what leaves them comes back only so often."""
        recurrent = np.zeros(len(self.states), dtype=bool)
        for states in self.closed_classes:
            recurrent[states] = True
        return np.flatnonzero(~recurrent)

    @cached_property
    def periods(self) -> tuple[int, ...]:
        """Of each closed class."""
        return tuple(period_of(self._edges, states) for states in self.closed_classes)

    @cached_property
    def stationary(self) -> tuple[Floats, ...]:
        """For each closed class the (K,) shares of time spent in each state, once there; 0 outside."""
        return tuple(self._spread(states, stationary_of(self._part(states))) for states in self.closed_classes)

    @cached_property
    def entropy_rates(self) -> tuple[float, ...]:
        """Of each closed class, in nats a step."""
        return tuple(entropy_rate_of(self.weights, shares) for shares in self.stationary)

    @cached_property
    def mixing(self) -> tuple[float | None, ...]:
        """For each closed class the modulus of the second eigenvalue: by this factor a step it forgets its start (1:
        never, it is periodic); None for a single state."""
        return tuple(second_eigenvalue(self._part(states)) for states in self.closed_classes)

    @cached_property
    def visits(self) -> Floats:
        """(T, T) expected visits among `transient`, from row to column: the fundamental matrix."""
        return visits_of(self.weights, self.transient)

    @cached_property
    def quasi_stationary(self) -> QuasiStationary:
        """Over `transient`: where sessions are that go on and on."""
        return quasi_stationary_of(self.weights, self.transient)

    @cached_property
    def absorption(self) -> Absorption:
        """Into each closed class, from every state."""
        return absorption_into(
            self.weights, self.states, [self.name(c) for c in self.closed_classes], self.closed_classes
        )

    def hitting(self, targets: Sequence[str], before: Sequence[str] = ()) -> Floats:
        """(K,) probability of coming to one of `targets` before any of `before`: the committor (Weinan E and
        Vanden-Eijnden 2006, Journal of Statistical Physics 123). Raises KeyError for a state that is none."""
        groups = [self.numbers(targets), self.numbers(before)]
        return absorption_into(self.weights, self.states, ["to", "before"], groups).probabilities[:, 0]

    def absorbed_by(self, start: str, steps: int) -> Floats:
        """(steps, E) probability of being in each closed class after 1, 2 ... `steps` steps from `start`."""
        shares = np.nan_to_num(self.probabilities)
        return absorbed_by(shares, self.numbers([start])[0], self.closed_classes, steps)

    def traversals(self, start: str) -> Floats:
        """(K, K) how often each edge is expected to be taken by what starts in `start`, until it is absorbed; edges
        inside closed classes have 0."""
        result = np.zeros(self.weights.shape)
        at = np.flatnonzero(self.transient == self.numbers([start])[0])
        if len(at):
            visits = self.visits[at[0]]
            result[self.transient] = visits[:, None] * np.nan_to_num(self.probabilities[self.transient])
        return result

    def numbers(self, states: Sequence[str]) -> Numbers:
        """The states' numbers. Raises KeyError for one that is none."""
        return np.array([self._index[state] for state in states], dtype=np.intp)

    def name(self, states: Numbers) -> str:
        """A class as text: its only state, or `{a, b}`."""
        names = [self.states[number] for number in states]
        return names[0] if len(names) == 1 else f"{{{', '.join(names)}}}"

    @cached_property
    def _edges(self) -> NDArray[np.bool_]:
        return self.weights > 0

    @cached_property
    def _index(self) -> dict[str, int]:
        return {state: number for number, state in enumerate(self.states)}

    def _part(self, states: Numbers) -> Floats:
        return self.weights[np.ix_(states, states)]

    def _spread(self, states: Numbers, values: Floats) -> Floats:
        result = np.zeros(len(self.states))
        result[states] = values
        return result


def chain_of(
    counted: TransitionMatrix | Floats,
    states: Sequence[str] | None = None,
    *,
    policy: Policy = "absorb",
    seen_only: bool = False,
) -> Chain:
    """The chain of a matrix, or of (K, K) weights with the names of their states.

    For a matrix, `states` are those wanted, in that order. `seen_only` leaves out states without any transition, in or
    out. Raises ValueError for another policy, and for weights that are negative or not finite.
    """
    if policy not in get_args(Policy):
        raise ValueError(f"policy {policy!r} for rows without data; there are {', '.join(get_args(Policy))}")
    if isinstance(counted, TransitionMatrix):
        states = counted.states if states is None else states
        counted = counted.counts_in(states)
    weights = np.array(counted, dtype=np.float64)
    names = tuple(states) if states is not None else tuple(map(str, range(len(weights))))
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("weights of a chain are finite and not negative")
    if seen_only:
        seen = weights.any(axis=0) | weights.any(axis=1)
        weights, names = weights[np.ix_(seen, seen)], tuple(np.array(names, dtype=object)[seen])
    empty = np.flatnonzero(~weights.any(axis=1))
    if policy == "absorb":
        weights[empty, empty] = 1.0
    elif policy == "uniform":
        weights[empty] = 1.0
    weights.flags.writeable = False
    return Chain(names, weights, policy, tuple(names[i] for i in empty))
