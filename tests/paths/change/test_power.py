"""Sample sizes are those of the tables that people know, and simulation agrees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_chains import agent, sessions, shows_what_was_planned

from simkit.errors import UsageError
from simkit.paths.change.power import design_effect, pilot, power, sessions_to_see, smallest_change
from simkit.paths.change.verdict import change
from simkit.paths.states import END, START
from simkit.paths.walks import walks_of_states
from simkit.trace.log import SessionKey


@pytest.mark.parametrize(
    ("before", "after", "visits", "of_fifty"),
    [
        (0.05, 0.10, 435, 946),
        (0.10, 0.20, 199, 434),
        (0.20, 0.30, 294, 639),
        (0.50, 0.60, 388, 844),
        (0.65, 0.50, 170, 370),
    ],
)
def test_visits_for_eighty_percent_power(before: float, after: float, visits: int, of_fifty: int) -> None:
    assert power(before, after).sessions == visits
    assert power(before, after, cells=50).sessions == of_fifty


def test_alike_trials_cost_sessions() -> None:
    """Four trials of each task, two visits each, correlated by 0.3: 3.1 times the visits."""
    needed = power(0.1, 0.2, visits=2, trials=4, correlation=0.3)

    assert needed.design_effect == pytest.approx(1 + 7 * 0.3)
    assert needed.sessions == np.ceil(198.966 * 3.1 / 2)
    assert needed.tasks == np.ceil(needed.sessions / 4)


def test_the_same_tasks_in_both_runs_need_fewer_sessions() -> None:
    """What a task is like is then no chance: of each visit's variance, the part that its task explains is gone."""
    alike = {"visits": 2, "trials": 4, "correlation": 0.3}

    assert power(0.1, 0.2, paired=True, **alike).design_effect == pytest.approx(1 - 0.3)
    assert power(0.1, 0.2, paired=True, in_session=1.8, **alike).design_effect == pytest.approx(1.8 - 2 * 0.3)
    assert power(0.1, 0.2, paired=True, correlation=1.0).design_effect == pytest.approx(0.1)


@given(st.floats(0.02, 0.98), st.integers(20, 2_000))
@settings(deadline=None)
def test_the_smallest_change_is_what_so_many_sessions_show(before: float, have: int) -> None:
    least = smallest_change(before, have, visits=1.5, trials=3, correlation=0.1)
    if least is None:
        assert power(before, float(before <= 0.5), visits=1.5, trials=3, correlation=0.1).sessions > have
    else:
        after = before + least if before <= 0.5 else before - least
        assert power(before, after, visits=1.5, trials=3, correlation=0.1).sessions <= have + 1


def test_a_rare_branch_is_seen_once_in_so_many() -> None:
    assert (sessions_to_see(0.05), sessions_to_see(0.01)) == (59, 299)
    assert design_effect(visits=1, trials=1, correlation=0.9) == 1


def test_a_pilot_tells_what_alike_trials_have_in_common() -> None:
    """Three tasks, in each of which every trial does the same: knowing one trial is knowing all."""
    told = [(START, "get", after, f"{END}pass") for after in "xxxyyyxxx"]
    walks = walks_of_states(told, "tool", [SessionKey(f"t{n // 3}", "p", n % 3) for n in range(9)])

    found = pilot(walks, "get", "x")

    assert (found.before, found.visits, found.trials) == (pytest.approx(2 / 3), 1.0, 3.0)
    assert (found.correlation, found.in_session) == (pytest.approx(1.0), pytest.approx(1.0))
    assert power(after=0.9, **vars(found)).design_effect == pytest.approx(3.0)
    with pytest.raises(UsageError, match="left the state 'nowhere'"):
        pilot(walks, "nowhere", "x")


def test_a_run_of_the_size_that_was_asked_for_shows_the_change() -> None:
    """Planned for 80 % power at one cell: between 70 and 90 % of such runs show it there."""
    rng = np.random.default_rng(11)
    plan = power(after=0.45, **vars(pilot(sessions(agent(), 2_000, rng), "s1:ok", "s2:ok")) | {"before": 0.65})
    shown = []
    for number in range(60):
        sides = sessions(agent(), plan.sessions, rng), sessions(agent(0.2), plan.sessions, rng, name="other")
        told = change(*sides, permutations=199, seed=number)
        cell = next(cell for cell in told.cells if (cell.source, cell.target) == ("s1:ok", "s2:ok"))
        shown.append(cell.p is not None and cell.p <= 0.05)

    assert 0.7 <= np.mean(shown) <= 0.9


def test_a_pilot_tells_what_one_session_has_in_common() -> None:
    """Each session goes one way three times over; sessions of one task do not take after each other."""
    told = [(START, *("get", after) * 3, f"{END}pass") for after in "xyyx"]
    walks = walks_of_states(told, "tool", [SessionKey(f"t{n // 2}", "p", n % 2) for n in range(4)])

    found = pilot(walks, "get", "x")

    assert (found.visits, found.in_session, found.correlation) == (3.0, pytest.approx(3.0), 0.0)
    assert power(after=0.9, **vars(found)).design_effect == pytest.approx(3.0)


@pytest.mark.parametrize("paired", [False, True])
def test_alike_trials_show_the_change_as_often_as_planned(paired: bool) -> None:
    """Four trials a task, tasks that differ: 80 % is kept with the same tasks in both runs, and with others."""
    shown = shows_what_was_planned(80, 4, paired, np.random.default_rng(5), alike=4.0)

    assert 0.7 <= shown <= 0.9


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"before": 1.5}, "before is 1.5; write a share"),
        ({"after": 0.1}, "no number of sessions"),
        ({"power": 1.0}, "power is 1.0"),
        ({"visits": 0}, "visits must be above 0"),
        ({"correlation": -1.0}, "correlation is -1.0"),
        ({"in_session": 0.0}, "in_session is 0.0"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, float], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        power(**{"before": 0.1, "after": 0.2} | wrong)
