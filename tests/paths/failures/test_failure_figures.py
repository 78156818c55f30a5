"""What stands beside the counts of a failure matrix: attempts, hazards, ranks, recoveries, the funnel."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from goldenfile import golden
from storylog import story

from simkit import api
from simkit.paths.failures import FailureMatrix, failures_of
from simkit.paths.failures.funnel import funnel, funnel_csv, funnel_table
from simkit.paths.failures.ranks import ranked
from simkit.paths.failures.told import failures_json, failures_text
from simkit.paths.states import tool

LABELLED = Path(__file__).resolve().parents[3].parent / "shared/data/recipe-labeled-traces.jsonl"

SESSIONS = [
    (("call find -> ok", "call book -> error", "call book -> ok"), 2, "fail"),
    (("call find -> ok", "call book -> error", "call book -> error"), 2, "fail"),
    (("call find -> ok", "call book -> ok", "call book -> error"), 3, "fail"),
    (("call find -> error",), 1, "fail"),
    (("call find -> ok", "call book -> ok"), None, "pass"),
    (("call find -> ok", "call book -> error", "call book -> ok"), 2, "pass"),
    (("call find -> ok",), 2, "fail"),
]


@pytest.fixture(scope="module")
def matrix() -> FailureMatrix:
    told = ((story(*lines, trial=n), number, outcome) for n, (lines, number, outcome) in enumerate(SESSIONS))
    return failures_of(told, tool, slips=True)


def test_attempts_are_all_ways_taken_until_the_first_failure(matrix: FailureMatrix) -> None:
    """Six sessions found, five of them went on to book: what came of it is not part of the attempt."""
    at = matrix.rows.index("find:ok"), matrix.columns.index("book:error")

    assert matrix.tried["START", "find"] == 7
    assert matrix.tried["find:ok", "book"] == 5
    assert (matrix.counts[at], matrix.attempts[at]) == (2, 5)
    assert matrix.hazards[at] == pytest.approx(2 / 5)


def test_the_first_step_that_fails_comes_after_start(matrix: FailureMatrix) -> None:
    assert [one.row for one in matrix.failures if one.column == "find:error"] == ["START"]


def test_a_session_that_slips_and_passes_is_in_no_cell(matrix: FailureMatrix) -> None:
    assert [one.session for one in matrix.recovered] == ["late-refund/plain/5"]
    assert matrix.counts.sum() == 5
    top = ranked(matrix, 200)[0]
    assert (top.row, top.column, top.count, top.recovered) == ("find:ok", "book:error", 2, 1)
    assert top.sessions == ("late-refund/plain/0", "late-refund/plain/1")


def test_the_funnel_counts_sessions_that_came_to_a_step(matrix: FailureMatrix) -> None:
    found = {one.step: one for one in funnel(matrix)}

    assert (found["find"].entered, found["find"].failed) == (7, 1)
    assert (found["book"].entered, found["book"].failed) == (5, 3)
    assert (found["END:"].entered, found["END:"].failed) == (3, 1)
    assert [one.step for one in funnel(matrix)] == ["find", "book", "END:"]
    assert found["END:"].left == pytest.approx(2 / 7)
    assert funnel_csv(matrix).startswith("step,entered,failed,rate,low,high,left\nfind,7,1,")


def test_ranks_are_surer_the_more_sessions_there_are() -> None:
    few, many = (clear_lead(times) for times in (1, 40))

    assert ranked(few)[0].first < 0.9 < ranked(many)[0].first
    assert ranked(few)[0].rank_high > ranked(many)[0].rank_high == 1


def clear_lead(times: int) -> FailureMatrix:
    told = [("call a -> error", 1)] * 3 * times + [("call b -> error", 1)] * 2 * times
    return failures_of(((story(line, trial=n), at, "fail") for n, (line, at) in enumerate(told)), tool)


def test_over_scenarios_alike_trials_count_as_one() -> None:
    """One scenario fails twelve times in a, eleven others once in b: a is first in a draw of twelve scenarios where the
    one is among them, which is 1 - (11/12)^12."""
    told = [(story("call a -> error", trial=n), 1, "fail") for n in range(12)]
    told += [(story("call b -> error", scenario=f"other-{n}"), 1, "fail") for n in range(11)]
    matrix = failures_of(told, tool)
    alone, together = (ranked(matrix, 4_000, over=over)[0] for over in ("sessions", "scenarios"))

    assert (alone.column, together.column) == ("a:error", "a:error")
    assert together.first == pytest.approx(1 - (11 / 12) ** 12, abs=0.03)
    assert together.share_low < alone.share_low < 12 / 23 < alone.share_high < together.share_high
    assert "of resamples of scenarios; look at" in failures_text(matrix, over="scenarios")


@pytest.mark.skipif(not LABELLED.is_file(), reason="the labelled traces (../shared/data) are not here")
def test_in_the_courses_own_traces_the_top_cell_stays_first_in_31_of_100_resamples() -> None:
    matrix = api.failures(api.import_run("labeled-traces", LABELLED))
    cells = ranked(matrix, 20_000)

    assert (cells[0].row, cells[0].column, cells[0].count) == ("PlanToolCalls", "GenRecipeArgs", 10)
    assert cells[0].first == pytest.approx(0.31, abs=0.01)
    assert (cells[0].rank_low, cells[0].rank_high) == (1, 8)
    assert cells[0].attempts is None
    assert len(cells) == 31
    assert sum(cell.count for cell in cells) == 96


def test_it_reads_well(matrix: FailureMatrix) -> None:
    assert failures_text(matrix) == golden("paths/failures-text.txt", failures_text(matrix))
    assert funnel_table(matrix) == golden("paths/funnel.txt", funnel_table(matrix))
    told = failures_json(matrix)
    assert {"rows", "columns", "counts", "sessions"} < set(told)
    assert np.array(told["attempts"], dtype=float).shape == matrix.counts.shape
    json.dumps(told, allow_nan=False)


def test_nothing_failed() -> None:
    matrix = failures_of([(story("call a -> ok"), None, "pass")], tool)

    assert "0 of 1 sessions failed" in failures_text(matrix)
    assert failures_json(matrix)["cells"] == []
    assert ranked(FailureMatrix(0, ())) == ()
    assert "0 of 0" in funnel_table(FailureMatrix(0, ()))
