"""Two samples of the same scenarios: how likely is a difference like this if nothing had changed, and how large is it?

Two readings. `sign_flip` and `over_scenarios` speak of scenarios like these: each is one observation, however many
trials it had. `shuffled` and `over_trials` speak of exactly these scenarios: only their trials are a sample.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product
from math import comb, fsum, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from simkit.metrics.reliability import wilson
from simkit.metrics.statistics.beta import CONFIDENCE, beta_below, t_quantile
from simkit.metrics.statistics.curves import SEED, dirichlet, interval

POWER = 0.8
"""With which a minimum detectable effect is detected."""
MOST_SUMS, MOST_DEALS = 100_000, 1_000
"""Different sums of signs, and of deals, up to which a distribution is worked out exactly."""
FLIPS = 9_999
"""Drawn where it is not."""
_NONE = 1e-9
_TAIL = (1 + CONFIDENCE) / 2


class Test(NamedTuple):
    """A two-sided test of no difference."""

    p: float
    least: float
    """The smallest p that these data could have given, whichever way the difference went."""


class Cell(NamedTuple):
    """The passes of one scenario and persona in both runs, and what the cell weighs in the whole."""

    passed_a: int
    n_a: int
    passed_b: int
    n_b: int
    weight: float = 1.0

    @property
    def difference(self) -> float:
        """The rate in B less that in A."""
        return self.passed_b / self.n_b - self.passed_a / self.n_a


class Spread(NamedTuple):
    """A difference with its 95 % interval, and the smallest that would be found with a chance of 80 %. None: not to be
    told from these data."""

    effect: float
    low: float | None
    high: float | None
    mde: float | None


def sign_flip(differences: Sequence[float], grain: int | None = None) -> Test:
    """Paired randomisation test of Fisher: if nothing changed, each scenario's difference might as well be the other
    way round. p is the share of the 2^m ways to set the signs whose sum is at least as far from 0.

    Exact where every difference is a multiple of 1/`grain` and the sums are few, or where there are at most 16
    differences that are not 0; else from `FLIPS` draws, the data counted in. For one trial a scenario it is McNemar's
    exact test.
    """
    sizes = np.abs([d for d in differences if abs(d) > _NONE])
    observed = abs(fsum(differences))
    least = min(1.0, 2.0 ** (1 - len(sizes)))
    units = np.rint(sizes * (grain or 0)).astype(int)
    if grain and units.sum() <= MOST_SUMS and np.allclose(units, sizes * grain, rtol=0, atol=1e-6):
        return Test(_by_sums(units, round(observed * grain)), least)
    if len(sizes) <= 16:
        sums = np.array(list(product((-1, 1), repeat=len(sizes)))) @ sizes
        return Test(float(np.mean(np.abs(sums) >= observed - _NONE)), least)
    draw = np.random.RandomState(SEED)
    sums = np.concatenate([draw.choice((-1.0, 1.0), (99, len(sizes))) @ sizes for _ in range(FLIPS // 99)])
    return Test(float((1 + np.sum(np.abs(sums) >= observed - _NONE)) / (1 + FLIPS)), least)


def _by_sums(units: np.ndarray, observed: int) -> float:
    """The chance that a sum of +-units is as far from 0: its distribution, one summand after another."""
    total = int(units.sum())
    chances = np.zeros(2 * total + 1)
    chances[0] = 1.0  # the place is the sum plus the total, if all signs so far are minus
    for unit in units:
        chances[2 * unit :] = (chances[2 * unit :] + chances[: len(chances) - 2 * unit]) / 2 if unit else chances
        chances[: 2 * unit] /= 2
    places = np.abs(np.arange(-total, total + 1))
    return min(1.0, float(chances[places >= observed].sum()))


def shuffled(cells: Sequence[Cell]) -> Test:
    """Stratified randomisation test: if nothing changed, each cell's sessions might as well have been dealt to the runs
    the other way. The passes of B are hypergeometric, given all passes of the cell; p is the chance of a weighted
    sum of differences at least as far from 0.

    Exact where the sums are few, else from `FLIPS` draws. For one cell of equal n it is Fisher's exact test.
    """
    observed = abs(fsum(cell.weight * cell.difference for cell in cells))
    known: dict[float, float] | None = {0.0: 1.0}  # a sum to its chance; None once there are too many
    for cell in cells:
        known = _further(known, list(_deals(cell))) if known is not None else None
    if known is not None:
        far = max(map(abs, known))
        return Test(_beyond(known, observed), _beyond(known, far))
    draw, sums = np.random.RandomState(SEED), np.zeros(FLIPS)
    for c_a, n_a, c_b, n_b, weight in cells:
        passed = c_a + c_b
        b = draw.hypergeometric(passed, n_a + n_b - passed, n_b, FLIPS)
        sums += weight * (b / n_b - (passed - b) / n_a)
    return Test(float((1 + np.sum(np.abs(sums) >= observed - _NONE)) / (1 + FLIPS)), 0.0)


def _deals(cell: Cell) -> Sequence[tuple[float, float]]:
    """Each weighted difference that a cell can show, with its chance."""
    c_a, n_a, c_b, n_b, weight = cell
    passed, n = c_a + c_b, n_a + n_b
    few, many = max(0, passed - n_a), min(passed, n_b)
    ways = [(b, comb(passed, b) * comb(n - passed, n_b - b) / comb(n, n_b)) for b in range(few, many + 1)]
    return [(weight * (b / n_b - (passed - b) / n_a), chance) for b, chance in ways]


def _further(known: dict[float, float], deals: Sequence[tuple[float, float]]) -> dict[float, float] | None:
    sums: dict[float, float] = {}
    for so_far, chance in known.items():
        for one, also in deals:
            place = round(so_far + one, 10)
            sums[place] = sums.get(place, 0.0) + chance * also
    return sums if len(sums) <= MOST_DEALS else None


def _beyond(known: dict[float, float], observed: float) -> float:
    return min(1.0, fsum(chance for value, chance in known.items() if abs(value) >= observed - _NONE))


def over_scenarios(
    differences: Sequence[float], *, bounded: bool, step: float | None = None, noise: float = 0.0
) -> Spread:
    """The mean difference of scenarios. `bounded`: it is one of rates, between -1 and 1.

    Interval: of rates, a Bayesian bootstrap over scenarios with half a scenario at either end (as in `curves`); else
    Student's t. Minimum detectable effect: (t(.975) + t(.8)) times the standard error, with S - 1 degrees of freedom
    (Bloom 1995); of rates that of the replicates, (sum d^2 + 1) / (S + 1) - m^2 over S + 2, rooted, with the mean
    m = S effect / (S + 1), and at least the `noise` of trials; and at least the 6 scenarios that signs need, each by
    the smallest `step`, over S.
    """
    count = len(differences)
    effect = fsum(differences) / count
    low = high = mde = None
    if bounded:
        low, high = _resampled(differences, effect)
    if count > 1:
        error = _replicated(differences) if bounded else float(np.std(differences, ddof=1)) / sqrt(count)
        if not bounded and error > 0:
            half = t_quantile(_TAIL, count - 1) * error
            low, high = effect - half, effect + half
        mde = (t_quantile(_TAIL, count - 1) + t_quantile(POWER, count - 1)) * max(error, noise) or None
        if step is not None and count > 5:
            mde = max(mde or 0.0, 6 * step / count)
    return Spread(effect, low, high, mde if mde is None or not bounded else min(mde, 1.0))


def _resampled(differences: Sequence[float], effect: float) -> tuple[float, float]:
    """The same whichever run is called A: the replicates are of one of the two, and mirrored for the other."""
    here, there = _kinds(differences), _kinds([-value for value in differences])
    first = min(here, there)
    values, counts = zip(*first, strict=True)
    low, high = interval(values, effect if first == here else -effect, dirichlet(counts), -1.0, 1.0)
    if here == there:
        return (low - high) / 2, (high - low) / 2
    return (low, high) if first == here else (-high, -low)


def _replicated(differences: Sequence[float]) -> float:
    """The standard deviation of the replicates: of the mean of a Dirichlet process with mass S + 1."""
    count = len(differences)
    mean = fsum(differences) / (count + 1)
    return sqrt(((fsum(one * one for one in differences) + 1) / (count + 1) - mean**2) / (count + 2))


def _kinds(values: Sequence[float]) -> list[tuple[float, int]]:
    return sorted(Counter(values).items())


def trial_error(cells: Sequence[Cell]) -> float:
    """The standard error of the weighted difference that trials alone make, unbiased where n is 2 or more; a single
    trial shows none. What differs between two runs is at least that, though it may not have come out."""
    counts = ((c, n, weight) for c_a, n_a, c_b, n_b, weight in cells for c, n in ((c_a, n_a), (c_b, n_b)))
    return sqrt(fsum(weight**2 * c * (n - c) / (n * n * (n - 1)) for c, n, weight in counts if n > 1))


def over_trials(cells: Sequence[Cell]) -> Spread:
    """The weighted difference of rates in exactly these cells.

    Interval: from Wilson's of each cell and run, put together by MOVER (Newcombe 1998, method 10; Zou and Donner 2008).
    Minimum detectable effect: (z(.975) + z(.8)) times the standard error, at rates of (passes + 1/2) / (n + 1) of both
    runs together.
    """
    effect = fsum(cell.weight * cell.difference for cell in cells)
    down = up = variance = 0.0
    for c_a, n_a, c_b, n_b, weight in cells:
        a, b, in_a, in_b = c_a / n_a, c_b / n_b, wilson(c_a, n_a), wilson(c_b, n_b)
        down += weight**2 * ((b - in_b.low) ** 2 + (in_a.high - a) ** 2)
        up += weight**2 * ((in_b.high - b) ** 2 + (a - in_a.low) ** 2)
        rate = (c_a + c_b + 0.5) / (n_a + n_b + 1)
        variance += weight**2 * rate * (1 - rate) * (1 / n_a + 1 / n_b)
    normal = NormalDist()
    mde = (normal.inv_cdf(_TAIL) + normal.inv_cdf(POWER)) * sqrt(variance)
    return Spread(effect, max(-1.0, effect - sqrt(down)), min(1.0, effect + sqrt(up)), min(mde, 1.0))


def t_test(differences: Sequence[float]) -> Test:
    """Student's paired t-test, two-sided: for amounts, where scenarios are too few to flip signs."""
    count = len(differences)
    if count < 2 or (error := float(np.std(differences, ddof=1)) / sqrt(count)) == 0:
        return Test(1.0, 1.0)
    t = fsum(differences) / count / error
    return Test(beta_below((count - 1) / (count - 1 + t * t), (count - 1) / 2, 0.5), 0.0)
