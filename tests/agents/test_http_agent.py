"""An agent behind a URL: the protocol as documented, and every way in which a server can break it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatserver import ChatServer, hangs_up, sends, serving

import simkit
from simkit.agents.http import http_agent
from simkit.api import play_case
from simkit.errors import UsageError
from simkit.paths.episode import Episode

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "agents-over-http.md"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    """A server that is sent turns; `faults` are its answers, whatever they look like."""
    with serving(lambda request: {}) as chat:
        yield chat


def answers(*given: Any) -> list[Any]:
    """The agent's next answers, as JSON."""
    return [sends(200, json.dumps(one)) for one in given]


def played(shop: Path, server: ChatServer) -> tuple[Episode, Any]:
    """The one scenario of the shop, played against the server."""
    return play_case(simkit.load(shop).cases[0], server.url)


def test_a_turn_is_one_request_with_all_that_an_agent_may_know(shop: Path, server: ChatServer) -> None:
    server.broken(*answers({"text": "And your name?"}, {"text": "Done. Anything else?"}))

    episode, _ = played(shop, server)

    assert [event.text for event in episode.agent_texts] == ["And your name?", "Done. Anything else?"]
    first, second = server.requests
    assert sorted(first) == ["history", "now", "policy", "session", "text", "tools"]
    assert first["session"] == "cancel-lamp/plain/0"
    assert first["text"] == episode.user_texts[0].text
    assert first["now"] == "2026-03-01T09:00:00"
    assert first["policy"].startswith("# Policy")
    assert first["tools"][0]["name"] == "get_order"
    assert sorted(first["tools"][0]) == ["description", "name", "parameters"]
    assert [message["role"] for message in second["history"]] == ["user", "agent", "user"]
    assert second["history"][-1]["text"] == second["text"]


def test_calls_are_made_and_all_their_results_of_the_turn_come_with_the_next_request(
    shop: Path, server: ChatServer
) -> None:
    server.broken(
        *answers(
            {"calls": [{"id": "a", "name": "get_order", "arguments": {"order_id": "W1"}}]},
            {
                "calls": [
                    {"name": "get_order", "arguments": '{"order_id": '},
                    {"name": "fly", "arguments": {}},
                    {"id": 7, "name": "get_order", "arguments": {"order_id": "W9"}},
                ]
            },
            {"text": "Anything else?"},
        )
    )

    episode, _ = played(shop, server)

    outcomes = ["ok", "malformed", "unknown_tool", "refused"]
    assert [call.outcome for call in episode.agent_calls] == outcomes
    assert "results" not in server.requests[0]
    results = server.requests[2]["results"]
    assert [result["outcome"] for result in results] == outcomes
    assert [result["id"] for result in results] == ["a", 2, 3, 7]
    assert results[0] == {"id": "a", "name": "get_order", "outcome": "ok", "value": results[0]["value"]}
    assert results[0]["value"]["product"] == "Arden lamp"


BROKEN = {
    "a crash": (sends(500, "oh no"), "HTTP 500: oh no"),
    "a web page": (sends(200, "<html>hello</html>"), "not as agreed"),
    "neither": (sends(200, "{}"), "either 'text' or 'calls'"),
    "both": (sends(200, '{"text": "a", "calls": [{"name": "b"}]}'), "either 'text' or 'calls'"),
    "no name": (sends(200, '{"calls": [{"arguments": {}}]}'), "calls.0.name: Field required"),
    "text that is none": (sends(200, '{"text": 7}'), "text: Input should be a valid string"),
    "another host": (sends(302, "", {"Location": "http://127.0.0.2:9/steal"}), "redirects to http://127.0.0.2:9/steal"),
    "the same host": (sends(307, "", {"Location": "/elsewhere"}), "name the address it ends at"),
    "far too much": (sends(200, '{"text": "' + "x" * 8_000_001 + '"}'), "longer than 8000000 bytes"),
    "nothing": (hangs_up, "gave no answer: RemoteProtocolError"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_server_that_breaks_the_protocol_is_an_agent_that_failed(shop: Path, server: ChatServer, name: str) -> None:
    fault, words = BROKEN[name]
    server.broken(fault)

    episode, score = played(shop, server)

    assert [failed.boundary for failed in episode.failures] == ["agent"]
    assert words in episode.failures[0].error
    assert score.outcome == "fail"
    assert len(server.requests) == 1


def test_nobody_there_is_an_agent_that_failed(shop: Path) -> None:
    episode, score = play_case(simkit.load(shop).cases[0], "http://127.0.0.1:9/turn")

    assert "gave no answer: ConnectError" in episode.failures[0].error
    assert score.outcome == "fail"


def test_calls_without_end_run_into_the_scenarios_limit(shop: Path, server: ChatServer) -> None:
    server.broken(*answers(*[{"calls": [{"name": "get_order", "arguments": {"order_id": "W1"}}]}] * 40))

    episode, _ = played(shop, server)

    assert episode.ended is not None
    assert episode.ended.reason == "call_limit"


@pytest.mark.parametrize(
    ("url", "words"), [("http://", "write http://HOST:PORT/PATH"), ("http://ana:secret@localhost/", "leave it out")]
)
def test_an_address_that_cannot_be_one_is_refused_in_one_line(url: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        http_agent(url)

    assert "secret" not in str(caught.value)


def test_the_agent_of_the_guide_runs_as_it_stands_there(shop: Path, tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    script = tmp_path / "agent.py"
    script.write_text(code, encoding="utf-8")

    with subprocess.Popen([sys.executable, script, "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            episode, _ = play_case(simkit.load(shop).cases[0], url)
        finally:
            process.terminate()

    assert [event.text for event in episode.agent_texts] == [
        "Could you tell me your order number, please?",
        "Your order is paid. Is there anything else?",
    ]
    assert [call.outcome for call in episode.agent_calls] == ["ok"]


def test_the_guide_says_what_the_protocol_says() -> None:
    sent = json.loads(re.findall(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[0])

    assert sorted(sent) == ["history", "now", "policy", "session", "text", "tools"]
