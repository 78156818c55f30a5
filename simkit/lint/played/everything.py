"""An agent that does everything: a goal that it reaches is too lax.

It knows what the user knows, calls every tool that looks something up with whatever it has learnt, then every tool that
changes something, lets the user do all that they can, and says all that is plausible: policy, results, apologies, a
question for each slot. It knows nothing of the reference. It is given up at the first thing that cannot be made good:
a forbidden call, or a change of what the goal does not speak of.

A question by which nothing can be changed and nothing is forbidden is answered by whoever reads everything out: there
that proves nothing, and nothing is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from simkit.agents.faulty.pools import named, nearest, shape
from simkit.lint.played.rehearsal import Rehearsal, Stages
from simkit.lint.stake import alike
from simkit.metrics.goal import matching_calls
from simkit.metrics.world import may_change
from simkit.play.toolbox import Performed, perform
from simkit.play.world import World
from simkit.spec.crosscheck import filled, validator
from simkit.spec.domain import Domain, Tool
from simkit.spec.files import Case
from simkit.spec.frozen import canonical
from simkit.spec.goal import Goal
from simkit.trace.events import Party, ToolCalled

CALLS = 240
"""Calls that it makes at most."""
FILLINGS = 24
"""Ways to fill the arguments of one tool that it tries in a round, at most."""
FEW = 6
"""Values that it tries for one argument, at most."""
ROUNDS = 3
"""How often it looks everything up, and changes everything, with what it has learnt since."""

TALK = (
    "Thank you for your message.",
    "I'm sorry, I can't help you with that.",
    "Unfortunately that is not possible, it is against our policy.",
    "Done. Everything has been taken care of successfully.",
    "Please hold on while I look that up.",
    "Is there anything else I can help you with?",
)
"""What fits everywhere and tells nothing."""


class Lookups:
    """What reads answer in the world as it is at the start, worked out once for all scenarios of a check."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, str], Performed] = {}

    def perform(self, domain: Domain, world: World, by: Party, name: str, arguments: Any) -> Performed:
        """`toolbox.perform`, for reads of a world that nobody has changed."""
        key = (id(domain.tables), name, canonical(arguments))
        if key not in self._known:
            self._known[key] = perform(domain, world, by, name, arguments)
        return self._known[key]


