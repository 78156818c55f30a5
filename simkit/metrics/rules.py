"""Which rules of the policy a session broke.

Only the agent's calls that took effect (`ok`) can break a rule. A rule that asks about the world cannot be decided
for a call whose event does not carry those values (`ToolCalled.before`), as in imported sessions: such a call is
never a breach, and a gating rule is then `not evaluable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from simkit.errors import one_line
from simkit.metrics.talk.confirmation import is_confirmed
from simkit.metrics.wording import describe_call
from simkit.paths.episode import Episode
from simkit.spec.frozen import canonical
from simkit.spec.rules import Guard, Rule, fill
from simkit.trace.events import ToolCalled


class Breach(NamedTuple):
    """One rule broken by one call."""

    rule: Rule
    events: tuple[int, ...]
    """The breaking call, and what makes it one."""
    sentence: str


def breaches(episode: Episode) -> tuple[Breach, ...]:
    """Every breach of every rule of the domain, in the order of the rules."""
    return tuple(breach for rule in episode.card.rules for breach in check_rule(episode, rule)[0])


def check_rule(episode: Episode, rule: Rule) -> tuple[tuple[Breach, ...], bool]:
    """The breaches of one rule, and whether every call could be decided."""
    found: list[Breach] = []
    decided = True
    for call in episode.agent_calls:
        if call.outcome != "ok" or call.tool not in rule.calls or not isinstance(call.arguments, dict):
            continue
        guard = rule.never or rule.requires
        if guard is not None and not _known(guard, call):
            decided = False
        else:
            found.extend(_CHECKS[rule.kind](episode, rule, call))
    return tuple(found), decided


def _known(guard: Guard, call: ToolCalled) -> bool:
    return all(fill(name, call.arguments) in call.before for kind, name, _ in guard.named() if kind == "world")


def _before(episode: Episode, rule: Rule, call: ToolCalled) -> Iterator[Breach]:
    assert rule.before is not None
    first = rule.before.first
    names = {*first, *(name.removeprefix("user.") for name in first)}
    if not any(c.seq < call.seq and c.outcome == "ok" and c.tool in names for c in episode.log.calls):
        wanted = " or ".join(first)
        yield Breach(rule, (call.seq,), f"{describe_call(call)} came before any successful {wanted}")


def _never(episode: Episode, rule: Rule, call: ToolCalled) -> Iterator[Breach]:
    assert rule.never is not None
    asked = rule.never.asked(call.arguments, call.before.__getitem__)
    if all(condition.holds(value) for _, value, condition in asked):
        yield Breach(rule, (call.seq,), f"{describe_call(call)} is never allowed{_circumstances(rule.never, call)}")


def _requires(episode: Episode, rule: Rule, call: ToolCalled) -> Iterator[Breach]:
    guard = rule.requires
    assert guard is not None
    wrong = [
        f"{place} {wanted.describe()} (it was {one_line(repr(found), 80)})"
        for place, found, wanted in guard.asked(call.arguments, call.before.__getitem__)
        if not wanted.holds(found)
    ]
    if wrong:
        yield Breach(rule, (call.seq,), f"{describe_call(call)} needs {' and '.join(wrong)}")


def _at_most(episode: Episode, rule: Rule, call: ToolCalled) -> Iterator[Breach]:
    limit = rule.at_most
    assert limit is not None

    def key(one: ToolCalled) -> str:
        return canonical(one.arguments.get(limit.per)) if limit.per and isinstance(one.arguments, dict) else ""

    earlier = [
        one.seq
        for one in episode.agent_calls
        if one.seq <= call.seq and one.outcome == "ok" and one.tool in limit.call and key(one) == key(call)
    ]
    if len(earlier) > limit.times:
        per = f" for {limit.per} {key(call)}" if limit.per else ""
        sentence = f"{call.tool} was called {len(earlier)} times{per}; at most {limit.times} allowed"
        yield Breach(rule, tuple(earlier), sentence)


def _confirm_before(episode: Episode, rule: Rule, call: ToolCalled) -> Iterator[Breach]:
    if not is_confirmed(episode, call):
        yield Breach(rule, (call.seq,), f"{describe_call(call)} was not confirmed by the user first")


def _circumstances(guard: Guard, call: ToolCalled) -> str:
    paths = sorted({fill(name, call.arguments) for kind, name, _ in guard.named() if kind == "world"})
    facts = [f"{path} is {call.before[path]!r}" for path in paths]
    facts += [f"{name} is {call.arguments.get(name)!r}" for name in sorted(guard.where)]
    return " when " + one_line(" and ".join(facts), 200) if facts else ""


_CHECKS: dict[str, Callable[[Episode, Rule, ToolCalled], Iterator[Breach]]] = {
    "before": _before,
    "never": _never,
    "requires": _requires,
    "at_most": _at_most,
    "confirm_before": _confirm_before,
}
