"""`simkit import tau-bench`: a JSON list of recorded sessions, each with its task, trial, messages and reward."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

from simkit.errors import FileError
from simkit.imports import chat, strict_json
from simkit.imports.recorded import Happening, Toolbox, log, name_of, scenario
from simkit.spec.domain import Card, Tool
from simkit.spec.goal import Says, Step
from simkit.spec.scenario import Fact
from simkit.trace.events import Ended, Judged
from simkit.trace.log import Log

_STOP = "###STOP###"
"""By this word the recorded user ended a session."""


class _Action(BaseModel):
    name: str
    kwargs: dict[str, Any] = {}


class _Task(BaseModel):
    instruction: str = ""
    user_id: str | None = None
    actions: list[_Action] = []
    outputs: list[str | int | float] = []


class _Info(BaseModel):
    task: _Task = _Task()


class _Record(BaseModel):
    task_id: int | str
    trial: int = Field(default=0, ge=0, lt=2**31)
    reward: float
    info: _Info = _Info()
    traj: list[chat.Message]


_RECORD: TypeAdapter[_Record] = TypeAdapter(_Record)


def read(path: Path) -> Iterator[Log]:
    """The recorded sessions, in the file's order. Raises FileError with the line of the first wrong entry.

    A scenario is a task: it wants the instruction; its reference path is the gold actions, then the outputs to be
    said (a task without actions wants nothing to be done). The recorded reward decides; whether the outputs were said
    is shown beside it.
    """
    tools = _tools(path)
    seen: set[tuple[str, int]] = set()
    for line, record in _records(path):
        name = name_of(f"task-{record.task_id}", "task")
        if (name, record.trial) in seen:
            what = f"task {record.task_id}, trial {record.trial} stands here twice; give each its own trial"
            raise FileError(path, what, line=line)
        seen.add((name, record.trial))
        yield _log(path, line, name, record, tools)


def _records(path: Path) -> Iterator[tuple[int, _Record]]:
    for line, value in strict_json.items(path):
        yield line, strict_json.shaped(_RECORD, value, path, line)


def _tools(path: Path) -> tuple[Tool, ...]:
    tools = Toolbox()
    for _, record in _records(path):
        for action in record.info.task.actions:
            tools.saw(action.name, action.kwargs)
        for message in record.traj:
            for call in message.calls:
                tools.saw(call.function.name, chat.arguments_of(call.function))
    return tools.tools()


def _log(path: Path, line: int, name: str, record: _Record, tools: tuple[Tool, ...]) -> Log:
    task = record.info.task
    knows: dict[str, Fact] = {"user_id": task.user_id} if task.user_id else {}
    steps = [Step(tool=action.name, arguments=action.kwargs) for action in task.actions]
    steps += [Step(say=str(output)) for output in task.outputs]
    says = tuple(_says(output) for output in task.outputs)
    about = {"knows": knows, "says": says, "benchmark": {"name": "tau-bench"}}
    case = scenario(name, "tau-bench", task.instruction, reference=tuple(steps), **about)
    card = Card(domain="tau-bench", policy=chat.policy(record.traj), tools=tools)
    try:
        return log(case, card, list(_happenings(record)), trial=record.trial)
    except ValueError as error:
        raise FileError(path, f"{error}; mend or remove this entry", line=line) from None


def _says(output: str | float) -> Says:
    """An output as a typed value: an amount in any form, a long number as the id that it is, else words."""
    text = str(output).strip()
    if re.fullmatch(r"-?\d{1,5}(?:\.\d+)?|-?\d+\.\d+", text):
        return Says(check="number", value=float(text))
    return Says(check="id" if text.isdigit() else "text", value=text)


def _happenings(record: _Record) -> Iterator[Happening]:
    yield from chat.happenings(record.traj, stop=_STOP)
    yield Judged, {"question": "reward", "verdict": record.reward, "reason": "recorded"}
    yield Ended, {"reason": "recorded"}
