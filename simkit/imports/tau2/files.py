"""`simkit import tau2`: result files of tau2-bench (tasks and simulations in one JSON object), and its task files.

A scenario is a task, under its own id where that is a name. Its reference path is the gold actions, then what is to be
communicated. Whatever the file records of the evaluation stands in the log as verdicts, a check each, for
`simkit score RUN --profile tau2`. A task that was not simulated is a session in which nothing happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from simkit.errors import FileError, one_line
from simkit.imports import strict_json
from simkit.imports.recorded import Happening, Toolbox, log, name_of, scenario, shortened
from simkit.imports.tau2.shapes import Agent, Info, Reward, Simulation, Task
from simkit.imports.tau2.talk import ended, failed, happenings
from simkit.imports.tau2.tasks import PARTIES, told
from simkit.spec.domain import Card, Tool
from simkit.trace.events import Judged, UserSaid
from simkit.trace.log import Log

_INFO: TypeAdapter[Info] = TypeAdapter(Info)
_TASK: TypeAdapter[Task] = TypeAdapter(Task)
_SIMULATION: TypeAdapter[Simulation] = TypeAdapter(Simulation)


@dataclass
class _Frame:
    """What a file says beside its simulations."""

    info: Info | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    scenarios: dict[str, dict[str, Any]] = field(default_factory=dict)
    tools: tuple[Tool, ...] = ()
    inside: bool = False
    """Whether the simulations stand in the file itself."""
    alone: bool = False
    """Whether the agent works by itself: sessions were simulated, and no user says or does anything in any of them."""

    @property
    def domain(self) -> str:
        name = self.info.environment_info.domain_name if self.info else ""
        return f"tau2-{name_of(name, 'domain')}" if name else "tau2"

    @property
    def agent(self) -> str:
        about = self.info.agent_info if self.info else Agent()
        return about.llm or about.implementation


def read(path: Path) -> Iterator[Log]:
    """The simulations, in the file's order; the tasks, where the file holds nothing else. Raises FileError with the
    line of the first wrong entry.

    Where the simulations of a result file stand in a folder `simulations` beside it, they are read from there.
    """
    frame = _frame(path)
    policy = frame.info.environment_info.policy if frame.info else ""
    card = Card(domain=frame.domain, policy=policy, tools=frame.tools)
    if frame.info is None:
        for task in frame.tasks.values():
            yield log(_scenario(frame, task), card, [ended("")], agent="none")
        return
    trials: Counter[str] = Counter()
    seen: set[tuple[str, int]] = set()
    for file, line, one in _simulations(path, frame):
        trial = trials[one.task_id] if one.trial is None else one.trial
        trials[one.task_id] += 1
        name = one_line(one.task_id, 100)
        if one.task_id not in frame.tasks:
            raise FileError(file, f"task '{name}' is not among the tasks of this file; is it whole?", line=line)
        if (one.task_id, trial) in seen:
            what = f"task '{name}', trial {trial} stands here twice; give each its own trial"
            raise FileError(file, what, line=line)
        seen.add((one.task_id, trial))
        case = _scenario(frame, frame.tasks[one.task_id])
        try:
            happened = list(_happenings(one, frame.tasks[one.task_id].ticket))
            yield log(case, card, happened, trial=trial, agent=frame.agent)
        except ValueError as error:
            raise FileError(file, f"{error}; mend or remove this entry", line=line) from None


def _frame(path: Path) -> _Frame:
    frame, seen = _Frame(), _Seen()
    for line, key, value in _members(path):
        if key == "info":
            frame.info = strict_json.shaped(_INFO, value, path, line)
        elif key == "tasks":
            task = strict_json.shaped(_TASK, value, path, line)
            if task.id in frame.tasks:
                what = f"task '{one_line(task.id, 100)}' stands here twice; keep one"
                raise FileError(path, what, line=line)
            frame.tasks[task.id] = task
        elif key == "simulations" and value is not None:
            frame.inside = True
            seen.simulation(strict_json.shaped(_SIMULATION, value, path, line))
    for file in () if frame.inside else _beside(path):
        seen.simulation(strict_json.shaped(_SIMULATION, strict_json.whole(file), file, 1))
    frame.alone = seen.agents_talk and not seen.users_talk
    for task in frame.tasks.values():
        seen.task(task, alone=frame.alone)
    for name, about in ((frame.info and frame.info.environment_info.tool_defs) or {}).items():
        seen.sides["assistant"].define(name, about.doc, about.params or {"type": "object", "properties": {}})
    frame.tools = seen.tools()
    return frame


def _members(path: Path) -> Iterator[tuple[int, str, Any]]:
    """A list is that of a task file."""
    if strict_json.begins(path) == "[":
        yield from ((line, "tasks", value) for line, value in strict_json.items(path))
    else:
        yield from strict_json.members(path)


def _simulations(path: Path, frame: _Frame) -> Iterator[tuple[Path, int, Simulation]]:
    if not frame.inside:
        for file in _beside(path):
            yield file, 1, strict_json.shaped(_SIMULATION, strict_json.whole(file), file, 1)
        return
    for line, key, value in _members(path):
        if key == "simulations":
            yield path, line, strict_json.shaped(_SIMULATION, value, path, line)


def _beside(path: Path) -> list[Path]:
    return sorted((path.parent / "simulations").glob("*.json"))


class _Seen:
    """Each side's tools, from gold actions and calls; what changes something, from the checks that say so."""

    def __init__(self) -> None:
        self.sides = {"assistant": Toolbox(), "user": Toolbox()}
        self.agents_talk = self.users_talk = False
        self._writes: dict[str, bool] = {}

    def task(self, task: Task, *, alone: bool) -> None:
        for action in (task.evaluation_criteria and task.evaluation_criteria.actions) or ():
            self.sides["assistant" if alone else action.requestor].saw(action.name, action.arguments)

    def simulation(self, one: Simulation) -> None:
        roles = {message.role for message in one.messages or ()}
        self.agents_talk |= "assistant" in roles
        self.users_talk |= "user" in roles
        for call in (call for message in one.messages or () for call in message.tool_calls or ()):
            self.sides[call.requestor].saw(call.name, call.arguments)
        for check in (one.reward_info and one.reward_info.action_checks) or ():
            if check.action and check.tool_type:
                self._writes[check.action.name] = check.tool_type == "write"

    def tools(self) -> tuple[Tool, ...]:
        return tuple(
            tool.model_copy(update={"by": by, "effect": _effect(tool, self._writes)})
            for side, by in PARTIES.items()
            for tool in self.sides[side].tools()
        )


