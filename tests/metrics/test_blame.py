"""Whose fault a failed session is: each culprit, and the fault that has to reach the failure."""

from __future__ import annotations

from typing import Any

import pytest
from storylog import call, story

from simkit.metrics.culprit import culprit
from simkit.metrics.score import Blame
from simkit.metrics.session import score_session

ASK = "user: I'd like a refund."
CARD = {
    "domain": "shop",
    "slots": {"order_id": {"label": "order number"}},
    "tools": [
        {"name": name, "description": name, "parameters": {"type": "object"}, "effect": effect}
        for name, effect in (("get_order", "read"), ("refund", "write"), ("cancel", "write"))
    ],
}
GOAL = {
    "wants": "a refund",
    "knows": {"order_id": "W1001"},
    "goal": {"calls": ["refund"], "never": ["cancel"]},
    "reference": [{"get_order": {"order_id": "W1001"}}, {"refund": {"order_id": "W1001"}}],
}


def blamed(*lines: Any, **more: Any) -> Blame | None:
    """Who is to blame for a session in which an order was to be refunded."""
    return score_session(story(*lines, scenario=GOAL, card=CARD, **more)).blame


@pytest.mark.parametrize(
    ("failure", "end", "who"),
    [
        ("agent: KeyError: 'x'", "agent_failed", "agent"),
        ("user: ValueError: no words", "user_failed", "user"),
        ("tool: RuntimeError: no disk", "interrupted", "domain"),
        ("model: TimeoutError: no answer", "model_failed", "infrastructure"),
        ("simkit: BudgetError: used up", "budget", "infrastructure"),
    ],
)
def test_who_failed_and_ended_the_session_is_to_blame(failure: str, end: str, who: str) -> None:
    found = blamed(ASK, f"failed {failure}", f"end {end}")

    assert found is not None
    assert (found.culprit, found.evidence) == (who, (2,))


def test_an_interrupted_session_is_infrastructure_and_one_without_a_goal_is_the_domains() -> None:
    interrupted = blamed(ASK, ended=False)
    nothing = score_session(
        story(ASK, "agent: Hm.", "user(close): Bye.", scenario={"goal": {"judged": ["Kind?"]}})
    ).blame

    assert interrupted is not None and interrupted.culprit == "infrastructure"
    assert nothing is not None and nothing.culprit == "domain"


def test_a_passed_session_is_nobodys_fault() -> None:
    done = (ASK, 'call refund {"order_id": "W1001"} -> ok', "agent: Done.", "user(close): Bye.")

    assert blamed(*done) is None
    assert culprit(story(*done, scenario=GOAL, card=CARD)).value is None


def test_a_user_who_leaves_early_is_to_blame_unless_the_agent_had_gone_wrong_before() -> None:
    early = ("agent: Shall I refund it?", "user(close): Yes, please.")

    found = blamed(ASK, *early)
    assert found is not None and (found.culprit, found.evidence) == ("user", (3, 2))
    wrong = blamed(ASK, 'call cancel {"order_id": "W1001"} -> ok', *early)
    assert wrong is not None and (wrong.culprit, wrong.evidence) == ("agent", (2,))


def test_an_invented_value_is_to_blame_where_the_agent_used_it_and_nowhere_else() -> None:
    invented, bye = "user: My order number is W7777.", "user(close): Bye."
    used = 'call get_order {"order_id": "W7777"} -> refused "there is no order W7777"'

    found = blamed(ASK, "agent: Which?", invented, used, "agent: There is none.", bye)
    assert found is not None and (found.culprit, found.evidence) == ("user", (3, 4))
    unused = blamed(ASK, "agent: Which?", invented, "agent: I cannot refund anything.", bye)
    assert unused is not None and unused.culprit == "agent"


def test_a_fact_denied_and_never_given_is_the_users_fault() -> None:
    denied = (ASK, "agent: Which order number?", "user: I don't know my order number.", "agent: Then I cannot go on.")

    found = blamed(*denied, "user(close): Bye.")
    assert found is not None and found.culprit == "user"
    given = blamed(*denied, "user: It's W1001.", "agent: Thank you.", "user(close): Bye.")
    assert given is not None and given.culprit == "agent"


def test_a_tool_that_broke_and_was_never_made_good_is_the_domains_fault() -> None:
    broken = call("refund", {"order_id": "W1001"}, "error", "RuntimeError: no disk")
    look = call("get_order", {"order_id": "W1001"}, "error", "RuntimeError: no disk")
    good = call("get_order", {"order_id": "W1001"})

    ask = "user: I'd like a refund for W1001."
    found = blamed(ask, broken, "agent: Something failed.", "user(close): Bye.")
    assert found is not None and (found.culprit, found.evidence) == ("domain", (2,))
    mended = blamed(ask, look, good, "agent: Here it is.", "user(close): Bye.")
    assert mended is not None and mended.culprit == "agent"


def test_the_culprit_is_a_metric_with_reason_and_evidence() -> None:
    score = culprit(
        story(ASK, 'call cancel {"order_id": "W1001"} -> ok', "user(close): Bye.", scenario=GOAL, card=CARD)
    )

    assert (score.value, score.evidence) == ("agent", (2,))
    assert "cancel" in score.reason
