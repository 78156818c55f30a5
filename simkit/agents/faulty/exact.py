"""Faults as a scenario says them (`agent_fault`), and plans of them: both ways."""

from __future__ import annotations

from simkit.agents.faulty.stage import Call, Plan, Stage
from simkit.spec.circumstances import AgentFault, ErringCall
from simkit.spec.goal import Step


def plan_of(fault: AgentFault, stage: Stage) -> Plan:
    """Where in the reference path that fault is. The scenario was checked: its calls are there."""
    calls = tuple(Call(call.tool, call.arguments) for call in fault.calls)
    at, until = _place(fault.at, stage), _place(fault.until, stage)
    return Plan(fault.fault, fault.do, at, calls, until, fault.rule, fault.text)


def fault_of(plan: Plan, stage: Stage) -> AgentFault:
    """A fault of the agent's as a scenario says it."""
    assert plan.do != "tamper", "the tool's fault, not the agent's"
    return AgentFault(
        fault=plan.fault,
        do=plan.do,
        at=None if plan.at is None else stage.steps[plan.at],
        calls=tuple(ErringCall(tool=call.tool, arguments=call.arguments) for call in plan.calls),
        until=None if plan.until is None else stage.steps[plan.until],
        rule=plan.rule,
        text=plan.text,
    )


def _place(step: Step | None, stage: Stage) -> int | None:
    return None if step is None else stage.steps.index(step)
