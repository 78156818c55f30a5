"""How much of the past matters: Markov chains of order 0, 1, 2 … compared on the very same transitions.

An order-m chain takes the next state to depend on the m states before it. Orders are compared on a common sample: the
first `max_order` states of each session are never scored, whatever the order (Singer et al. 2014, PLOS ONE 9(7);
criteria: Akaike 1974, Schwarz 1978; likelihood ratio: Bartlett 1951). A full table has K^m (K - 1) parameters, most of
which agents never come near. `parameters_support` counts, for each context that was seen, its successors seen less one:
none for contexts seen once, which flatters high orders. `parameters_open` counts the successors that the context's last
state was ever seen to have: what a higher order claims to tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Order:
    """One order, fitted by maximum likelihood."""

    order: int
    scored: int
    """Transitions that were scored: the same for all orders."""
    log_likelihood: float
    parameters_full: int
    parameters_support: int
    aic: float
    """With all parameters; smaller is better, as of the two below."""
    bic: float
    bic_support: float
    """With the parameters of what was seen."""
    parameters_open: int
    bic_open: float
    """With those of what could have been seen: the one to choose by where most of the table is empty."""
    g2: float | None
    """Likelihood ratio against the next order; None for the highest."""
    dof: int | None
    p: float | None
    """Chance of a larger ratio if this order were enough, were transitions independent and cells well filled."""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return dict(vars(self))


def orders(
    steps: Codes, bounds: Codes, k: int, max_order: int = 3, times: NDArray[np.int64] | None = None
) -> tuple[Order, ...]:
    """Orders 0 to `max_order` of sessions of codes below `k`, one after the other in `steps`, cut at `bounds`; `times`:
    how often each of them came (left out: once)."""
    at = scored_steps(bounds, max_order)
    weights = _weights(bounds, at, times)
    scored = int(weights.sum())
    after = np.bincount(np.unique(contexts(steps, at, k, 1)[1]) // k, minlength=k) if len(at) and max_order else None
    fitted = [_fit(*contexts(steps, at, k, order), weights, order, k, after) for order in range(max_order + 1)]
    log_n = float(np.log(scored)) if scored else 0.0
    result = []
    for order, (likelihood, full, support, open_) in enumerate(fitted):
        g2 = dof = p = None
        if order < max_order:
            g2, dof = 2 * (fitted[order + 1][0] - likelihood), fitted[order + 1][1] - full
            p = _beyond(g2, dof)
        aic, bic, bic_support, bic_open = (
            cost - 2 * likelihood for cost in (2 * full, full * log_n, support * log_n, open_ * log_n)
        )
        criteria = (likelihood, full, support, aic, bic, bic_support, open_, bic_open)
        result.append(Order(order, scored, *criteria, g2, dof, p))
    return tuple(result)


def scored_steps(bounds: Codes, max_order: int) -> NDArray[np.int64]:
    """Places of the steps that have `max_order` states before them in their session."""
    lengths = np.diff(bounds)
    place = np.arange(int(lengths.sum())) - np.repeat(bounds[:-1] - bounds[0], lengths)
    return np.asarray(np.flatnonzero(place >= max_order) + bounds[0], dtype=np.int64)


def count_scored(bounds: Codes, max_order: int) -> NDArray[np.int64]:
    """(S,) how many steps of each session have `max_order` states before them."""
    return np.maximum(np.diff(bounds) - max_order, 0)


def _weights(bounds: Codes, at: NDArray[np.int64], times: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """How often each step in `at` came."""
    if times is None:
        return np.ones(len(at), dtype=np.int64)
    return times[np.searchsorted(bounds, at, side="right") - 1]


def contexts(steps: Codes, at: NDArray[np.int64], k: int, order: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each step in `at` the `order` states before it as one number, and these with the step itself as another."""
    before = np.zeros(len(at), dtype=np.int64)
    for back in range(order, 0, -1):
        before = before * k + steps[at - back]
    return before, before * k + steps[at]


def best(fitted: Sequence[Order], by: str = "bic") -> int:
    """The order that is best by `aic`, `bic`, `bic_support` or `bic_open`; the lower of two that tie."""
    return min(fitted, key=lambda one: (getattr(one, by), one.order)).order


def _fit(
    before: NDArray[np.int64],
    whole: NDArray[np.int64],
    weights: NDArray[np.int64],
    order: int,
    k: int,
    after: NDArray[np.int64] | None,
) -> tuple[float, int, int, int]:
    """Log-likelihood; how many parameters there are in all, where data are, and where data could be; `after` has how
    many successors each state was seen to have."""
    (seen, totals), (cells, counts) = (_counted(numbers, weights) for numbers in (before, whole))
    likelihood = float((counts * np.log(counts)).sum() - (totals * np.log(totals)).sum())
    support = len(cells) - len(seen)
    open_ = support if after is None or order == 0 else int((after[seen % k] - 1).sum())
    return likelihood, k**order * (k - 1), support, open_


def _counted(numbers: NDArray[np.int64], weights: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The different numbers, and how often each came."""
    kinds, which = np.unique(numbers, return_inverse=True)
    return kinds, np.bincount(which, weights=weights, minlength=len(kinds))


def _beyond(g2: float, dof: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(dof, max(g2, 0.0))) if dof else 1.0
