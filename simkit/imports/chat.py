"""Chat-completions messages as events: calls paired with their results, and how each call went.

How a recorded call went is read off what the tool answered, as a person would: arguments that are no JSON object are
`malformed`; an answer that begins with `Error` is a refusal by the business (`not enough seats`, `not found`) unless
it speaks of the arguments (`missing 1 required positional argument`), of an unknown tool or of a technical fault
(`timed out`, `connection`, `internal server error`). All else is `ok`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args

from pydantic import BaseModel

from simkit.imports import strict_json
from simkit.imports.recorded import Happening
from simkit.trace.events import AgentSaid, Outcome, ToolCalled, UserSaid

_ERROR = re.compile(r"\s*(?:Error\b|Unknown (?:action|tool|function)\b)", re.IGNORECASE)
_OURS = re.compile(r"\s*Error \((\w+)\):")
_UNKNOWN = re.compile(
    r"unknown (?:action|tool|function)|(?:action|tool|function) \S* ?(?:not found|does not exist)", re.I
)
_ARGUMENTS = re.compile(
    r"required positional argument|unexpected keyword argument|missing (?:required )?(?:argument|parameter|field)"
    r"|invalid (?:argument|parameter|json)|validation error|is a required property|is not of type",
    re.IGNORECASE,
)
_TECHNICAL = re.compile(
    r"timed? ?out|connection (?:error|refused|reset|failed|closed|aborted)|internal (?:server )?error|traceback"
    r"|\w+Exception\b|(?:service|server|temporarily) unavailable|rate limit|network (?:error|unreachable)|bad gateway"
    r"|(?:status|http|code)\W{0,3}5\d\d\b|\b(?:Key|Type|Value|Index|Attribute|Runtime|OS)Error\b",
    re.IGNORECASE,
)


class Part(BaseModel):
    """One part of a content that is a list."""

    type: str = "text"
    text: str | None = None
    refusal: str | None = None


class Function(BaseModel):
    """What a model asked for: a tool's name, and its arguments as JSON text."""

    name: str
    arguments: Any = None


class Call(BaseModel):
    """One entry of `tool_calls`."""

    id: str | None = None
    function: Function


class Message(BaseModel):
    """One chat-completions message; fields that are not named here are left aside."""

    role: Literal["system", "developer", "user", "assistant", "agent", "tool", "function"]
    content: str | list[Part | str] | None = None
    refusal: str | None = None
    tool_calls: list[Call] | None = None
    function_call: Function | None = None
    tool_call_id: str | None = None
    name: str | None = None

    @property
    def text(self) -> str:
        """The content as text; parts that are no text by their kind, as in `[image_url]`."""
        if self.content is None:
            return self.refusal or ""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(_part(part) for part in self.content)

    @property
    def calls(self) -> list[Call]:
        """The calls it asks for, in today's form and in the old one."""
        old = [Call(function=self.function_call)] if self.function_call else []
        return (self.tool_calls or []) + old


def _part(part: Part | str) -> str:
    if isinstance(part, str):
        return part
    said = part.text if part.text is not None else part.refusal
    return said if said is not None else f"[{part.type}]"


def policy(messages: list[Message]) -> str:
    """What the agent was told before and above the conversation."""
    return "\n\n".join(message.text for message in messages if message.role in ("system", "developer"))


def opening(messages: list[Message]) -> str:
    """The user's first words; empty where no user speaks."""
    return next((message.text for message in messages if message.role == "user"), "")


def happenings(messages: list[Message], stop: str = "") -> Iterator[Happening]:
    """Every event of a conversation. `stop`: a token by which a simulated user ended it, taken out of the text.

    Raises ValueError for a tool's result that no call asked for.
    """
    answers = _answers(messages)
    for number, message in enumerate(messages):
        if message.role == "user":
            yield _user_said(message.text, stop)
        elif message.role in ("assistant", "agent"):
            if message.text or not message.calls:
                yield AgentSaid, {"text": message.text}
            for place, call in enumerate(message.calls):
                yield ToolCalled, called(call.function, answers.get((number, place)))


def _user_said(text: str, stop: str) -> Happening:
    closing = bool(stop) and stop in text
    words = text.replace(stop, "").strip() if closing else text
    return UserSaid, {"text": words, "closing": closing, "act": None if words else "close" if closing else None}


def _answers(messages: list[Message]) -> dict[tuple[int, int], str]:
    """(message, place among its calls) -> the answer: by id, else the first open call of that name, else the first."""
    waiting: list[tuple[tuple[int, int], Call]] = []
    found: dict[tuple[int, int], str] = {}
    for number, message in enumerate(messages):
        if message.calls:
            waiting = [((number, place), call) for place, call in enumerate(message.calls)]
        elif message.role in ("tool", "function"):
            match = _asked(message, [call for _, call in waiting])
            if match is None:
                asked = message.tool_call_id or message.name or "?"
                raise ValueError(f"messages.{number}: a result for '{asked}', which no call just before it asked for")
            place, _ = waiting.pop(match)
            found[place] = message.text
    return found


def _asked(message: Message, open_calls: list[Call]) -> int | None:
    tests = (
        lambda call: message.tool_call_id is not None and call.id == message.tool_call_id,
        lambda call: message.tool_call_id is None and call.function.name == message.name,
        lambda call: message.tool_call_id is None and message.name is None,
        lambda call: call.id is None,
    )
    return next((i for test in tests for i, call in enumerate(open_calls) if test(call)), None)


def called(function: Function, answer: str | None) -> dict[str, Any]:
    """The fields of a call's event, from what was asked and what came back (None: nothing was recorded)."""
    arguments = arguments_of(function)
    if answer is None:
        outcome: Outcome = "error" if isinstance(arguments, dict) else "malformed"
        return {"tool": function.name, "arguments": arguments, "outcome": outcome, "result": "no result was recorded"}
    result = value_of(answer)
    outcome = _outcome(answer, result) if isinstance(arguments, dict) else "malformed"
    shown = result if outcome == "ok" else answer
    return {"tool": function.name, "arguments": arguments, "outcome": outcome, "result": shown}


def arguments_of(function: Function) -> Any:
    """The arguments as an object, or the raw text where they are none. Nothing at all means no arguments."""
    given = function.arguments
    if given is None or (isinstance(given, str) and not given.strip()):
        return {}
    if not isinstance(given, str):
        return given
    try:
        value = strict_json.parse(given)
    except ValueError:
        return given
    return value if isinstance(value, dict) else given


def value_of(answer: str) -> Any:
    """A result that is a JSON object or list as that value, so that readers can look into it; else the text."""
    if answer.lstrip()[:1] not in ("{", "["):
        return answer
    try:
        return strict_json.parse(answer)
    except ValueError:
        return answer


def _outcome(answer: str, result: Any) -> Outcome:
    if isinstance(result, dict) and isinstance(result.get("error"), str) and result["error"]:
        return outcome_of(f"Error: {result['error']}")
    return outcome_of(answer) if result is answer else "ok"


def outcome_of(answer: str) -> Outcome:
    """How a call went, from the text that the tool answered with."""
    if not _ERROR.match(answer):
        return "ok"
    ours = _OURS.match(answer)
    if ours and ours[1] in get_args(Outcome):
        return ours[1]  # type: ignore[return-value]
    head = answer[:2000]
    if _UNKNOWN.search(head):
        return "unknown_tool"
    if _ARGUMENTS.search(head):
        return "invalid_arguments"
    return "error" if _TECHNICAL.search(head) else "refused"
