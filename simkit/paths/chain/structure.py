"""The structure of a chain, which depends only on what can follow what: classes, closed classes, periods.

Two states are in one class when each can be reached from the other (every state reaches itself). A class is closed when
nothing leads out of it; its states are recurrent, all others transient. The period of a class is the greatest common
divisor of the lengths of all ways from one of its states back to itself; 1: it does not beat time (Kemeny and Snell
1960, *Finite Markov Chains*, chapter 2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.paths.chain.sparse import Weights, entries

Numbers = NDArray[np.intp]


def classes_of(edges: NDArray[np.bool_]) -> tuple[Numbers, ...]:
    """The classes of (K, K) `edges`, each its states' numbers going up, classes by their first state."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count, labels = connected_components(csr_array(edges), directed=True, connection="strong")
    members = [np.flatnonzero(labels == label) for label in range(count)]
    return tuple(sorted(members, key=lambda states: int(states[0])))


def is_closed(edges: NDArray[np.bool_], states: Numbers) -> bool:
    """Whether nothing leads out of these states."""
    outside = np.ones(len(edges), dtype=bool)
    outside[states] = False
    return not edges[np.ix_(states, outside)].any()


def period_of(edges: NDArray[np.bool_], states: Numbers) -> int:
    """The period of a class: by levels of a walk from its first state, every edge inside closes a way whose length is
    the difference of levels plus one. 0 for a single state without a self-loop, which no way leads back to."""
    inner = edges[np.ix_(states, states)]
    level = np.full(len(states), -1)
    level[0] = depth = 0
    fresh = level == 0
    while fresh.any():
        depth += 1
        fresh = inner[fresh].any(axis=0) & (level < 0)
        level[fresh] = depth
    sources, targets = inner.nonzero()
    return int(np.gcd.reduce(level[sources] + 1 - level[targets])) if len(sources) else 0


def reaching(weights: Weights, targets: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(K,) whether a target can be reached, walking back from the targets along edges of any weight above zero."""
    if not isinstance(weights, np.ndarray):
        return _reaching(weights, targets)
    edges = weights > 0
    reach = fresh = targets
    while fresh.any():
        fresh = edges[:, fresh].any(axis=1) & ~reach
        reach = reach | fresh
    return reach


def _reaching(weights: Weights, targets: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The same for sparse weights: one walk, from a state put behind all targets."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    size = len(targets)
    rows, columns, _ = entries(weights)
    ends = np.flatnonzero(targets)
    back = np.concatenate([columns, np.full(len(ends), size)]), np.concatenate([rows, ends])
    graph = csr_array((np.ones(len(back[0]), dtype=np.int8), back), shape=(size + 1, size + 1))
    found = np.zeros(size + 1, dtype=bool)
    found[breadth_first_order(graph, size, return_predecessors=False)] = True
    return found[:size]
