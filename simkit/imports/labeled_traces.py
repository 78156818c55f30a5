"""`simkit import labeled-traces`: conversations labelled by people with the last good and the first failing state.

JSONL, a conversation a line: `messages` (role, content), `last_success_state`, `first_failure_state`, and
`conversation_id`. A tool call stands in the agent's text: `TOOL_CALL[GetRecipes] Error: no recipes found.`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from simkit.errors import FileError
from simkit.imports import chat, strict_json
from simkit.imports.recorded import Happening, Toolbox, log, name_of, scenario, shortened
from simkit.spec.domain import Card, Tool
from simkit.trace.events import AgentSaid, Ended, Judged, ToolCalled, UserSaid
from simkit.trace.log import Log

_CALL = re.compile(r"TOOL_CALL\[([^\]\n]{1,100})\]")
_WENT_WRONG = re.compile(r"\b(?:error|unable|failed|failure)\b", re.IGNORECASE)


class _Trace(BaseModel):
    conversation_id: str = ""
    messages: list[chat.Message]
    last_success_state: str | None = None
    first_failure_state: str | None = None


_TRACE: TypeAdapter[_Trace] = TypeAdapter(_Trace)


def read(path: Path) -> Iterator[Log]:
    """The labelled conversations, in the file's order. Raises FileError with the line of the first wrong one.

    One that is labelled with a failure has failed.
    """
    tools = _tools(path)
    seen: set[str] = set()
    for line, trace in _traces(path):
        name = name_of(trace.conversation_id or f"line-{line}", "conversation")
        if name in seen:
            raise FileError(path, f"conversation '{name}' stands here twice; give each its own id", line=line)
        seen.add(name)
        case = scenario(name, "labeled-traces", shortened(chat.opening(trace.messages)))
        card = Card(domain="labeled-traces", policy=chat.policy(trace.messages), tools=tools)
        yield log(case, card, _happenings(trace))


def _traces(path: Path) -> Iterator[tuple[int, _Trace]]:
    for line, value in strict_json.lines(path):
        yield line, strict_json.shaped(_TRACE, value, path, line)


def _tools(path: Path) -> tuple[Tool, ...]:
    tools = Toolbox()
    for _, trace in _traces(path):
        for message in trace.messages:
            for name in _CALL.findall(message.text):
                tools.saw(name, {})
    return tools.tools()


def _happenings(trace: _Trace) -> Iterator[Happening]:
    for message in trace.messages:
        if message.role == "user":
            yield UserSaid, {"text": message.text}
        elif message.role in ("assistant", "agent"):
            yield from _said_and_called(message.text)
    for question in ("last_success_state", "first_failure_state"):
        label = getattr(trace, question)
        if label is not None:
            yield Judged, {"question": question, "verdict": label, "reason": "labelled by a person"}
    yield Ended, {"reason": "recorded"}


def _said_and_called(text: str) -> Iterator[Happening]:
    said, *calls = _CALL.split(text)
    if said.strip() or not calls:
        yield AgentSaid, {"text": said.strip()}
    for name, result in zip(calls[::2], calls[1::2], strict=True):
        outcome = "error" if _WENT_WRONG.search(result) else "ok"
        yield ToolCalled, {"tool": name, "arguments": {}, "outcome": outcome, "result": result.strip()}
