"""The estimate of difficulty held against what happened: do scenarios that look hard fail more often in a run?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import atanh, sqrt, tanh
from typing import Any, NamedTuple

from simkit.errors import UsageError
from simkit.lint.difficulty import Difficulty
from simkit.metrics.score import Outcome
from simkit.paths.episode import Episode

LEAST = 4
"""Scenarios without which there is no interval."""


class Agreement(NamedTuple):
    """Spearman's rank correlation of points and share of failed sessions, over scenarios."""

    rho: float
    low: float
    high: float
    scenarios: int

    def to_json(self) -> dict[str, Any]:
        """As `check --json` has it."""
        return {"rho": self.rho, "interval": [self.low, self.high], "scenarios": self.scenarios}


def agreement(estimates: Iterable[Difficulty], outcomes: Iterable[tuple[Episode, Outcome]]) -> Agreement:
    """The correlation, with a 95 % interval by Fisher's transform with the variance of Bonett and Wright (2000),
    (1 + rho²/2) / (n - 3). Invalid sessions do not count.

    Raises UsageError where fewer than 4 scenarios were played, or all failed equally often.
    """
    from scipy.stats import spearmanr

    failed: dict[str, list[bool]] = defaultdict(list)
    for episode, outcome in outcomes:
        if outcome != "invalid":
            failed[episode.log.session.scenario].append(outcome == "fail")
    pairs = [
        (one.points, sum(failed[one.scenario]) / len(failed[one.scenario]))
        for one in estimates
        if one.scenario in failed
    ]
    if len(pairs) < LEAST or any(len({pair[at] for pair in pairs}) < 2 for at in (0, 1)):
        what = f"--against: the run shares {len(pairs)} scenarios with what is checked, or all of them failed as often"
        raise UsageError(f"{what}; name a run of at least {LEAST} of them in which some fail and some do not")
    rho = float(spearmanr(*zip(*pairs, strict=True)).statistic)
    half = 1.96 * sqrt((1 + rho**2 / 2) / (len(pairs) - 3))
    middle = atanh(max(-0.999999, min(0.999999, rho)))
    low, high = tanh(middle - half), tanh(middle + half)
    return Agreement(round(rho, 3), round(low, 3), round(high, 3), len(pairs))
