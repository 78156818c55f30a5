"""Scenarios and personas as a person would write them: the way back from a value to what its file says.

What is written reads back as the same value: `Scenario.model_validate(written(scenario)) == scenario`.
"""

from __future__ import annotations

from typing import Any

from simkit.spec.circumstances import AgentFault
from simkit.spec.condition import Condition
from simkit.spec.goal import CallPattern, EndState, Says, Step
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario


def written(scenario: Scenario) -> dict[str, Any]:
    """A scenario as a mapping of what a file would say: nothing that is so anyway, shorthands where there are some."""
    found = scenario.model_dump(mode="json", exclude_defaults=True)
    found["goal"] = _end(scenario.goal)
    if scenario.reference:
        found["reference"] = [_step(step) for step in scenario.reference]
    if scenario.references:
        found["references"] = [[_step(step) for step in path] for path in scenario.references]
    if scenario.agent_fault:
        found["agent_fault"] = _agent_fault(scenario.agent_fault)
    if scenario.relevant and set(scenario.relevant.values()) == {1}:
        found["relevant"] = list(scenario.relevant)
    return {name: found[name] for name in Scenario.model_fields if name in found}


def written_persona(persona: Persona) -> dict[str, Any]:
    """A persona as a mapping of what its file would say."""
    return persona.model_dump(mode="json", exclude_defaults=True)


def _agent_fault(fault: AgentFault) -> dict[str, Any]:
    found = fault.model_dump(mode="json", exclude_defaults=True)
    found |= {name: _step(step) for name in ("at", "until") if (step := getattr(fault, name))}
    return found | ({"calls": [{call.tool: call.arguments} for call in fault.calls]} if fault.calls else {})


def _end(end: EndState) -> dict[str, Any]:
    found = end.model_dump(mode="json", exclude_defaults=True)
    if end.world:
        found["world"] = {path: _condition(wanted) for path, wanted in end.world.items()}
    for name, write in (("calls", _pattern), ("never", _pattern), ("says", _says), ("never_says", _says)):
        if items := getattr(end, name, ()):
            found[name] = [write(item) for item in items]
    if ends := getattr(end, "any_of", ()):
        found["any_of"] = [_end(one) for one in ends]
    return found


def _condition(condition: Condition) -> Any:
    if condition.check == "equals":
        plain = not isinstance(condition.value, dict)
        return condition.value if plain else {"check": "equals", "value": condition.value}
    within = {"within": condition.within} if condition.check == "approx" else {}
    return {condition.check: condition.value, **within}


def _pattern(pattern: CallPattern) -> Any:
    wanted = {name: _condition(condition) for name, condition in pattern.arguments.items()}
    return {pattern.tool: wanted} if wanted else pattern.tool


def _says(says: Says) -> Any:
    if isinstance(says.value, tuple):
        return {"any_of": [_says(one) for one in says.value]}
    return says.value if says.check == "text" else {says.check: says.value}


def _step(step: Step) -> Any:
    if step.any_order:
        return {"any_order": [_step(one) for one in step.any_order]}
    if step.tool is None:
        return {"say": step.say}
    name = f"user.{step.tool}" if step.by == "user" else step.tool
    return {name: step.arguments} if step.arguments else name
