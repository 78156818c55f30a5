from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simkit.imports.chat import outcome_of
from simkit.imports.formats import reader
from simkit.imports.recorded import name_of, reads
from simkit.spec.scenario import Scenario
from simkit.trace.events import Judged, ToolCalled
from simkit.trace.log import Log


def call(name: str, arguments: Any = "{}", id: str | None = None) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}} | ({"id": id} if id else {})


def asks(*calls: dict[str, Any], content: Any = None) -> dict[str, Any]:
    return {"role": "assistant", "content": content, "tool_calls": list(calls)}


def answer(content: Any, **more: Any) -> dict[str, Any]:
    return {"role": "tool", "content": content, **more}


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def read(tmp_path: Path, *conversations: Any, format: str = "openai-messages") -> list[Log]:
    path = tmp_path / "chats.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in conversations))
    return list(reader(format)(path))


def told(log: Log) -> list[str]:
    """The events after the first, a line each."""
    return [_line(event) for event in log.events[1:]]


def _line(event: Any) -> str:
    if isinstance(event, ToolCalled):
        return f"{event.tool} {json.dumps(event.arguments)} {event.outcome} {json.dumps(event.result)}"
    if isinstance(event, Judged):
        return f"{event.question} {event.verdict}"
    return f"{event.kind} {getattr(event, 'text', '')}".strip()


def test_a_conversation_is_a_list_of_messages(tmp_path: Path) -> None:
    [log] = read(
        tmp_path,
        [
            {"role": "system", "content": "Be kind."},
            user("My order W1?"),
            asks(call("get_order", '{"order_id": "W1"}', "c1"), content="One moment."),
            answer('{"status": "sent"}', tool_call_id="c1"),
            {"role": "assistant", "content": "It is on its way."},
        ],
    )
    assert str(log.session) == "line-1/recorded/0"
    assert log.started.domain["policy"] == "Be kind."
    assert log.started.scenario["wants"] == "My order W1?"
    assert told(log) == [
        "user_said My order W1?",
        "agent_said One moment.",
        'get_order {"order_id": "W1"} ok {"status": "sent"}',
        "agent_said It is on its way.",
        "ended",
    ]


def test_parallel_calls_keep_their_order_and_find_their_own_results(tmp_path: Path) -> None:
    calls = asks(call("a", id="1"), call("b", id="2"), call("a", id="3"))
    answers = [answer("third", tool_call_id="3"), answer("first", tool_call_id="1"), answer("second", tool_call_id="2")]
    [log] = read(tmp_path, [user("go"), calls, *answers])
    assert [(one.tool, one.result) for one in log.calls] == [("a", "first"), ("b", "second"), ("a", "third")]


def test_ids_may_come_again_in_a_later_turn(tmp_path: Path) -> None:
    one = [asks(call("a", id="call_0")), answer("1", tool_call_id="call_0")]
    two = [asks(call("a", id="call_0")), answer("2", tool_call_id="call_0")]
    [log] = read(tmp_path, [user("go"), *one, *two])
    assert [call.result for call in log.calls] == ["1", "2"]


def test_the_old_function_calls_are_read(tmp_path: Path) -> None:
    asked = {"role": "assistant", "content": None, "function_call": {"name": "get_order", "arguments": '{"id": 1}'}}
    [log] = read(tmp_path, [user("go"), asked, {"role": "function", "name": "get_order", "content": "sent"}])
    assert told(log)[1] == 'get_order {"id": 1} ok "sent"'


