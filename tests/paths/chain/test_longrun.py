"""Where sessions are that go on and on, also where they hardly ever leave."""

from __future__ import annotations

import numpy as np
import pytest

from simkit.paths.chain import chain_of

STATES = ("a", "b", "END:pass")


def test_where_sessions_linger_is_exact_though_they_leave_once_in_1e12_steps() -> None:
    n = 10**12
    # I - Q is ((2, -1), (-2, 3)) / n, of which 1 / n is the least eigenvalue, with (2, 1) on its left.
    found = chain_of(np.array([[n - 2, 1, 1], [2, n - 3, 1], [0, 0, 0]], dtype=float), STATES).quasi_stationary

    assert found.shares == pytest.approx([2 / 3, 1 / 3], rel=1e-12)
    assert found.rate == pytest.approx(1 - 1 / n, rel=1e-15)


@pytest.mark.parametrize(
    ("weights", "rate", "shares"),
    [
        ([[0, 1, 1], [1, 0, 1], [0, 0, 0]], 0.5, [0.5, 0.5]),  # there and back again: periodic
        ([[0, 1, 10**6], [1, 0, 10**6], [0, 0, 0]], 1 / (10**6 + 1), [0.5, 0.5]),  # nobody stays
        ([[8, 1, 1], [0, 1, 1], [0, 0, 0]], 0.8, [0.75, 0.25]),  # a holds, b gets what a sends
        ([[0, 1, 0], [0, 0, 1], [0, 0, 0]], 0.0, None),  # nothing comes back
        ([[1, 0, 1], [0, 1, 1], [0, 0, 0]], 0.5, None),  # two hold equally long
    ],
)
def test_the_shares_are_those_of_what_holds_longest(
    weights: list[list[int]], rate: float, shares: list[float] | None
) -> None:
    found = chain_of(np.array(weights, dtype=float), STATES).quasi_stationary

    assert found.rate == pytest.approx(rate, rel=1e-12)
    assert found.shares is None if shares is None else found.shares == pytest.approx(shares, rel=1e-9)


def test_of_two_that_hardly_ever_leave_the_one_that_leaves_less_keeps_everybody() -> None:
    n = 10**12
    found = chain_of(np.array([[n, 0, 2], [0, n, 1], [0, 0, 0]], dtype=float), STATES).quasi_stationary

    assert found.shares is not None
    assert found.shares.tolist() == [0, 1]
