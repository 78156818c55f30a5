"""Sessions: what is recorded when users, agents and tools behave, and when they do not."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

import simkit
from simkit.paths.episode import Episode
from simkit.play.agent import ToolResult, Turn
from simkit.trace.events import ToolCalled


def played(shop: Path, agent: Any, **given: Any) -> Episode:
    """The one scenario of the shop, played."""
    return simkit.play_case(simkit.load(shop).cases[0], agent, **given)[0]


def told(episode: Episode) -> list[str]:
    """A session as a list of who did what."""
    lines = []
    for event in episode.events[1:]:
        data = event.model_dump()
        what = data.get("text") or data.get("tool") or data.get("reason") or data.get("error")
        lines.append(f"{event.kind}: {what}" + (f" -> {event.outcome}" if isinstance(event, ToolCalled) else ""))
    return lines


def test_a_session_is_told_event_by_event(shop: Path) -> None:
    async def clerk(turn: Turn) -> str:
        if "W1" not in turn.text:
            return "Could you tell me your order number, please?"
        order = await turn.call("get_order", order_id="W1")
        return f"It is {order.value['status']}. Is there anything else?"

    assert told(played(shop, clerk)) == [
        "user_said: Hi. I need to cancel my lamp.",
        "agent_said: Could you tell me your order number, please?",
        "user_said: My order number is W1.",
        "tool_called: get_order -> ok",
        "agent_said: It is paid. Is there anything else?",
        "user_said: Thanks, bye.",
        "ended: user_closed",
    ]


def test_a_plain_function_is_an_agent_too(shop: Path) -> None:
    def clerk(turn: Turn) -> str:
        return f"{turn.call_sync('get_order', order_id='W2').value['product']}. Anything else?"

    episode = played(shop, clerk)

    assert episode.agent_texts[0].text == "Birk shelf. Anything else?"


@pytest.mark.parametrize(
    ("name", "arguments", "outcome", "result"),
    [
        ("get_order", {"order_id": "W1"}, "ok", "Arden lamp"),
        ("get_ordr", {"order_id": "W1"}, "unknown_tool", "there is no tool 'get_ordr'"),
        ("press_button", {"name": "Ana"}, "unknown_tool", "there is no tool"),
        ("get_order", {"order": "W1"}, "invalid_arguments", "order_id"),
        ("get_order", {"order_id": "X1"}, "invalid_arguments", "X1"),
        ("get_order", '{"order_id": "W1"', "malformed", "not JSON"),
        ("get_order", '["W1"]', "malformed", "not a JSON object"),
        ("get_order", {"order_id": {1, 2}}, "malformed", "not JSON"),
        ("get_order", {"order_id": "W7"}, "refused", "no record 'W7' in orders"),
        ("break_things", {}, "error", "RuntimeError: the till is on fire"),
        ("lie", {}, "error", "marked @reads"),
    ],
)
def test_each_way_a_call_can_go_is_an_outcome_and_a_failed_call_leaves_no_trace(
    shop: Path, name: str, arguments: Any, outcome: str, result: str
) -> None:
    seen: list[ToolResult] = []

    async def clerk(turn: Turn) -> str:
        seen.append(await turn.call_json(name, arguments))
        return "Anything else?"

    episode = played(shop, clerk)
    call = episode.agent_calls[0]

    assert (call.outcome, seen[0].outcome) == (outcome, outcome)
    assert result in str(call.result)
    assert call.changes == ()
    assert call.world == episode.card.world


def test_a_change_is_recorded_with_its_before_and_after_and_the_rules_questions(shop: Path) -> None:
    async def clerk(turn: Turn) -> str:
        await turn.call("cancel_order", order_id="W2")
        return "Anything else?"

    call = played(shop, clerk).agent_calls[0]

    assert call.before == {"orders.W2.status": "shipped"}
    assert [(c.path, c.before["status"], c.after["status"]) for c in call.changes if c.before and c.after] == [
        ("orders.W2", "shipped", "cancelled")
    ]


class Tantrum(BaseException):
    """What no agent should raise, and one will."""


def raises(error: BaseException) -> Any:
    """An agent that raises."""

    async def agent(turn: Turn) -> str:
        raise error

    return agent


@pytest.mark.parametrize(
    ("agent", "error"),
    [
        (raises(KeyError("boom")), "KeyError: 'boom' (test_session.py:"),
        (raises(SystemExit(3)), "SystemExit: 3"),
        (raises(TimeoutError("its own")), "TimeoutError: its own"),
        (raises(ExceptionGroup("many", [ValueError("x")])), "ExceptionGroup: many"),
        (lambda turn: None, "TypeError: the agent answered with NoneType; it must answer with text (str)"),
        (lambda turn: b"bytes", "TypeError: the agent answered with bytes"),
        (lambda turn: 1 / 0, "ZeroDivisionError: division by zero"),
    ],
)
def test_an_agent_that_fails_ends_its_session_and_the_fault_is_its_own(shop: Path, agent: Any, error: str) -> None:
    episode, score = simkit.play_case(simkit.load(shop).cases[0], agent)

    assert episode.failures[0].boundary == "agent"
    assert episode.failures[0].error.startswith(error)
    assert told(episode)[-1] == "ended: agent_failed"
    assert score.outcome == "fail"


def with_limits(shop: Path, limits: str) -> Path:
    """The shop, its scenario with other limits."""
    with (shop / "case.yaml").open("a") as file:
        file.write(f"limits: {limits}\n")
    return shop


def test_an_agent_that_does_not_answer_in_time_has_failed(shop: Path) -> None:
    import anyio

    async def sleeper(turn: Turn) -> str:
        await anyio.sleep(60)
        return "good morning"

    began = time.monotonic()
    episode = played(with_limits(shop, "{turn_seconds: 0.05}"), sleeper)

    assert episode.failures[0].error.startswith("TimeoutError: no answer within 0.05 s")
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("limits", ["{calls: 5}", "{calls_per_turn: 5}"])
def test_an_agent_that_calls_for_ever_is_stopped_even_if_it_catches_everything(shop: Path, limits: str) -> None:
    async def caller(turn: Turn) -> str:
        for _ in range(100):
            try:
                await turn.call("get_order", order_id="W1")
            except Exception:
                continue
        return "done"

    episode = played(with_limits(shop, limits), caller)

    assert len(episode.agent_calls) == 5
    assert told(episode)[-1] == "ended: call_limit"


@pytest.mark.parametrize(("limits", "calls"), [("until: get_order", 1), ("until: get_order, until_call: 3", 5)])
def test_a_session_ends_at_the_call_that_its_limits_name(shop: Path, limits: str, calls: int) -> None:
    async def caller(turn: Turn) -> str:
        for number in range(9):
            await turn.call("get_order" if number % 2 == 0 else "lie", order_id="W1")
        return "done"

    episode = played(with_limits(shop, f"{{{limits}}}"), caller)

    assert len(episode.agent_calls) == calls
    assert told(episode)[-1] == "ended: call_limit"


def test_talk_without_end_stops_at_the_limit_of_turns(shop: Path) -> None:
    async def asker(turn: Turn) -> str:
        return f"What do you mean by '{turn.text}', number {len(turn.history)}?"

    (shop / "case.yaml").write_text(
        (shop / "case.yaml").read_text().replace("personas: [plain]", "personas: [elderly]")
    )
    episode = played(with_limits(shop, "{turns: 3}"), asker)

    assert (len(episode.user_texts), told(episode)[-1]) == (3, "ended: turn_limit")


def test_a_tool_called_after_the_turn_does_nothing(shop: Path) -> None:
    kept: list[Turn] = []

    async def hoarder(turn: Turn) -> str:
        if kept:
            late = await kept[0].call("cancel_order", order_id="W1")
            assert (late.outcome, late.value) == ("refused", "the turn is over")
        kept.append(turn)
        return "Could you tell me your order number?"

    episode = played(shop, hoarder)

    assert episode.agent_calls == ()
    assert episode.failures == ()


def test_an_agent_that_changes_what_it_is_given_changes_nothing(shop: Path) -> None:
    async def vandal(turn: Turn) -> str:
        order = await turn.call("get_order", order_id="W1")
        order.value["status"] = "mine"
        again = await turn.call("get_order", order_id="W1")
        return f"{again.value['status']}. Anything else?"

    assert played(shop, vandal).agent_texts[0].text.startswith("paid")


def test_very_long_replies_are_cut_with_a_marker(shop: Path) -> None:
    async def talker(turn: Turn) -> str:
        return "x" * 1_000_000

    text = played(shop, talker).agent_texts[0].text

    assert len(text) < 201_000
    assert text.endswith("[… cut by simkit: 800000 more characters]")


def test_a_user_uses_their_own_tool_when_told_how(shop: Path) -> None:
    async def guide(turn: Turn) -> str:
        return "Please press the red button." if len(turn.history) == 1 else "Anything else?"

    episode = played(shop, guide)

    assert [(call.by, call.tool, call.arguments) for call in episode.log.calls] == [
        ("user", "press_button", {"name": "Ana"})
    ]
    assert episode.user_texts[1].text == "I pressed it, the lamp is on."
