"""Where a fault of each kind can be put into a scenario: plans, in a seeded order, that are errors by definition.

Each plan was rehearsed (`stage`): the calls come to what they must, and the goal is missed where the kind asks for
it. A scenario without such a plan cannot show the kind. Plans that upset nothing else come first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

from simkit.agents.faulty.pools import Pools, named
from simkit.agents.faulty.rules import (
    breaks,
    broken,
    harmless_call,
    may_break,
    never_wanted,
    ruled_out,
    tempting,
    where_to_add,
)
from simkit.agents.faulty.slips import broken_json, fits, misfits, misnamed
from simkit.agents.faulty.stage import Call, Plan, Rehearsed, Stage
from simkit.agents.faulty.words import bad_news, claim_of, invented, made_up
from simkit.metrics.beside.steps import FREE_TEXT
from simkit.spec.condition import same
from simkit.spec.rules import Rule, RuleKind

Maker = Callable[[Stage, Random], Iterator[Plan]]


def plans_for(stage: Stage, fault: str, random: Random, most: int = 6) -> tuple[Plan, ...]:
    """Some faults of that kind for a scenario; none where it cannot have one."""
    return tuple(islice(MAKERS[fault](stage, random), most))


def _places(stage: Stage, random: Random) -> list[int]:
    return random.sample(range(len(stage.steps)), len(stage.steps))


def _anywhere(stage: Stage, random: Random) -> list[int | None]:
    return [*_places(stage, random)] or [None]


def _unknown_tool(stage: Stage, random: Random) -> Iterator[Plan]:
    for at in _anywhere(stage, random):
        call = stage.call(at) if at is not None else Call(random.choice(stage.tools).name, {})
        for name in misnamed(call.tool, random):
            if stage.card.tool(name) is None:
                yield Plan("unknown_tool", "before", at, (Call(name, call.arguments),))


def _malformed_call(stage: Stage, random: Random) -> Iterator[Plan]:
    for at in _anywhere(stage, random):
        call = stage.call(at) if at is not None else Call(random.choice(stage.tools).name, {})
        yield from (Plan("malformed_call", "before", at, (one,)) for one in broken_json(call, random))


def _invalid_arguments(stage: Stage, random: Random) -> Iterator[Plan]:
    for at in _anywhere(stage, random):
        call = stage.call(at) if at is not None else Call(random.choice(stage.tools).name, {})
        tool = stage.card.tool(call.tool)
        if tool is not None:
            yield from (Plan("invalid_arguments", "before", at, (one,)) for one in misfits(tool, call, random))


def _calm(stage: Stage, done: Rehearsed, plan: Plan) -> bool:
    """Whether every other call comes to what it does without the fault, and breaks no rule."""
    theirs = [(call.tool, call.outcome) for call in stage.clean.calls]
    if plan.at is not None and plan.do in ("instead", "skip", "fail"):
        agents = [place for place, call in enumerate(stage.clean.calls) if call.by == "agent"]
        del theirs[agents[plan.at]]
    others = (call for call in done.calls if call.by == "agent" and call.seq not in done.ours)
    return tuple(theirs) == done.own and not any(broken(stage, call, done.calls) for call in others)


def _calmest(stage: Stage, plans: Iterator[tuple[Plan, Rehearsed]]) -> Iterator[Plan]:
    """The plans that upset no other call; where there are none, the others."""
    upsetting: list[Plan] | None = []
    for plan, done in plans:
        if _calm(stage, done, plan):
            upsetting = None
            yield plan
        elif upsetting is not None:
            upsetting.append(plan)
    yield from upsetting or ()


def _astray(stage: Stage, plans: Iterator[Plan]) -> Iterator[tuple[Plan, Rehearsed]]:
    """Plans in which a call goes through that breaks nothing but misses the goal."""
    for plan in plans:
        done = stage.rehearse(plan)
        (call,) = done.put_in
        if call.outcome == "ok" and done.missed and harmless_call(stage, call, done.calls):
            yield plan, done


def _wrong_tool(stage: Stage, random: Random) -> Iterator[Plan]:
    yield from _calmest(stage, _astray(stage, _other_tools(stage, Pools(stage, random), random)))


def _other_tools(stage: Stage, pools: Pools, random: Random) -> Iterator[Plan]:
    known = {step.tool for step in stage.steps}
    for at in sorted(_places(stage, random), key=lambda at: not stage.writes(at)):
        right = stage.call(at)
        tool = stage.card.tool(right.tool)
        others = [one for one in stage.tools if tool and one.effect == tool.effect and one.name not in known]
        for other in random.sample(others, len(others)):
            shared = set(other.parameters.get("properties", {})) & set(right.arguments)
            pinned = {name: [right.arguments[name]] for name in shared}
            for call in pools.fillings(other, pinned) if shared else ():
                if _about_the_same(right, call, exactly=other.effect == "read"):
                    yield Plan("wrong_tool", "instead", at, (call,))


def _about_the_same(right: Call, wrong: Call, *, exactly: bool) -> bool:
    """Whether a call is about the thing that the right one is about: whoever calls a tool for something else has not
    taken the wrong tool, but left one call out and made another."""
    ours, theirs = _named(wrong), _named(right)
    return bool(theirs) and (ours == theirs if exactly else theirs <= ours)


def _named(call: Call) -> set[str]:
    """What a call names: the words and numbers in its arguments; no flags, small counts or free text."""
    told = ((name, value) for name, value in named(call.arguments) if name not in FREE_TEXT)
    values = (str(value) for _, value in told if not isinstance(value, bool))
    return {text.casefold() for text in values if len(text) > 1 and (text.count(" ") < 3 or re.search(r"\d", text))}


def _wrong_arguments(stage: Stage, random: Random) -> Iterator[Plan]:
    yield from _calmest(stage, _astray(stage, _other_arguments(stage, Pools(stage, random), random)))


def _other_arguments(stage: Stage, pools: Pools, random: Random) -> Iterator[Plan]:
    for at in sorted(_places(stage, random), key=lambda at: not stage.writes(at)):
        right, tool = stage.call(at), stage.tool(at)
        schemas = tool.parameters.get("properties", {}) if tool else {}
        for name in random.sample(sorted(right.arguments), len(right.arguments)):
            schema = schemas.get(name, {})
            if name in FREE_TEXT and "enum" not in schema:
                continue
            for value in pools.values(name, schema):
                wrong = {**right.arguments, name: value}
                taken = any(step.tool == right.tool and same(step.arguments, wrong) for step in stage.steps)
                if not taken and tool and fits(tool, Call(right.tool, wrong)):
                    yield Plan("wrong_arguments", "instead", at, (Call(right.tool, wrong),))


def _missing_call(stage: Stage, random: Random) -> Iterator[Plan]:
    every = (Plan("missing_call", "skip", at) for at in _places(stage, random))
    yield from _calmest(stage, ((plan, done) for plan in every if (done := stage.rehearse(plan)).missed))


def _redundant_call(stage: Stage, random: Random) -> Iterator[Plan]:
    yield from _calmest(stage, _needless(stage, Pools(stage, random), random))


def _needless(stage: Stage, pools: Pools, random: Random) -> Iterator[tuple[Plan, Rehearsed]]:
    """One more write, after all that the reference has: the same again, or one that nothing asked for."""
    at = where_to_add(stage)
    again = [stage.call(one) for one in _places(stage, random) if stage.writes(one)]
    writes = [tool for tool in stage.tools if tool.effect == "write"]
    writes = sorted(random.sample(writes, len(writes)), key=lambda tool: tool.name in stage.card.confirmed)
    for call in (*again, *(call for tool in writes for call in pools.fillings(tool, {}))):
        plan = Plan("redundant_call", "before" if at is None else "after", at, (call,))
        done = stage.rehearse(plan)
        (added,) = done.put_in
        if added.changes and done.missed and harmless_call(stage, added, done.calls):
            yield plan, done


def _out_of_order(stage: Stage, random: Random) -> Iterator[Plan]:
    rules = [rule for rule in stage.card.rules if rule.before]
    for rule in random.sample(rules, len(rules)):
        yield from _too_early("out_of_order", stage, random, rule)


def _too_early(fault: str, stage: Stage, random: Random, rule: Rule) -> Iterator[Plan]:
    """A call that has to come first, made only after the call that it has to come before."""
    assert rule.before is not None
    for until in _places(stage, random):
        for at in range(until):
            if stage.steps[until].tool in rule.before.call and stage.steps[at].tool in rule.before.first:
                plan = Plan(fault, "hold", at, until=until, rule=rule.id)
                done = stage.rehearse(plan)
                if breaks(rule, done.put_in[0], done.calls):
                    yield plan


def _forbidden_call(stage: Stage, random: Random) -> Iterator[Plan]:
    rules = [rule for rule in stage.card.rules if rule.kind in ("never", "requires", "at_most")]
    pools = Pools(stage, random)
    for pattern in stage.scenario.goal.never:
        for call in ruled_out(stage, pools, pattern):
            yield from _added("forbidden_call", stage, (call,))
    for rule in random.sample(rules, len(rules)):
        yield from _breaking("forbidden_call", stage, pools, rule)


def _breaking(fault: str, stage: Stage, pools: Pools, rule: Rule) -> Iterator[Plan]:
    for call in tempting(stage, pools, rule):
        if not may_break(stage, rule, call):
            continue
        limit = rule.at_most.times if rule.at_most else 0
        made = sum(one.tool == call.tool and one.outcome == "ok" for one in stage.done)
        yield from _added(fault, stage, (call,) * (max(0, limit - made) + 1), rule)


def _added(fault: str, stage: Stage, calls: tuple[Call, ...], rule: Rule | None = None) -> Iterator[Plan]:
    """Calls after all others, the last of which is forbidden."""
    at = where_to_add(stage)
    plan = Plan(fault, "before" if at is None else "after", at, calls, rule=rule.id if rule else "")
    done = stage.rehearse(plan)
    last = done.put_in[-1]
    if breaks(rule, last, done.calls) if rule else never_wanted(stage, last):
        yield plan


def _of_rules(kind: RuleKind) -> Maker:
    """Breaches of the rules of one kind."""

    def plans(stage: Stage, random: Random) -> Iterator[Plan]:
        rules = [rule for rule in stage.card.rules if rule.kind == kind]
        pools = Pools(stage, random)
        for rule in random.sample(rules, len(rules)):
            if kind == "before":
                yield from _too_early(kind, stage, random, rule)
            else:
                yield from _breaking(kind, stage, pools, rule)

    return plans


def _unasked(fault: str) -> Maker:
    def plans(stage: Stage, random: Random) -> Iterator[Plan]:
        rules = [rule for rule in stage.card.rules if rule.confirm_before]
        calls = [step for step in stage.path if step.say or step.tool]
        for at in _places(stage, random):
            step = stage.steps[at]
            place = next(place for place, one in enumerate(calls) if one is step)
            before = calls[place - 1] if place else None
            together = before is not None and before.tool in stage.card.confirmed
            for rule in rules:
                if step.tool in rule.calls and not together:
                    yield Plan(fault, "early", at, rule=rule.id)

    return plans


def _ignored_error(stage: Stage, random: Random) -> Iterator[Plan]:
    for at in _places(stage, random):
        follows = stage.path[stage.path.index(stage.steps[at]) + 1 :]
        words = next((step.say for step in follows if step.say), "") or ""
        next_one = follows[0] if follows else None
        hidden = next_one is not None and next_one.tool is not None and next_one.by == "agent"
        if stage.writes(at) and not hidden and not bad_news(words):
            yield Plan("ignored_error", "fail", at, text=claim_of(stage.call(at), random))


def _ungrounded_argument(stage: Stage, random: Random) -> Iterator[Plan]:
    for at in sorted(_places(stage, random), key=stage.writes):
        right, tool = stage.call(at), stage.tool(at)
        for name in random.sample(sorted(right.arguments), len(right.arguments)):
            for value in made_up(stage, right.arguments[name], random):
                call = Call(right.tool, {**right.arguments, name: value})
                plan = Plan("ungrounded_argument", "before", at, (call,))
                if tool is None or not fits(tool, call):
                    continue
                done = stage.rehearse(plan)
                (added,) = done.put_in
                if not added.changes and harmless_call(stage, added, done.calls):
                    yield plan


def _ungrounded_claim(stage: Stage, random: Random) -> Iterator[Plan]:
    for at in _anywhere(stage, random):
        yield Plan("ungrounded_claim", "say", at, text=invented(stage, random))


def _loop(stage: Stage, random: Random) -> Iterator[Plan]:
    for at in _places(stage, random):
        if not stage.clean.calls or stage.writes(at):
            continue
        pair = (stage.call(at - 1), stage.call(at)) if at and not stage.writes(at - 1) else ()
        if pair and pair[0] != pair[1] and random.random() < 0.5:
            yield Plan("loop", "after", at, pair * 2)
        yield Plan("loop", "after", at, (stage.call(at),) * random.choice((2, 3)))


MAKERS: dict[str, Maker] = {
    "unknown_tool": _unknown_tool,
    "malformed_call": _malformed_call,
    "invalid_arguments": _invalid_arguments,
    "wrong_tool": _wrong_tool,
    "wrong_arguments": _wrong_arguments,
    "missing_call": _missing_call,
    "redundant_call": _redundant_call,
    "out_of_order": _out_of_order,
    "forbidden_call": _forbidden_call,
    "unconfirmed_write": _unasked("unconfirmed_write"),
    "ignored_error": _ignored_error,
    "ungrounded_argument": _ungrounded_argument,
    "ungrounded_claim": _ungrounded_claim,
    "loop": _loop,
    "before": _of_rules("before"),
    "never": _of_rules("never"),
    "at_most": _of_rules("at_most"),
    "confirm_before": _unasked("confirm_before"),
    "requires": _of_rules("requires"),
}
"""Kind of fault to what finds places for it."""
