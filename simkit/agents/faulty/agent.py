"""Any agent, with faults put into what it does: at most one a session, so that no fault hides another.

The agent itself knows nothing of it: its calls go through here and are added to, changed, moved or left out on the way,
and so are its words. Before each such call or text stands an `Injected` event: whoever reads the log can count.
"""

from __future__ import annotations

import hashlib
import inspect
from dataclasses import replace
from random import Random
from typing import Any

import anyio
import anyio.to_thread

from simkit.agents.faulty.exact import plan_of
from simkit.agents.faulty.plans import plans_for
from simkit.agents.faulty.rates import Rates, rates_of, written
from simkit.agents.faulty.stage import Plan, Stage, failed
from simkit.agents.faulty.tools import HOW, tampering, tool_plans
from simkit.metrics.injected.kinds import TOOL_FAULTS
from simkit.play.agent import Agent, AgentMaker, Part, ToolResult, Turn
from simkit.spec.acts import user_act
from simkit.spec.condition import same
from simkit.spec.domain import Domain
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.log import SessionKey

Plans = dict[str, tuple[Plan, ...]]
"""Kind of fault to the plans for one scenario; kinds that it cannot have are left out."""


def faulty_maker(make: AgentMaker, domain: Domain, rates: Rates) -> AgentMaker:
    """Makes agents with faults out of what makes agents, for one domain."""
    known: dict[str, tuple[Stage, Plans]] = {}

    def made(part: Part) -> Agent:
        name = part.scenario.digest
        if name not in known:
            known[name] = _planned(domain, part.scenario, part.persona, rates)
        stage, plans = known[name]
        plan = _chosen(part, plans, rates)
        agent = make(part)
        return agent if plan is None else _Playing(agent, stage, plan)

    return made


def as_scenarios_say(make: AgentMaker, domain: Domain) -> AgentMaker:
    """Makes agents with the faults that each scenario asks for (`inject`, `agent_fault`) out of what makes agents."""
    known: dict[str, AgentMaker] = {}

    def made(part: Part) -> Agent:
        if part.scenario.agent_fault:
            stage = Stage(domain, part.scenario, part.persona)
            return _Playing(make(part), stage, plan_of(part.scenario.agent_fault, stage))
        rates = rates_of(part.scenario.inject) if part.scenario.inject else {}
        if not rates:
            return make(part)
        name = written(rates)
        if name not in known:
            known[name] = faulty_maker(make, domain, rates)
        return known[name](part)

    return made


def _planned(domain: Domain, scenario: Scenario, persona: Persona, rates: Rates) -> tuple[Stage, Plans]:
    stage = Stage(domain, scenario, persona)
    return stage, _plans(stage, rates)


def _plans(stage: Stage, rates: Rates) -> Plans:
    plans: Plans = {}
    for kind in rates:
        random = _random(stage.scenario.digest, kind)
        found = tool_plans(stage, kind) if kind in TOOL_FAULTS else plans_for(stage, kind, random)
        if found:
            plans[kind] = found
    return plans


def drawn(key: SessionKey, seed: int, stage: Stage, rates: Rates) -> Plan | None:
    """The fault that a session of that name has with these rates, if it has one."""
    part = Part(key, stage.scenario, stage.persona, stage.card, seed)
    return _chosen(part, _plans(stage, rates), rates)


def _chosen(part: Part, plans: Plans, rates: Rates) -> Plan | None:
    """The session's fault: the kinds take turns over the trials, each from another place on in each scenario and
    persona, so that as many trials as there are kinds have each once."""
    if not plans:
        return None
    first = _random(part.seed, part.key.scenario, part.key.persona).randrange(len(plans))
    kind = list(plans)[(first + part.key.trial) % len(plans)]
    random = _random(part.seed, part.key, "fault")
    return random.choice(plans[kind]) if random.random() < rates[kind] else None


def _random(*of: Any) -> Random:
    return Random(hashlib.sha256("|".join(map(str, of)).encode()).digest())


