"""How well each order predicts sessions that it has not seen.

Sessions are dealt into folds, all sessions of a scenario into the same one, so that nothing is predicted from another
trial of the same case. Orders lean on the next lower one where they have seen little: p_m = (n(c, x) + p_(m-1)) /
(n(c) + 1), down to all states alike (MacKay and Bauman Peto 1995, Natural Language Engineering 1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.paths.fit.order import contexts, scored_steps
from simkit.paths.walks import Walks

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


def held_out(walks: Walks, max_order: int, folds: int = 5) -> tuple[float, ...] | None:
    """Mean log-likelihood a step, in nats, of orders 0 to `max_order` on sessions left out, each once; larger is
    better. None where there is but one session or nothing to score."""
    names = [key[0] for key in walks.keys] if len({key[0] for key in walks.keys}) > 1 else range(len(walks))
    place = {name: number for number, name in enumerate(dict.fromkeys(names))}
    fold = np.array([place[name] % folds for name in names], dtype=np.int64)
    at = scored_steps(walks.bounds, max_order)
    of = fold[walks.owners[at]]
    if len(np.unique(of)) < 2:
        return None
    total = np.zeros(max_order + 1)
    for one in np.unique(of):
        total += _scores(walks, at[of != one], at[of == one], max_order)
    return tuple((total / len(at)).tolist())


def _scores(walks: Walks, known: Numbers, asked: Numbers, max_order: int) -> Floats:
    """(orders,) sums of log-likelihoods of the steps `asked`, learned from the steps `known`."""
    k = len(walks.states)
    share = np.full(len(asked), 1.0 / max(k - 1, 1))
    sums = np.zeros(max_order + 1)
    for order in range(max_order + 1):
        seen, wanted = contexts(walks.steps, known, k, order), contexts(walks.steps, asked, k, order)
        past, here = (_times(ours, theirs) for ours, theirs in zip(seen, wanted, strict=True))
        share = (here + share) / (past + 1.0)
        sums[order] = np.log(share).sum()
    return sums


def _times(known: Numbers, asked: Numbers) -> Numbers:
    """How often each number in `asked` is in `known`."""
    kinds, counts = np.unique(known, return_counts=True)
    if not len(kinds):
        return np.zeros(len(asked), dtype=np.int64)
    place = np.minimum(np.searchsorted(kinds, asked), len(kinds) - 1)
    return np.asarray(np.where(kinds[place] == asked, counts[place], 0))
