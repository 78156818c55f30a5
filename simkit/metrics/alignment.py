"""The agent's calls laid beside the reference path.

The reference is a partial order: its steps in sequence, the members of an `any_order` group free among themselves.
First the calls that do exactly what a step wants are matched, as many as possible in the reference's order (a longest
common subsequence), then those out of order. What is left over, usually one or two calls and steps, is matched at
least cost (an assignment problem, solved by networkx's blossom algorithm), so a call with one wrong argument is that
one difference and not a missing call and an extra one.

Costs, with a step left alone and a write left alone at 1 each, an extra read at 0:

    same tool, some arguments differ     0.3 to 0.6, by the share of arguments that differ
    another tool in its place            0.9 with an argument in common; 1.2 for the only two writes left over;
                                         never for a read whose tool the reference calls anyway
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from simkit.metrics.wording import describe
from simkit.paths.episode import Episode
from simkit.spec.condition import same
from simkit.spec.domain import Card
from simkit.spec.goal import Step
from simkit.trace.events import ToolCalled

FREE_TEXT = frozenset(
    {"reason", "note", "notes", "comment", "comments", "summary", "message", "description", "explanation"}
    | {"thought", "expression", "query", "question", "text"}
)
"""Arguments in which everybody words things differently: compared only where the schema lists their values."""

How = Literal["exact", "wrong_arguments", "wrong_tool"]


@dataclass(frozen=True)
class Wanted:
    """One call that the reference makes: the `number`-th of its steps (from 1), in the group of that `rank`."""

    step: Step
    number: int
    rank: int

    def __str__(self) -> str:
        return f"reference step {self.number}: {describe(str(self.step.tool), self.step.arguments)}"


@dataclass(frozen=True)
class Match:
    """A call that stands for a step."""

    call: ToolCalled
    wanted: Wanted
    how: How
    differing: tuple[str, ...] = ()
    """Names of the arguments that differ."""
    in_order: bool = True


@dataclass(frozen=True)
class Alignment:
    """What stands for what, what is missing, and what nothing asked for."""

    matches: tuple[Match, ...]
    missing: tuple[Wanted, ...]
    extra: tuple[ToolCalled, ...]


def wanted_calls(reference: Sequence[Step]) -> tuple[Wanted, ...]:
    """The agent's calls in a reference path, with their place in its partial order."""
    steps = ((rank, one) for rank, step in enumerate(reference) for one in step.flat())
    return tuple(
        Wanted(step, number, rank)
        for number, (rank, step) in enumerate(steps, 1)
        if step.tool is not None and step.by == "agent"
    )


def align(episode: Episode) -> Alignment:
    """The agent's calls laid beside the scenario's reference path."""
    calls, wanted = episode.agent_calls, wanted_calls(episode.scenario.reference)
    matches = _exact(episode.card, calls, wanted)
    taken, met = {match.call.seq for match in matches}, {match.wanted.number for match in matches}
    rest = [call for call in calls if call.seq not in taken]
    open_steps = [one for one in wanted if one.number not in met]
    if rest and open_steps:
        known = frozenset(str(one.step.tool) for one in wanted)
        matches += _assigned(episode.card, rest, open_steps, known)
        taken, met = {match.call.seq for match in matches}, {match.wanted.number for match in matches}
    return Alignment(
        tuple(sorted(matches, key=lambda match: match.call.seq)),
        tuple(one for one in wanted if one.number not in met),
        tuple(call for call in calls if call.seq not in taken),
    )


def out_of_order(card: Card, alignment: Alignment) -> tuple[tuple[Match, Match], ...]:
    """Each match that breaks the reference's order, with the match that it should have followed or preceded. Two
    reads may change places, and a read and a write that have no argument in common: nothing can come of it."""
    found = []
    for late in (match for match in alignment.matches if not match.in_order):
        other = next((other for other in alignment.matches if _order_matters(card, late, other)), None)
        if other is not None:
            found.append((late, other))
    return tuple(found)


def _order_matters(card: Card, late: Match, other: Match) -> bool:
    if (other.call.seq - late.call.seq) * (other.wanted.rank - late.wanted.rank) >= 0:
        return False
    effects = {effect(card, late.call), effect(card, other.call)}
    return effects == {"write"} or (len(effects) == 2 and _shares_value(late.call.arguments, other.call.arguments))


def effect(card: Card, call: ToolCalled) -> Literal["read", "write"]:
    """Whether a call was meant to change the world; of a tool that the domain does not know, whether it did."""
    tool = card.tool(call.tool, call.by)
    return tool.effect if tool else "write" if call.changes else "read"


def differing_arguments(card: Card, step: Step, arguments: Any) -> tuple[str, ...]:
    """Names of the arguments in which a call differs from a step; free text and left-out defaults do not count."""
    if not isinstance(arguments, Mapping):
        return tuple(step.arguments) or ("arguments",)
    tool = card.tool(str(step.tool))
    properties: Mapping[str, Any] = tool.parameters.get("properties", {}) if tool else {}
    return tuple(
        name
        for name in dict.fromkeys((*step.arguments, *arguments))
        if not _agree(name, step.arguments, arguments, properties.get(name))
    )


def _agree(name: str, wanted: Mapping[str, Any], given: Mapping[str, Any], schema: Any) -> bool:
    known: Mapping[str, Any] = schema if isinstance(schema, Mapping) else {}
    if name in FREE_TEXT and "enum" not in known:
        return True
    default = known.get("default")
    return _alike(wanted.get(name, default), given.get(name, default))


