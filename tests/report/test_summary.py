"""The summary counts what happened, once, and holds what the contract promises."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_sessions import REASON, hostile_run, small_run, told

from simkit.report.summary import summarise

CONTRACT = {
    "sessions", "passed", "failed", "errored", "pass_rate", "pass_hat_k", "turns", "tool_calls", "tool_errors",
    "sessions_with_tool_errors", "by_scenario", "digest", "run",
}  # fmt: skip


def test_the_json_holds_every_key_of_the_contract() -> None:
    """`run --json` and `score --json` print at least these."""
    found = json.loads(json.dumps(summarise("runs/demo", small_run()).to_json()))
    assert set(found) >= CONTRACT
    assert {k: found[k] for k in ("run", "sessions", "passed", "failed", "errored")} == {
        "run": "runs/demo", "sessions": 7, "passed": 3, "failed": 3, "errored": 1,
    }  # fmt: skip
    assert found["pass_rate"] == 0.5
    assert found["tool_errors"] == {"wrong_arguments": 2, "loop": 1}
    assert (found["turns"], found["tool_calls"], found["sessions_with_tool_errors"]) == (12, 13, 3)


def test_a_scenario_tells_its_figures_its_personas_and_its_most_frequent_reason() -> None:
    """Somebody who reads only `by_scenario` knows what to look at."""
    late = summarise("demo", small_run()).to_json()["by_scenario"]["late-refund"]
    assert (late["sessions"], late["passed"], late["failed"], late["pass_rate"]) == (4, 2, 2, 0.5)
    assert late["reason"] == REASON
    assert late["session"] == "late-refund/impatient/0"
    assert {name: one["pass_rate"] for name, one in late["personas"].items()} == {"impatient": 0.0, "novice": 1.0}


def test_invalid_sessions_say_nothing_about_the_agent() -> None:
    """A run of invalid sessions has no pass rate at all, rather than one of zero."""
    broken = told("failed model: TimeoutError: no answer", outcome="invalid", reason="no answer")
    found = summarise("demo", [broken]).to_json()
    assert found["pass_rate"] is None
    assert found["pass_hat_k"] == {}
    assert found["by_scenario"]["late-refund"]["reason"] == "no answer"


def test_a_run_without_sessions_has_a_summary() -> None:
    """Nothing played is no error here."""
    found = summarise("empty", []).to_json()
    assert (found["sessions"], found["pass_rate"], found["by_scenario"]) == (0, None, {})


@given(st.permutations(small_run()))
def test_the_order_of_the_sessions_does_not_matter(shuffled: list[object]) -> None:
    """Concurrency changes the order in which sessions end, never the figures or the digest."""
    assert summarise("demo", shuffled).to_json() == summarise("demo", small_run()).to_json()  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["by_scenario", "by_persona", "by_domain"])
def test_the_parts_add_up_to_the_whole(field: str) -> None:
    """Every session is counted under exactly one scenario, persona and domain."""
    found = summarise("demo", small_run() + hostile_run()).to_json()
    for count in ("sessions", "passed", "failed", "errored", "turns", "tool_calls"):
        assert sum(part[count] for part in found[field].values()) == found[count]


def test_the_worst_scenarios_come_first() -> None:
    """Never passed before sometimes passed; invalid ones last."""
    assert [name for name, _ in summarise("demo", small_run()).worst(9)] == [
        "lost-parcel",
        "late-refund",
        "delayed-flight",
    ]
