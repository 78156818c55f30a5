"""What a session took, in figures."""

from __future__ import annotations

from corner_shop import CLEAN, FIND, HELLO, told
from storylog import call

from simkit.metrics.effort import effort, tokens


def test_turns_calls_and_words_are_counted() -> None:
    figures = {score.name: score.value for score in effort(told(*CLEAN))}
    assert figures["turns"] == 3.0
    assert (figures["tool_calls"], figures["failed_calls"], figures["writes"]) == (3.0, 0.0, 1.0)
    assert figures["calls_per_turn"] == 1.0
    assert figures["agent_words_per_turn"] == 6.0
    assert "agent_tokens" not in figures


def test_failures_the_users_own_calls_and_tokens_are_counted_apart() -> None:
    own = call("restart_router", by="user")
    model = 'model agent some-model {"input_tokens": 7, "output_tokens": 5}'
    lines = (HELLO, "call get_order {} -> refused", "call get_order {} -> error", FIND, own, model)
    figures = {score.name: score.value for score in effort(told(*lines))}
    assert (figures["failed_calls"], figures["longest_failing_streak"], figures["user_tool_calls"]) == (2.0, 2.0, 1.0)
    assert (figures["agent_model_calls"], figures["agent_tokens"]) == (1.0, 12.0)


def test_a_total_is_not_counted_twice() -> None:
    assert tokens({"input_tokens": 7, "output_tokens": 5, "total_tokens": 12}) == 12
    assert tokens({"input_tokens": 7, "output_tokens": 5, "input_tokens_details": 3}) == 12


def test_an_empty_session_has_figures_too() -> None:
    assert all(score.value == 0.0 for score in effort(told()))