def _alike(left: Any, right: Any) -> bool:
    """`same`, but a list of plain values in any order."""
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return same(left, right) or same(sorted(left, key=repr), sorted(right, key=repr))
    return same(left, right)


def _exact(card: Card, calls: Sequence[ToolCalled], wanted: Sequence[Wanted]) -> list[Match]:
    """Exact matches: first those in the reference's order, then the others; a call that succeeded before one that
    did not."""
    fits = {
        (call.seq, one.number)
        for call in calls
        for one in wanted
        if call.tool == one.step.tool and not differing_arguments(card, one.step, call.arguments)
    }
    matches: list[Match] = []
    for ok in (True, False):
        taken, met = {match.call.seq for match in matches}, {match.wanted.number for match in matches}
        free = [call for call in calls if (call.outcome == "ok") is ok and call.seq not in taken]
        open_steps = [one for one in wanted if one.number not in met]
        matches += _longest_in_order(free, open_steps, fits)
        taken, met = {match.call.seq for match in matches}, {match.wanted.number for match in matches}
        for one in open_steps:
            call = next((c for c in free if (c.seq, one.number) in fits and c.seq not in taken), None)
            if one.number not in met and call is not None:
                matches.append(Match(call, one, "exact", in_order=False))
                taken.add(call.seq)
    return matches


def _longest_in_order(calls: Sequence[ToolCalled], wanted: Sequence[Wanted], fits: set[tuple[int, int]]) -> list[Match]:
    """A longest common subsequence of calls and steps, the members of a group in the order the agent chose."""
    steps = _groups_as_played(calls, wanted, fits)
    best = [[0] * (len(steps) + 1) for _ in range(len(calls) + 1)]
    for i in range(len(calls) - 1, -1, -1):
        for j in range(len(steps) - 1, -1, -1):
            together = 1 + best[i + 1][j + 1] if (calls[i].seq, steps[j].number) in fits else 0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    matches, i, j = [], 0, 0
    while i < len(calls) and j < len(steps):
        if (calls[i].seq, steps[j].number) in fits and best[i][j] == 1 + best[i + 1][j + 1]:
            matches.append(Match(calls[i], steps[j], "exact"))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return matches


def _groups_as_played(
    calls: Sequence[ToolCalled], wanted: Sequence[Wanted], fits: set[tuple[int, int]]
) -> list[Wanted]:
    """The steps in reference order, each group sorted by the calls that do what its members want."""
    firsts: dict[int, int] = {}
    for one in wanted:
        free = (c.seq for c in calls if (c.seq, one.number) in fits and c.seq not in firsts.values())
        firsts[one.number] = next(free, calls[-1].seq + 1 if calls else 0)
    return sorted(wanted, key=lambda one: (one.rank, firsts[one.number], one.number))


def _assigned(card: Card, calls: Sequence[ToolCalled], wanted: Sequence[Wanted], known: frozenset[str]) -> list[Match]:
    """The leftover calls and steps matched at least cost; nothing is matched that costs more than being apart."""
    from networkx import Graph, max_weight_matching

    writes = [call for call in calls if _alone(card, call)]
    only_one = len(writes) == 1 and sum(_effect_of(card, one.step) == "write" for one in wanted) == 1
    graph = Graph()
    found: dict[tuple[int, int], Match] = {}
    for i, call in enumerate(calls):
        for j, one in enumerate(wanted):
            priced = _price(card, call, one, only_one)
            if priced is None or (priced[1].how == "wrong_tool" and call.tool in known and not _alone(card, call)):
                continue
            saved = 1.0 + _alone(card, call) - priced[0]
            if saved > 0:
                # WHY integers: the blossom algorithm is exact on them; the last digits prefer earlier calls and steps.
                graph.add_edge(("call", i), ("step", j), weight=int(saved * 1000) * 10_000 - abs(i - j))
                found[i, j] = priced[1]
    pairs = [sorted(pair) for pair in max_weight_matching(graph)]
    return [found[call[1], step[1]] for call, step in sorted(pairs)]


def _alone(card: Card, call: ToolCalled) -> float:
    return 1.0 if call.outcome == "ok" and effect(card, call) == "write" else 0.0


def _price(card: Card, call: ToolCalled, wanted: Wanted, only_one: bool) -> tuple[float, Match] | None:
    step = wanted.step
    if call.tool == step.tool:
        wrong = differing_arguments(card, step, call.arguments)
        share = len(wrong) / max(1, len(step.arguments), len(wrong))
        late = 0.05 if call.outcome != "ok" else 0.0
        return 0.3 + 0.3 * share + late, Match(call, wanted, "wrong_arguments", wrong)
    shared = _shares_value(call.arguments, step.arguments)
    match = Match(call, wanted, "wrong_tool")
    if call.outcome == "unknown_tool":
        near = difflib.SequenceMatcher(None, call.tool, str(step.tool)).ratio() > 0.6
        return (0.8, match) if shared or near else None
    if call.outcome != "ok" or _effect_of(card, step) != effect(card, call):
        return None
    if shared:
        return 0.9, match
    return (1.2, match) if only_one and effect(card, call) == "write" else None


def _effect_of(card: Card, step: Step) -> str:
    tool = card.tool(str(step.tool))
    return tool.effect if tool else ""


def _shares_value(left: Any, right: Any) -> bool:
    if not isinstance(left, Mapping) or not isinstance(right, Mapping):
        return False
    return any(same(a, b) for a in left.values() for b in right.values() if not isinstance(a, bool) and a is not None)
