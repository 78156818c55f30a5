"""What states and calls are worth: the success to expect, what an edge gains or loses, what repairing it would gain.

With h(i) the probability of success from state i and f(s, i) that of ever coming to i from s:

    value           h(i)
    advantage       h(j) - h(i) of the edge i -> j: how much better off a session is for having taken it
    removal effect  1 - P(success without i) / P(success) = f(s, i) h(i) / h(s): the share of success that goes
                    through i (Anderl et al. 2016, International Journal of Research in Marketing 33)
    failure mass    N(s, i) p_ij for an edge into failure: the share of all sessions that fail by it
    leverage        P(success) were the edge never taken, its probability spread over the others of its state in
                    proportion, less P(success) as it is

`what_if` solves the chain anew, without a subtraction; leverage of all edges at once follows from one solution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.paths.chain.model import Chain, chain_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Worth:
    """A chain read towards success, from one state or a mixture of states."""

    chain: Chain
    success: tuple[str, ...]
    start: Floats
    """(K,) probabilities of the first state."""

    @property
    def values(self) -> Floats:
        """(K,) probability of success from each state."""
        return self.chain.hitting(self.success)

    @property
    def total(self) -> float:
        """Probability of success from the start."""
        return float(self.start @ self.values)

    @property
    def advantages(self) -> Floats:
        """(K, K) h(j) - h(i) of each edge that was seen; nan elsewhere."""
        values = self.values
        return np.where(self.chain.weights > 0, values[None, :] - values[:, None], np.nan)

    @property
    def removal_effects(self) -> Floats:
        """(K,) share of success that would be lost if every session that comes to a state failed there; nan where
        nothing succeeds, and for states that sessions end in."""
        chain, values, total = self.chain, self.values, self.total
        inner = chain.transient
        result = np.full(len(chain.states), np.nan)
        if len(inner) and total > 0:
            visits = chain.visits
            coming = self.start[inner] @ (visits / np.diag(visits)[None, :])
            result[inner] = coming * values[inner] / total
        return result

    @property
    def traversals(self) -> Floats:
        """(K, K) expected number of times that each edge is taken from the start, until the session ends; for an edge
        into an end, the share of sessions that end by it."""
        inner = self.chain.transient
        result = np.zeros(self.chain.weights.shape)
        if len(inner):
            visits = self.start[inner] @ self.chain.visits
            result[inner] = visits[:, None] * np.nan_to_num(self.chain.probabilities[inner])
        return result

    @property
    def leverages(self) -> Floats:
        """(K, K) gain in P(success) if an edge were never taken; nan for edges not seen or without an alternative.

        From one solution: with g the success from k without coming to i, and e the chance of not coming to i, both from
        f, state i repaired has h' = sum(p_ik g_k) / sum(p_ik e_k) over the other edges k. Where next to nothing is left
        of that (the other edges hold sessions for ever, or nearly), the chain is solved anew.
        """
        chain, values = self.chain, self.values
        inner, k = chain.transient, len(chain.states)
        if not len(inner):
            return np.full((k, k), np.nan)
        shares = np.nan_to_num(chain.probabilities)
        result = leverage_of(shares, inner, chain.visits, values, self.start)
        others = np.zeros((k, k), dtype=bool)
        others[inner] = (shares[inner] > 0) & ((shares[inner] > 0).sum(axis=1, keepdims=True) > 1)
        for source, target in np.argwhere(others & np.isnan(result)).tolist():
            result[source, target] = self.what_if((chain.states[source], chain.states[target])) - self.total
        return result

    def what_if(self, edge: tuple[str, str]) -> float:
        """P(success) from the start if `edge` were never taken; nan if its state has no other way. Raises KeyError for
        a state that is none."""
        repaired = without(self.chain, edge)
        return float("nan") if repaired is None else float(self.start @ repaired.hitting(self.success))


def worth_of(chain: Chain, success: Sequence[str], start: str | Floats) -> Worth:
    """Read `chain` towards the states in `success`, from a state or a (K,) mixture. Raises KeyError for a state that
    is none."""
    if isinstance(start, str):
        first = np.zeros(len(chain.states))
        first[chain.numbers([start])] = 1.0
    else:
        first = np.asarray(start, dtype=np.float64)
    chain.numbers(success)
    return Worth(chain, tuple(success), first)


def without(chain: Chain, edge: tuple[str, str]) -> Chain | None:
    """The chain with an edge repaired: never taken, its probability spread over the others of its state in proportion;
    None if there are no others."""
    source, target = chain.numbers(edge)
    weights = chain.weights.copy()
    weights[source, target] = 0.0
    if not weights[source].any():
        return None
    return chain_of(weights, chain.states, policy=chain.policy)


def leverage_of(shares: Floats, inner: NDArray[np.intp], visits: Floats, values: Floats, start: Floats) -> Floats:
    """(..., K, K) leverage of each edge out of the transient states `inner`, from (..., K, K) probabilities, their
    fundamental matrix `visits` and the (..., K) `values`; one (K,) `start` for all."""
    k, t = shares.shape[-1], len(inner)
    own = np.arange(t)
    reach = np.zeros((*shares.shape[:-2], k, t))
    reach[..., inner, :] = visits / visits[..., own, own][..., None, :]
    rest = values[..., :, None] - reach * values[..., None, inner]
    missing = 1.0 - reach
    out = shares[..., inner, :]
    gained, passed = (np.einsum("...ik,...ki->...i", out, one)[..., :, None] for one in (rest, missing))
    above = gained - out * np.swapaxes(rest, -1, -2)
    below = passed - out * np.swapaxes(missing, -1, -2)
    # Digits are lost where little is left of the chance to leave at all, not where that chance is little.
    leaving = np.where(np.arange(k) == inner[:, None], 0.0, out).sum(axis=-1, keepdims=True)
    repaired = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 1e-12 * leaving)
    gain = (start @ reach)[..., :, None] * (repaired - values[..., inner, None])
    several = (out > 0).sum(axis=-1, keepdims=True) > 1
    result = np.full(shares.shape, np.nan)
    result[..., inner, :] = np.where((out > 0) & several, gain, np.nan)
    return result
