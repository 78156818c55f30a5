"""Servers that speak OpenAI's chat completions, over plain HTTP: without any vendor's library between."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import anyio.lowlevel

from simkit.errors import one_line
from simkit.llm.chat import ChatMessage, Offered, Reply, Shape, ToolCall
from simkit.llm.patience import Failure, Patience, persistently, refused

MAX_ANSWER = 8_000_000
"""Bytes of one answer that are read; a longer one is an error."""

_CLIENT: anyio.lowlevel.RunVar[Any] = anyio.lowlevel.RunVar("simkit_model_client")
"""One pool of connections for each event loop."""


async def _client() -> Any:
    kept = _CLIENT.get(None)
    if kept is None:
        import httpx2

        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
        client = httpx2.AsyncClient(limits=limits, follow_redirects=False)
        kept = (_until_the_loop_ends(client), client)
        _CLIENT.set(kept)
        await anext(kept[0])
    return kept[1]


async def _until_the_loop_ends(client: Any) -> AsyncIterator[None]:
    """Closes the client's connections: an event loop that ends closes the generators that were begun in it."""
    try:
        while True:
            yield
    finally:
        await client.aclose()


class OpenAICompatible:
    """One model of one server: `name` as the server knows it, `base` up to and including `/v1`."""

    def __init__(self, name: str, base: str, key: str, patience: Patience) -> None:
        self.name, self.url, self.patience = name, f"{base}/chat/completions", patience
        self._headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})

    async def __call__(
        self, messages: Sequence[ChatMessage], *, tools: Sequence[Offered] = (), shape: Shape | None = None
    ) -> Reply:
        body: dict[str, Any] = {"model": self.name, "messages": [_wire(message) for message in messages]}
        if tools:
            body["tools"] = [tool_wire(tool) for tool in tools]
        if shape:
            schema = {"name": shape.name, "description": shape.description, "strict": True, "schema": shape.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        content = json.dumps(body).encode()
        return await persistently(lambda: self._once(content), self.patience)

    async def _once(self, content: bytes) -> Reply:
        import httpx2

        try:
            status, headers, answer = await self._post(content)
        except (httpx2.ReadTimeout, httpx2.WriteTimeout):
            raise Failure("timeout", f"no answer within {self.patience.total:g} s") from None
        except httpx2.TransportError as error:
            raise Failure("unreachable", f"{type(error).__name__}: {error}", transient=True) from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Failure("protocol", f"{type(error).__name__}: {error}") from None
        if not 200 <= status < 300:
            raise refused(status, headers, _complaint(answer))
        return _read_reply(answer, self.name)

    async def _post(self, content: bytes) -> tuple[int, Mapping[str, str], bytes]:
        import httpx2

        timeout = httpx2.Timeout(self.patience.total, connect=self.patience.connect)
        sent = (await _client()).stream("POST", self.url, content=content, headers=self._headers, timeout=timeout)
        async with sent as response:
            read = bytearray()
            async for chunk in response.aiter_bytes():
                read += chunk
                if len(read) > MAX_ANSWER:
                    raise Failure("protocol", f"the answer is longer than {MAX_ANSWER} bytes")
            return response.status_code, response.headers, bytes(read)


def tool_wire(tool: Offered) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _wire(message: ChatMessage) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.tool_calls:
        wire["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": json.dumps(shown_arguments(c))}}
            for c in message.tool_calls
        ]
    if message.role == "tool":
        wire["tool_call_id"] = message.answers
    return wire


def shown_arguments(call: ToolCall) -> dict[str, Any]:
    """A call's arguments as they are shown to the model again."""
    try:
        parsed = json.loads(call.arguments)
    except (ValueError, RecursionError):
        parsed = None
    # Several servers refuse a whole chat in which some arguments are no JSON object; the model's mistake must not
    # pass for theirs.
    return parsed if isinstance(parsed, dict) else {"malformed": call.arguments}


def _complaint(answer: bytes) -> str:
    text = answer[:2000].decode("utf-8", "replace")
    try:
        error = json.loads(text)["error"]
        return str(error["message"] if isinstance(error, dict) else error)
    except (ValueError, TypeError, KeyError, RecursionError):
        return one_line(text, 200)


def _read_reply(answer: bytes, asked: str) -> Reply:
    try:
        data = json.loads(answer)
        message = data["choices"][0]["message"]
        calls = [call for call in message.get("tool_calls") or () if call.get("type", "function") == "function"]
        tool_calls = tuple(_read_call(at, call) for at, call in enumerate(calls))
        text = _text(message.get("content") or message.get("refusal"))
        return Reply(text, tool_calls, _usage(data.get("usage")), one_line(data.get("model") or asked, 200))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        shown = one_line(answer[:200].decode("utf-8", "replace"), 160)
        raise Failure("protocol", f"not a chat completion ({type(error).__name__}): {shown}") from None


def _read_call(at: int, call: dict[str, Any]) -> ToolCall:
    arguments = call["function"].get("arguments", "")
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return ToolCall(str(call.get("id") or f"call_{at}"), str(call["function"]["name"]), text or "{}")


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return "" if content is None else str(content)


def _usage(data: Any) -> dict[str, int]:
    names = (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))
    known = data if isinstance(data, dict) else {}
    found = {ours: known.get(theirs, known.get(ours)) for theirs, ours in names}
    return {name: count for name, count in found.items() if type(count) is int and count >= 0}
