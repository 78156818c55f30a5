"""A tau2-bench conversation as events: both sides' calls paired with their results, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from simkit.imports import chat
from simkit.imports.recorded import Happening
from simkit.trace.events import AgentSaid, Boundary, Ended, EndReason, Failed, ToolCalled, UserSaid

STOPS = ("###STOP###", "###TRANSFER###", "###OUT-OF-SCOPE###")
"""By one of these words the simulated user ended a session (by the first, an agent that works alone)."""

_REASONS: dict[str, EndReason] = {"max_steps": "turn_limit", "timeout": "time_limit"}
_FAILURES: dict[str, tuple[Boundary, EndReason]] = {
    "agent_error": ("agent", "agent_failed"),
    "too_many_errors": ("agent", "agent_failed"),
    "context_window_exceeded": ("agent", "agent_failed"),
    "user_error": ("user", "user_failed"),
    "infrastructure_error": ("model", "model_failed"),
    "unexpected_error": ("model", "model_failed"),
}
"""Whose fault an end is that nobody wanted."""


class Call(BaseModel):
    """One entry of `tool_calls`."""

    id: str | None = None
    name: str
    arguments: Any = {}
    requestor: Literal["assistant", "user"] = "assistant"


class Result(BaseModel):
    """What a tool answered."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str | None = None
    content: str | None = None
    error: bool = False


class Message(BaseModel):
    """One message; several results may stand in one as `tool_messages`."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    role: Literal["system", "assistant", "user", "tool"]
    content: str | None = None
    tool_calls: list[Call] | None = None
    id: str | None = None
    error: bool = False
    tool_messages: list[Result] | None = None

    @property
    def results(self) -> list[Result]:
        """The results that a tool's message brings."""
        alone = Result(id=self.id, content=self.content, error=self.error)
        return [alone] if self.tool_messages is None else self.tool_messages


def happenings(messages: list[Message], termination: str) -> Iterator[Happening]:
    """Every event of a conversation up to its end. Raises ValueError for a result that no call asked for.

    What is said beside calls comes before them. A word by which somebody stopped is taken out of the text.
    """
    answers = _answers(messages)
    last = len(messages) - 1
    for number, message in enumerate(messages):
        if message.role not in ("assistant", "user"):
            continue
        stopped = number == last and termination == f"{'agent' if message.role == 'assistant' else 'user'}_stop"
        yield from _said(message, stopped and not message.tool_calls)
        for place, call in enumerate(message.tool_calls or ()):
            yield ToolCalled, _called(call, answers.get((number, place)))


def ended(termination: str) -> Happening:
    """The last event."""
    reason = _REASONS.get(termination, "recorded")
    return Ended, {"reason": _FAILURES[termination][1] if termination in _FAILURES else reason}


def failed(termination: str) -> Iterator[Happening]:
    """The failure by which a session ended, if it did."""
    if termination in _FAILURES:
        yield Failed, {"boundary": _FAILURES[termination][0], "error": f"{termination} (as tau2 recorded it)"}


def _said(message: Message, stopped: bool) -> Iterator[Happening]:
    text = message.content or ""
    found = [word for word in STOPS if stopped and word in text]
    for word in found:
        text = text.replace(word, "")
    text = text.strip() if found else text
    if message.role == "assistant":
        if text or not (message.tool_calls or found):
            yield AgentSaid, {"text": text}
    elif text or not message.tool_calls:
        yield UserSaid, {"text": text, "closing": stopped, "act": "close" if stopped and not text else None}


def _answers(messages: list[Message]) -> dict[tuple[int, int], Result]:
    """(message, place among its calls) -> the result: by id, else the first call before it that still has none."""
    waiting: list[tuple[tuple[int, int], Call]] = []
    found: dict[tuple[int, int], Result] = {}
    for number, message in enumerate(messages):
        if message.tool_calls:
            waiting = [((number, place), call) for place, call in enumerate(message.tool_calls)]
        for result in message.results if message.role == "tool" else ():
            fits = (at for at, (_, call) in enumerate(waiting) if call.id == result.id or not (call.id and result.id))
            match = next(fits, None)
            if match is None:
                raise ValueError(
                    f"messages.{number}: a result for '{result.id}', which no call just before it asked for"
                )
            place, _ = waiting.pop(match)
            found[place] = result
    return found


def _called(call: Call, result: Result | None) -> dict[str, Any]:
    """A call that tau2 calls an error is one, whatever its text; one that it does not is `ok`, whatever its text."""
    function = chat.Function(name=call.name, arguments=call.arguments)
    fields = chat.called(function, None if result is None else result.content or "")
    fields["by"] = "user" if call.requestor == "user" else "agent"
    if result is not None and fields["outcome"] != "malformed":
        text = result.content or ""
        outcome = chat.outcome_of(text if text.lstrip().startswith("Error") else f"Error: {text}")
        fields["outcome"] = outcome if result.error else "ok"
        fields["result"] = text if result.error else chat.value_of(text)
    return fields
