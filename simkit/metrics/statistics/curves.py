"""pass^k and pass@k as curves: how often all of k trials pass, and how often one of them does, each with its interval.

Scenarios are the clusters: trials of one scenario are alike, so what is uncertain is which scenarios we happen to
have. Intervals are a Bayesian bootstrap over scenarios (Rubin 1981): each replicate weighs them by Dirichlet(1, ...,
1), and two half scenarios stand beside them, one that always fails and one that always passes (the Dirichlet process
of Ferguson 1973 with mass 1). With one trial a scenario that is Jeffreys' interval. The ordinary percentile bootstrap
was tried and left: where few scenarios fail, its "95 %" interval holds the truth in 40 % to 90 % of cases
(benchmarks/intervals.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from math import comb, fsum
from typing import TYPE_CHECKING, Any, NamedTuple

from simkit.metrics.reliability import MOST_TRIALS
from simkit.metrics.statistics.beta import CONFIDENCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 4_000
SEED = 0
SHOWN = (*range(1, 9), 10, 12, 16, 20, 25, 32, 50, 64, MOST_TRIALS)
"""The k of a curve, as far as there are trials."""

_FEW = 16
"""Columns up to which weights are kept for the next who asks: half a megabyte each."""

Trials = tuple[tuple[int, int], ...]
"""(passes, valid sessions) of each scenario, sorted."""


class Point(NamedTuple):
    """A curve at one k."""

    k: int
    value: float
    low: float
    high: float
    scenarios: int
    """Scenarios with at least k trials: only they are in it."""
    sessions: int
    """Their trials."""


class Curves(NamedTuple):
    """Both curves of the same trials."""

    pass_hat_k: tuple[Point, ...] = ()
    pass_at_k: tuple[Point, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As `run --json` prints them."""
        return {name: [point._asdict() for point in points] for name, points in self._asdict().items()}


METHOD = {
    "confidence": CONFIDENCE,
    "method": "Bayesian bootstrap over scenarios, with half a scenario that always fails and half that always passes",
    "resamples": RESAMPLES,
    "seed": SEED,
}
"""How the intervals are made, as `run --json` prints it."""


def all_of(c: int, n: int, k: int) -> float:
    """pass^k of one scenario: C(c, k) / C(n, k) (Yao et al. 2024)."""
    return comb(c, k) / comb(n, k)


def one_of(c: int, n: int, k: int) -> float:
    """pass@k of one scenario: 1 - C(n - c, k) / C(n, k) (Chen et al. 2021)."""
    return (comb(n, k) - comb(n - c, k)) / comb(n, k)


def curves(trials: Iterable[tuple[int, int]]) -> Curves:
    """Both curves, from (passes, valid sessions) of each scenario, in any order.

    A scenario with fewer than k trials says nothing about k: it is left out of that point, and each point says of how
    many scenarios and sessions it is. Where n differs between scenarios, points beyond the smallest n are of other
    scenarios than those before: a curve may then bend.
    """
    return _curves(tuple(sorted(one for one in trials if one[1])))


@lru_cache(maxsize=4_096)
def _curves(trials: Trials) -> Curves:
    most = max((n for _, n in trials), default=0)
    hat, at = [], []
    before, weights = 0, None
    for k in (k for k in SHOWN if k <= most):
        kinds = Counter(one for one in trials if one[1] >= k)
        scenarios = kinds.total()
        if weights is None or scenarios != before:  # else k left nobody out
            before, weights = scenarios, dirichlet(tuple(kinds.values()))
        size = scenarios, sum(n * count for (_, n), count in kinds.items())
        for points, share in ((hat, all_of), (at, one_of)):
            values = [share(c, n, k) for c, n in kinds]
            mean = fsum(value * count for value, count in zip(values, kinds.values(), strict=True)) / scenarios
            points.append(Point(k, mean, *interval(values, mean, weights), *size))
    return Curves(tuple(hat), tuple(at))


def dirichlet(counts: tuple[int, ...], seed: int = SEED, resamples: int = RESAMPLES) -> NDArray[Any]:
    """Weights of each replicate: one column for each value that `counts` scenarios share, then one for the worst and
    one for the best value there is. Shape (resamples, len(counts) + 2); rows add up to 1."""
    return _few(counts, seed, resamples) if len(counts) <= _FEW else _dirichlet(counts, seed, resamples)


def _dirichlet(counts: tuple[int, ...], seed: int, resamples: int) -> NDArray[Any]:
    from numpy.random import RandomState  # the one stream that numpy promises never to change

    weights = RandomState(seed).dirichlet((*counts, 0.5, 0.5), resamples)
    weights.flags.writeable = False  # they are shared
    return weights


_few = lru_cache(maxsize=64)(_dirichlet)


def interval(
    values: Iterable[float], mean: float, weights: NDArray[Any], worst: float = 0.0, best: float = 1.0
) -> tuple[float, float]:
    """The middle 95 % of the replicates of a mean; where all is at one end, up to that end."""
    import numpy as np

    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(weights @ np.array([*values, worst, best]), (tail, 1 - tail))
    return min(float(low), mean), max(float(high), mean)
