"""Laws of the five kinds of rule, and what a rule does to a session: it gates or it only reports, as it declares."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from corner_shop import ASK, BYE, CARD, CLEAN, DONE, END_CANCELLED, FIND, HELLO, LOOK, YES, cancel, told
from hypothesis import given, settings
from hypothesis import strategies as st
from storylog import call, story

from simkit.metrics.rules import breaches
from simkit.metrics.session import score_session
from simkit.trace.events import Event

STATES = ("new", "packed", "shipped")
CALLS = st.lists(
    st.tuples(
        st.sampled_from(("look", "write", "other")),
        st.sampled_from(("k1", "k2")),
        st.sampled_from(STATES),
        st.sampled_from(("ok", "ok", "refused", "error")),
        st.sampled_from(("agent", "agent", "user")),
    ),
    max_size=8,
)


def events(calls: list[tuple[str, str, str, str, str]]) -> list[Event]:
    """Calls that carry what the world held just before them."""
    return [
        call(tool, {"id": key, "n": len(key)}, outcome, by=by, before={f"t.{key}.state": state})
        for tool, key, state, outcome, by in calls
    ]


def broken(rule: dict[str, Any], lines: list[Any]) -> list[int]:
    """Numbers of the calls that break one rule."""
    episode = story(*lines, card={"rules": [{"id": "r", "clause": "7.1", **rule}]})
    return [breach.events[-1] for breach in breaches(episode)]


def effective(calls: list[tuple[str, str, str, str, str]], tool: str = "write") -> list[tuple[int, str, str]]:
    """(event, key, state) of the agent's calls of a tool that took effect."""
    return [
        (seq, key, state)
        for seq, (name, key, state, outcome, by) in enumerate(calls, 1)
        if (name, outcome, by) == (tool, "ok", "agent")
    ]


@settings(deadline=None, max_examples=60)
@given(CALLS)
def test_requires_and_never_of_the_opposite_are_the_same_rule(calls: Any) -> None:
    guard = {"call": "write", "when": {"t.{id}.state": "new"}}
    opposite = {"call": "write", "when": {"t.{id}.state": {"not": "new"}}}
    expected = [seq for seq, _, state in effective(calls) if state != "new"]
    assert broken({"requires": guard}, events(calls)) == expected
    assert broken({"never": opposite}, events(calls)) == expected


@settings(deadline=None, max_examples=60)
@given(CALLS)
def test_before_is_broken_by_every_effective_call_until_the_first_look(calls: Any) -> None:
    looks = [seq for seq, (name, _, _, outcome, _) in enumerate(calls, 1) if (name, outcome) == ("look", "ok")]
    rule = {"before": {"call": "write", "first": "look"}}
    assert broken(rule, events(calls)) == [seq for seq, _, _ in effective(calls) if seq < min(looks, default=99)]
    assert broken(rule, [call("look", {}), *events(calls)]) == []


@settings(deadline=None, max_examples=60)
@given(CALLS, st.integers(0, 3))
def test_at_most_is_broken_once_for_each_call_too_many(calls: Any, times: int) -> None:
    every = effective(calls)
    rule = {"at_most": {"call": "write", "times": times}}
    assert len(broken(rule, events(calls))) == max(0, len(every) - times)
    apart = {"at_most": {"call": "write", "times": times, "per": "id"}}
    counted = Counter(key for _, key, _ in every)
    assert len(broken(apart, events(calls))) == sum(max(0, many - times) for many in counted.values())


@settings(deadline=None, max_examples=60)
@given(CALLS)
def test_a_guard_without_conditions_forbids_the_call_and_requires_nothing(calls: Any) -> None:
    assert broken({"never": {"call": "write"}}, events(calls)) == [seq for seq, _, _ in effective(calls)]
    assert broken({"requires": {"call": "write"}}, events(calls)) == []


@settings(deadline=None, max_examples=40)
@given(CALLS)
def test_confirm_before_is_broken_by_every_effective_call_unless_the_user_said_yes(calls: Any) -> None:
    rule = {"confirm_before": ["write"]}
    assert broken(rule, events(calls)) == [seq for seq, _, _ in effective(calls)]
    assert broken(rule, ["agent: Shall I do that?", "user: Yes, please.", *events(calls)]) == []


@settings(deadline=None, max_examples=40)
@given(CALLS, st.integers(0, 8))
def test_what_happens_later_breaks_no_rule_now(calls: Any, cut: int) -> None:
    for rule in (
        {"before": {"call": "write", "first": "look"}},
        {"at_most": {"call": "write", "times": 1}},
        {"never": {"call": "write", "when": {"t.{id}.state": "shipped"}}},
        {"confirm_before": ["write"]},
    ):
        whole = broken(rule, events(calls))
        assert broken(rule, events(calls[:cut])) == [seq for seq in whole if seq <= cut]


RULES: list[tuple[dict[str, Any], str, tuple[Any, ...]]] = [
    (
        {"before": {"call": "get_order", "first": "find_customer"}},
        "out_of_order",
        (HELLO, LOOK, FIND, ASK, YES, cancel()),
    ),
    (
        {"never": {"call": "cancel_order", "when": {"orders.{order_id}.status": "pending"}}},
        "forbidden_call",
        (HELLO, FIND, LOOK, ASK, YES, cancel()),
    ),
    (
        {"requires": {"call": "cancel_order", "when": {"orders.{order_id}.status": "new"}}},
        "forbidden_call",
        (HELLO, FIND, LOOK, ASK, YES, cancel()),
    ),
    (
        {"requires": {"call": "cancel_order", "where": {"order_id": {"in": ["W2"]}}}},
        "forbidden_call",
        (HELLO, FIND, LOOK, ASK, YES, cancel()),
    ),
    ({"at_most": {"call": "cancel_order", "times": 0}}, "forbidden_call", (HELLO, FIND, LOOK, ASK, YES, cancel())),
    ({"confirm_before": ["cancel_order"]}, "unconfirmed_write", (HELLO, FIND, LOOK, cancel())),
]


@pytest.mark.parametrize(("rule", "kind", "lines"), RULES)
def test_a_rule_names_its_clause_and_gates_only_where_it_says_so(
    rule: dict[str, Any], kind: str, lines: tuple[Any, ...]
) -> None:
    def scored(**more: Any) -> Any:
        card = {**CARD, "rules": [{"id": "mine", "clause": "9.9", **rule, **more}]}
        return score_session(told(*lines, DONE, BYE, card=card, end_state=END_CANCELLED))

    reporting, gating = scored(), scored(gates=True)
    for score in (reporting, gating):
        assert [(one.kind, one.where) for one in score.findings] == [(kind, "mine (9.9)")]
    assert reporting.passed and not gating.passed
    assert "9.9" in next(part.what for part in gating.goal if part.part == "rule")
    assert gating.reason and gating.evidence
    assert reporting.findings[0].sentence in gating.reason


def test_a_gating_rule_that_holds_gates_nothing() -> None:
    card = {**CARD, "rules": [{**rule, "gates": True} for rule in CARD["rules"]]}
    assert score_session(told(*CLEAN, card=card, reached=True)).passed
