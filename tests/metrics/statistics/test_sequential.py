"""A rule that may be looked at after every round, and errs no more often than it says."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from simkit.errors import UsageError
from simkit.metrics.statistics.sequential import UntilSure, always_valid, decided, log_mixture

CASES = [(0, 1, 0.5), (1, 1, 0.5), (7, 7, 0.5), (3, 10, 0.9), (10, 10, 0.9), (40, 61, 0.9), (53, 53, 0.9), (5, 9, 0.2),
         (0, 30, 0.01), (999, 1000, 0.99), (123, 456, 0.3)]  # fmt: skip


@pytest.mark.parametrize(("passed", "n", "rate"), CASES)
def test_the_mixture_is_the_beta_binomial_likelihood_over_the_binomial(passed: int, n: int, rate: float) -> None:
    mixed = stats.betabinom.logpmf(passed, n, 0.5, 0.5) - stats.binom.logpmf(passed, n, rate)

    assert log_mixture(passed, n, rate) == pytest.approx(mixed, abs=1e-9)


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("n", [1, 2, 5, 20])
def test_its_expectation_under_the_true_rate_is_one(rate: float, n: int) -> None:
    """What makes it a fair bet, and Ville's inequality hold."""
    chances = stats.binom.pmf(range(n + 1), n, rate)

    assert sum(chances[c] * exp(log_mixture(c, n, rate)) for c in range(n + 1)) == pytest.approx(1.0, abs=1e-9)


def test_for_scenarios_of_different_rates_a_round_is_worth_no_more_than_one() -> None:
    """The mean of the rates, asked of pooled counts: at the end of a round the expectation is at most 1."""
    rates = (0.1, 0.95, 0.6, 0.99)
    chances = np.array([1.0])
    for rate in rates:
        chances = np.convolve(chances, [1 - rate, rate])

    worth = sum(chance * exp(log_mixture(c, len(rates), float(np.mean(rates)))) for c, chance in enumerate(chances))

    assert worth <= 1


@pytest.mark.parametrize(("threshold", "passes", "failures"), [(0.5, 7, 7), (0.8, 24, 3), (0.9, 53, 2)])
def test_how_many_trials_a_clear_case_takes(threshold: float, passes: int, failures: int) -> None:
    """What docs/what-a-score-means.md tells: an agent that always passes, or never."""
    assert decided(passes, passes, threshold) == "above" and decided(passes - 1, passes - 1, threshold) == "open"
    assert decided(0, failures, threshold) == "below" and decided(0, failures - 1, threshold) == "open"


@given(st.integers(0, 200), st.integers(0, 200), st.floats(0.01, 0.99))
def test_it_decides_just_where_its_interval_leaves_the_threshold_out(
    passed: int, failed: int, threshold: float
) -> None:
    n = passed + failed
    low, high = always_valid(passed, n)

    found = decided(passed, n, threshold)

    if abs(threshold - low) > 1e-6 and abs(threshold - high) > 1e-6:
        assert found == ("above" if threshold < low else "below" if threshold > high else "open")
    assert 0 <= low <= high <= 1


def wrong_decisions(rates: list[float], threshold: float, rounds: int, runs: int, seed: int) -> float:
    """How often a suite of these rates is ever decided wrongly, looked at after every round."""
    draw, wrong = np.random.RandomState(seed), 0
    truth = "above" if np.mean(rates) > threshold else "below"
    for _ in range(runs):
        passed = np.cumsum((draw.random_sample((rounds, len(rates))) < rates).sum(axis=1))
        first = (decided(int(c), len(rates) * (place + 1), threshold) for place, c in enumerate(passed))
        wrong += next((one for one in first if one != "open"), truth) != truth
    return wrong / runs


@pytest.mark.parametrize("rates", [[0.49], [0.51], [0.02, 0.98, 0.48], [0.5 + 1e-9] * 5])
def test_looking_after_every_round_it_errs_less_than_one_time_in_twenty(rates: list[float]) -> None:
    """A sample of what benchmarks/intervals.py measures, at rates beside the threshold: the hardest there are."""
    assert wrong_decisions(rates, 0.5, rounds=60, runs=400, seed=3) <= 0.05


def test_without_an_end_the_decision_comes() -> None:
    """Trials are not spent for ever on a rate that is not the threshold."""
    assert wrong_decisions([0.9], 0.5, rounds=200, runs=50, seed=1) == 0
    assert decided(750, 1000, 0.65) == "above"


def test_a_rate_beyond_doubt_is_impossible_not_infinite() -> None:
    assert decided(9, 10, 1.0) == "below"
    assert decided(10, 10, 1.0) == "open"
    assert decided(1, 10, 0.0) == "above"
    assert log_mixture(0, 0, 0.3) == 0.0
    assert log(special.beta(3.5, 2.5) / special.beta(0.5, 0.5)) == pytest.approx(log_mixture(3, 5, 0.5) + 5 * log(0.5))


def test_only_what_is_open_is_played_again() -> None:
    counts = {"clear": (9, 9), "hopeless": (0, 9), "flaky": (5, 9), "invalid": (0, 0)}

    assert UntilSure().open(counts) == {"flaky", "invalid"}
    assert UntilSure(0.9, each=False).open({"a": (60, 60), "b": (60, 60)}) == set()
    assert UntilSure(0.9, each=False).open({"a": (9, 10), "b": (9, 10)}) == {"a", "b"}


def test_what_is_asked_for_on_the_command_line() -> None:
    asked = UntilSure.asked
    assert asked(None, False, 0.9, None) is None
    assert asked(None, True, None, None) == UntilSure(0.5, each=True, max_trials=20)
    assert asked(None, True, 0.9, 5) == UntilSure(0.9, each=False, max_trials=5)
    assert asked(None, True, 0.0, None) == UntilSure(0.5, each=True)
    begun = UntilSure(0.9, each=False, max_trials=5)
    assert asked(begun.to_json(), False, None, None) == begun
    with pytest.raises(UsageError, match="--max-trials needs --until-sure"):
        asked(None, False, None, 5)
