"""Where sessions end, from every state: how likely each end is, after how many steps among those that end there, and
when so many have ended at all; with intervals from sessions drawn anew."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.paths.chain.model import Chain
from simkit.paths.fit.resample import Resampled, share_bounds, size_bounds, spread_of
from simkit.paths.states import START

Floats = NDArray[np.float64]
Bounds = tuple[float | None, float | None]

SHARES = (0.5, 0.9, 0.99)
FEW = 5
"""Fewer sessions than this in a state tell nothing of its spread: its intervals are left out."""
_FAR, _DRAWN = 10_000, 512


class Ending(NamedTuple):
    """One end, seen from one state."""

    state: str
    end: str
    probability: float
    interval: Bounds
    steps: float | None
    """Expected steps of the sessions that end there; None where none does."""
    steps_interval: Bounds


class Lasting(NamedTuple):
    """How long it takes."""

    share: float
    steps: int | None
    """After so many steps this share of sessions has ended; None: not within 10,000."""
    interval: tuple[int | None, int | None]
    """95 % (or as the report's level) of resampled runs; None: more than 512."""


def endings(chain: Chain, again: Resampled, level: float = 0.95) -> tuple[Ending, ...]:
    """Every end from every state that sessions leave."""
    inner, ends = chain.transient, [members[0] for members in chain.closed_classes]
    t, e = len(inner), len(ends)

    def read(counts: Floats) -> Floats:
        rows = counts[:, inner]
        totals = rows.sum(axis=2, keepdims=True)
        shares = np.divide(rows, totals, out=np.zeros_like(rows), where=totals > 0)
        visits = np.linalg.inv(np.eye(t) - shares[:, :, inner])
        chances = np.where(totals > 0, visits @ shares[:, :, ends], np.nan)
        some = np.divide(visits @ np.nan_to_num(chances), chances, out=np.full_like(chances, np.nan), where=chances > 0)
        return np.stack([chances, some], axis=1)

    drawn = again.figures(read, (2, t, e))
    sessions, units = (np.repeat(at[inner][:, None], e, axis=1) for at in (again.sessions_at, again.units_at))
    found = chain.absorption
    chances, steps = found.probabilities[inner], found.steps_given[inner]
    likely = share_bounds(chances, spread_of(drawn[:, 0]), units, sessions, level, units)
    spans = size_bounds(steps, drawn[:, 1], units, level)
    few = units < FEW
    return tuple(
        Ending(
            chain.states[inner[at]],
            chain.states[ends[end]],
            float(chances[at, end]),
            _bounds(likely, at, end, bool(few[at, end])),
            _known(steps[at, end]),
            _bounds(spans, at, end, bool(few[at, end])),
        )
        for at in range(t)
        for end in range(e)
    )


def lasting(chain: Chain, again: Resampled, level: float = 0.95) -> tuple[Lasting, ...]:
    """After how many steps so many sessions have ended."""
    steps = 64
    while True:
        ended = chain.absorbed_by(START, steps).sum(axis=1)
        if ended[-1] >= max(SHARES) or steps >= _FAR:
            break
        steps *= 4
    drawn = again.figures(lambda counts: _ended_by(counts, chain), (len(SHARES),))
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(drawn, tails, axis=0, method="inverted_cdf")
    return tuple(
        Lasting(share, _first(ended >= share), (_whole(low[n]), _whole(high[n]))) for n, share in enumerate(SHARES)
    )


def _ended_by(counts: Floats, chain: Chain) -> Floats:
    """(r, shares) the step by which so many of each resampled run have ended; inf: not by step 512."""
    inner = chain.transient
    rows = counts[:, inner]
    totals = rows.sum(axis=2, keepdims=True)
    shares = np.divide(rows, totals, out=np.zeros_like(rows), where=totals > 0)[:, :, inner]
    here = np.zeros((len(counts), 1, len(inner)))
    here[:, 0, np.flatnonzero(inner == chain.states.index(START))] = 1.0
    found = np.full((len(counts), len(SHARES)), np.inf)
    for step in range(1, _DRAWN + 1):
        here = here @ shares
        ended = 1.0 - here.sum(axis=(1, 2))
        fresh = (ended[:, None] >= np.array(SHARES)) & np.isinf(found)
        found[fresh] = step
        if np.isfinite(found).all():
            break
    return found


def _first(reached: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(reached)) + 1 if reached.any() else None


def _whole(value: float) -> int | None:
    return int(value) if np.isfinite(value) else None


def _known(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _bounds(bounds: Any, at: int, end: int, few: bool) -> Bounds:
    return (None, None) if few else (_known(bounds[0][at, end]), _known(bounds[1][at, end]))
