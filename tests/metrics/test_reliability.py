"""pass^k against its closed form, and the interval of a rate."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import isclose
from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from simkit.metrics.reliability import pass_hat_k, wilson
from simkit.metrics.score import SessionScore

tables = st.lists(st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=5)


def scores(table: list[list[bool]], personas: int = 1) -> list[SessionScore]:
    """One scenario a row, its trials spread over personas."""
    return [
        SessionScore(
            session=f"s{row}/p{trial % personas}/{trial // personas}",
            outcome="pass" if passed else "fail",
            reason="",
            scenario=f"s{row}",
        )
        for row, trials in enumerate(table)
        for trial, passed in enumerate(trials)
    ]


@given(tables, st.integers(1, 3))
def test_it_is_the_share_of_k_trials_that_all_pass_averaged_over_scenarios(
    table: list[list[bool]], personas: int
) -> None:
    found = pass_hat_k(scores(table, personas))
    assert list(found) == list(range(1, min(map(len, table)) + 1))
    for k, value in found.items():
        assert isclose(value, mean(mean(all(some) for some in combinations(trials, k)) for trials in table))


@given(tables)
def test_it_never_rises_with_k(table: list[list[bool]]) -> None:
    values = list(pass_hat_k(scores(table)).values())
    assert all(a >= b - 1e-12 for a, b in pairwise(values))


def test_invalid_sessions_are_no_trials() -> None:
    spoiled = SessionScore(session="s0/p/9", outcome="invalid", reason="x", scenario="s0")
    only_spoiled = SessionScore(session="s7/p/0", outcome="invalid", reason="x", scenario="s7")
    assert pass_hat_k([*scores([[True, False]]), spoiled, only_spoiled]) == {1: 0.5, 2: 0.0}
    assert pass_hat_k([spoiled]) == {}


def test_the_interval_is_wilsons() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 5).low == 0.0
    assert wilson(5, 5).high == 1.0


@given(st.integers(0, 50), st.integers(1, 50))
def test_the_interval_holds_the_rate_and_narrows_with_n(passed: int, n: int) -> None:
    passed = min(passed, n)
    low, high = wilson(passed, n)
    assert 0.0 <= low <= passed / n <= high <= 1.0
    wide, narrow = wilson(passed, n), wilson(passed * 4, n * 4)
    assert narrow.high - narrow.low < wide.high - wide.low