def _effect(tool: Tool, writes: dict[str, bool]) -> str:
    return tool.effect if tool.name not in writes else "write" if writes[tool.name] else "read"


def _scenario(frame: _Frame, task: Task) -> dict[str, Any]:
    if task.id not in frame.scenarios:
        frame.scenarios[task.id] = scenario(name_of(task.id, "task"), frame.domain, **told(task, alone=frame.alone))
    return frame.scenarios[task.id]


def _happenings(one: Simulation, ticket: str | None) -> Iterator[Happening]:
    messages = one.messages or []
    if ticket and messages and not any(message.role == "user" for message in messages):
        yield UserSaid, {"text": ticket}  # an agent that works alone is told by the ticket, not by a person
    yield from happenings(messages, one.termination_reason)
    yield _verdict("termination_reason", one.termination_reason)
    if one.reward_info is not None:
        yield from _checks(one.reward_info)
        yield Judged, {"question": "reward", "verdict": one.reward_info.reward, "reason": "recorded"}
    yield from failed(one.termination_reason)
    yield ended(one.termination_reason)


def _checks(found: Reward) -> Iterator[Happening]:
    if found.reward_basis is not None:
        yield _verdict("reward_basis", ", ".join(found.reward_basis))
    if found.db_check is not None and found.db_check.db_match is not None:
        yield _verdict("DB", found.db_check.db_match)
    for check in found.env_assertions or ():
        yield _verdict("ENV_ASSERTION", check.met, check.env_assertion and check.env_assertion.func_name)
    for check in found.action_checks or ():
        yield _verdict("ACTION", check.action_match, check.action and check.action.name)
    for check in found.communicate_checks or ():
        yield _verdict("COMMUNICATE", check.met, check.info)
    for check in found.nl_assertions or ():
        why = f"{check.nl_assertion}: {check.justification or ''}" if check.nl_assertion else check.justification
        yield _verdict("NL_ASSERTION", check.met, why)


def _verdict(what: str, verdict: bool | str | None, reason: str | None = "") -> Happening:
    found = "not evaluable" if verdict is None else verdict
    return Judged, {"question": f"tau2.{what}", "verdict": found, "reason": shortened(reason or "recorded")}
