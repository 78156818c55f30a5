"""Paired tests, intervals and detectable effects, against scipy and statsmodels."""

from __future__ import annotations

import random
from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from simkit.metrics.statistics.paired import Cell, over_scenarios, over_trials, shuffled, sign_flip, t_test, trial_error

DIGITS = 1e-9


@pytest.mark.parametrize(("up", "down"), [*product((0, 1, 5), (1, 6, 10)), (20, 35), (100, 60), (0, 0)])
def test_with_one_trial_a_scenario_flipping_signs_is_mcnemars_exact_test(up: int, down: int) -> None:
    found = sign_flip([1.0] * up + [-1.0] * down + [0.0] * 7, grain=1)

    assert found.p == pytest.approx(stats.binomtest(up, up + down).pvalue if up + down else 1.0, abs=DIGITS)
    assert found.least == pytest.approx(min(1.0, 2 / 2 ** (up + down)))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("grain", [4, None])
def test_flipping_signs_is_the_paired_permutation_test(seed: int, grain: int | None) -> None:
    """By sums on a lattice, and by writing all signs out."""
    draw = np.random.RandomState(seed)
    differences = draw.randint(-4, 5, 9) / 4 if grain else draw.normal(0.3, 1, 9)
    known = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )

    found = sign_flip([float(one) for one in differences], grain)

    # scipy takes twice the smaller tail; the distribution is symmetric, but values within rounding may differ
    assert found.p == pytest.approx(known.pvalue, abs=DIGITS)


def test_where_signs_are_too_many_to_write_out_some_are_drawn_and_always_the_same() -> None:
    differences = [0.1 * n + 0.01 * n * n for n in range(-8, 14)]

    found = sign_flip(differences)

    assert found == sign_flip(differences)
    assert found.p == pytest.approx(sign_flip([round(one, 2) for one in differences], 100).p, abs=0.02)


@pytest.mark.parametrize(("a", "b", "n"), [(4, 0, 4), (3, 1, 4), (10, 2, 10), (9, 9, 10), (0, 0, 5), (6, 1, 8),
                                           (20, 12, 20), (1, 0, 1), (50, 39, 50), (5, 9, 11)])  # fmt: skip
def test_in_one_cell_of_equal_n_shuffling_is_fishers_exact_test(a: int, b: int, n: int) -> None:
    assert shuffled([Cell(a, n, b, n)]).p == pytest.approx(stats.fisher_exact([[a, n - a], [b, n - b]])[1], abs=DIGITS)


SAMPLES = [(3, 4, 1, 6), (5, 5, 2, 3), (0, 2, 4, 8), (4, 7, 4, 5), (1, 3, 6, 7), (2, 9, 2, 2), (6, 6, 0, 4),
           (3, 5, 3, 7), (1, 2, 2, 8), (5, 8, 1, 4)]  # fmt: skip


@pytest.mark.parametrize(("a", "n_a", "b", "n_b"), SAMPLES)
def test_shuffling_is_the_permutation_test_of_two_samples(a: int, n_a: int, b: int, n_b: int) -> None:
    one, two = np.repeat([1.0, 0.0], (a, n_a - a)), np.repeat([1.0, 0.0], (b, n_b - b))
    known = stats.permutation_test(
        (one, two), lambda x, y: abs(np.mean(y) - np.mean(x)), n_resamples=np.inf, alternative="greater"
    )

    assert shuffled([Cell(a, n_a, b, n_b)]).p == pytest.approx(known.pvalue, abs=DIGITS)


@pytest.mark.parametrize("seed", range(10))
def test_several_cells_are_shuffled_each_by_itself(seed: int) -> None:
    """Against every deal of every cell, written out."""
    draw = random.Random(seed)
    cells = [
        Cell(draw.randint(0, n_a), n_a, draw.randint(0, n_b), n_b, draw.choice((0.5, 0.25)))
        for n_a, n_b in [(draw.randint(1, 4), draw.randint(1, 4)) for _ in range(3)]
    ]
    observed = abs(sum(cell.weight * cell.difference for cell in cells))
    chances = []
    for cell in cells:
        n, passed = cell.n_a + cell.n_b, cell.passed_a + cell.passed_b
        deals = stats.hypergeom(n, passed, cell.n_b)
        chances.append([(cell.weight * (b / cell.n_b - (passed - b) / cell.n_a), deals.pmf(b))
                        for b in range(n + 1) if deals.pmf(b) > 0])  # fmt: skip
    sums = [(sum(d for d, _ in deal), np.prod([p for _, p in deal])) for deal in product(*chances)]

    found = shuffled(cells)

    assert found.p == pytest.approx(sum(p for d, p in sums if abs(d) >= observed - 1e-12), abs=DIGITS)
    furthest = max(abs(d) for d, _ in sums)
    assert found.least == pytest.approx(sum(p for d, p in sums if abs(d) >= furthest - 1e-12), abs=DIGITS)


