"""Intervals that respect sessions: whole sessions are drawn anew, and every figure is computed again.

The transitions of one session depend on each other, and more so where personas differ; sessions do not. So S sessions
are drawn with replacement from the S there are, R times (Efron 1979, Annals of Statistics 7); the spread of a figure
over the draws is its standard error s, with n sessions behind it that of n - 1 degrees of freedom.

    shares  the Jeffreys interval of m observations: as many independent ones as would leave this spread (Korn and
            Graubard 1998, Survey Methodology 24; Franco et al. 2019, Journal of Survey Statistics and Methodology 7).
            m is the observations there are by their design effect, s^2 as multiple of what independent ones would
            leave (Kish 1965), so that of sessions with one observation each it is the Jeffreys interval itself. It
            stays within 0 and 1, is honest where all draws agree, and holds 0 where nothing was seen and 1 where
            nothing else was (Brown, Cai and DasGupta 2001, Statistical Science 16, section 4.1)
    sizes   exp(ln x -+ t s'), s' the standard error of the logarithm

With `over="scenarios"` whole scenarios are drawn, each with all its sessions (a cluster bootstrap; Davison and Hinkley
1997, section 3.8): trials of one scenario are alike, so intervals for scenarios like these are wider than for these.

How often they cover is measured in `benchmarks/coverage.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simkit.paths.change.counted import SessionCounts, session_counts
from simkit.paths.fit.intervals import Interval
from simkit.paths.walks import Walks

Floats = NDArray[np.float64]

Over = Literal["sessions", "scenarios"]
"""What is drawn anew: what the sessions at hand, or the scenarios, are a sample of."""

_ENTRIES = 1 << 23
"""Numbers in memory at once, at most."""
_NONE = 1e-12
"""A share no farther than this from 0 or 1 is none or all: it was computed, not counted."""


@dataclass(frozen=True, eq=False)
class Resampled:
    """R times the counts of S sessions drawn anew."""

    walks: Walks
    counted: SessionCounts
    counts: Floats
    """(R, C) counts of the cells that occur."""
    units: NDArray[np.int64]
    """(S,) the number of what each session was drawn with: its own, or its scenario's."""

    @cached_property
    def sessions_at(self) -> NDArray[np.int64]:
        """(K,) in how many sessions each state was left."""
        return self._left_in(np.arange(len(self.walks)))

    @cached_property
    def units_at(self) -> NDArray[np.int64]:
        """(K,) the same in units that were drawn."""
        return self._left_in(self.units)

    @property
    def drawn(self) -> int:
        """How many units there are."""
        return int(self.units.max(initial=-1)) + 1

    def _left_in(self, units: NDArray[np.int64]) -> NDArray[np.int64]:
        cells = self.counted
        pairs = np.unique(units[cells.owner] * len(cells.states) + cells.source[cells.cell])
        return np.bincount(pairs % len(cells.states), minlength=len(cells.states))

    def matrices(self) -> Iterator[tuple[slice, Floats]]:
        """Which resamples, and their (r, K, K) counts, a bounded piece at a time."""
        k = len(self.counted.states)
        rows = max(1, _ENTRIES // (k * k))
        for first in range(0, len(self.counts), rows):
            part = slice(first, min(first + rows, len(self.counts)))
            table = np.zeros((part.stop - part.start, k * k))
            table[:, self.counted.source * k + self.counted.target] = self.counts[part]
            yield part, table.reshape(-1, k, k)

    def figures(self, read: Callable[[Floats], Floats], shape: tuple[int, ...]) -> Floats:
        """(R, *shape) what `read` makes of (r, K, K) counts: (r, *shape)."""
        found = np.empty((len(self.counts), *shape))
        for part, table in self.matrices():
            found[part] = read(table)
        return found

    def cells(self, level: float = 0.95) -> Interval:
        """(K, K) bounds of every cell's probability, those that no session has included; nan in a row without data."""
        k, cells = len(self.counted.states), self.counted
        rows, visits = (cells.in_rows(one)[..., cells.row] for one in (self.counts, cells.totals))
        drawn = np.divide(self.counts, rows, out=np.full(rows.shape, np.nan), where=rows > 0)
        spread = np.zeros((k, k))
        spread[cells.source, cells.target] = spread_of(drawn)
        share = np.zeros((k, k))
        share[cells.source, cells.target] = cells.totals / visits
        left = np.zeros(k)
        left[cells.source] = visits
        sessions = np.broadcast_to(self.units_at[:, None], (k, k))
        found = share_bounds(share, spread, sessions, np.broadcast_to(left[:, None], (k, k)), level)
        empty = self.sessions_at == 0
        return Interval(*(np.where(empty[:, None], np.nan, bound) for bound in found))


def resampled(walks: Walks, resamples: int = 1000, seed: int = 0, over: Over = "sessions") -> Resampled:
    """Draw the sessions or scenarios of `walks` anew `resamples` times. Raises ValueError for fewer than one."""
    if resamples < 1:
        raise ValueError(f"resamples is {resamples}; must be 1 or more")
    counted = session_counts([walks])
    units = units_of(walks, over)
    sessions = int(units.max(initial=-1)) + 1
    rng = np.random.default_rng(seed)
    parts = []
    for first in range(0, resamples, rows := max(1, _ENTRIES // max(sessions, 1))):
        drawn = rng.integers(0, max(sessions, 1), (min(rows, resamples - first), sessions))
        drawn += np.arange(len(drawn))[:, None] * sessions
        weights = np.bincount(drawn.ravel(), minlength=drawn.size).reshape(drawn.shape)
        parts.append(counted.of(weights[:, units]))
    return Resampled(walks, counted, np.concatenate(parts), units)


def units_of(walks: Walks, over: Over) -> NDArray[np.int64]:
    """(S,) the number of each session's unit, from 0 without gaps; a session without a name is a unit of its own."""
    if over == "sessions":
        return np.arange(len(walks))
    names = [key.scenario or str(number) for number, key in enumerate(walks.keys)]
    place = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([place[name] for name in names], dtype=np.int64)


def design_effect(walks: Walks) -> float:
    """How many times the variance of the pass rate grows when scenarios are drawn and not sessions (Kish 1965): 1 where
    sessions of one scenario are no more alike than others."""
    off = walks.passed - walks.passed.mean() if len(walks) else np.zeros(0)
    alone = float((off**2).sum())
    together = float((np.bincount(units_of(walks, "scenarios"), weights=off) ** 2).sum()) if len(walks) else 0.0
    return together / alone if alone > 0 else 1.0


def spread_of(figures: Floats) -> Floats:
    """(...) standard deviations of (R, ...) resampled figures; what a resample could not tell (nan) is left out, and
    nan is where fewer than two could."""
    known = ~np.isnan(figures)
    many = known.sum(axis=0)
    mean = np.where(known, figures, 0.0).sum(axis=0) / np.maximum(many, 1)
    squares = np.where(known, figures - mean, 0.0) ** 2
    return np.where(many > 1, np.sqrt(squares.sum(axis=0) / np.maximum(many - 1, 1)), np.nan)


def share_bounds(
    share: Floats,
    spread: Floats,
    sessions: NDArray[Any],
    most: NDArray[Any],
    level: float = 0.95,
    alone: NDArray[Any] | None = None,
) -> Interval:
    """Bounds of shares with so much spread over resamples, so many sessions behind them and no more than twice `most`
    observations; where the spread is none, as many as `alone` says (`most`, if left out). nan where a share or its
    spread is."""
    from scipy.special import betaincinv

    wider, behind = _widened(sessions, level)
    # The Jeffreys interval of so many observations is as wide as their number asks for; only sessions that are fewer
    # than these ask for more (Korn and Graubard).
    wider = np.maximum(wider / _widened(most, level)[0], 1.0)
    # Both variances of the design effect are unbiased: that of n drawn ones is short by 1 / n.
    short = np.maximum(1.0 - 1.0 / np.maximum(np.asarray(most, dtype=np.float64), 1.0), 0.5)
    variance = np.asarray(spread) ** 2 * behind / (behind - 1) * short
    agreed = np.array(most if alone is None else alone, dtype=np.float64)
    many = np.divide(share * (1 - share), variance, out=agreed, where=variance > 0)
    many = np.minimum(many, 2.0 * np.asarray(most)) / wider**2
    a, b = many * share + 0.5, many * (1 - share) + 0.5
    known = ~(np.isnan(share) | np.isnan(spread))
    low, high = (betaincinv(a, b, tail) for tail in ((1 - level) / 2, (1 + level) / 2))
    low, high = np.where(share <= _NONE, 0.0, low), np.where(share >= 1 - _NONE, 1.0, high)
    return Interval(np.where(known, low, np.nan), np.where(known, high, np.nan))


def size_bounds(size: Floats, figures: Floats, sessions: NDArray[Any], level: float = 0.95) -> Interval:
    """(C,) bounds of positive sizes from their (R, C) resampled figures; nan where a size is."""
    from scipy.special import ndtri

    wider, behind = _widened(sessions, level)
    logs = np.log(np.where(figures > 0, figures, np.nan))
    half = spread_of(logs) * np.sqrt(behind / (behind - 1)) * wider * ndtri((1 + level) / 2)
    return Interval(size * np.exp(-half), size * np.exp(half))


def _widened(sessions: NDArray[Any], level: float) -> tuple[Floats, Floats]:
    """How much wider Student's interval is than the normal one, and the sessions behind it, two at least."""
    from scipy.special import ndtri, stdtrit

    if not 0 < level < 1:
        raise ValueError("an interval has a level between 0 and 1")
    behind = np.maximum(np.asarray(sessions, dtype=np.float64), 2.0)
    tail = (1 + level) / 2
    return stdtrit(behind - 1, tail) / ndtri(tail), behind