def test_content_may_come_in_parts(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": "x"}}]
    refusal = {"role": "assistant", "content": None, "refusal": "I can't."}
    [log] = read(tmp_path, [user(parts), refusal, {"role": "assistant", "content": None}])
    assert told(log) == ["user_said Look:\n[image_url]", "agent_said I can't.", "agent_said", "ended"]


@pytest.mark.parametrize("raw", ["{not json", "[1]", '"text"', "NaN", '{"a": NaN}', "[" * 5000, "{} {}", [1]])
def test_arguments_that_are_no_json_object_are_malformed_and_kept_as_they_were(tmp_path: Path, raw: Any) -> None:
    [log] = read(tmp_path, [user("go"), asks(call("a", raw, "1")), answer("fine", tool_call_id="1")])
    assert (log.calls[0].outcome, log.calls[0].arguments) == ("malformed", raw)


@pytest.mark.parametrize("empty", [None, "", "  ", "{}", {}])
def test_no_arguments_at_all_are_an_empty_object(tmp_path: Path, empty: Any) -> None:
    [log] = read(tmp_path, [user("go"), asks(call("a", empty, "1")), answer("fine", tool_call_id="1")])
    assert (log.calls[0].outcome, log.calls[0].arguments) == ("ok", {})


def test_a_call_without_a_recorded_result_is_an_error(tmp_path: Path) -> None:
    [log] = read(tmp_path, [user("go"), asks(call("a"))])
    assert told(log)[1] == 'a {} error "no result was recorded"'


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Error: not enough seats on flight HAT139", "refused"),
        ("Error: user not found", "refused"),
        ("Error: certificate cannot be used to update reservation", "refused"),
        ("Error: the flight is unavailable on that date", "refused"),
        ("Error: no connection on that day", "refused"),
        ("Error: book() missing 1 required positional argument: 'cabin'", "invalid_arguments"),
        ("Error: book() got an unexpected keyword argument 'cabinet'", "invalid_arguments"),
        ("Unknown action fly_to_moon", "unknown_tool"),
        ("Error: unknown tool 'x'", "unknown_tool"),
        ("Error: request timed out", "error"),
        ("Error: HTTP 503", "error"),
        ("Error: KeyError: 'W1'", "error"),
        ("Error (invalid_arguments): order_id: is missing", "invalid_arguments"),
        ("No errors found", "ok"),
        ("Errors: 0", "ok"),
        ("", "ok"),
    ],
)
def test_how_a_call_went_is_read_off_the_answer(text: str, outcome: str) -> None:
    assert outcome_of(text) == outcome


def test_an_answer_with_an_error_field_went_wrong(tmp_path: Path) -> None:
    [log] = read(
        tmp_path, [user("go"), asks(call("a", id="1")), answer('{"error": "window closed"}', tool_call_id="1")]
    )
    assert (log.calls[0].outcome, log.calls[0].result) == ("refused", '{"error": "window closed"}')


def test_conversations_of_one_id_are_trials_of_one_scenario(tmp_path: Path) -> None:
    chats = [{"id": "refund", "messages": [user("hi")], "metadata": {"reward": won}} for won in (True, False, 0.5)]
    logs = read(tmp_path, *chats, {"id": "refund", "messages": [user("hi")], "metadata": {"trial": 7, "model": "m"}})
    assert [str(log.session) for log in logs] == [f"refund/recorded/{n}" for n in (0, 1, 2, 7)]
    assert [told(log)[1] for log in logs] == ["reward 1.0", "reward 0.0", "reward 0.5", "ended"]
    assert logs[3].started.agent == "m"


def test_tools_are_inferred_from_calls_unless_they_are_defined(tmp_path: Path) -> None:
    defined = {
        "type": "function",
        "function": {"name": "buy", "description": "Buy it.", "parameters": {"type": "object"}},
    }
    talk = [
        user("go"),
        asks(call("get_order", '{"id": 1, "deep": true}'), call("get_order", '{"id": "x"}'), call("buy")),
    ]
    [log] = read(tmp_path, {"messages": talk, "tools": [defined]})
    buy, get = log.started.domain["tools"]
    assert (buy["description"], buy["effect"], buy["parameters"]) == ("Buy it.", "write", {"type": "object"})
    assert (get["name"], get["effect"]) == ("get_order", "read")
    assert get["parameters"]["properties"] == {"deep": {"type": "boolean"}, "id": {"type": ["integer", "string"]}}


def test_a_name_says_whether_a_tool_reads() -> None:
    assert all(
        map(reads, ["get_order", "GetRecipes", "searchFlights", "think", "transfer_to_human_agents", "list-all"])
    )
    assert not any(map(reads, ["getaway_book", "cancel_order", "update", "send_certificate", "Listen", "", "_get"]))


def test_any_id_becomes_a_scenario_name_and_different_ids_stay_different() -> None:
    ids = ["a/b", "a-b", "a b", "", "ü", "../..", "x" * 300, "x" * 301, "ok_1.2", "\ud800", "-", "=cmd()"]
    names = [name_of(text, "case") for text in ids]
    assert len(set(names)) == len(ids) and "ok_1.2" in names
    for name in names:
        Scenario.model_validate({"scenario": name, "wants": "x", "goal": {}})


def test_calls_stand_in_the_text_of_labelled_traces(tmp_path: Path) -> None:
    said = "Let me look. TOOL_CALL[GetRecipes] Error: none found. TOOL_CALL[Compose] Done."
    trace = {"conversation_id": "c1", "messages": [user("soup?"), {"role": "agent", "content": said}]}
    labels = {"last_success_state": "Parse", "first_failure_state": "GetRecipes"}
    [log] = read(tmp_path, trace | labels, format="labeled-traces")
    assert told(log) == [
        "user_said soup?",
        "agent_said Let me look.",
        'GetRecipes {} error "Error: none found."',
        'Compose {} ok "Done."',
        "last_success_state Parse",
        "first_failure_state GetRecipes",
        "ended",
    ]
