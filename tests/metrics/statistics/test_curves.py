"""pass^k and pass@k: the share of draws of k trials, with intervals that hold the truth as often as they say."""

from __future__ import annotations

import random
from itertools import combinations, pairwise
from math import comb
from statistics import mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simkit.metrics.reliability import pass_hat_k_of
from simkit.metrics.statistics.curves import RESAMPLES, Curves, curves

tables = st.lists(st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=5)
Counts = list[tuple[int, int]]


@given(tables)
@settings(max_examples=40)
def test_they_are_the_shares_of_k_trials_that_all_pass_and_that_do_not_all_fail(table: list[list[bool]]) -> None:
    found = curves((sum(trials), len(trials)) for trials in table)

    assert [point.k for point in found.pass_hat_k] == list(range(1, max(map(len, table)) + 1))
    for hat, at in zip(found.pass_hat_k, found.pass_at_k, strict=True):
        long = [trials for trials in table if len(trials) >= hat.k]
        assert hat.value == pytest.approx(mean(mean(all(some) for some in combinations(one, hat.k)) for one in long))
        assert at.value == pytest.approx(mean(mean(any(some) for some in combinations(one, at.k)) for one in long))
        assert hat.scenarios == at.scenarios == len(long)
        assert hat.sessions == at.sessions == sum(map(len, long))
        assert 0 <= hat.low <= hat.value <= hat.high <= 1


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6))
@settings(max_examples=30)
def test_of_the_same_scenarios_one_falls_and_the_other_rises_and_they_begin_together(passes: list[int]) -> None:
    hat, at = curves((c, 5) for c in passes)

    assert all(a.value >= b.value - 1e-12 for a, b in pairwise(hat))
    assert all(a.value <= b.value + 1e-12 for a, b in pairwise(at))
    assert hat[0] == at[0]


def test_scenarios_with_fewer_trials_are_left_out_of_a_point_and_it_says_so() -> None:
    hat, _ = curves([(4, 4), (0, 2), (1, 1)])

    assert [(point.k, point.scenarios, point.sessions) for point in hat] == [(1, 3, 7), (2, 2, 6), (3, 1, 4), (4, 1, 4)]
    assert [point.value for point in hat] == pytest.approx([2 / 3, 0.5, 1.0, 1.0])


@pytest.mark.parametrize("counts", [[(3, 4), (4, 4), (0, 4)], [(1, 2)], [(5, 7), (2, 7), (7, 7), (7, 7)]])
def test_where_trials_are_balanced_the_curve_is_the_pass_hat_k_of_the_contract(counts: Counts) -> None:
    known = pass_hat_k_of((str(place), c, n) for place, (c, n) in enumerate(counts))

    assert {point.k: point.value for point in curves(counts).pass_hat_k} == pytest.approx(known)


CASES: list[tuple[Counts, int]] = [
    ([(3, 4), (4, 4), (0, 4)], 1), ([(3, 4), (4, 4), (0, 4)], 3), ([(1, 1)] * 20, 1), ([(0, 1)] * 3 + [(1, 1)] * 7, 1),
    ([(c, 8) for c in range(9)], 2), ([(c, 8) for c in range(9)], 5), ([(2, 2), (1, 2)], 2), ([(1, 5)], 1),
    ([(5, 6)] * 40 + [(0, 6)] * 2, 4), ([(19, 20), (20, 20), (3, 20), (11, 20)], 8), ([(0, 3)] * 5, 2),
]  # fmt: skip


@pytest.mark.parametrize(("counts", "k"), CASES)
def test_the_interval_is_a_bayesian_bootstrap_over_scenarios(counts: Counts, k: int) -> None:
    """Dirichlet weights of scipy, over scenarios grouped by their counts, and half a scenario at either end."""
    kinds = sorted(set(counts))
    alphas = [*(counts.count(kind) for kind in kinds), 0.5, 0.5]
    weights = stats.dirichlet.rvs(alphas, RESAMPLES, random_state=np.random.RandomState(0))
    means = weights @ [*(comb(c, k) / comb(n, k) for c, n in kinds), 0, 1]
    low, high = stats.mstats.mquantiles(means, (0.025, 0.975), alphap=1, betap=1)

    point = next(point for point in curves(counts).pass_hat_k if point.k == k)

    value = mean(comb(c, k) / comb(n, k) for c, n in counts)
    assert (point.low, point.high) == pytest.approx((min(low, value), max(high, value)), abs=1e-9)


@pytest.mark.parametrize(("passed", "scenarios"), [(1, 2), (3, 10), (10, 20), (19, 20), (45, 50), (150, 200)])
def test_with_one_trial_a_scenario_it_is_jeffreys_interval(passed: int, scenarios: int) -> None:
    """But for the draws: the weight of those that passed is then Beta(passed + 1/2, failed + 1/2)."""
    point = curves([(1, 1)] * passed + [(0, 1)] * (scenarios - passed)).pass_hat_k[0]

    known = stats.beta(passed + 0.5, scenarios - passed + 0.5).interval(0.95)
    assert (point.low, point.high) == pytest.approx(known, abs=0.02)


@given(tables, st.randoms())
@settings(max_examples=20)
def test_the_order_of_scenarios_does_not_matter(table: list[list[bool]], shuffle: random.Random) -> None:
    counts = [(sum(trials), len(trials)) for trials in table]
    shuffled = list(counts)
    shuffle.shuffle(shuffled)

    assert curves(counts) == curves(shuffled)


def test_nothing_played_has_no_curve() -> None:
    assert curves([]) == curves([(0, 0)]) == Curves()


@pytest.mark.parametrize(("a", "b", "scenarios", "n", "k"), [(19, 1, 20, 4, 1), (0.9, 0.1, 10, 4, 3), (2, 1, 20, 1, 1)])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(
    a: float, b: float, scenarios: int, n: int, k: int
) -> None:
    """A sample of what benchmarks/intervals.py measures: pass rates of scenarios are Beta(a, b)."""
    draw, held = np.random.RandomState(7), 0
    truth = np.prod([(a + i) / (a + b + i) for i in range(k)])
    for _ in range(300):
        passes = draw.binomial(n, draw.beta(a, b, scenarios))
        point = curves((int(c), n) for c in passes).pass_hat_k[k - 1]
        held += point.low <= truth <= point.high

    assert held / 300 >= 0.92
