"""`simkit import openai-messages`: JSONL, a chat-completions conversation a line.

A line is a list of messages, or an object with `messages` and, where there are some, `id`, `tools` (definitions as
sent to the model) and `metadata` (`reward`: a number or true/false; `model`; `trial`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

from simkit.errors import FileError
from simkit.imports import chat, strict_json
from simkit.imports.recorded import Happening, Toolbox, log, name_of, scenario, shortened
from simkit.spec.domain import Card, Tool
from simkit.trace.events import Ended, Judged
from simkit.trace.log import Log


class _Definition(BaseModel):
    name: str
    description: str = ""
    parameters: dict[str, Any] = {"type": "object", "properties": {}}


class _Defined(BaseModel):
    function: _Definition


class _Metadata(BaseModel):
    reward: float | None = None
    model: str = "recorded"
    trial: int | None = Field(default=None, ge=0, lt=2**31)


class _Conversation(BaseModel):
    messages: list[chat.Message]
    id: str | int | None = None
    tools: list[_Defined] | None = None
    metadata: _Metadata | None = None


_CONVERSATION: TypeAdapter[_Conversation] = TypeAdapter(_Conversation)


def read(path: Path) -> Iterator[Log]:
    """The conversations, in the file's order. Raises FileError with the line of the first wrong one.

    Conversations of one id are trials of one scenario, numbered as they stand unless `metadata.trial` says otherwise.
    """
    tools = _tools(path)
    seen: set[tuple[str, int]] = set()
    trials: Counter[str] = Counter()
    for line, talk in _conversations(path):
        name = name_of(str(talk.id) if talk.id is not None else f"line-{line}", "conversation")
        given = (talk.metadata or _Metadata()).trial
        trial = trials[name] if given is None else given
        trials[name] += 1
        if (name, trial) in seen:
            what = f"trial {trial} of '{name}' stands here twice; give each its own id or metadata.trial"
            raise FileError(path, what, line=line)
        seen.add((name, trial))
        yield _log(path, line, talk, tools, (name, trial))


def _conversations(path: Path) -> Iterator[tuple[int, _Conversation]]:
    for line, value in strict_json.lines(path):
        whole = {"messages": value} if isinstance(value, list) else value
        talk = strict_json.shaped(_CONVERSATION, whole, path, line)
        if not talk.messages:
            raise FileError(path, "has no messages; remove the line, or give it some", line=line)
        yield line, talk


def _tools(path: Path) -> tuple[Tool, ...]:
    tools = Toolbox()
    for _, talk in _conversations(path):
        for tool in talk.tools or ():
            tools.define(tool.function.name, tool.function.description, tool.function.parameters)
        for message in talk.messages:
            for call in message.calls:
                tools.saw(call.function.name, chat.arguments_of(call.function))
    return tools.tools()


def _log(path: Path, line: int, talk: _Conversation, tools: tuple[Tool, ...], key: tuple[str, int]) -> Log:
    about = talk.metadata or _Metadata()
    case = scenario(key[0], "openai-messages", shortened(chat.opening(talk.messages)))
    card = Card(domain="openai-messages", policy=chat.policy(talk.messages), tools=tools)
    try:
        return log(case, card, list(_happenings(talk)), trial=key[1], agent=about.model)
    except ValueError as error:
        raise FileError(path, f"{error}; put each result right after its call", line=line) from None


def _happenings(talk: _Conversation) -> Iterator[Happening]:
    yield from chat.happenings(talk.messages)
    if talk.metadata and talk.metadata.reward is not None:
        yield Judged, {"question": "reward", "verdict": talk.metadata.reward, "reason": "recorded"}
    yield Ended, {"reason": "recorded"}
