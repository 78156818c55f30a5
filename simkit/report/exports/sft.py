"""Sessions as training examples for chat models: a line of JSON each, in the format of OpenAI's supervised fine-tuning.

    {"messages": [...], "tools": [...], "parallel_tool_calls": false}

The system message and the texts of tools are what a `model:` agent of simkit is shown, so that a model trained on them
meets what it knows when it is played. Calls stand one a message, each followed by its answer. What comes after the
agent's last word or call is left out: there is nothing in it to learn. So are the user's own calls: the agent never saw
them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from simkit.metrics.injected.kinds import TOOL_FAULTS
from simkit.report.exports.lines import line
from simkit.spec.instructions import instructions
from simkit.trace.events import AgentSaid, Event, Injected, ToolCalled, UserSaid, answer
from simkit.trace.log import Log

Message = dict[str, Any]

SILENT = "in which the agent neither says nor calls anything"
INJECTED = "into whose agent a fault was put"
MALFORMED = "in which it calls with arguments that are no JSON object"


def examples(logs: Iterable[Log], left_out: Counter[str]) -> Iterator[str]:
    """An example for each session; `left_out` counts those that nobody should learn from, by the reason."""
    for log in logs:
        if reason := _unfit(log):
            left_out[reason] += 1
        else:
            yield line(_example(log))


def _unfit(log: Log) -> str:
    own = [event for event in log if _is_own(event)]
    if not own:
        return SILENT
    if any(event.fault not in TOOL_FAULTS for event in log.of(Injected)):
        return INJECTED
    if any(isinstance(event, ToolCalled) and not isinstance(event.arguments, dict) for event in own):
        return MALFORMED
    return ""


def _is_own(event: Event) -> bool:
    return isinstance(event, AgentSaid) or (isinstance(event, ToolCalled) and event.by == "agent")


def _example(log: Log) -> dict[str, Any]:
    domain = log.started.domain
    told = instructions(str(domain.get("policy", "")), str(domain.get("now", "")))
    said = [message for event in log for message in _messages(event)]
    while said[-1]["role"] != "assistant":
        said.pop()
    found: dict[str, Any] = {"messages": [{"role": "system", "content": told}, *said]}
    tools = [_tool(tool) for tool in domain.get("tools", ()) if tool.get("by", "agent") == "agent"]
    return found | ({"tools": tools, "parallel_tool_calls": False} if tools else {})


def _messages(event: Event) -> Iterator[Message]:
    if isinstance(event, UserSaid):
        yield {"role": "user", "content": event.text}
    elif isinstance(event, AgentSaid):
        yield {"role": "assistant", "content": event.text}
    elif isinstance(event, ToolCalled) and event.by == "agent":
        function = {"name": event.tool, "arguments": json.dumps(event.arguments, ensure_ascii=False)}
        call = {"id": f"call_{event.seq}", "type": "function", "function": function}
        yield {"role": "assistant", "content": None, "tool_calls": [call]}
        yield {"role": "tool", "tool_call_id": call["id"], "content": answer(event.outcome, event.result)}


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    function = {name: tool[name] for name in ("name", "description", "parameters")}
    return {"type": "function", "function": function}
