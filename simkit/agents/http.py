"""An agent behind a URL: each of its turns is one POST of JSON, or several while it calls tools.

It is sent

    {"session": "late-refund/plain/0", "text": "Hello", "history": [{"role": "user", "text": "Hello"}],
     "tools": [{"name": "...", "description": "...", "parameters": {...}}], "policy": "...",
     "now": "2026-03-01T09:00:00"}

and answers with what it says, or with calls that simkit is to make for it:

    {"text": "How can I help?"}
    {"calls": [{"id": "1", "name": "get_order", "arguments": {"order_id": "W1001"}}]}

After calls the same request comes again with the results of all calls of this turn so far, in order:

    "results": [{"id": "1", "name": "get_order", "outcome": "ok", "value": {...}}]

`id` is the agent's own and may be left out (then it is the call's number in the turn). `arguments` is an object, or
JSON text as a model wrote it. `outcome` is ok, unknown_tool, malformed, invalid_arguments, refused or error; `value` is
the tool's answer, or the reason as text. An answer that is neither, an HTTP status other than 200, a redirect, more
than 8 MB or more than 50 rounds in a turn are the agent's failure.
"""

from __future__ import annotations

import json
from typing import Any

import httpx2
from pydantic import BaseModel, ValidationError

from simkit.errors import UsageError, one_line
from simkit.play.agent import Agent, AgentMaker, Part, Turn

ROUNDS = 50
MAX_ANSWER = 8_000_000
TIMEOUT = httpx2.Timeout(120.0, connect=10.0)
"""Seconds; the scenario's own limit on a turn comes on top."""


class _Call(BaseModel):
    id: str | int | None = None
    name: str
    arguments: dict[str, Any] | str = {}


class _Answer(BaseModel):
    text: str | None = None
    calls: list[_Call] = []


def http_agent(url: str) -> AgentMaker:
    """The agent that answers at `url`. Raises `UsageError` for an address that cannot be one."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise UsageError(f"--agent: {one_line(error)}; write http://HOST:PORT/PATH") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise UsageError(f"--agent {one_line(url)}: is no address; write http://HOST:PORT/PATH")
    if parsed.userinfo:
        raise UsageError("--agent: the address holds a user or password, which every log would show; leave it out")
    verify = httpx2.create_ssl_context()

    def make(part: Part) -> Agent:
        async def answer(turn: Turn) -> str:
            async with httpx2.AsyncClient(timeout=TIMEOUT, verify=verify, follow_redirects=False) as client:
                return await _take_turn(client, url, turn)

        return answer

    return make


async def _take_turn(client: httpx2.AsyncClient, url: str, turn: Turn) -> str:
    request = {
        "session": turn.session,
        "text": turn.text,
        "history": [{"role": message.role, "text": message.text} for message in turn.history],
        "tools": [
            {"name": tool.name, "description": tool.description, "parameters": tool.parameters} for tool in turn.tools
        ],
        "policy": turn.policy,
        "now": turn.now,
    }
    results: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        try:
            answer = _read(await _post(client, url, request))
        except httpx2.HTTPError as error:
            raise ConnectionError(f"the agent gave no answer: {type(error).__name__}: {one_line(error, 200)}") from None
        if answer.text is not None:
            return answer.text
        for call in answer.calls:
            result = await turn.call_json(call.name, call.arguments)
            name = len(results) + 1 if call.id is None else call.id
            results.append({"id": name, "name": call.name, "outcome": result.outcome, "value": result.value})
        request["results"] = results
    raise RuntimeError(f"the agent asked for calls {ROUNDS} times in one turn and said nothing")


async def _post(client: httpx2.AsyncClient, url: str, request: dict[str, Any]) -> bytes:
    read = bytearray()
    headers = {"content-type": "application/json", "accept": "application/json"}
    async with client.stream("POST", url, content=json.dumps(request).encode(), headers=headers) as response:
        if response.is_redirect:
            where = one_line(response.headers.get("location", "nowhere"), 200)
            raise ConnectionError(f"the agent's address redirects to {where}; name the address it ends at")
        async for chunk in response.aiter_bytes():
            read += chunk
            if len(read) > MAX_ANSWER:
                raise ValueError(f"the agent's answer is longer than {MAX_ANSWER} bytes")
    if response.status_code != 200:
        shown = one_line(bytes(read[:500]).decode("utf-8", "replace"), 200)
        raise ConnectionError(f"the agent answered HTTP {response.status_code}: {shown}")
    return bytes(read)


def _read(body: bytes) -> _Answer:
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        shown = one_line(body[:300].decode("utf-8", "replace"), 160)
        raise ValueError(f"the agent's answer is not as agreed ({place or 'body'}: {first['msg']}): {shown}") from None
    if (answer.text is None) != bool(answer.calls):
        raise ValueError("the agent's answer must have either 'text' or 'calls', not both or none")
    return answer
