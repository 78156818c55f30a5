"""Our figures against those on which independent packages and exact arithmetic agree."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from storylog import story

from simkit.paths.chain import absorption, absorption_of
from simkit.paths.failures import failure_matrix
from simkit.paths.matrix import TransitionMatrix, matrix_of
from simkit.paths.states import START
from simkit.trace.events import Event, ToolCalled

FILE = Path(__file__).resolve().parents[2].parent / "shared/data/markov-reference.json"
REFERENCE: dict[str, Any] = json.loads(FILE.read_text()) if FILE.is_file() else {"cases": []}
CASES = [pytest.param(case, id=case["id"]) for case in REFERENCE["cases"]]

pytestmark = pytest.mark.skipif(not CASES, reason="the reference cases (../shared/data) are not here")


def counted(case: dict[str, Any]) -> TransitionMatrix:
    return matrix_of([(START, *sequence, "END:unknown") for sequence in case["input"]["sequences"]], "reference")


@pytest.mark.parametrize("case", CASES)
def test_counts_starts_and_ends(case: dict[str, Any]) -> None:
    states, expected, matrix = case["input"]["states"], case["expected"], counted(case)
    sessions = expected["n_sessions"]

    assert matrix.counts_in(states).tolist() == expected["counts"]
    assert [matrix[START, state] for state in states] == expected["start_counts"]
    assert [matrix[state, "END:unknown"] for state in states] == expected["end_counts"]
    assert matrix.sessions == sessions
    assert matrix.transitions == expected["n_events"] + sessions


@pytest.mark.parametrize("case", CASES)
def test_probabilities_with_null_for_rows_without_data(case: dict[str, Any]) -> None:
    states = case["input"]["states"]
    matrix = TransitionMatrix("reference", tuple(states), counted(case).counts_in(states), 0)

    for row, expected in zip(matrix.to_json()["probabilities"], case["expected"]["mle"], strict=True):
        assert row == ([None] * len(states) if expected is None else pytest.approx(expected, rel=1e-12))


@pytest.mark.parametrize("case", [case for case in CASES if "transient" in case.values[0]["expected"]["policy_absorb"]])
def test_absorption_and_expected_steps(case: dict[str, Any]) -> None:
    states, ends = case["input"]["states"], case["input"]["absorbing"]
    expected = case["expected"]["policy_absorb"]
    found = absorption_of(counted(case).counts_in(states).astype(float), states, ends)
    rows = [states.index(state) for state in expected["transient"]]
    columns = [ends.index(only) for (only,) in expected["closed_classes"]]

    for row, exact, steps, given, share in zip(
        rows,
        expected["absorption_exact"],
        expected["expected_steps_exact"],
        expected["expected_steps_given_class"],
        expected["absorption_into_closed_class"],
        strict=True,
    ):
        assert found.probabilities[row, columns].tolist() == pytest.approx(
            [float(Fraction(p)) for p in exact], rel=1e-12
        )
        assert found.probabilities[row, columns].tolist() == pytest.approx(share, rel=1e-9)
        assert found.steps[row] == pytest.approx(float(Fraction(steps)), rel=1e-12)
        assert found.steps_given[row, columns].tolist() == pytest.approx(given, rel=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_whole_sessions_all_end_and_take_the_mean_number_of_steps(case: dict[str, Any]) -> None:
    matrix = counted(case)
    found = absorption(matrix)

    assert found.probabilities.tolist() == pytest.approx(np.ones((len(matrix.states), 1)), rel=1e-12)
    assert found.steps[0] == pytest.approx(matrix.transitions / matrix.sessions, rel=1e-12)


def test_the_transition_failure_matrix() -> None:
    reference = REFERENCE["transition_failure_matrix"]
    traces = [(trace["id"], trace["steps"]) for trace in reference["input"]]
    episodes = [
        story(*(f"call {name} -> {'ok' if good else 'error'}" for name, good in steps), scenario=name_of)
        for name_of, steps in traces
    ]
    failing = {
        f"{name_of}/plain/0": next(i + 1 for i, (_, good) in enumerate(steps) if not good)
        for name_of, steps in traces
        if not all(good for _, good in steps)
    }
    matrix = failure_matrix(episodes, step_name, failing)

    cells = {failure.session.split("/")[0]: [failure.row, failure.column] for failure in matrix.failures}
    assert {t["id"]: t["cell"] for t in reference["expected"]["per_trace"] if t["cell"]} == cells
    assert matrix.sessions == len(traces)
    states = reference["expected"]["states"]
    for row, counts in zip(states, reference["expected"]["matrix"], strict=True):
        assert [len(matrix.sessions_in(row, column)) for column in states] == counts


def step_name(event: Event, episode: object) -> str | None:
    return event.tool if isinstance(event, ToolCalled) else None
