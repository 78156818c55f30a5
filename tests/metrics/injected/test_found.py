"""What a session's findings say about the faults in it: found, seen as something else, missed; or false."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corner_shop import ASK, BYE, CLEAN, DONE, FIND, HELLO, LOOK, YES, cancel, told

from simkit.metrics.injected.found import injections, read_injections
from simkit.metrics.injected.recovery import recoveries
from simkit.metrics.injected.tally import InjectionCount
from simkit.metrics.score import Finding
from simkit.metrics.session import score_session
from simkit.trace.events import Injected

LOOKED = {"tool": "get_order", "arguments": {"order_id": "W1001"}}


def fault(kind: str, how: str = "added", rule: str = "", instead: object = None) -> Injected:
    """A mark before the next event."""
    return Injected.model_validate({"seq": 0, "fault": kind, "how": how, "rule": rule, "instead": instead})


def finding(kind: str, *events: int, where: str = "") -> Finding:
    """A finding, whoever made it."""
    return Finding.model_validate({"kind": kind, "events": events, "where": where, "sentence": "So it is."})


LOOP = told(HELLO, FIND, LOOK, fault("loop"), LOOK, fault("loop"), LOOK, ASK, YES, cancel(), DONE, BYE, reached=True)
"""The marks are events 4 and 6, the calls that a test added 5 and 7."""


def test_a_mark_is_about_the_next_call_of_the_agent() -> None:
    (only,) = injections(LOOP)

    assert (only.fault, only.events, only.began) == ("loop", {5, 7}, 4)


@pytest.mark.parametrize(
    ("findings", "verdict", "seen_as", "false"),
    [
        ([finding("loop", 3, 5, 7)], "found", "loop", 0),
        ([finding("loop", 3, 5, 7), finding("redundant_call", 5)], "found", "loop", 0),
        ([finding("redundant_call", 5, 3)], "as_other_kind", "redundant_call", 0),
        ([], "missed", "", 0),
        ([finding("loop", 2, 3)], "missed", "", 1),
        ([finding("loop", 5), finding("ungrounded_claim", 8)], "found", "loop", 1),
    ],
)
def test_found_seen_as_another_kind_or_missed(findings: list[Finding], verdict: str, seen_as: str, false: int) -> None:
    read = read_injections(LOOP, findings, reached=True)

    assert [(one.verdict, one.seen_as) for one in read.found] == [(verdict, seen_as)]
    assert len(read.false) == false


LEFT_OUT = told(HELLO, FIND, fault("missing_call", "left out", instead=LOOKED), ASK, YES, cancel(), DONE, BYE)


def test_a_call_that_was_left_out_is_found_by_its_step_and_nothing_else() -> None:
    right = finding("missing_call", 8, where="reference step 2: get_order(order_id='W1001')")
    other = finding("missing_call", 8, where="reference step 1: find_customer(email='ana@example.com')")

    assert read_injections(LEFT_OUT, [right], reached=False).found[0].verdict == "found"
    assert read_injections(LEFT_OUT, [other], reached=False).found[0].verdict == "missed"
    assert read_injections(LEFT_OUT, [other], reached=False).false == (other,)


def test_what_the_lack_of_a_call_entails_later_is_no_false_finding_and_what_came_before_is() -> None:
    later, before = finding("ungrounded_claim", 4), finding("ungrounded_argument", 2)
    read = read_injections(LEFT_OUT, [later, before], reached=False)

    assert (read.false, read.following) == ((before,), 1)


def test_where_the_goal_was_reached_all_the_same_there_was_no_error() -> None:
    assert read_injections(LEFT_OUT, [], reached=True).found[0].verdict == "harmless"


def test_a_breach_counts_as_found_only_by_the_rule_that_was_broken() -> None:
    episode = told(*CLEAN[:3], fault("never", rule="shipped"), *CLEAN[3:])
    named = finding("forbidden_call", 7, where="shipped (2.3)")
    assert read_injections(episode, [named], reached=True).found[0].verdict == "found"
    assert read_injections(episode, [finding("forbidden_call", 7)], reached=True).found[0].verdict == "missed"


def test_a_run_adds_up() -> None:
    count = InjectionCount()
    count.add(LOOP, score_session(LOOP))
    clean = told(*CLEAN, reached=True)
    count.add(clean, score_session(clean))

    total = count.total().asked_for(["wrong_tool"])
    assert total.kinds["loop"] == {"injected": 1, "found": 1, "as_other_kind": 0, "missed": 0}
    assert total.kinds["wrong_tool"]["injected"] == 0
    assert total.false_findings == 0


BROKEN = 'call get_order {"order_id": "W1001"} -> error "ConnectionError: the service did not answer"'


@pytest.mark.parametrize(
    ("then", "noticed", "retried", "admitted", "recovered"),
    [
        ([LOOK, "agent: It is pending."], True, True, False, True),
        ([BROKEN, "agent: Something went wrong, please try again later."], True, True, True, False),
        (["agent: I could not load your order."], True, False, True, False),
        (["agent: It is on its way."], False, False, False, False),
    ],
)
def test_how_an_agent_takes_a_broken_tool(
    then: list[str], noticed: bool, retried: bool, admitted: bool, recovered: bool
) -> None:
    episode = told(HELLO, FIND, fault("tool_error", "failed", instead=LOOKED), BROKEN, *then, BYE)

    assert list(recoveries(episode)) == [("tool_error", noticed, retried, admitted, recovered)]
