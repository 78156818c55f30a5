"""Faults that were drawn, put down in the scenario: there they stay what they are while all else grows smaller."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from simkit.agents.faulty.agent import drawn
from simkit.agents.faulty.exact import fault_of
from simkit.agents.faulty.rates import faults, rates_of, sound
from simkit.agents.faulty.stage import Plan, Stage
from simkit.probe.shrink.candidate import Candidate
from simkit.spec.domain import Domain
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.spec.written import written
from simkit.trace.log import SessionKey


def pinned(candidate: Candidate, key: SessionKey, scenario: Scenario, domain: Domain, agent: Any) -> tuple[Any, Any]:
    """The candidate and the agent of a session, its fault in the scenario and no longer in the agent.

    `key`, `scenario`: as the session was played. What has no fault stays as it is, and so does what cannot be said: a
    fault at a call that the reference path makes for the second time.
    """
    own = rates_of(scenario.inject) if scenario.inject else {}
    rates = own or faults(agent)
    if not rates:
        return candidate, agent
    stage = Stage(domain, scenario, Persona.model_validate(dict(candidate.persona)))
    plan = drawn(key, candidate.seed, stage, rates)
    if any(place is not None and stage.steps.index(stage.steps[place]) != place for place in _places(plan)):
        return candidate, agent
    said = {name: value for name, value in candidate.scenario.items() if name != "inject"}
    if plan is not None:
        said |= _said(plan, stage)
    return replace(candidate, scenario=said), agent if own else sound(agent)


def _places(plan: Plan | None) -> tuple[int | None, ...]:
    return (plan.at, plan.until) if plan else ()


def _said(plan: Plan, stage: Stage) -> dict[str, Any]:
    """The fault as a scenario says it."""
    if plan.do != "tamper":
        scenario = stage.scenario.model_copy(update={"agent_fault": fault_of(plan, stage)})
        return {"agent_fault": written(scenario)["agent_fault"]}
    assert plan.at is not None
    tool = stage.call(plan.at).tool
    earlier = Counter(str(step.tool) for step in stage.steps[: plan.at])
    return {"faults": [{"tool": tool, "fault": plan.fault, "call": earlier[tool] + 1}]}
