"""How much changed: probabilities in A and in B, their difference, and an interval that respects sessions.

The share of a cell is a ratio of two sums over sessions, sum x_s / sum n_s; its variance is the sum over independent
groups g (sessions, or tasks with all their trials) of (x_g - p n_g)^2 / (sum n)^2, times G / (G - 1) (Cochran 1977,
*Sampling Techniques*, section 6.4; Miller 2024, arXiv 2411.00640, for evaluations). Where both runs played a task, its
parts in A and in B are one group, so what the task has in common cancels. A share of 0 or 1 has no such variance:
there, that of a binomial with half a success and half a failure more is added (Jeffreys' prior).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from simkit.paths.change.counted import Floats, SessionCounts, shares
from simkit.paths.change.relabel import Relabelling


class Effects(NamedTuple):
    """(C,) each, nan where one run was never in the row's state."""

    before: Floats
    after: Floats
    low: Floats
    """Of the difference, 95 %; nan where there are fewer than two groups."""
    high: Floats


def effects(counted: SessionCounts, design: Relabelling) -> Effects:
    """Probabilities of every cell in A and in B, and the interval of their difference."""
    ours = counted.of(design.labels[None])[0]
    before, after = shares(counted, ours)
    groups, labels = design.independent, design.labels.astype(bool)
    visits = [counted.in_rows(part)[counted.row] for part in (counted.totals - ours, ours)]
    parts = [counted.gathered(groups, chosen) for chosen in (~labels, labels)]
    if design.paired and design.unit != "session":
        degrees = len(np.unique(groups))
        variance = _spread(parts, (before, after), visits) * degrees / max(degrees - 1, 1)
    else:
        many = [len(np.unique(groups[chosen])) for chosen in (~labels, labels)]
        variance = sum(
            _spread([part], (share,), [total]) * n / max(n - 1, 1)
            for part, share, total, n in zip(parts, (before, after), visits, many, strict=True)
        )
        degrees = min(many)
    for share, total in zip((before, after), visits, strict=True):
        variance = variance + _at_the_edge(share, total)
    half = _quantile(degrees - 1) * np.sqrt(variance) if degrees > 1 else np.full(len(before), np.nan)
    middle = after - before
    return Effects(before, after, np.maximum(middle - half, -1.0), np.minimum(middle + half, 1.0))


def _spread(parts: list[SessionCounts], share: tuple[Floats, ...], visits: list[Floats]) -> Floats:
    """(C,) the sum over groups of the squared residual of a share or, with two parts, of the second less the first."""
    found = np.zeros(len(visits[0]))
    signs = (-1.0, 1.0)[-len(parts) :]
    with np.errstate(divide="ignore", invalid="ignore"):
        for together in zip(*(part.blocks() for part in parts), strict=True):
            residual = np.zeros_like(together[0][2], dtype=np.float64)
            for (_, _, counts), p, total, sign, part in zip(together, share, visits, signs, parts, strict=True):
                left = part.in_rows(counts.astype(np.float64))[:, part.row]
                residual += sign * (counts - p * left) / total
            found += (residual**2).sum(axis=0)
    return found


def _at_the_edge(share: Floats, visits: Floats) -> Floats:
    """(C,) a binomial variance with half a success and half a failure more, where all visits went one way: no
    residual is left then, but not no doubt. 0 elsewhere."""
    edge = (share == 0) | (share == 1)
    less = (share * visits + 0.5) / (visits + 1)
    return np.where(edge, less * (1 - less) / (visits + 1), 0.0)


def _quantile(degrees: int) -> float:
    """The 97.5 % point of Student's t, to three digits from 3 degrees on (Abramowitz and Stegun 1964, 26.7.5)."""
    z = 1.959963984540054
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    exact = {1: 12.7062, 2: 4.3027}
    return exact.get(degrees) or z + sum(term / degrees ** (power + 1) for power, term in enumerate(terms))


def cohens_h(before: Floats, after: Floats) -> Floats:
    """2 asin sqrt(after) - 2 asin sqrt(before): a difference of shares on a scale where 0.2 is small, 0.5 medium, 0.8
    large anywhere between 0 and 1 (Cohen 1988, *Statistical Power Analysis*, chapter 6)."""
    return 2 * (np.arcsin(np.sqrt(after)) - np.arcsin(np.sqrt(before)))
