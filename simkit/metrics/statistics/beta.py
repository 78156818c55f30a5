"""The Beta distribution without scipy: the posterior of a pass rate, and the quantiles of Student's t.

Every run ends with these figures, and scipy takes longer to load than they take to compute; the tests hold them to it.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt
from typing import NamedTuple

CONFIDENCE = 0.95
"""Of every interval here."""
PRIOR = 0.5
"""Both parameters of the prior Beta(1/2, 1/2) of a pass rate (Jeffreys 1946)."""
_STEPS = 10_000
_TINY = 1e-300


class Posterior(NamedTuple):
    """What is known of a pass rate after `n` trials: Beta(1/2 + passed, 1/2 + n - passed)."""

    mean: float
    low: float
    high: float
    """The equal-tailed 95 % credible interval."""
    passed: int
    n: int

    def to_json(self) -> dict[str, float | int]:
        """As `run --json` prints it."""
        return {**self._asdict()}


@lru_cache(maxsize=65_536)
def posterior(passed: int, n: int) -> Posterior:
    """The posterior of a pass rate under Jeffreys' prior Beta(1/2, 1/2), by conjugacy.

    The interval has 2.5 % on either side. Unlike a frequentist interval it never touches 0 or 1.
    """
    a, b = PRIOR + passed, PRIOR + n - passed
    tail = (1 - CONFIDENCE) / 2
    return Posterior(a / (a + b), beta_quantile(tail, a, b), beta_quantile(1 - tail, a, b), passed, n)


def log_beta(a: float, b: float) -> float:
    """The logarithm of the Beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def beta_below(x: float, a: float, b: float) -> float:
    """P(X <= x) for X ~ Beta(a, b): the regularised incomplete Beta function I_x(a, b).

    By its continued fraction (DLMF 8.17.22), on the side of the mean where it converges fast (8.17.4).
    """
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    front = exp(a * log(x) + b * log1p(-x) - log_beta(a, b))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction, by Lentz's method as modified by Thompson and Barnett (1986)."""
    c, d = 1.0, 1.0 / _apart(1.0 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        step = 1.0
        for term in (even, odd):
            d = 1.0 / _apart(1.0 + term * d)
            c = _apart(1.0 + term / c)
            step = c * d
            value *= step
        if abs(step - 1.0) < 1e-16:
            break
    return value


def _apart(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def beta_quantile(share: float, a: float, b: float) -> float:
    """The x with P(X <= x) = `share` for X ~ Beta(a, b), by bisection to the last bit."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        if beta_below(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=1_024)
def t_quantile(share: float, freedom: int) -> float:
    """The quantile of Student's t: t^2 / (t^2 + freedom) is Beta(1/2, freedom/2)."""
    if share < 0.5:
        return -t_quantile(1 - share, freedom)
    x = beta_quantile(2 * share - 1, 0.5, freedom / 2)
    return sqrt(freedom * x / (1 - x))
