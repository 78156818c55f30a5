"""Which rules a call breaks, worked out anew from the rules' own words.

WHY not `simkit.metrics.rules`: it is what the faults are to test, and must not say which faults there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from simkit.agents.faulty.pools import FEW, Pools
from simkit.agents.faulty.stage import Call, Stage
from simkit.spec.condition import MISSING, Condition, contains_arguments, same, value_at
from simkit.spec.goal import CallPattern
from simkit.spec.rules import Guard, Rule
from simkit.trace.events import ToolCalled


def breaks(rule: Rule, call: ToolCalled, calls: Sequence[ToolCalled]) -> bool:
    """Whether a call of a rehearsal breaks a rule. Nobody is asked for a yes in a rehearsal."""
    if call.outcome != "ok" or call.tool not in rule.calls or not isinstance(call.arguments, dict):
        return False
    earlier = [one for one in calls if one.seq < call.seq and one.outcome == "ok"]
    if rule.before:
        first = {name.removeprefix("user.") for name in rule.before.first}
        return not any(one.tool in first for one in earlier)
    if limit := rule.at_most:
        mine = call.arguments.get(limit.per) if limit.per else None
        alike = [
            one
            for one in earlier
            if one.by == "agent"
            and one.tool in limit.call
            and (limit.per is None or same(one.arguments.get(limit.per), mine))
        ]
        return len(alike) + 1 > limit.times
    return _against_guard(rule, call.arguments, lambda path: call.before.get(path, MISSING))


def may_break(stage: Stage, rule: Rule, call: Call) -> bool:
    """Whether a call after all others could break a rule, if it goes through: found out without making it."""
    guarded = rule.never or rule.requires
    return guarded is None or _against_guard(rule, call.arguments, stage.after_all.value)


def _against_guard(rule: Rule, arguments: Any, value: Callable[[str], Any]) -> bool:
    """Whether a call breaks a rule `never` or `requires`. `value`: what stands at a path of the world before it."""
    return any(
        _guarded(guard, arguments, value) is forbids
        for guard, forbids in ((rule.never, True), (rule.requires, False))
        if guard
    )


def _guarded(guard: Guard, arguments: Any, value: Callable[[str], Any]) -> bool:
    return all(wanted.holds(found) for _, found, wanted in guard.asked(arguments, value))


def broken(stage: Stage, call: ToolCalled, calls: Sequence[ToolCalled]) -> tuple[str, ...]:
    """Every rule that a call of a rehearsal breaks, by id."""
    return tuple(rule.id for rule in stage.card.rules if breaks(rule, call, calls))


def never_wanted(stage: Stage, call: ToolCalled) -> bool:
    """Whether the goal says that a call must never succeed."""
    return call.outcome == "ok" and any(
        pattern.tool == call.tool and contains_arguments(call.arguments, pattern.arguments)
        for pattern in stage.scenario.goal.never
    )


def tempting(stage: Stage, pools: Pools, rule: Rule) -> Iterator[Call]:
    """Calls that may break a rule `never`, `requires` or `at_most`."""
    guard = rule.never or rule.requires
    for name in rule.calls:
        if rule.at_most:
            yield from (stage.call(at) for at in range(len(stage.steps)) if stage.steps[at].tool == name)
        elif guard and (tool := stage.card.tool(name)):
            wanted = {argument: _meeting(one) for argument, one in guard.where.items()} if rule.never else {}
            for pinned in islice(_pins(stage, guard, pools, forbids=rule.never is not None), FEW):
                yield from pools.fillings(tool, wanted | pinned)
    if rule.at_most:
        for name in rule.calls:
            if tool := stage.card.tool(name):
                yield from pools.fillings(tool, {})


def ruled_out(stage: Stage, pools: Pools, pattern: CallPattern) -> Iterator[Call]:
    """Calls that the goal's `never` speaks of."""
    tool = stage.card.tool(pattern.tool)
    if tool is not None:
        yield from pools.fillings(tool, {name: _meeting(one) for name, one in pattern.arguments.items()})


def _meeting(wanted: Condition) -> list[Any]:
    """Some values that may meet a condition; empty: whatever else there is has to do."""
    value = wanted.value
    if wanted.refers_to:
        return []
    if wanted.check in ("equals", "approx"):
        return [value]
    if wanted.check == "in":
        return list(value)
    step = {"above": 1, "at_least": 0, "below": -1, "at_most": 0}.get(wanted.check)
    if step is None:
        return []
    if isinstance(value, int | float):
        return [value + step]
    return [_earlier(value) if step < 0 else value]


def _earlier(day: str) -> str:
    """A day of the year before, for a date."""
    found = re.match(r"(\d{4})(-\d\d-\d\d.*)", day)
    return f"{int(found[1]) - 1}{found[2]}" if found else day


def _pins(stage: Stage, guard: Guard, pools: Pools, *, forbids: bool) -> Iterator[dict[str, list[Any]]]:
    """Arguments that lead to records in which one of a guard's conditions holds (or does not, as is wanted): first
    to records that somebody spoke of."""
    yield {}
    spoken_of = {value for _, value, _ in pools.given if isinstance(value, str)}
    for path, wanted in guard.when.items():
        table, record, *rest = path.split(".")
        holes = re.split(r"\{(\w+)\}", record)
        pattern = re.compile("".join(f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(holes)))
        open_ended = "{" in ".".join(rest)
        rows = stage.domain.tables.get(table, {})
        for name in sorted(rows, key=lambda name: name not in spoken_of) if len(holes) > 1 else ():
            value: Any = value_at(rows[name], ".".join(rest)) if rest and not open_ended else rows[name]
            found = pattern.fullmatch(name)
            if found and (open_ended or wanted.holds(value) is forbids):
                yield {key: [text] for key, text in found.groupdict().items()}


def harmless_call(stage: Stage, call: ToolCalled, calls: Sequence[ToolCalled]) -> bool:
    """Whether a call breaks no rule and is not one that must never be."""
    return not broken(stage, call, calls) and not never_wanted(stage, call)


def where_to_add(stage: Stage) -> int | None:
    """The last of the agent's calls, where nothing follows that an added call could upset; None where it makes none."""
    return len(stage.steps) - 1 if stage.steps else None