class _Playing:
    """The agent of one session, with its fault."""

    def __init__(self, agent: Agent, stage: Stage, plan: Plan) -> None:
        self.agent, self.stage, self.plan = agent, stage, plan
        self.open = list(range(len(stage.steps)))
        """The reference's calls that the agent has not made yet."""
        self.over = False
        """Whether the fault is in."""
        self.to_say = ""

    async def __call__(self, turn: Turn) -> str:
        """The agent's answer, with whatever the fault makes of it."""

        async def call(name: str, arguments: Any, node: str | None, tamper: Any = None) -> ToolResult:
            return await self._call(turn, str(name), arguments, node, tamper)

        if self.plan.at is None and not self.over:
            await self._add(turn)
            self.to_say = self.plan.text
        text = await asked(self.agent, replace(turn, _call=call))
        if self.plan.do == "early" and not self.over and self._is_next() and user_act(turn.text) != "affirm":
            self.over = True
            await self._put(turn, "moved", None)
        if not self.to_say:
            return text
        turn.note_fault(self.plan.fault, "said", self.plan.rule, text)
        claim, self.to_say = self.to_say, ""
        return f"{claim} {text}"

    def _is_next(self) -> bool:
        """Whether the call that is to come early is the next that the reference has."""
        return self.open[:1] == [self.plan.at]

    async def _call(self, turn: Turn, name: str, arguments: Any, node: str | None, tamper: Any) -> ToolResult:
        """`tamper`: a fault of the tool that the scenario declares, which may meet the same call."""
        at = next((at for at in self.open if self._is(at, name, arguments)), None)
        if at is None or at not in (self.plan.at, self.plan.until):
            self.open = [one for one in self.open if one != at]
            return await turn.call_tampered(name, arguments, node, tamper)
        self.open.remove(at)
        plan = self.plan
        if at == plan.until:
            result = await self._put(turn, "moved", node, at)
            assert plan.at is not None
            await self._put(turn, "moved", node, plan.at)
            return result
        if plan.do == "early" and self.over:
            return self._as_rehearsed(at)
        if plan.do in ("skip", "hold"):
            self._note(turn, "left out" if plan.do == "skip" else "put off")
            return self._as_rehearsed(at)
        self.to_say, self.over = plan.text, True
        if plan.do == "fail":
            self._note(turn, "failed")
            await turn.call_tampered(name, arguments, node, lambda perform: failed(self.stage.call(at)))
            return self._as_rehearsed(at)
        if plan.do == "tamper":
            return await self._tampered(turn, name, arguments, node)
        if plan.do == "instead":
            self._note(turn, "changed")
            return await turn.call_json(plan.calls[0].tool, plan.calls[0].arguments, node=node)
        if plan.do == "before":
            await self._add(turn)
        result = await turn.call_tampered(name, arguments, node, tamper)
        if plan.do == "after":
            await self._add(turn)
        return result

    def _is(self, at: int, name: str, arguments: Any) -> bool:
        step = self.stage.steps[at]
        return step.tool == name and same(step.arguments, arguments)

    async def _add(self, turn: Turn) -> None:
        self.over = True
        for call in self.plan.calls:
            turn.note_fault(self.plan.fault, "added", self.plan.rule)
            await turn.call_json(call.tool, call.arguments)

    async def _put(self, turn: Turn, how: str, node: str | None, at: int | None = None) -> ToolResult:
        """Make one of the reference's calls, at a time of ours."""
        place = self.plan.at if at is None else at
        assert place is not None
        self._note(turn, how, place)
        call = self.stage.call(place)
        return await turn.call_json(call.tool, call.arguments, node=node)

    async def _tampered(self, turn: Turn, name: str, arguments: Any, node: str | None) -> ToolResult:
        tamper, seconds = tampering(self.stage, self.plan, arguments)
        self._note(turn, HOW.get(self.plan.fault, "changed"))
        if seconds:
            await anyio.sleep(seconds)
        return await turn.call_tampered(name, arguments, node, tamper)

    def _note(self, turn: Turn, how: str, at: int | None = None) -> None:
        place = self.plan.at if at is None else at
        instead = self.stage.call(place)._asdict() if place is not None else None
        turn.note_fault(self.plan.fault, how, self.plan.rule, instead)

    def _as_rehearsed(self, at: int) -> ToolResult:
        """What the agent believes that its call came to."""
        done = self.stage.done[at]
        return ToolResult(done.outcome, done.result)


async def asked(agent: Agent, turn: Turn) -> str:
    """An agent's answer, whether it waits or not."""
    target = inspect.unwrap(agent)
    if inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(type(target).__call__):
        answer: Any = agent(turn)
    else:
        answer = await anyio.to_thread.run_sync(agent, turn, abandon_on_cancel=True)
    return await answer if inspect.isawaitable(answer) else answer
