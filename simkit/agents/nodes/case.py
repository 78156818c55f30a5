"""One recorded occurrence of a node as JSON: cut from a run once, checked in any test suite from then on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from simkit.agents.nodes.alone import Came, Given, run_alone
from simkit.agents.nodes.shapes import differences, kept, revived, shown
from simkit.agents.resolve import resolve_agent
from simkit.play.agent import Part, ToolResult
from simkit.spec.domain import Card, Domain, Tool
from simkit.spec.goal import Goal
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.events import ToolCalled
from simkit.trace.log import SessionKey

UNRECORDED = "this call was not recorded"
"""What a tool answers in a test, where the log has no answer."""


def different(was: Came, now: Came) -> Iterator[str]:
    """Each difference between what happened and what came: in calls, route, update and error."""
    if was.calls is not None and now.calls is not None:
        yield from differences(shown(list(was.calls)), shown(list(now.calls)), "calls")
    if was.route is not None and now.route is not None:
        yield from differences(list(was.route), list(now.route), "route")
    yield from differences(shown(was.update), shown(now.update), "update")
    if bool(was.error) != bool(now.error):
        yield from differences(was.error, now.error, "error")


def case_of(name: str, given: Given, came: Came, recorded: Sequence[ToolCalled]) -> dict[str, Any]:
    """An occurrence as JSON. Raises TypeError, naming the place, where its input is of what JSON does not hold."""
    return {
        "name": name,
        "input": kept(given.input),
        "state": kept(dict(given.state)),
        "answers": [one.model_dump(mode="json", include=set(_ANSWER)) for one in recorded],
        "expected": {
            "calls": None if came.calls is None else shown(list(came.calls)),
            "route": None if came.route is None else list(came.route),
            "update": shown(came.update),
            "error": came.error,
        },
    }


_ANSWER = ("tool", "arguments", "outcome", "result")


def differences_of(agent: Any, node: str, case: Mapping[str, Any], tools: Sequence[Mapping[str, Any]]) -> list[str]:
    """Run a node on a recorded case and say what differs from what was recorded. Calls are answered as recorded.

    Raises UsageError where the agent is no LangGraph graph or has no such node.
    """
    expected = case["expected"]
    route, calls = (None if expected[name] is None else tuple(expected[name]) for name in ("route", "calls"))
    was = Came(expected["update"], calls, route, expected["error"])
    given = Given(revived(case["input"]), revived(case["state"]), tools=tuple(map(Tool.model_validate, tools)))
    graph = graph_of(agent, given.tools)
    came = anyio.run(partial(run_alone, graph, node, given, _Recorded(case["answers"])))
    return list(different(was, came))


def graph_of(agent: Any, tools: tuple[Tool, ...]) -> Any:
    """The graph of an agent that has these tools. Raises UsageError where it is none."""
    from simkit.errors import UsageError

    domain = Domain(card=Card(domain="recorded", tools=tools), folder=Path(), functions={}, tables={})
    name, make = resolve_agent(agent, domain)
    scenario = Scenario(scenario="recorded", domain="recorded", wants="what was recorded", goal=Goal())
    persona = Persona(persona="plain", summary="Somebody.", manner="Plain.")
    made = make(Part(SessionKey("recorded", "plain", 0), scenario, persona, domain.card, 0))
    if not hasattr(made, "graph"):
        raise UsageError(f"agent {name}: is no LangGraph graph: only graphs have nodes")
    return made.graph


class _Recorded:
    """Answers calls as recorded, each once."""

    def __init__(self, answers: Sequence[Mapping[str, Any]]) -> None:
        self._left = list(answers)

    def __call__(self, name: str, arguments: Any) -> ToolResult:
        """What a call comes to."""
        for at, call in enumerate(self._left):
            if (call["tool"], call["arguments"]) == (name, arguments):
                del self._left[at]
                return ToolResult(call["outcome"], call["result"])
        return ToolResult("error", UNRECORDED)
