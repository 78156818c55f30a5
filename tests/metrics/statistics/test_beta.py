"""Posterior and quantiles are those of scipy, to nine digits, without loading it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simkit.metrics.reliability import wilson
from simkit.metrics.statistics.beta import beta_below, beta_quantile, posterior, t_quantile

COUNTS = [(0, 1), (1, 1), (0, 4), (3, 4), (4, 4), (1, 20), (20, 20), (17, 50), (0, 300), (299, 300), (512, 1000),
          (99_990, 100_000)]  # fmt: skip
DIGITS = 1e-9


@pytest.mark.parametrize(("passed", "n"), [(0, 0), *COUNTS])
def test_the_posterior_of_a_pass_rate_is_beta_with_jeffreys_prior(passed: int, n: int) -> None:
    known = stats.beta(passed + 0.5, n - passed + 0.5)

    found = posterior(passed, n)

    assert found[:3] == pytest.approx((known.mean(), *known.interval(0.95)), abs=DIGITS)
    assert (found.passed, found.n) == (passed, n)


@pytest.mark.parametrize(("passed", "n"), COUNTS)
@pytest.mark.parametrize("x", [1e-6, 0.05, 0.5, 0.93])
def test_the_share_below_a_rate_is_the_incomplete_beta_function(passed: int, n: int, x: float) -> None:
    a, b = passed + 0.5, n - passed + 0.5

    assert beta_below(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), abs=DIGITS)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 7, 10, 29, 100, 499, 100_000])
@pytest.mark.parametrize("share", [0.025, 0.5, 0.8, 0.975, 0.999])
def test_the_quantiles_of_t_are_students(share: float, freedom: int) -> None:
    assert t_quantile(share, freedom) == pytest.approx(stats.t.ppf(share, freedom), rel=DIGITS, abs=DIGITS)


@pytest.mark.parametrize(("passed", "n"), COUNTS)
def test_wilsons_interval_is_scipys(passed: int, n: int) -> None:
    known = stats.binomtest(passed, n).proportion_ci(method="wilson")

    assert tuple(wilson(passed, n)) == pytest.approx((known.low, known.high), abs=DIGITS)


@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.5, 500), st.floats(0.5, 500))
def test_a_quantile_has_its_share_below_it(share: float, a: float, b: float) -> None:
    x = beta_quantile(share, a, b)

    if 1e-12 < x < 1 - 1e-9:
        assert beta_below(x, a, b) == pytest.approx(share, abs=1e-7)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_pass_more_is_believed_more_and_passes_mirror_failures(passed: int, failed: int) -> None:
    now, better = posterior(passed, passed + failed), posterior(passed + 1, passed + failed + 1)

    assert (now.mean, now.low, now.high) < (better.mean, better.low, better.high)
    mirrored = posterior(failed, passed + failed)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((now.low, now.high), abs=1e-12)
    assert 0 < now.low < now.mean < now.high < 1
