"""What two runs say beside each other: a verdict that holds, with its size, its doubt, and what it rests on."""

from __future__ import annotations

import random

import numpy as np
import pytest
from compared_runs import Table, run_of, suite
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.errors import UsageError
from simkit.metrics.comparing.comparison import compare
from simkit.metrics.comparing.values import Comparison

tables = st.dictionaries(
    st.sampled_from([f"s{number}/{persona}" for number in range(8) for persona in ("plain", "rude")]),
    st.lists(st.booleans(), min_size=1, max_size=4),
    min_size=1,
    max_size=12,
)


def compared(a: Table, b: Table, **more: object) -> Comparison:
    """The two tables as runs, compared."""
    return compare(run_of("a", a), run_of("b", b), **more)  # type: ignore[arg-type]


def test_an_agent_that_broke_has_regressed_and_one_that_was_mended_improved() -> None:
    worse, better = compared(suite(10, 4), suite(10, 1)), compared(suite(10, 1), suite(10, 4))

    assert (worse.verdict, worse.because) == ("regressed", "the pass rate regressed")
    assert (better.verdict, better.because) == ("improved", "the pass rate improved")
    assert (worse.passes.a, worse.passes.b, worse.passes.effect) == (1.0, 0.25, -0.75)
    assert worse.passes.p == pytest.approx(2 / 2**10)
    assert (worse.passes.scenarios, worse.passes.sessions_a, worse.passes.sessions_b) == (10, 40, 40)


def test_a_run_beside_itself_is_inconclusive_and_says_what_it_could_have_seen() -> None:
    same = compared(suite(20, 3), suite(20, 3))

    assert same.verdict == "inconclusive"
    assert same.passes.effect == 0 and same.passes.p == 1
    assert same.passes.low < 0 < same.passes.high  # type: ignore[operator]
    assert 0 < same.passes.mde < 0.5  # type: ignore[operator]


def test_a_flaky_suite_beside_itself_promises_no_more_than_its_trials_allow() -> None:
    """Played again it would not come out alike: that nothing differs is because it is the same run."""
    coin, steady = suite(50, 2), suite(50, 4)

    assert compared(coin, coin).passes.mde == pytest.approx(2.86 * np.sqrt(2 * 0.25 / 3 / 50), rel=0.01)
    assert compared(steady, steady).passes.mde < 0.06  # type: ignore[operator]


@given(tables, tables)
@settings(max_examples=40, deadline=None)
def test_calling_the_runs_the_other_way_round_turns_the_verdict_over(a: Table, b: Table) -> None:
    if not a.keys() & b.keys():
        return
    there, back = compared(a, b), compared(b, a)

    opposite = {"improved": "regressed", "regressed": "improved", "inconclusive": "inconclusive"}
    assert there.passes.verdict == opposite[back.passes.verdict]
    assert there.passes.effect == pytest.approx(-back.passes.effect)  # type: ignore[operator]
    assert (there.passes.low, there.passes.high) == pytest.approx((-back.passes.high, -back.passes.low))  # type: ignore[operator]
    assert there.passes.p == pytest.approx(back.passes.p)
    assert {one.name: one.p_adjusted for one in there.scenarios} == pytest.approx(
        {one.name: one.p_adjusted for one in back.scenarios}
    )


def test_many_trials_of_one_scenario_are_no_proof_about_others() -> None:
    """One of ten scenarios broke, in each of 50 trials: it is named; that the agent is worse on scenarios like these
    is not shown by it."""
    a, b = suite(10, 50, 50), suite(10, 50, 50) | {"s03": [False] * 50}

    found = compared(a, b)

    assert found.passes.verdict == "inconclusive"
    assert (found.verdict, found.because) == ("regressed", "s03 regressed")
    assert found.scenarios[0].name == "s03" and found.scenarios[0].p_adjusted < 1e-20


def test_a_suite_that_improves_still_regressed_where_a_scenario_broke() -> None:
    a = suite(20, 2, 10) | {"old-favourite": [True] * 10}
    b = suite(20, 8, 10) | {"old-favourite": [False] * 10}

    found = compared(a, b)

    assert found.passes.verdict == "improved"
    assert (found.verdict, found.because) == ("regressed", "old-favourite regressed, though the pass rate improved")


def test_fewer_than_six_scenarios_are_judged_by_their_trials() -> None:
    """Three scenarios can show nothing by their signs; 24 sessions that all turned over can."""
    found = compared(suite(3, 8, 8), suite(3, 0, 8))

    assert (found.over, found.verdict) == ("trials", "regressed")
    assert found.passes.p < 1e-9  # type: ignore[operator]
    assert -1 <= found.passes.low <= found.passes.effect <= found.passes.high < -0.5  # type: ignore[operator]
    asked = compared(suite(3, 8, 8), suite(3, 0, 8), over="scenarios")
    assert (asked.passes.verdict, asked.passes.p) == ("inconclusive", 0.25)


def test_personas_weigh_alike_however_many_trials_they_had() -> None:
    """A mixture that changed is no agent that changed."""
    a = {"s1/calm": [True] * 2, "s1/rude": [False] * 8}
    b = {"s1/calm": [True] * 8, "s1/rude": [False] * 2}

    found = compared(a, b)

    assert (found.passes.a, found.passes.b, found.passes.effect) == (0.5, 0.5, 0.0)
    assert found.scenarios[0].p == 1.0


