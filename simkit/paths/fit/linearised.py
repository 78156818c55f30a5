"""Intervals that respect sessions in closed form: what `fit.resample` draws, worked out.

The share of a cell is a ratio of two sums over sessions, sum x_s / sum n_s. Leaving session s out moves it by
(x_s - p n_s) / (n - n_s), and the root of the sum of their squares is how far drawing sessions anew spreads it (the
jackknife: Efron and Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 11). Where all n_s are small beside n,
that is the linearised variance (Cochran 1977, *Sampling Techniques*, section 6.4), which is too small where few
sessions are behind a state and one has most of it. From that spread the interval is made as there. It needs sums alone,
so a page can count it anew for any part of a run.
"""

from __future__ import annotations

import numpy as np

from simkit.paths.change.counted import session_counts
from simkit.paths.fit.intervals import Interval
from simkit.paths.fit.resample import share_bounds
from simkit.paths.walks import Walks


def linearised(walks: Walks, level: float = 0.95) -> Interval:
    """(K, K) bounds of every cell's probability; nan in a row without data."""
    counted, k = session_counts([walks]), len(walks.states)
    visits = counted.visits[counted.row]
    share = counted.totals / visits
    squares, at = np.zeros(len(share)), np.zeros(len(counted.firsts), dtype=np.int64)
    for _, _, counts in counted.blocks():
        left = counted.in_rows(counts.astype(np.float64))
        own = left[:, counted.row]
        leaving = np.divide(visits, visits - own, out=np.ones(own.shape), where=visits > own)
        squares += (((counts - share * own) * leaving) ** 2).sum(axis=0)
        at += (left > 0).sum(axis=0)
    place = np.array([walks.states.index(state) for state in counted.states])
    tables = np.zeros((3, k, k))
    where = (place[counted.source], place[counted.target])
    tables[0][where], tables[1][where] = share, np.sqrt(squares) / visits
    sessions = np.zeros(k)
    sessions[where[0]], tables[2][where[0]] = at[counted.row], visits[:, None]
    found = share_bounds(*tables[:2], np.broadcast_to(sessions[:, None], (k, k)), tables[2], level)
    return Interval(*(np.where(sessions[:, None] == 0, np.nan, bound) for bound in found))
