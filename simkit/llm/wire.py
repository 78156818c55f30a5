"""OpenAI's chat completions as they travel: what is sent, and what an answer comes to.

The request is also what a call is known by (its digest), whatever the provider, so its bytes are the same for the same
question: keys in a fixed order, nothing in it but what the model is told.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from simkit.errors import one_line
from simkit.llm.chat import ChatMessage, Offered, Reply, Shape, ToolCall
from simkit.llm.failure import Failure

MOST_TOKENS = 100_000_000
"""No call has more: a server that says so is not believed."""
_ENCODE = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def request_of(
    name: str, messages: Sequence[ChatMessage], tools: Sequence[Offered] = (), shape: Shape | None = None
) -> bytes:
    """A question as JSON in ASCII; `name` is the model's."""
    body: dict[str, Any] = {"model": name, "messages": [_wire(message) for message in messages]}
    if tools:
        body["tools"] = [tool_wire(tool) for tool in tools]
    if shape:
        schema = {"name": shape.name, "description": shape.description, "strict": True, "schema": shape.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return _ENCODE(body).encode()


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
        json.dumps(parsed)
    except (ValueError, RecursionError):
        parsed = None
    # Several servers refuse a whole chat in which some arguments are no JSON object; the model's mistake must not
    # pass for theirs.
    return parsed if isinstance(parsed, dict) else {"malformed": call.arguments}


def complaint(answer: bytes) -> str:
    """What a server says is wrong."""
    text = answer[:2000].decode("utf-8", "replace")
    try:
        error = json.loads(text)["error"]
        return str(error["message"] if isinstance(error, dict) else error)
    except (ValueError, TypeError, KeyError, RecursionError):
        return one_line(text, 200)


def read_reply(answer: bytes, asked: str, most: tuple[int, int], longest: int) -> Reply:
    """The reply in an answer. `most`: tokens that it can have cost; `longest`: characters of it that are kept.

    Raises Failure for what is no chat completion.
    """
    try:
        data = json.loads(answer)
        message = data["choices"][0]["message"]
        calls = [call for call in message.get("tool_calls") or () if call.get("type", "function") == "function"]
        tool_calls = tuple(_read_call(at, call, longest) for at, call in enumerate(calls))
        text = clipped(_text(message.get("content") or message.get("refusal")), longest)
        written = len(text) + sum(len(call.arguments) for call in tool_calls)
        used = usage(data.get("usage"), most, written)
        return Reply(text, tool_calls, used, one_line(data.get("model") or asked, 200))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        shown = one_line(answer[:200].decode("utf-8", "replace"), 160)
        what = f"not a chat completion ({type(error).__name__}): {shown}"
        # One more try: a gateway's page in place of an answer is often gone the next moment.
        raise Failure("protocol", what, tries=2, lost=True) from None


def clipped(text: str, longest: int) -> str:
    """`text`, cut with a visible marker where it is longer than is kept."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]} [… cut by simkit: {len(text) - longest} more characters]"


def usage(data: Any, most: tuple[int, int], written: int) -> dict[str, int]:
    """Tokens that were used: what the server counted, or an estimate where that is no count at all."""
    known = data if isinstance(data, dict) else {}
    told = _count(known, "prompt_tokens", "input_tokens"), _count(known, "completion_tokens", "output_tokens")
    if None not in told:
        found = {"input_tokens": told[0], "output_tokens": told[1]}
        details = known.get("prompt_tokens_details") or known.get("input_tokens_details")
        cached = _count(details, "cached_tokens", "cache_read") if isinstance(details, dict) else None
        return found | ({"cached_detail": cached} if cached and cached <= told[0] else {})  # type: ignore[operator,return-value]
    # About four characters make a token of English; three, so as not to count too little.
    return {"input_tokens": most[0] // 3 + 1, "output_tokens": written // 3 + 1, "estimated": 1}


def _count(known: dict[str, Any], *names: str) -> int | None:
    value = next((known[name] for name in names if name in known), None)
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None


def _read_call(at: int, call: dict[str, Any], longest: int) -> ToolCall:
    arguments = call["function"].get("arguments", "")
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    name = clipped(str(call["function"]["name"]), 1000)
    return ToolCall(str(call.get("id") or f"call_{at}")[:1000], name, clipped(text or "{}", longest))


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return "" if content is None else str(content)
