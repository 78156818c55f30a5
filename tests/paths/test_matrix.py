"""Laws of counting: what must hold for every set of sessions."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from goldenfile import golden
from hypothesis import given
from hypothesis import strategies as st

from simkit.paths.chain import absorption
from simkit.paths.codes import pair_counts
from simkit.paths.matrix import TransitionCounting, TransitionMatrix, matrix_of
from simkit.paths.states import END, ENDINGS, START, is_end
from simkit.paths.walks import walks_of_states

inner = st.lists(st.sampled_from(["get:ok", "get:error", "put:ok", "=1+1:ok", "é\n"]), max_size=8)
sessions = st.builds(lambda steps, end: (START, *steps, END + end), inner, st.sampled_from(ENDINGS))
runs = st.lists(sessions, max_size=12)


@given(runs)
def test_counts_are_the_neighbours_within_each_session_and_none_across(run: list[tuple[str, ...]]) -> None:
    matrix = matrix_of(run, "tool")
    expected = Counter(pair for session in run for pair in pairwise(session))

    assert {(a, b): matrix[a, b] for a in matrix.states for b in matrix.states if matrix[a, b]} == expected


@given(runs)
def test_inner_states_are_entered_as_often_as_left_and_all_counts_are_steps_plus_sessions(
    run: list[tuple[str, ...]],
) -> None:
    matrix = matrix_of(run, "tool")
    entered, left = matrix.counts.sum(axis=0), matrix.counts.sum(axis=1)
    middle = [i for i, state in enumerate(matrix.states) if state != START and not is_end(state)]

    assert (entered[middle] == left[middle]).all()
    assert left[0] == entered[[is_end(s) for s in matrix.states]].sum() == matrix.sessions == len(run)
    assert matrix.transitions == sum(len(session) - 2 for session in run) + len(run)


@given(runs, runs)
def test_two_runs_added_are_the_run_of_both_and_subtracting_gives_the_first_back(
    first: list[tuple[str, ...]], second: list[tuple[str, ...]]
) -> None:
    a, b = matrix_of(first, "tool"), matrix_of(second, "tool")
    total = a + b

    assert total == matrix_of([*first, *second], "tool")
    assert (total.counts == a.counts_in(total.states) + b.counts_in(total.states)).all()
    assert ((total - b).counts_in(a.states) == a.counts).all()
    assert (total - b).sessions == a.sessions


@given(runs)
def test_other_names_for_the_states_change_nothing_but_the_names(run: list[tuple[str, ...]]) -> None:
    renamed = [tuple(s if s == START or is_end(s) else f"other {s}" for s in session) for session in run]
    matrix, other = matrix_of(run, "tool"), matrix_of(renamed, "tool")

    assert (other.counts == matrix.counts).all()
    assert [s.removeprefix("other ") for s in other.states] == list(matrix.states)


@given(runs)
def test_rows_of_probabilities_sum_to_one_or_are_null_where_nothing_was_seen(run: list[tuple[str, ...]]) -> None:
    matrix = matrix_of(run, "tool")
    told = json.loads(json.dumps(matrix.to_json(), allow_nan=False))

    for counts, row in zip(told["counts"], told["probabilities"], strict=True):
        if sum(counts):
            assert row == [count / sum(counts) for count in counts]
            assert sum(row) == pytest.approx(1, rel=1e-12)
        else:
            assert row == [None] * len(counts)


@given(st.lists(st.integers(0, 299), min_size=2, max_size=60), st.sampled_from([300, 100_000]))
def test_bytes_and_wide_codes_count_alike(codes: list[int], scale: int) -> None:
    narrow = np.array([code % 200 for code in codes])
    wide = pair_counts(narrow, 300)

    assert (pair_counts(narrow, 200) == wide[:200, :200]).all()
    assert wide.sum() == len(codes) - 1


def test_256_states_still_fit_a_byte_and_257_do_not_need_to() -> None:
    for k in (256, 257):
        counts = pair_counts(np.arange(k), k)
        assert (counts == np.eye(k, k=1, dtype=np.int64)).all()


def test_more_than_a_chunk_of_pairs_is_counted_once() -> None:
    codes = np.tile(np.arange(3), 200_000)

    assert pair_counts(codes, 3).tolist() == [[0, 200_000, 0], [0, 0, 200_000], [199_999, 0, 0]]


def test_the_run_without_sessions_has_a_start_and_nothing_else() -> None:
    assert matrix_of([], "tool").to_json() == {
        "view": "tool",
        "states": ["START"],
        "counts": [[0]],
        "probabilities": [[None]],
        "start": "START",
        "end": [],
        "sessions": 0,
        "transitions": 0,
    }


@pytest.mark.parametrize(
    "session",
    [
        (),
        (START,),
        ("a", "END:pass"),
        (START, "a"),
        (START, START, "END:pass"),
        (START, "END:pass", "END:pass"),
        (START, "END:pass", "a", "END:pass"),
        (START, "a", START, "END:pass"),
        (START, "END:fail", START, "a", "END:pass"),
    ],
)
def test_what_is_no_session_is_refused(session: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="START"):
        matrix_of([(START, "b", "END:pass"), session, (START, "END:fail")], "tool")


def test_a_matrix_cannot_lose_sessions_it_never_had_nor_mix_views() -> None:
    one, other = matrix_of([(START, "a", "END:pass")], "tool"), matrix_of([(START, "b", "END:pass")], "tool")

    with pytest.raises(ValueError, match="holds its sessions"):
        one - other
    with pytest.raises(ValueError, match="different views: tool and node"):
        one + matrix_of([], "node")


def test_counts_cannot_be_changed_by_whoever_holds_the_matrix_or_gave_them() -> None:
    given_counts = np.zeros((1, 1), dtype=np.int64)
    matrix = TransitionMatrix("tool", (START,), given_counts, 0)
    given_counts[0, 0] = 5

    assert matrix[START, START] == 0
    with pytest.raises(ValueError, match="read-only"):
        matrix.counts[0, 0] = 1


def test_restricting_leaves_out_what_goes_through_other_states() -> None:
    matrix = matrix_of([(START, "a", "b", "c", "END:pass"), (START, "a", "c", "END:pass")], "tool")
    smaller = matrix.restricted_to(["a", "c"])

    assert smaller.states == (START, "a", "c", "END:pass")
    assert smaller.counts.tolist() == [[0, 2, 0, 0], [0, 0, 1, 0], [0, 0, 0, 2], [0, 0, 0, 0]]


REFUNDS = matrix_of(
    [
        (START, "get_order:ok", "refund:ok", "END:pass"),
        (START, "get_order:ok", "refund:refused", "refund:ok", "END:fail"),
        (START, '=HYPERLINK("http://x"):unknown_tool', "two\nlines:ok", "END:fail"),
        (START, "END:invalid"),
    ],
    "tool",
)


def test_the_table_reads_well() -> None:
    text = REFUNDS.table(width=200)

    assert text == golden("paths/refunds.txt", text)


def test_a_table_too_wide_for_the_screen_numbers_its_columns() -> None:
    text = REFUNDS.table(width=64)

    assert max(map(len, text.splitlines())) <= 64
    assert text == golden("paths/refunds-narrow.txt", text)


def test_the_csv_has_every_count_and_no_formula() -> None:
    text = REFUNDS.csv()
    rows = list(csv.reader(io.StringIO(text)))

    assert text == golden("paths/refunds.csv", text)
    assert [[int(cell) for cell in row[1:]] for row in rows[1:]] == REFUNDS.counts.tolist()
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=6), max_size=8), st.integers(0, 12))
def test_counting_in_parts_is_counting_at_once(walks: list[list[str]], most: int) -> None:
    """A large run is counted a part at a time; nothing is lost where one part ends and the next begins."""
    sessions = [("START", *walk, f"END:{('pass', 'fail')[len(walk) % 2]}") for walk in walks]
    counting = TransitionCounting(most)
    for session in sessions:
        counting.add(session)

    assert counting.matrix("tool") == matrix_of(sessions, "tool")


def test_thousands_of_states_are_kept_only_where_something_was_seen() -> None:
    """Every law as for few states, in memory for the pairs that occur."""
    first = [(START, *(f"s{n}" for n in range(at, at + 30)), "END:pass") for at in range(0, 6_000, 10)]
    second = [(START, f"s{n}", f"s{n + 1}", "END:fail") for n in range(0, 3_000, 7)]
    tracemalloc.start()

    one, two = matrix_of(first, "tool"), matrix_of(second, "tool")
    both = one + two
    recorded = walks_of_states([*first, *second], "tool").matrix()
    ends = absorption(both)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < len(both.states) ** 2
    assert both == recorded == matrix_of([*first, *second], "tool")
    assert (both - two) + two == both
    assert (both - two).transitions == one.transitions
    assert both["s7", "s8"] == one["s7", "s8"] + two["s7", "s8"] == 2
    assert both.transitions == sum(len(session) - 1 for session in [*first, *second])
    assert both.counts_in(["s7", "s8", "nowhere"]).tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 0]]
    assert both.restricted_to(["s7", "s8"]).transitions == 4, "START to s7, s7 to s8 twice, s8 to the end"
    assert ends.probabilities[0].tolist() == pytest.approx([len(first) / 1029, len(second) / 1029], rel=1e-12)
    with pytest.raises(ValueError, match="holds its sessions"):
        two - one
    with pytest.raises(ValueError, match="in between"):
        matrix_of([*first, (START, "END:pass", "END:pass")], "tool")
