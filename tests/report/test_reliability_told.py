"""How far passes can be relied on, as the summary tells it: never a number without its n."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console
from scored_sessions import small_run, told

from simkit.metrics.statistics.curves import curves
from simkit.report.summary import Summary, summarise
from simkit.report.terminal import print_summary


def shown(summary: Summary) -> str:
    """The result table at 100 columns."""
    file = io.StringIO()
    print_summary(summary, console=Console(file=file, width=100, highlight=False))
    return file.getvalue()


def test_the_curves_are_told_of_the_run_and_of_each_persona_domain_tag_and_tool() -> None:
    found = json.loads(json.dumps(summarise("demo", small_run()).to_json()))["reliability"]

    assert set(found) == {"intervals", "overall", "by_persona", "by_domain", "by_tag", "by_tool"}
    assert found["overall"] == json.loads(json.dumps(curves([(2, 4), (0, 1), (1, 1), (0, 0)]).to_json()))
    assert found["by_persona"]["impatient"] == json.loads(json.dumps(curves([(0, 2)]).to_json()))
    assert found["by_tag"]["refund"] == json.loads(json.dumps(curves([(2, 4)]).to_json()))
    for kind in ("by_persona", "by_domain", "by_tag"):
        for figures in found[kind].values():
            assert all(point["scenarios"] and point["sessions"] for points in figures.values() for point in points)


def test_a_tool_is_counted_where_the_agent_called_it_and_the_domain_has_it() -> None:
    """What an agent makes up is no tool, or a name a second would make the table endless."""
    card = {"domain": "shop", "tools": [{"name": "get_order", "description": "", "parameters": {}, "effect": "read"}]}
    line = 'call get_order {"order_id": "W1"} -> ok {}'
    sessions = [
        told("user: Hi.", line, line, "agent: Done.", persona="plain"),
        told("user: Hi.", line.replace("ok", "error"), "call invented -> unknown_tool", outcome="fail", reason="no",
             trial=1),
        told("user: Hi.", "agent: No.", trial=2),
    ]  # fmt: skip
    sessions = [(type(one)(one.log, one.scenario, one.persona, type(one.card).model_validate(card)), score)
                for one, score in sessions]  # fmt: skip

    found = summarise("demo", sessions).to_json()

    assert found["by_tool"] == {
        "get_order": {"sessions": 2, "passed": 1, "failed": 1, "errored": 0, "pass_rate": 0.5, "calls": 3,
                      "failed_calls": 1},
    }  # fmt: skip
    assert [point["sessions"] for point in found["reliability"]["by_tool"]["get_order"]["pass_hat_k"]] == [2, 2]


def test_every_scenario_has_its_posterior_with_n() -> None:
    late = summarise("demo", small_run()).to_json()["by_scenario"]["late-refund"]["posterior"]

    assert (late["passed"], late["n"], late["mean"]) == (2, 4, 0.5)
    assert late["low"] == pytest.approx(1 - late["high"])


def test_flaky_is_who_ends_both_ways_with_the_same_persona() -> None:
    """`late-refund` fails with one persona and passes with the other, always: it is not flaky."""
    coin = [told("agent: Hi.", scenario="coin", trial=n, outcome=end) for n, end in enumerate(("pass", "fail", "pass"))]

    summary = summarise("demo", [*small_run(), *coin])

    assert summary.to_json()["flaky"] == ["coin"]
    assert "Flaky      coin 2/3" in shown(summary)


def test_the_table_says_of_how_many_each_row_is() -> None:
    lines = [line.split() for line in shown(summarise("demo", small_run())).splitlines()]

    assert ["1", "50.0%", "13.6", "to", "86.3", "50.0%", "13.6", "to", "86.3", "3", "6"] in lines
    assert [line[-2:] for line in lines if line[:1] == ["4"]] == [["1", "4"]]


def test_what_was_to_be_decided_is_told() -> None:
    gate = {"decision": "open", "passed": 3, "n": 6, "low": 0.1, "high": 0.9}
    suite = {"of": "suite", "threshold": 0.9, "decisions": {"suite": gate}}
    each = {
        "of": "each scenario",
        "threshold": 0.5,
        "decisions": {"late-refund": gate, "a": gate | {"decision": "above"}},
    }
    summary = summarise("demo", small_run())

    told_suite, told_each = (shown(summary.model_copy(update={"until_sure": one})) for one in (suite, each))

    assert "Sure       open at 90%: 3 of 6, always-valid 95% interval 10.0 to 90.0%" in told_suite
    assert "Sure       1 scenarios above 50%, 0 below, 1 open" in told_each
    assert "late-refund 3/6" in told_each
