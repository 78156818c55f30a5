"""How far a pass can be relied on: pass^k over trials, and the interval of a pass rate."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb, sqrt
from typing import NamedTuple

from simkit.metrics.score import SessionScore


class Interval(NamedTuple):
    """A 95 % confidence interval."""

    low: float
    high: float


def pass_hat_k(scores: Iterable[SessionScore]) -> dict[int, float]:
    """The chance that k trials of a scenario all pass, for k from 1 to the smallest number of trials n.

    The mean over scenarios of C(c, k) / C(n, k), with c passes among n valid sessions (Yao et al. 2024, tau-bench):
    the unbiased estimate for draws without replacement. All sessions of a scenario are its trials, whatever the
    persona; invalid sessions are no trials. Empty when there is no valid session.
    """
    trials = trials_by_scenario(scores)
    smallest = min((n for _, n in trials.values()), default=0)
    return {k: sum(comb(c, k) / comb(n, k) for c, n in trials.values()) / len(trials) for k in range(1, smallest + 1)}


def trials_by_scenario(scores: Iterable[SessionScore]) -> dict[str, tuple[int, int]]:
    """Scenario to (passes, valid sessions); scenarios without a valid session are left out."""
    counts: dict[str, tuple[int, int]] = {}
    for score in scores:
        if score.outcome != "invalid":
            name = score.scenario or score.session.rsplit("/", 2)[0]
            passed, n = counts.get(name, (0, 0))
            counts[name] = (passed + score.passed, n + 1)
    return counts


def wilson(passed: int, n: int, z: float = 1.959963984540054) -> Interval:
    """The score interval of a proportion `passed / n` (Wilson 1927), for independent sessions; (0, 1) for n = 0.

    Trials of one scenario are alike, so the true uncertainty about *new* scenarios is larger than this.
    """
    if n == 0:
        return Interval(0.0, 1.0)
    rate = passed / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return Interval(0.0 if passed == 0 else max(0.0, middle - half), 1.0 if passed == n else min(1.0, middle + half))
