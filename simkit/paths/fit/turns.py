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


def turns(
    steps: NDArray[np.integer],
    bounds: Counts,
    k: int,
    split: int | None = None,
    flips: int = 0,
    seed: int = 0,
    of: Counts | None = None,
) -> Turns:
    """Compare early and late transitions; without `split`, at the place that halves them. `flips` coin draws.

    `of`: the number, in `steps`, of the way that each session went (left out: each its own).
    """
    of = np.arange(len(bounds) - 1) if of is None else of
    times = np.bincount(of, minlength=len(bounds) - 1)
    if split is None:
        split = _middle(bounds, times) + 1
    cells, owners, late = _cells(steps, bounds, k, split)
    early, after = (
        np.bincount(cells, weights=times[owners] * (late == part), minlength=k * k).astype(np.int64).reshape(k, k)
        for part in (False, True)
    )
    found = agreement(np.stack([early, after]))
    return Turns(split, early, after, found, _flipped(cells, owners, late, k, of, flips, seed) if flips else None)


def _middle(bounds: Counts, times: Counts) -> int:
    """The median of the places that all transitions leave, rounded down; 0 where there are none."""
    places = _places(bounds)
    each = np.bincount(places, weights=np.repeat(times, np.maximum(np.diff(bounds) - 1, 0)))
    up_to = np.cumsum(each)
    if not len(up_to) or not up_to[-1]:
        return 0
    low, high = np.searchsorted(up_to, [(up_to[-1] - 1) // 2, up_to[-1] // 2], side="right")
    return int((low + high) // 2)


def _flipped(
    cells: Counts, owners: Counts, late: NDArray[np.bool_], k: int, of: Counts, flips: int, seed: int
) -> float:
    """Share of coin draws at least as far apart as what was seen, that one counted in."""
    kinds, which = np.unique(cells, return_inverse=True)
    rng = np.random.default_rng(seed)
    times = np.bincount(of, minlength=int(owners.max(initial=-1)) + 1)
    row = np.searchsorted(np.unique(kinds // k), kinds // k)
    all_of_them = np.bincount(which, weights=times[owners], minlength=len(kinds))

    def apart(swapped: Counts) -> float:
        """With so many sessions of each way swapped."""
        called_late = np.where(late, (times - swapped)[owners], swapped[owners])
        second = np.bincount(which, weights=called_late, minlength=len(kinds))
        return _g2(np.stack([all_of_them - second, second]), row)

    seen = apart(np.zeros_like(times))
    draws = (apart(np.bincount(of[rng.random(len(of)) < 0.5], minlength=len(times))) for _ in range(flips))
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
