"""Credible intervals of transition probabilities in closed form.

With a Dirichlet prior of weight a per cell, what is known of one cell of a row with n observations in K cells is a Beta
distribution with parameters (n_ij + a, n - n_ij + (K - 1) a); the interval cuts off the same share at both sides. With
a = 1/2 (Jeffreys) it is also a good confidence interval (Brown, Cai and DasGupta 2001, Statistical Science 16). It
takes the transitions of a row as independent; the session bootstrap beside it (`paths.fit.resample`) does not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """Lower and upper bounds, of one shape."""

    low: Floats
    high: Floats


def credible(counts: NDArray[Any], weight: float = 0.5, level: float = 0.95, cells: Any = None) -> Interval:
    """(R, K) bounds of each cell of (R, K) counts. A row without data has the prior's bounds; a single cell is
    certain: 1. `cells` says how many cells each row has where some of the K could never have counts.

    Raises ValueError for a level outside (0, 1) or a weight that is not positive.
    """
    from scipy.special import betaincinv

    if not 0 < level < 1 or not weight > 0:
        raise ValueError("an interval has a level between 0 and 1, and a prior weight above 0")
    counts = np.asarray(counts, dtype=np.float64)
    wide = np.broadcast_to(np.asarray(counts.shape[1] if cells is None else cells).reshape(-1, 1), counts.shape)
    totals = np.broadcast_to(counts.sum(axis=1, keepdims=True), counts.shape)
    a, b = counts + weight, totals - counts + (wide - 1) * weight
    # Most cells share their two parameters with others: quantiles are computed once for each pair.
    pairs, at = np.unique(a.ravel() + 1j * b.ravel(), return_inverse=True)
    a, b = pairs.real, pairs.imag
    bounds = []
    for share in ((1 - level) / 2, (1 + level) / 2):
        bound = np.ones(len(pairs))
        open_ = b > 0
        bound[open_] = betaincinv(a[open_], b[open_], share)
        bounds.append(bound[at].reshape(counts.shape))
    return Interval(*bounds)


def unclear(bounds: Interval, widest: float) -> NDArray[np.bool_]:
    """Which cells too little is known of to be read: their interval is wider than `widest`."""
    return np.asarray(bounds.high - bounds.low > widest)