class Everything:
    """That agent, in one scenario."""

    def __init__(self, case: Case, stages: Stages, lookups: Lookups) -> None:
        self.case, self.lookups = case, lookups
        self.made = Rehearsal(case, stages.start(case.domain))
        self.known: dict[tuple[str, str], tuple[str, Any]] = {}
        self.tried: set[tuple[str, str]] = set()
        self.told: list[str] = []

    def passes(self) -> bool:
        """Whether it reaches the goal."""
        self._learn(self.case.scenario.facts())
        tools = [tool for tool in self.case.domain.card.tools if tool.by == "agent"]
        reads = [tool for tool in tools if tool.effect == "read"]
        writes = [tool for tool in tools if tool.effect == "write"]
        untouched = True
        for _ in range(ROUNDS):
            performs = self.lookups.perform if untouched else perform
            news = sum(self._tries(tool, performs) for tool in reads)
            if not all(self._changes(tool) for tool in writes):
                return False
            untouched = untouched and not self.made.world.snapshot()
            if not news:
                break
        for act in self.case.domain.card.user_acts:
            arguments = filled(act.arguments, self.case.scenario.facts())
            if self._spoils(self.made.calls(act.call, arguments, "user")):
                return False
        for text in (*self._talk(), *self.told):
            self.made.says(text)
        return self.made.reached and (self._could_harm() or bool(self.case.scenario.goal.never))

    def _could_harm(self) -> bool:
        free = self.case.scenario.goal.elsewhere == "free"
        return free or any(isinstance(one, ToolCalled) and one.changes for one in self.made.events)

    def _tries(self, tool: Tool, performs: Any) -> int:
        """Calls of a tool that are new; how many."""
        before = len(self.tried)
        for arguments in self._fillings(tool):
            call = self.made.calls(tool.name, arguments, performs=performs)
            if call.outcome == "ok":
                self._learn(call.result)
                self.told.append(json.dumps(call.result, ensure_ascii=False))
        return len(self.tried) - before

    def _changes(self, tool: Tool) -> bool:
        """Call a tool that changes something, in every way; False at the first change that spoils the goal."""
        for arguments in self._fillings(tool):
            for _ in range(2):  # what can be done once too often is done once too often
                self.made.hears("Yes, please go ahead.", "affirm")
                call = self.made.calls(tool.name, arguments)
                if self._spoils(call):
                    return False
                if call.outcome != "ok":
                    break
                self._learn(call.result)
                self.told.append(json.dumps(call.result, ensure_ascii=False))
        return True

    def _spoils(self, call: ToolCalled) -> bool:
        goal: Goal = self.case.scenario.goal
        if call.outcome != "ok":
            return False
        kept = goal.elsewhere == "unchanged"
        if kept and any(not may_change(goal, change.path) for change in call.changes):
            return True
        return bool(goal.never) and any(matching_calls(self.made.episode(), one) for one in goal.never)

    def _learn(self, given: Any) -> None:
        for name, value in named(given):
            self.known.setdefault((name, canonical(value)), (shape(value) if isinstance(value, str) else "", value))

    def _fillings(self, tool: Tool) -> Iterator[dict[str, Any]]:
        """New calls of a tool that its schema admits: with what it requires, and with one more that is known."""
        properties: Mapping[str, Any] = tool.parameters.get("properties", {})
        required = [name for name in properties if name in tool.parameters.get("required", ())]
        more = [name for name in properties if name not in required and self._called(name)]
        check, new = validator(tool), 0
        for names in (required, *([*required, one] for one in more)):
            pools = [self._values(name, properties[name]) for name in names]
            for values in islice(nearest(pools), 10 * FILLINGS):
                arguments = dict(zip(names, values, strict=True))
                key = (tool.name, canonical(arguments))
                if key in self.tried or not check.is_valid(arguments):
                    continue
                new += 1
                if new > FILLINGS or len(self.tried) >= CALLS:
                    return
                self.tried.add(key)
                yield arguments

    def _called(self, name: str) -> list[Any]:
        """What is known by that name."""
        return [value for (key, _), (_, value) in self.known.items() if alike(key, name)]

    def _values(self, name: str, schema: Mapping[str, Any]) -> list[Any]:
        """Values for an argument: of its name, of its pattern, or of its type."""
        if "const" in schema:
            return [schema["const"]]
        if "enum" in schema:
            return list(schema["enum"])[: 2 * FEW]
        kinds = schema.get("type")
        if kinds == "boolean":
            return [True, False]
        if kinds == "array":
            return [[one] for one in self._values(name.removesuffix("s"), schema.get("items", {}))]
        if kinds in ("integer", "number"):
            return [*filter(_is_number, self._called(name)), 1][:FEW]
        if kinds == "object":
            return [{}]
        return self._texts(name, schema.get("pattern"))

    def _texts(self, name: str, pattern: str | None) -> list[Any]:
        texts = [(key, value) for (key, _), (_, value) in self.known.items() if isinstance(value, str)]
        called = [value for key, value in texts if alike(key, name)]
        if pattern:
            fitting = [value for _, value in texts if re.search(pattern, value)]
            return list(dict.fromkeys([*(one for one in called if one in fitting), *fitting]))[:FEW]
        return list(dict.fromkeys(called))[:FEW] or [value for _, value in texts if len(value) < 60][:FEW]

    def _talk(self) -> Iterator[str]:
        card, scenario = self.case.domain.card, self.case.scenario
        yield from TALK
        yield from (f"Could you tell me your {slot.label}?" for slot in card.slots.values())
        yield from card.stated
        yield from (f"{name}: {value}" for name, value in scenario.facts().items())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
