"""Faults of tools that a scenario declares: any agent meets them, at the calls that the scenario names."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

import anyio

from simkit.agents.faulty.agent import asked
from simkit.agents.faulty.stage import Call
from simkit.agents.faulty.tools import HOW, tamper_of
from simkit.play.agent import Agent, Part, ToolResult, Turn
from simkit.play.toolbox import Performed, perform
from simkit.play.world import Start, World
from simkit.spec.domain import Domain


class Meeting:
    """The agent of one session, and the faults that it is to meet."""

    def __init__(self, agent: Agent, part: Part, domain: Domain) -> None:
        self.agent, self.part, self.domain = agent, part, domain
        self.calls: Counter[str] = Counter()
        """How often the agent has called each tool with a fault."""

    async def __call__(self, turn: Turn) -> str:
        """The agent's own answer."""
        # WHY from the session: turns that are played back (a resumed or forked session) never come here.
        desk: Any = turn._desk
        self.calls = Counter({one.tool: desk.calls_of(one.tool) for one in self.part.scenario.faults})
        return await asked(self.agent, replace(turn, _call=partial(self._call, turn)))

    async def _call(self, turn: Turn, name: str, arguments: Any, node: str | None, tamper: Any = None) -> ToolResult:
        self.calls[name] += 1
        at = (name, self.calls[name])
        fault = next((one.fault for one in self.part.scenario.faults if (one.tool, one.call) == at), None)
        if fault is None or tamper is not None:
            return await turn.call_tampered(name, arguments, node, tamper)
        changed, seconds = tamper_of(fault, Call(name, arguments), self._at_the_start, self.domain.card.now)
        turn.note_fault(fault, HOW.get(fault, "changed"), "", {"tool": name, "arguments": arguments})
        if seconds:
            await anyio.sleep(seconds)
        return await turn.call_tampered(name, arguments, node, changed)

    def _at_the_start(self, call: Call) -> Performed:
        tables = self.part.scenario.tables(self.domain.tables)
        return perform(self.domain, World(Start(tables, self.domain.card.now)), "agent", *call)
