"""Where sessions end and after how many steps, against exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.paths.chain import Absorption, absorption, absorption_of
from simkit.paths.matrix import matrix_of
from simkit.paths.states import END, START

sessions = st.builds(
    lambda steps, end: (START, *steps, END + end),
    st.lists(st.sampled_from("abcd"), max_size=8),
    st.sampled_from(["pass", "fail"]),
)
weights = st.lists(
    st.lists(st.sampled_from([0, 0, 1, 2, 10**6, 10**12]), min_size=6, max_size=6), min_size=4, max_size=4
)


def exact(rows: list[list[int]], costs: list[list[Fraction]]) -> list[list[Fraction]]:
    """Solutions h of h_i W_i = c_i + sum_j w_ij h_j by Gauss-Jordan in fractions; W_i is the row's whole weight."""
    size = len(costs)
    table = [
        [Fraction((sum(rows[i]) if i == j else 0) - rows[i][j]) for j in range(size)] + costs[i] for i in range(size)
    ]
    for k in range(size):
        pivot = next(i for i in range(k, size) if table[i][k])
        table[k], table[pivot] = table[pivot], table[k]
        table[k] = [value / table[k][k] for value in table[k]]
        for i in set(range(size)) - {k}:
            table[i] = [x - table[i][k] * y for x, y in zip(table[i], table[k], strict=True)]
    return [row[size:] for row in table]


@given(st.lists(sessions, min_size=1, max_size=10))
def test_whole_sessions_always_end_and_from_the_start_as_often_as_they_did(run: list[tuple[str, ...]]) -> None:
    matrix = matrix_of(run, "tool")
    found = absorption(matrix)

    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(len(found.states)), rel=1e-12)
    assert not found.lost.any()
    share = matrix.counts.sum(axis=0)[-len(found.ends) :] / len(run)
    assert found.probabilities[0] == pytest.approx(share, rel=1e-12)
    assert found.steps[0] == pytest.approx(matrix.transitions / len(run), rel=1e-12)


@settings(max_examples=200)
@given(weights)
def test_every_figure_has_twelve_exact_digits_however_stuck_the_agent_is(rows: list[list[int]]) -> None:
    rows = [[*row[:4], row[4] + 1, row[5]] for row in rows]
    found = absorption_of(np.array([*rows, [0] * 6, [0] * 6], dtype=float), "abcdXY", "XY")
    ends = exact(rows, [[Fraction(row[4]), Fraction(row[5])] for row in rows])
    steps = exact(rows, [[sum(row) * h for h in (Fraction(1), *end)] for row, end in zip(rows, ends, strict=True)])

    assert found.probabilities[:4].tolist() == [[pytest.approx(float(p), rel=1e-12) for p in row] for row in ends]
    assert found.steps[:4].tolist() == [pytest.approx(float(row[0]), rel=1e-12) for row in steps]
    for i, (row, end) in enumerate(zip(steps, ends, strict=True)):
        for e in (0, 1):
            given_end = float(row[1 + e] / end[e]) if end[e] else float("nan")
            assert found.steps_given[i, e] == pytest.approx(given_end, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("escape", [1e-3, 1e-6, 1e-9, 1e-12, 1e-14])
def test_an_agent_stuck_with_a_self_loop_of_almost_one_still_gets_exact_figures(escape: float) -> None:
    shares = np.array([[1 - escape, escape / 4, escape * 3 / 4], [0, 1, 0], [0, 0, 1]])
    found = absorption_of(shares, ["stuck", "END:pass", "END:fail"], ["END:pass", "END:fail"])

    assert found.probabilities[0].tolist() == pytest.approx([0.25, 0.75], rel=1e-14)
    assert found.steps[0] == pytest.approx(1 / escape, rel=1e-12)
    assert found.steps_given[0].tolist() == pytest.approx([1 / escape, 1 / escape], rel=1e-12)


def test_states_from_which_no_end_can_be_reached_are_lost_and_take_for_ever() -> None:
    """a goes to the end or into the loop b <-> c; d was never left."""
    counts = np.array(
        [[0, 1, 0, 0, 3], [0, 0, 1, 0, 0], [0, 2, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]], dtype=float
    )
    found = absorption_of(counts, ["a", "b", "c", "d", "END:pass"], ["END:pass"])

    assert found.probabilities[:, 0].tolist() == [0.75, 0, 0, 0, 1]
    assert found.lost.tolist() == [0.25, 1, 1, 1, 0]
    assert found.steps.tolist() == [np.inf, np.inf, np.inf, np.inf, 0]
    assert found.steps_given[0].tolist() == [1.0]
    assert found.to_json()["steps"] == [None, None, None, None, 0.0]
    assert found.to_json()["steps_given"] == [[1.0], [None], [None], [None], [0.0]]


def test_of_a_run_without_sessions_nothing_is_said() -> None:
    found = absorption(matrix_of([], "tool"))

    assert isinstance(found, Absorption)
    assert (found.states, found.ends, found.lost.tolist(), found.steps.tolist()) == ((), (), [], [])


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_weights_that_are_none_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        absorption_of(np.array([[bad]]), ["a"], [])
