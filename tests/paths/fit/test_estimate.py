"""Estimates and closed-form intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated_chains import STATES, agent, sessions

from simkit.paths.fit.cells import cells_of
from simkit.paths.fit.estimate import PRIORS, estimate, pooled_estimates
from simkit.paths.fit.intervals import credible, unclear
from simkit.paths.fit.pooled import pooled_by_persona
from simkit.paths.matrix import matrix_of
from simkit.paths.states import START
from simkit.paths.walks import walks_of_states
from simkit.trace.log import SessionKey

MATRIX = matrix_of([(START, "a", "b", "END:pass"), (START, "a", "a", "END:fail")], "tool")


@pytest.mark.parametrize("prior", PRIORS)
def test_rows_sum_to_one_and_nothing_leads_to_start_or_out_of_an_end(prior: str) -> None:
    found = estimate(MATRIX, prior).probabilities

    assert found[:3].sum(axis=1) == pytest.approx([1, 1, 1])
    assert (found[:3, 0] == 0).all()
    assert np.isnan(found[3:]).all()


def test_rows_without_data_are_named() -> None:
    assert estimate(MATRIX).rows_without_data == ("END:pass", "END:fail")
    assert estimate(MATRIX, "laplace").to_json()["probabilities"][3] == [None] * 5
    with pytest.raises(ValueError, match="no prior 'guess'; there are ml, laplace"):
        estimate(MATRIX, "guess")


def test_perks_adds_one_observation_to_a_row_whatever_its_width() -> None:
    # Out of a: once to itself, to b and to END:fail; four cells may follow.
    assert estimate(MATRIX, "perks").probabilities[1].tolist() == [0, 1.25 / 4, 1.25 / 4, 0.25 / 4, 1.25 / 4]


def test_a_persona_with_few_sessions_leans_on_the_others_if_they_are_alike() -> None:
    rng = np.random.default_rng(2)
    many = {f"p{n}": sessions(agent(), 60, rng).matrix() for n in range(4)}
    alike = pooled_estimates({**many, "new": sessions(agent(), 3, rng).matrix()})
    truth = agent()[1]
    own = sessions(agent(), 3, np.random.default_rng(2)).matrix().probabilities[1]

    assert abs(alike["new"].probabilities[1] - truth).max() < 0.08
    assert abs(own - truth).max() > 0.08


def test_personas_that_differ_keep_their_own_ways() -> None:
    one = matrix_of([(START, "a", "END:pass")] * 200, "tool")
    two = matrix_of([(START, "b", "END:pass")] * 200, "tool")
    found = pooled_estimates({"one": one, "two": two})

    assert found["one"].probabilities[0, 1] > 0.99
    assert found["two"].probabilities[0, 2] > 0.99


def test_pooled_by_persona_is_each_ones_own_share_drawn_to_that_of_all() -> None:
    """Of ten sessions each, 8 and 4 go to a: all 12 of 20. Pearson 10/3 with one degree of freedom, 9 further sessions
    a group: 10/3 = 1 + 9 / (c + 1), so c is 20/7."""
    ways = [(START, end, "END:pass") for end in "a" * 8 + "b" * 2 + "a" * 4 + "b" * 6]
    keys = [SessionKey("s", "one" if n < 10 else "two", n) for n in range(20)]
    found = pooled_by_persona(walks_of_states(ways, "tool", keys))
    c = 20 / 7

    assert found.estimates["one"].probabilities[0, 1] == pytest.approx((8 + c * 0.6) / (10 + c))
    assert found.rows()[2] == ["START", "a", "two", "4", "10", "0.400", f"{(4 + c * 0.6) / (10 + c):.3f}"]
    assert found.estimates["one"].rows_without_data == ("END:pass",)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6), st.sampled_from([0.5, 0.9, 0.95]))
def test_an_interval_is_inside_zero_and_one_and_wider_at_a_higher_level(row: list[int], level: float) -> None:
    narrow, wide = credible(np.array([row]), level=level), credible(np.array([row]), level=0.99)

    assert ((wide.low >= 0) & (wide.low < narrow.low) & (narrow.low < narrow.high) & (narrow.high < wide.high)).all()
    assert (wide.high <= 1).all()


def test_the_unclear_are_those_seen_seldom() -> None:
    assert unclear(credible(np.array([[3, 1], [300, 100]])), 0.2).all(axis=1).tolist() == [True, False]


def test_where_sessions_repeat_themselves_the_interval_from_sessions_is_wider() -> None:
    """Ten sessions of a hundred steps each, all alike inside: a thousand transitions are worth ten."""
    walks = walks_of_states([(START, *"a" * 50, "END:pass")] * 5 + [(START, *"ab" * 50, "END:pass")] * 5, "tool")
    found = cells_of(walks, resamples=200)
    at = found.matrix.states.index("a")

    cell, own = (bounds.high[at, at] - bounds.low[at, at] for bounds in (found.credible, found.bootstrap))
    assert own > 3 * cell


def test_a_thin_row_is_marked() -> None:
    found = cells_of(walks_of_states([(START, "a", "END:pass")] * 9 + [(START, "b", "END:pass")], "tool"), resamples=9)

    assert found.to_json()["thin_rows"] == ["b"]
    assert [line[-1] for line in found.rows()[1:]] == ["", "", "", "thin"]


def test_cells_of_simulated_sessions_know_their_states() -> None:
    assert cells_of(sessions(agent(), 20, np.random.default_rng(1)), resamples=9).matrix.states == STATES
