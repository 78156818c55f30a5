"""The door to language models, over real HTTP: what is tried again, what is not, and what each failure is called."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import anyio
import pytest
from chatserver import ChatServer, calls, hangs_up, says, sends, serving

from simkit.errors import ModelError, UsageError
from simkit.llm import ChatMessage, Patience, Reply, Shape, ToolCall, open_model
from simkit.spec.domain import Tool

KEY = "sk-secret-0123456789"
HELLO = [ChatMessage("user", "Hello {name}, ünïcode and a lone \ud800 included")]
TOOL = Tool(name="look", description="Look.", parameters={"type": "object", "properties": {}}, effect="read")
SHAPE = Shape("answer", "An answer.", {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server that OPENAI_BASE_URL names; it says `Hi.` unless told otherwise."""
    with serving(lambda request: says("Hi.")) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        yield chat


class Waits(list[float]):
    """Pauses that are noted, not spent."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)

    def now(self) -> float:
        """The time, if they had been spent."""
        return sum(self)


def asked(ref: str = "openai/tiny", waits: Waits | None = None, **more: Any) -> Reply:
    """The answer of a model that is opened for one question."""
    given = {key: more.pop(key) for key in ("messages", "tools", "shape") if key in more}
    waits = Waits() if waits is None else waits
    patience = Patience(sleep=waits, clock=waits.now, **more)

    async def ask() -> Reply:
        return await open_model(ref, patience)(given.pop("messages", HELLO), **given)

    return anyio.run(ask)


@pytest.mark.parametrize("ref", ["openai/tiny", "anything/tiny", "langchain:openai/tiny"])
def test_text_usage_and_model_come_back(server: ChatServer, ref: str) -> None:
    reply = asked(ref, messages=[ChatMessage("system", "Be kind."), ChatMessage("user", "Hello")])

    assert reply == Reply("Hi.", (), {"input_tokens": 10, "output_tokens": 2}, "tiny-2026")
    assert server.keys == [f"Bearer {KEY}"]
    assert server.paths == ["/v1/chat/completions"]
    assert server.requests[0]["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hello"},
    ]


@pytest.mark.parametrize("ref", ["openai/tiny", "langchain:openai/tiny"])
def test_tools_go_out_and_malformed_arguments_come_back_as_they_were(server: ChatServer, ref: str) -> None:
    server.policy = lambda request: calls(("look", '{"at": 1}'), ("look", '{"at": '))

    reply = asked(ref, messages=[ChatMessage("user", "Look!")], tools=[TOOL])

    assert [call.name for call in reply.tool_calls] == ["look", "look"]
    assert [call.arguments for call in reply.tool_calls] == ['{"at": 1}', '{"at": ']
    assert server.requests[0]["tools"] == [
        {
            "type": "function",
            "function": {"name": "look", "description": "Look.", "parameters": {"type": "object", "properties": {}}},
        }
    ]


@pytest.mark.parametrize("ref", ["openai/tiny", "langchain:openai/tiny"])
def test_results_of_calls_are_shown_to_the_model_with_arguments_every_server_can_read(
    server: ChatServer, ref: str
) -> None:
    made = (ToolCall("c0", "look", '{"at": 1}'), ToolCall("c1", "look", '{"at": '))
    told = [ChatMessage("user", "Look!"), ChatMessage("assistant", "", made)]
    told += [ChatMessage("tool", "a lamp", answers="c0"), ChatMessage("tool", "Error", answers="c1")]

    asked(ref, messages=told, tools=[TOOL])

    _, said, first, second = server.requests[0]["messages"]
    assert [call["function"]["arguments"] for call in said["tool_calls"]] == [
        '{"at": 1}',
        '{"malformed": "{\\"at\\": "}',
    ]
    assert (first["tool_call_id"], first["content"], second["tool_call_id"]) == ("c0", "a lamp", "c1")


@pytest.mark.parametrize("ref", ["openai/tiny", "langchain:openai/tiny"])
def test_a_shape_is_asked_for_and_the_answer_is_its_text(server: ChatServer, ref: str) -> None:
    server.policy = lambda request: says('{"a": 1}')

    reply = asked(ref, messages=[ChatMessage("user", "Answer!")], shape=SHAPE)

    assert reply.text == '{"a": 1}'
    assert reply.tool_calls == ()
    assert server.requests[0]["response_format"]["json_schema"]["schema"]["properties"] == {"a": {"type": "integer"}}


@pytest.mark.parametrize("ref", ["openai/tiny", "langchain:openai/tiny"])
def test_a_rate_limit_is_waited_out_for_as_long_as_the_server_asks(server: ChatServer, ref: str) -> None:
    server.broken(sends(429, headers={"Retry-After": "7"}), sends(503), sends(500))
    waits = Waits()

    assert asked(ref, waits, messages=[ChatMessage("user", "Hello")]).text == "Hi."

    assert len(server.requests) == 4
    assert 7.0 <= waits[0] <= 8.0
    assert all(0.0 <= wait <= 4.0 for wait in waits[1:])


def test_pauses_grow_and_are_drawn_from_the_given_randomness(server: ChatServer) -> None:
    def pauses(seed: int) -> Waits:
        server.broken(*[sends(500)] * 3)
        waits = Waits()
        asked(waits=waits, rng=random.Random(seed))
        return waits

    first, again, other = pauses(1), pauses(1), pauses(2)

    assert first == again != other
    assert all(wait <= 2**at for at, wait in enumerate(first))


FAILURES = {
    "wrong key": (
        sends(401, '{"error": {"message": "Incorrect API key: ' + KEY + '"}}'),
        "auth",
        1,
        "Incorrect API key",
    ),
    "bad request": (sends(400, '{"error": {"message": "no such model"}}'), "refused_request", 1, "no such model"),
    "unknown path": (sends(404, "<h1>Not here</h1>"), "refused_request", 1, "HTTP 404"),
    "moved": (sends(302, "", {"Location": "http://127.0.0.1:9/"}), "protocol", 1, "HTTP 302"),
    "always 500": (sends(500, "oh no"), "unreachable", 4, "HTTP 500: oh no (tried 4 times)"),
    "always 429": (sends(429), "rate_limited", 4, "HTTP 429"),
    "conflict": (sends(409), "refused_request", 4, "HTTP 409"),
    "too long a wait": (sends(429, headers={"Retry-After": "3600"}), "rate_limited", 1, "asks to wait 3600 s"),
    "hangs up": (hangs_up, "unreachable", 4, "(tried 4 times)"),
    "web page": (sends(200, "<html>welcome</html>"), "protocol", 2, "not a chat completion"),
    "no choices": (sends(200, '{"choices": []}'), "protocol", 2, "not a chat completion"),
    "a list": (sends(200, "[1]"), "protocol", 2, "not a chat completion"),
    "an error as 200": (sends(200, '{"error": "quota"}'), "protocol", 2, "quota"),
    "too long": (sends(200, '{"a": "' + "x" * 33_600_000 + '"}'), "protocol", 1, "longer than"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_has_a_class_a_bounded_number_of_tries_and_no_key_in_it(server: ChatServer, name: str) -> None:
    fault, kind, tries, words = FAILURES[name]
    server.broken(*[fault] * 9)

    with pytest.raises(ModelError) as caught:
        asked()

    assert caught.value.kind == kind
    assert words in str(caught.value)
    assert KEY not in str(caught.value)
    assert len(server.requests) == tries


@pytest.mark.parametrize("ref", ["openai/tiny", "langchain:openai/tiny"])
def test_a_server_that_hangs_is_given_up_in_time_and_not_asked_again(server: ChatServer, ref: str) -> None:
    def hang(handler: BaseHTTPRequestHandler) -> None:
        server.released.wait(20)

    server.broken(hang)

    with pytest.raises(ModelError, match=r"timeout: no answer within 0\.2 s"):
        asked(ref, messages=[ChatMessage("user", "Hello")], total=0.2)

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("fault", "kind"), [(sends(400, '{"error": {"message": "no"}}'), "refused_request"), (sends(401), "auth")]
)
def test_langchains_errors_get_the_same_classes(server: ChatServer, fault: Any, kind: str) -> None:
    server.broken(fault)

    with pytest.raises(ModelError) as caught:
        asked("langchain:openai/tiny", messages=[ChatMessage("user", "Hello")])

    assert caught.value.kind == kind
    assert len(server.requests) == 1


def test_nobody_there_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    waits = Waits()

    with pytest.raises(ModelError, match="unreachable"):
        asked(waits=waits, tries=3)

    assert len(waits) == 2


@pytest.mark.parametrize(("ref", "connections"), [("openai/tiny", 2), ("langchain:openai/tiny", 1)])
def test_one_model_serves_several_runs_and_the_calls_of_a_run_share_a_connection(
    server: ChatServer, ref: str, connections: int
) -> None:
    waits = Waits()
    model = open_model(ref, Patience(sleep=waits, clock=waits.now))

    async def twice() -> None:
        for _ in range(2):
            assert (await model([ChatMessage("user", "Hello")])).text == "Hi."

    anyio.run(twice)
    anyio.run(twice)

    assert (len(server.requests), server.connections, waits) == (4, connections, [])


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("tiny", "write PROVIDER/NAME"),
        ("openai/", "write PROVIDER/NAME"),
        ("openai/tiny", "set OPENAI_API_KEY"),
        ("anthropic/claude", 'pip install "simkit[anthropic]"'),
        ("google/gemini", 'pip install "simkit[google]"'),
        ("mistralai/small", "pip install langchain-mistralai"),
        ("nonsense/x", "nonsense/x"),
        ("langchain:openai/tiny", "openai/tiny"),
    ],
)
def test_what_cannot_be_opened_is_one_line_with_a_cure(ref: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)

    with pytest.raises(UsageError) as caught:
        open_model(ref)

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_opening_the_door_loads_neither_langchain_nor_a_web_stack() -> None:
    code = "import simkit.llm, sys; print(*[n for n in ('langchain_core', 'langchain', 'httpx2') if n in sys.modules])"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == []
