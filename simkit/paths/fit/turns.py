"""Whether agents behave the same early and late in a session: a chain has one law for all steps.

Transition t leads from the state at place t of a session, counted from 0, to the next; it is early when t < `split`.
The textbook test compares the two matrices as if transitions were independent. Beside it stands one that keeps sessions
whole: in each session, which of its two parts is called early is decided by a coin, many times; p is the share of draws
that look at least as different as what was seen.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.paths.fit.agreement import Agreement, agreement

Counts = NDArray[np.int64]


class Turns(NamedTuple):
    """Early against late."""

    split: int
    early: Counts
    late: Counts
    """(K, K) counts."""
    agreement: Agreement
    p: float | None
    """Of the test that keeps sessions whole; None where it was not asked for."""


def early_and_late(steps: NDArray[np.integer], bounds: Counts, k: int, split: int) -> tuple[Counts, Counts]:
    """(K, K) counts of the transitions before and from place `split` on, of coded sessions cut at `bounds`."""
    cells, _, late = _cells(steps, bounds, k, split)
    return tuple(np.bincount(cells[late == part], minlength=k * k).reshape(k, k) for part in (False, True))  # type: ignore[return-value]


def turns(
    steps: NDArray[np.integer], bounds: Counts, k: int, split: int | None = None, flips: int = 0, seed: int = 0
) -> Turns:
    """Compare early and late transitions; without `split`, at the place that halves them. `flips` coin draws."""
    if split is None:
        places = _places(bounds)
        split = int(np.median(places)) + 1 if len(places) else 1
    cells, owners, late = _cells(steps, bounds, k, split)
    early, after = early_and_late(steps, bounds, k, split)
    found = agreement(np.stack([early, after]))
    return Turns(split, early, after, found, _flipped(cells, owners, late, k, flips, seed) if flips else None)


def _flipped(cells: Counts, owners: Counts, late: NDArray[np.bool_], k: int, flips: int, seed: int) -> float:
    """Share of coin draws at least as far apart as what was seen, that one counted in."""
    kinds, which = np.unique(cells, return_inverse=True)
    rng = np.random.default_rng(seed)
    sessions = int(owners.max(initial=-1)) + 1
    row = np.searchsorted(np.unique(kinds // k), kinds // k)

    def apart(swap: NDArray[np.bool_]) -> float:
        part = late ^ swap[owners]
        pair = np.bincount(which + len(kinds) * part, minlength=2 * len(kinds)).reshape(2, -1)
        return _g2(pair.astype(np.float64), row)

    seen = apart(np.zeros(sessions, dtype=bool))
    draws = [apart(rng.random(sessions) < 0.5) for _ in range(flips)]
    return (1 + sum(draw >= seen - 1e-9 for draw in draws)) / (1 + flips)


def _g2(pair: NDArray[np.float64], row: Counts) -> float:
    """G2 of (2, C) counts of cells, each in a row."""
    rows = np.stack([np.bincount(row, weights=one) for one in pair])
    return 2 * float(_nlogn(pair) - _nlogn(pair.sum(axis=0)) - _nlogn(rows) + _nlogn(rows.sum(axis=0)))


def _nlogn(values: NDArray[np.float64]) -> float:
    return float((values * np.log(np.maximum(values, 1.0))).sum())


def _cells(steps: NDArray[np.integer], bounds: Counts, k: int, split: int) -> tuple[Counts, Counts, NDArray[np.bool_]]:
    """Cell, session and lateness of every transition."""
    places = _places(bounds)
    owners = np.repeat(np.arange(len(bounds) - 1), np.maximum(np.diff(bounds) - 1, 0))
    at = places + np.asarray(bounds)[owners]
    return steps[at].astype(np.int64) * k + steps[at + 1], owners, places >= split


def _places(bounds: Counts) -> Counts:
    """The place in its session that each transition leaves."""
    lengths = np.maximum(np.diff(bounds) - 1, 0)
    return np.asarray(np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths))