def test_where_deals_are_too_many_some_are_drawn_and_always_the_same() -> None:
    cells = [Cell(n // 2, n, n // 3, n + 1, 1 / n) for n in range(11, 29)]

    found = shuffled(cells)

    assert found == shuffled(cells) and found.least == 0
    assert found.p == pytest.approx(shuffled([one._replace(weight=round(one.weight, 2)) for one in cells]).p, abs=0.05)


AMOUNTS = [list(np.random.RandomState(seed).normal(seed - 4, 2, 2 + 3 * seed)) for seed in range(10)]


@pytest.mark.parametrize("differences", AMOUNTS, ids=len)
def test_the_interval_of_amounts_is_students(differences: list[float]) -> None:
    known = stats.ttest_1samp(differences, 0)
    interval = known.confidence_interval(0.95)

    found = over_scenarios(differences, bounded=False)

    assert (found.effect, found.low, found.high) == pytest.approx(
        (np.mean(differences), interval.low, interval.high), abs=DIGITS
    )
    assert t_test(differences).p == pytest.approx(known.pvalue, abs=DIGITS)


@pytest.mark.parametrize("differences", AMOUNTS, ids=len)
def test_the_detectable_effect_of_amounts_is_blooms(differences: list[float]) -> None:
    t, error = stats.t(len(differences) - 1), stats.sem(differences)

    assert over_scenarios(differences, bounded=False).mde == pytest.approx((t.ppf(0.975) + t.ppf(0.8)) * error)


@pytest.mark.parametrize("seed", range(10))
def test_the_detectable_effect_of_rates_is_that_of_the_replicates(seed: int) -> None:
    """The standard error in closed form, against scipy's Dirichlet: half a scenario stands at either end."""
    differences = [float(one) / 4 for one in np.random.RandomState(seed).randint(-4, 3, 6 + 2 * seed)]
    weights = stats.dirichlet([1.0] * len(differences) + [0.5, 0.5])
    values = np.array([*differences, -1.0, 1.0])
    t = stats.t(len(differences) - 1)

    known = (t.ppf(0.975) + t.ppf(0.8)) * sqrt(values @ weights.cov() @ values)
    assert over_scenarios(differences, bounded=True).mde == pytest.approx(min(1.0, known), abs=DIGITS)
    assert over_scenarios(differences, bounded=True, step=1).mde == pytest.approx(
        min(1.0, max(known, 6 / len(differences))), abs=DIGITS
    )


CELLS = [(3, 4, 1, 6), (5, 5, 2, 3), (0, 2, 4, 8), (40, 70, 41, 55), (1, 3, 6, 7), (9, 9, 9, 9), (0, 6, 0, 4),
         (30, 50, 31, 70), (1, 1, 2, 8), (5, 8, 1, 4), (10, 10, 0, 10)]  # fmt: skip


@pytest.mark.parametrize(("a", "n_a", "b", "n_b"), CELLS)
def test_the_interval_of_one_cell_is_newcombes(a: int, n_a: int, b: int, n_b: int) -> None:
    low, high = confint_proportions_2indep(b, n_b, a, n_a, compare="diff", method="newcomb")

    found = over_trials([Cell(a, n_a, b, n_b)])

    assert (found.low, found.high) == pytest.approx((low, high), abs=DIGITS)
    rate = (a + b + 0.5) / (n_a + n_b + 1)
    known = (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * sqrt(rate * (1 - rate) * (1 / n_a + 1 / n_b))
    assert found.mde == pytest.approx(min(1, known), abs=DIGITS)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=20))
@settings(max_examples=50)
def test_calling_the_runs_the_other_way_round_turns_everything_over(units: list[int]) -> None:
    there, back = ([sign * one / 4 for one in units] for sign in (1, -1))

    assert sign_flip(there, 4) == sign_flip(back, 4)
    a, b = over_scenarios(there, bounded=True, step=0.25), over_scenarios(back, bounded=True, step=0.25)
    assert (a.effect, a.low, a.high, a.mde) == (-b.effect, -b.high, -b.low, b.mde)


def test_no_difference_anywhere_is_no_certainty() -> None:
    """Of 50 scenarios that all stayed as they were, something may still have changed in a few."""
    found = over_scenarios([0.0] * 50, bounded=True, step=0.25)

    assert -0.15 < found.low < -0.005 < 0.005 < found.high < 0.15
    t = stats.t(49)
    assert found.mde == pytest.approx((t.ppf(0.975) + t.ppf(0.8)) / sqrt(51 * 52), abs=DIGITS)
    assert sign_flip([0.0] * 50, 4) == (1.0, 1.0)


@pytest.mark.parametrize("seed", range(10))
def test_the_noise_of_trials_is_the_standard_error_of_each_mean(seed: int) -> None:
    draw = np.random.RandomState(seed)
    samples = [tuple(draw.randint(0, 2, draw.randint(2, 7)) for _ in "ab") for _ in range(4)]
    cells = [Cell(int(a.sum()), len(a), int(b.sum()), len(b), 0.25) for a, b in samples]

    known = sqrt(sum(stats.sem(a) ** 2 + stats.sem(b) ** 2 for a, b in samples)) / 4

    assert trial_error(cells) == pytest.approx(known, abs=DIGITS)
    assert trial_error([Cell(1, 1, 0, 1)]) == 0.0
