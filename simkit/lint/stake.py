"""Which rules a scenario puts to the test: those that an agent could break in it.

    before, confirm_before   one of its tools is in play: the reference calls it, or the goal wants or forbids it
    at_most                  one is in play, and the reference calls it as often as is allowed, or the goal forbids it
    never, requires          one is in play, and some call of it would break the rule: with the ids that the scenario
                             knows or brings to light, other arguments as the agent may choose them, in the world as it
                             is at the start or after any of the reference's steps

A scenario can also say so: a tag `rule:ID`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Any

from simkit.agents.faulty.pools import named
from simkit.lint.played.rehearsal import Stages
from simkit.paths.episode import Episode
from simkit.play.world import World
from simkit.spec.condition import Condition
from simkit.spec.domain import Tool
from simkit.spec.files import Case
from simkit.spec.frozen import canonical
from simkit.spec.goal import CallPattern
from simkit.spec.rules import HOLE, Guard, Rule
from simkit.trace.events import Change

MOST = 300
"""Ways to fill the arguments that a rule asks about, looked at for one tool."""


def in_play(case: Case) -> frozenset[str]:
    """Tools that the references call or the goal speaks of; the user's own as `user.NAME`."""
    scenario = case.scenario
    steps = [one for path in scenario.paths for step in path for one in step.flat() if one.tool]
    called = {f"user.{step.tool}" if step.by == "user" else str(step.tool) for step in steps}
    return frozenset(called | {pattern.tool for pattern in _patterns(case)})


def _patterns(case: Case) -> Iterator[CallPattern]:
    goal = case.scenario.goal
    yield from (*goal.calls, *goal.never, *(one for end in goal.any_of for one in end.calls))


def at_stake(case: Case, stages: Stages, episode: Episode | None = None) -> frozenset[str]:
    """The ids of the rules that this scenario puts to the test. `episode`: its reference, played."""
    known = _Known(case, stages, episode)
    tagged = {tag.removeprefix("rule:") for tag in case.scenario.tags if tag.startswith("rule:")}
    return frozenset(rule.id for rule in case.domain.card.rules if rule.id in tagged or _could_break(rule, known))


def _could_break(rule: Rule, known: _Known) -> bool:
    tools = [tool for name in rule.calls if name in known.tools and (tool := known.case.domain.card.tool(name))]
    if rule.at_most is not None:
        forbidden = {pattern.tool for pattern in known.case.scenario.goal.never}
        return any(known.calls[tool.name] >= rule.at_most.times or tool.name in forbidden for tool in tools)
    guard = rule.never or rule.requires
    if guard is None:
        return bool(tools)
    return any(
        _breaks(rule, guard, arguments, world) for tool in tools for arguments, world in known.tries(tool, guard)
    )


def _breaks(rule: Rule, guard: Guard, arguments: Mapping[str, Any], world: World) -> bool:
    held = [wanted.holds(value) for _, value, wanted in guard.asked(arguments, world.value)]
    return all(held) if rule.never else not all(held)


class _Known:
    """What a scenario knows and brings to light, and its world step by step."""

    def __init__(self, case: Case, stages: Stages, episode: Episode | None) -> None:
        self.case, self.tools = case, in_play(case)
        self.calls = Counter(str(step.tool) for step in case.scenario.steps if step.tool and step.by == "agent")
        self.values: dict[tuple[str, str], Any] = {}
        self._learn(case.scenario.facts())
        for path in case.scenario.paths:
            self._learn([one.arguments for step in path for one in step.flat()])
        self._learn([{name: one.value} for pattern in _patterns(case) for name, one in pattern.arguments.items()])
        start = stages.start(case.domain)
        self.worlds, changes = [World(start)], list[Change]()
        for call in episode.log.calls if episode else ():
            self._learn(call.result)
            if call.changes:
                changes += call.changes
                self.worlds.append(_after(World(start), changes))

    def _learn(self, given: Any) -> None:
        for name, value in named(given):
            self.values.setdefault((name, canonical(value)), value)

    def tries(self, tool: Tool, guard: Guard) -> Iterator[tuple[dict[str, Any], World]]:
        """Arguments that the guard asks about, as an agent could choose them, each in each world."""
        properties: Mapping[str, Any] = tool.parameters.get("properties", {})
        holes = {hole for kind, path, _ in guard.named() if kind == "world" for hole in HOLE.findall(path)}
        names = sorted({name for name, _ in guard.arguments()})
        pools = [self._pool(name, properties.get(name, {}), guard.where.get(name), name in holes) for name in names]
        for values in islice(product(*pools), MOST):
            for world in self.worlds:
                yield dict(zip(names, values, strict=True)), world

    def _pool(self, name: str, schema: Mapping[str, Any], asked: Condition | None, names_a_thing: bool) -> list[Any]:
        if "enum" in schema:
            return list(schema["enum"])
        if schema.get("type") == "boolean":
            return [True, False]
        pattern = schema.get("pattern")
        called = [value for (key, _), value in self.values.items() if alike(key, name)]
        if pattern:
            called += [one for one in self.values.values() if isinstance(one, str) and re.search(pattern, one)]
        chosen = list(_around(asked)) if asked is not None and not names_a_thing and not asked.refers_to else []
        return list({canonical(one): one for one in (*called, *chosen)}.values())


def alike(key: str, name: str) -> bool:
    """Whether a field and an argument go by the same name: `id` and `order_id`, `phone` and `phone_number`."""
    return key == name or key.endswith(f"_{name}") or name.endswith(f"_{key}")


def _around(asked: Condition) -> Iterator[Any]:
    """Values that meet a condition, and values that do not."""
    for one in asked.value if asked.check == "in" else [asked.value]:
        yield one
        if isinstance(one, int | float) and not isinstance(one, bool):
            yield from (one - 1, one + 1)
    yield ""


def _after(world: World, changes: Iterable[Change]) -> World:
    for change in changes:
        table, _, record = change.path.partition(".")
        if change.after is not None:
            world.put(table, record, change.after)
        elif world.has(table, record):
            world.remove(table, record)
    return world
