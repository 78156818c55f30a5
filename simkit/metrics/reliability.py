"""How far a pass can be relied on: pass^k over trials, and the interval of a pass rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import comb, fsum, sqrt
from typing import NamedTuple

from simkit.metrics.score import SessionScore

MOST_TRIALS = 100
"""The largest k of pass^k that is worked out."""


class Interval(NamedTuple):
    """A 95 % confidence interval."""

    low: float
    high: float


def pass_hat_k(scores: Iterable[SessionScore]) -> dict[int, float]:
    """The chance that k trials of a scenario all pass, for k from 1 to the smallest number of trials n, at most
    `MOST_TRIALS`.

    The mean over scenarios of C(c, k) / C(n, k), with c passes among n valid sessions (Yao et al. 2024, tau-bench):
    the unbiased estimate for draws without replacement. All sessions of a scenario are its trials, whatever the
    persona; invalid sessions are no trials. Empty when there is no valid session.
    """
    return pass_hat_k_of((name, c, n) for name, (c, n) in trials_by_scenario(scores).items())


def pass_hat_k_of(counts: Iterable[tuple[str, int, int]]) -> dict[int, float]:
    """`pass_hat_k` from (scenario, passes, valid sessions); counts of one scenario add up."""
    summed: dict[str, tuple[int, int]] = {}
    for name, passed, valid in counts:
        before = summed.get(name, (0, 0))
        summed[name] = (before[0] + passed, before[1] + valid)
    trials = [summed[name] for name in sorted(summed) if summed[name][1]]
    smallest = min((n for _, n in trials), default=0)
    return {k: _mean_share(trials, k) for k in range(1, min(smallest, MOST_TRIALS) + 1)}


def _mean_share(trials: Sequence[tuple[int, int]], k: int) -> float:
    return fsum(comb(c, k) / comb(n, k) for c, n in trials) / len(trials)


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
