"""The closed form of intervals that respect sessions: as good as drawing sessions anew, and as often right."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_chains import agent, sessions

from simkit.paths.fit.linearised import linearised
from simkit.paths.fit.resample import resampled
from simkit.paths.states import START
from simkit.paths.walks import walks_of_states


def test_it_says_what_resampling_says() -> None:
    """Of 200 sessions whose personas differ: the bounds of a cell are the same but for the luck of the draws."""
    walks = sessions(agent(), 200, np.random.default_rng(3), 15)
    closed, drawn = linearised(walks), resampled(walks, 2000, 1).cells()

    assert (np.isnan(closed.low) == np.isnan(drawn.low)).all()
    for one, other in zip(closed, drawn, strict=True):
        assert np.nanmax(np.abs(one - other)) < 0.02
        assert np.nanmean(np.abs(one - other)) < 0.002


@pytest.mark.parametrize("alike", [None, 15], ids=["one law", "personas"])
def test_cells_are_covered_in_93_to_97_of_100_cases(alike: float | None) -> None:
    law, rng = agent(), np.random.default_rng(22)
    held = []
    for _ in range(150):
        found = linearised(sessions(law, 60, rng, alike))
        held.append(((found.low <= law) & (law <= found.high))[law > 0])

    assert 0.93 <= np.mean(held) <= 0.97


def test_few_sessions_that_differ_are_covered_too() -> None:
    """Ten sessions stay in a state, each for as long as it is its own way: one may have most of the visits, and speaks
    for itself alone. Without leaving each out, 90 of 100 held."""
    rng = np.random.default_rng(3)

    def stays() -> int:
        """How often a session stays: an even chance, or nine in ten."""
        return int(rng.geometric(1 - rng.choice([0.5, 0.9]))) - 1

    truth = 5 / 6  # 5 stays to 6 visits on average: (1 + 9) / 2 and (2 + 10) / 2
    held = []
    for _ in range(400):
        walks = walks_of_states([(START, *["wait"] * (1 + stays()), "END:pass") for _ in range(10)], "tool")
        found = linearised(walks)
        held.append(found.low[1, 1] <= truth <= found.high[1, 1])

    assert np.mean(held) >= 0.92


def test_a_state_that_was_never_left_has_no_interval() -> None:
    found = linearised(walks_of_states([(START, "a", "END:pass"), (START, "END:fail")], "tool"))

    assert np.isnan(found.low[2:]).all() and not np.isnan(found.low[:2]).any()
