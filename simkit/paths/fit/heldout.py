"""How well each order predicts sessions that it has not seen.

Sessions are dealt into folds, all sessions of a scenario into the same one, so that nothing is predicted from another
trial of the same case. Orders lean on the next lower one where they have seen little: p_m = (n(c, x) + p_(m-1)) /
(n(c) + 1), down to all states alike (MacKay and Bauman Peto 1995, Natural Language Engineering 1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.paths.fit.alike import Ways, ways
from simkit.paths.fit.order import contexts, scored_steps
from simkit.paths.walks import Walks

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Codes = NDArray[np.integer]


def held_out(walks: Walks, max_order: int, folds: int = 5, went: Ways | None = None) -> tuple[float, ...] | None:
    """Mean log-likelihood a step, in nats, of orders 0 to `max_order` on sessions left out, each once; larger is
    better. None where there is but one session or nothing to score."""
    went = went or ways(walks.steps, walks.bounds)
    place = {name: number for number, name in enumerate(dict.fromkeys(key[0] for key in walks.keys))}
    dealt = range(len(walks)) if len(place) < 2 else (place[key[0]] for key in walks.keys)
    fold = np.fromiter(dealt, dtype=np.int64, count=len(walks)) % folds
    at = scored_steps(went.bounds, max_order)
    kinds = len(went.bounds) - 1
    sessions = np.bincount(fold * kinds + went.of, minlength=folds * kinds).reshape(folds, kinds)
    asked = sessions[:, went.owners[at]]
    if np.count_nonzero(asked.any(axis=1)) < 2:
        return None
    total = _scores(went.steps, at, asked[asked.any(axis=1)], len(walks.states), max_order)
    return tuple((total / asked.sum()).tolist())


def _scores(steps: Codes, at: Numbers, asked: Numbers, k: int, max_order: int) -> Floats:
    """(orders,) sums of log-likelihoods of the steps `at`: of those that come so often in each fold (`asked`: folds,
    steps), learned from those of the other folds."""
    known = asked.sum(axis=0) - asked
    share = np.full(asked.shape, 1.0 / max(k - 1, 1))
    sums = np.zeros(max_order + 1)
    for order in range(max_order + 1):
        past, here = (_times(numbers, known) for numbers in contexts(steps, at, k, order))
        share = (here + share) / (past + 1.0)
        sums[order] = (asked * np.log(share)).sum()
    return sums


def _times(numbers: Numbers, known: Numbers) -> Floats:
    """(folds, steps) how often each number comes where each step comes as often as `known` says."""
    kinds, which = np.unique(numbers, return_inverse=True)
    return np.stack([np.bincount(which, weights=one, minlength=len(kinds))[which] for one in known])
