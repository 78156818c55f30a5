"""Which of the domain's invariants a session broke, and with which call.

A call breaks an invariant when what it left behind does not uphold it and what it found did: sums are told by what the
call changed; records alike and names without a record by what stands in the call's event (`ToolCalled.after`). Where no
world was recorded (imported sessions) nothing is decided.

Where an invariant names a clause of the policy, agents are to heed it: an agent's call that breaks it is a tool-use
error. Where it names none, the domain's own tools are to see to it, and whoever called them is not to blame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from simkit.metrics.score import GoalPart
from simkit.metrics.wording import describe_call, listed, shown
from simkit.paths.episode import Episode
from simkit.spec.invariants import Invariant
from simkit.spec.upheld import NEAR
from simkit.trace.events import Change, ToolCalled


class Upset(NamedTuple):
    """One invariant broken by one call."""

    invariant: Invariant
    call: ToolCalled
    sentence: str

    @property
    def by_agent(self) -> bool:
        """Whether it is the agent that should have heeded it."""
        return bool(self.invariant.clause) and self.call.by == "agent"


def upsets(episode: Episode) -> tuple[Upset, ...]:
    """Every invariant that a call broke, in the order of the invariants."""
    return tuple(found for one in episode.card.invariants for found in upset_by(episode, one))


def upset_by(episode: Episode, one: Invariant) -> Iterator[Upset]:
    """The calls that broke one invariant."""
    if one.reads_of_one is not None:
        yield from _strangers(episode, one)
        return
    for call in episode.log.calls:
        if call.changes and (why := _CHECKS[one.kind](one, call)):
            yield Upset(one, call, f"{describe_call(call)} {why}")


def invariant_parts(episode: Episode) -> Iterator[GoalPart]:
    """Each invariant with its verdict: whatever else a session is for, it has to uphold them."""
    for one in episode.card.invariants:
        broken = tuple(upset_by(episode, one))
        known = episode.ended is not None and episode.ended.state is not None
        yield GoalPart.of(
            part="invariant",
            what=f"invariant {one.name}",
            verdict="fail" if broken else "pass" if known else "not evaluable",
            detail="; ".join(upset.sentence for upset in broken[:3]) or ("" if known else "no world was recorded"),
            evidence=tuple(upset.call.seq for upset in broken),
        )


def _each(one: Invariant, call: ToolCalled) -> str:
    wrong = [
        f"{change.path}.{at} at {shown(value)}, wanted {wanted.describe()}"
        for change in call.changes
        for before in [one.unmet(_table(change), change.before)]
        for at, (value, wanted) in one.unmet(_table(change), change.after).items()
        if at not in before
    ]
    return f"leaves {listed(wrong, 3)}" if wrong else ""


def _constant(one: Invariant, call: ToolCalled) -> str:
    paths = one.constant or ()
    gained = _gained(one, paths, call)
    return f"changes the sum of {' and '.join(paths)} by {gained:+.10g}" if abs(gained) >= NEAR else ""


def _equal(one: Invariant, call: ToolCalled) -> str:
    assert one.equal is not None
    sides = [(" and ".join(paths), _gained(one, paths, call)) for paths in one.equal]
    if abs(sides[0][1] - sides[1][1]) < NEAR:
        return ""
    changed = " and ".join(f"that of {paths} by {gained:+.10g}" for paths, gained in sides)
    return f"changes two sums that must be equal: {changed}"


def _gained(one: Invariant, paths: tuple[str, ...], call: ToolCalled) -> float:
    return sum(
        one.amount(paths, _table(change), change.after) - one.amount(paths, _table(change), change.before)
        for change in call.changes
    )


def _unique(one: Invariant, call: ToolCalled) -> str:
    table = one.places[0].table
    fields = " and ".join(".".join(place.fields) for place in one.places)
    twins = [
        f"{change.path} with the {fields} of {listed(others, 3)}"
        for change in call.changes
        if _table(change) == table and one.key(change.before) != one.key(change.after)
        if (others := call.after.get(f"{one.id}: {change.path}"))
    ]
    return f"leaves {listed(twins, 3)}" if twins else ""


def _refers(one: Invariant, call: ToolCalled) -> str:
    lost = []
    for change in call.changes:
        table, _, name = change.path.partition(".")
        named = {f"{change.path}.{at}": (other, what) for at, other, what in one.names(table, change.after)}
        old = {f"{change.path}.{at}": (other, what) for at, other, what in one.names(table, change.before)}
        for path in call.after.get(f"{one.id}: {change.path}", ()):
            if path in named and named[path] != old.get(path):
                other, what = named[path]
                lost.append(f"{path} naming {what!r}, which is no record of {other}")
            elif path not in named and change.before is not None:
                lost.append(f"{path} naming {name!r}, which is gone from {table}")
    return f"leaves {listed(dict.fromkeys(lost), 3)}" if lost else ""


def _strangers(episode: Episode, one: Invariant) -> Iterator[Upset]:
    field, owner = str(one.reads_of_one), None
    for call in episode.agent_calls:
        for value in _values(call.result, field) if call.outcome == "ok" else ():
            owner = owner or (value, call.seq)
            if value != owner[0]:
                seen = f"shows {field} {value!r} after {owner[0]!r} (event {owner[1]})"
                yield Upset(one, call, f"{describe_call(call)} {seen}; a session is about one")
                break


def _values(value: Any, field: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get(field), str):
            yield value[field]
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from _values(item, field)


def _table(change: Change) -> str:
    return change.path.partition(".")[0]


_CHECKS: dict[str, Callable[[Invariant, ToolCalled], str]] = {
    "each": _each,
    "constant": _constant,
    "equal": _equal,
    "unique": _unique,
    "refers": _refers,
}