def test_what_only_one_run_played_is_left_out_and_named() -> None:
    found = compared(suite(7, 4) | {"old": [True]}, suite(7, 4) | {"new": [False] * 9})

    assert (found.only_a, found.only_b) == (("old",), ("new",))
    assert found.passes.scenarios == 7 and found.passes.sessions_b == 28


def test_runs_that_share_nothing_are_wrong_input_with_a_cure() -> None:
    with pytest.raises(UsageError, match=r"^a and b share no scenario \(one played x, the other y\); compare two runs"):
        compared({"x": [True]}, {"y": [True]})
    with pytest.raises(UsageError, match="with the same persona; compare two runs of the same scenarios and personas"):
        compared({"x/calm": [True]}, {"x/rude": [True]})


def test_a_scenario_whose_file_was_edited_is_named() -> None:
    found = compare(run_of("a", suite(6, 4)), run_of("b", suite(6, 4), wants="something else"))

    assert found.edited == tuple(suite(6, 4))
    assert compared(suite(6, 4), suite(6, 4)).edited == ()


def test_flaky_scenarios_are_those_that_end_both_ways_with_one_persona() -> None:
    a = {
        "steady": [True] * 4,
        "coin": [True, False, True, False],
        "by-persona/calm": [True],
        "by-persona/rude": [False],
    }

    found = compared(a, a)

    assert [one.name for one in found.flaky] == ["coin"]


def test_why_a_scenario_fails_in_b_is_its_most_frequent_reason_with_a_session() -> None:
    found = compare(run_of("a", suite(6, 4)), run_of("b", suite(6, 0), reason="no refund was made"))

    assert {(one.reason, one.session) for one in found.scenarios} == {
        ("no refund was made", f"s{number:02}/plain/0") for number in range(6)
    }


def test_a_kind_of_tool_use_error_that_came_up_regressed_by_itself() -> None:
    every = suite(12, 4)
    found = compare(run_of("a", every), run_of("b", every, kinds=dict.fromkeys(every, "loop")))

    assert (found.verdict, found.because) == (
        "regressed",
        "any_tool_error, loop regressed",
    )
    errors = {one.name: one for one in found.errors}
    assert (errors["loop"].a, errors["loop"].b, errors["loop"].verdict) == (0.0, 1.0, "regressed")
    assert errors["loop"].p_adjusted == pytest.approx(2 * 2 / 2**12)  # two tests could have come out
    assert errors["forbidden_call"].verdict == "inconclusive"


def test_effort_is_told_and_decides_nothing() -> None:
    every = suite(12, 4)
    longer = {name: 9.0 + place % 3 for place, name in enumerate(every)}

    found = compare(run_of("a", every), run_of("b", every, turns=longer))

    turns = next(one for one in found.effort if one.name == "turns")
    assert (turns.a, turns.b, turns.verdict, turns.better) == (4.0, 10.0, "regressed", "lower")
    assert found.verdict == "inconclusive"


def test_sessions_that_say_nothing_about_the_agent_are_counted_and_left_out() -> None:
    a, b = run_of("a", suite(6, 4)), run_of("b", suite(6, 4))
    b.invalid, b.sessions = 5, b.sessions + 5

    assert (compare(a, b).invalid_a, compare(a, b).invalid_b) == (0, 5)


def drawn(rates: np.ndarray, n: int, draw: np.random.RandomState) -> Table:
    """A run of n trials each, of scenarios with these pass rates."""
    return {f"s{place:02}": list(draw.random_sample(n) < rate) for place, rate in enumerate(rates)}


@pytest.mark.parametrize(("scenarios", "n"), [(20, 1), (20, 4), (3, 8)])
def test_an_agent_that_did_not_change_is_seldom_called_worse(scenarios: int, n: int) -> None:
    """A sample of what benchmarks/intervals.py measures: at most one false regression in twenty."""
    draw, false = np.random.RandomState(11), 0
    for _ in range(60):
        rates = draw.beta(1, 0.5, scenarios)
        false += compared(drawn(rates, n, draw), drawn(rates, n, draw)).verdict == "regressed"

    assert false <= 5


def test_a_drop_of_the_detectable_size_is_found_four_times_in_five_and_more() -> None:
    draw, found, promised = np.random.RandomState(5), 0, []
    for _ in range(40):
        rates = draw.beta(3, 2, 30)
        run = compared(drawn(rates, 4, draw), drawn(rates * 0.6, 4, draw))
        found += run.verdict == "regressed"
        promised.append(run.passes.mde)
    assert np.mean(promised) < 0.24  # the drop is 0.24 on average
    assert found >= 30


@given(st.randoms())
@settings(max_examples=5, deadline=None)
def test_the_order_of_sessions_does_not_matter(shuffle: random.Random) -> None:
    a, b = suite(8, 3), suite(8, 1)
    mixed = list(b.items())
    shuffle.shuffle(mixed)

    assert compared(a, b).to_json() == compared(a, dict(mixed)).to_json()
