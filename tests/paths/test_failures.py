"""The transition failure matrix: by people's marks, else by what the caller found."""

from __future__ import annotations

import pytest
from goldenfile import golden
from hypothesis import given
from hypothesis import strategies as st
from storylog import story

from simkit.paths.episode import Episode
from simkit.paths.failures import Failure, failure_matrix
from simkit.paths.states import act, tool

SQL = [
    story("call Parse -> ok", "call GenSQL -> ok", "call ExecSQL -> error", trial=0),
    story("call Parse -> ok", "call GenSQL -> ok", "call ExecSQL -> error", "call ExecSQL -> ok", trial=1),
    story("call Parse -> error", trial=2),
    story("call Parse -> ok", "call Answer -> ok", trial=3),
    story("user: Hi.", "call Parse -> ok", "agent: It is Atlantis Cover.", trial=4),
    story("user: Hi.", "call Parse -> ok", trial=5),
    story("call Parse -> ok", "failed agent: ValueError: no", trial=6),
]
FIRST = {f"late-refund/plain/{trial}": event for trial, event in {0: 3, 1: 3, 2: 1, 4: 3, 5: 3, 6: 2}.items()}
OUTCOMES = dict.fromkeys(FIRST, "fail")


def marked(good: str | None, failing: str | None, trial: int = 0) -> Episode:
    lines = [f"judged last_success_state: {good}"] if good is not None else []
    lines += [f"judged first_failure_state: {failing}"] if failing is not None else []
    return story("user: Hi.", *lines, "end recorded", trial=trial)


def test_each_failed_session_is_one_count_between_its_last_good_and_first_failing_state() -> None:
    matrix = failure_matrix(SQL, tool, FIRST, OUTCOMES)

    assert matrix.to_json() == {
        "rows": ["START", "GenSQL:ok", "Parse:ok"],
        "columns": ["ExecSQL:error", "Parse:error", "agent.inform", "failed.agent", "END:fail"],
        "counts": [[0, 1, 0, 0, 0], [2, 0, 0, 0, 0], [0, 0, 1, 1, 1]],
        "sessions": 7,
    }


def test_a_cell_knows_its_sessions_and_the_events_to_look_at() -> None:
    assert failure_matrix(SQL, tool, FIRST, OUTCOMES).sessions_in("GenSQL:ok", "ExecSQL:error") == (
        Failure("late-refund/plain/0", "GenSQL:ok", "ExecSQL:error", 3),
        Failure("late-refund/plain/1", "GenSQL:ok", "ExecSQL:error", 3),
    )


def test_under_act_what_was_said_before_is_the_last_good_state() -> None:
    matrix = failure_matrix(SQL[5:6], act, {"late-refund/plain/5": 2})

    assert (matrix.rows, matrix.columns) == (("user.inform",), ("Parse:ok",))


def test_peoples_marks_win_over_findings_and_a_first_step_that_fails_comes_after_start() -> None:
    sessions = [
        marked("Plan", "GenSQL", 0),
        marked(None, "Plan", 1),
        marked("Plan", None, 2),
        marked("Plan", "GenSQL", 3),
    ]
    matrix = failure_matrix(sessions, tool, {"late-refund/plain/0": 1})

    assert matrix.to_json() == {
        "rows": ["START", "Plan"],
        "columns": ["GenSQL", "Plan"],
        "counts": [[0, 1], [2, 0]],
        "sessions": 4,
    }


@given(st.lists(st.tuples(st.sampled_from([None, "a", "b"]), st.sampled_from([None, "a", "c"])), max_size=8))
def test_all_counts_together_are_the_sessions_that_failed(marks: list[tuple[str | None, str | None]]) -> None:
    matrix = failure_matrix([marked(*mark, trial) for trial, mark in enumerate(marks)], tool)

    assert matrix.counts.sum() == sum(failing is not None for _, failing in marks) == len(matrix.failures)
    assert matrix.sessions == len(marks)


def test_without_failures_there_is_an_empty_matrix_with_its_denominator() -> None:
    matrix = failure_matrix(SQL, tool)

    assert matrix.to_json() == {"rows": [], "columns": [], "counts": [], "sessions": 7}
    assert matrix.table().startswith("0 of 7 sessions failed")


def test_an_event_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="late-refund/plain/3 has no event 99"):
        failure_matrix(SQL, tool, {"late-refund/plain/3": 99})


def test_the_table_and_the_csv_read_well() -> None:
    matrix = failure_matrix(SQL, tool, FIRST, OUTCOMES)

    assert matrix.table() == golden("paths/failures.txt", matrix.table())
    assert matrix.csv() == golden("paths/failures.csv", matrix.csv())
