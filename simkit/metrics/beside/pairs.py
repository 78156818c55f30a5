"""What is left over when exact calls are matched, paired at least cost: wrong arguments, wrong tools.

Costs, with a step left alone and a successful write left alone at 1 each, an extra read at 0:

    same tool, some arguments differ     0.3 to 0.6, by the share of arguments that differ
    another tool in its place            0.9 where both are about the same thing; 1.2 for the only two writes left over

A call that failed can only stand for the step that it comes nearest to, and of several attempts at that step only the
last: who is refused a booking five times has tried one booking.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

from simkit.metrics.beside.exact import crosses
from simkit.metrics.beside.steps import Match, Wanted, differing_arguments, effect, effect_of, telling
from simkit.spec.domain import Card
from simkit.trace.events import ToolCalled

STEP_ALONE = 1.0
"""Cost of a step that no call stands for."""


def alone(card: Card, call: ToolCalled) -> float:
    """Cost of a call that stands for no step."""
    return 1.0 if call.outcome == "ok" and effect(card, call) == "write" else 0.0


def cost(match: Match) -> float:
    """Cost of a pair."""
    if match.how == "exact":
        return 0.0
    if match.how == "wrong_tool":
        return 0.8 if match.call.outcome == "unknown_tool" else 0.9
    share = len(match.differing) / max(1, len(match.wanted.step.arguments), len(match.differing))
    return 0.3 + 0.3 * share + (0.05 if match.call.outcome != "ok" else 0.0)


def paired(
    card: Card, calls: Sequence[ToolCalled], steps: Sequence[Wanted], wanted: Sequence[Wanted], exact: Sequence[Match]
) -> list[Match]:
    """The leftover `calls` and `steps` matched at least cost; nothing is matched that costs more than being apart.

    `wanted` is the whole reference and `exact` what was matched already.
    """
    from networkx import Graph, max_weight_matching

    writes = [call for call in calls if alone(card, call)]
    only_one = len(writes) == 1 and sum(effect_of(card, one.step) == "write" for one in steps) == 1
    places = _Places(card, wanted, exact, only_one)
    attempts = _attempts(card, calls, wanted)
    graph = Graph()
    found: dict[tuple[int, int], Match] = {}
    for i, call in enumerate(calls):
        for j, one in enumerate(steps):
            if call.seq in attempts and one.number not in attempts[call.seq]:
                continue
            priced = _wrong_arguments(card, call, one) or places.wrong_tool(call, one)
            saved = STEP_ALONE + alone(card, call) - priced[0] if priced else 0.0
            if priced and saved > 0:
                # WHY integers: the blossom algorithm is exact on them; the last digits prefer earlier calls and steps.
                graph.add_edge(("call", i), ("step", j), weight=int(saved * 1000) * 10_000 - abs(i - j))
                found[i, j] = priced[1]
    pairs = [sorted(pair) for pair in max_weight_matching(graph)]
    return [found[call[1], step[1]] for call, step in sorted(pairs)]


def _attempts(card: Card, calls: Sequence[ToolCalled], wanted: Sequence[Wanted]) -> dict[int, frozenset[int]]:
    """Numbers of the failed calls, each with the numbers of the steps that it may stand for: those it comes nearest
    to, if it is the last attempt at them."""
    last: dict[tuple[str, frozenset[int]], int] = {}
    failed = [call for call in calls if call.outcome not in ("ok", "unknown_tool")]
    for call in failed:
        apart = {
            one.number: len(differing_arguments(card, one.step, call.arguments))
            for one in wanted
            if one.step.tool == call.tool
        }
        least = min(apart.values(), default=0)
        last[call.tool, frozenset(number for number, far in apart.items() if far == least)] = call.seq
    kept = {seq: nearest for (_, nearest), seq in last.items()}
    return {call.seq: kept.get(call.seq, frozenset()) for call in failed}


def _wrong_arguments(card: Card, call: ToolCalled, wanted: Wanted) -> tuple[float, Match] | None:
    if call.tool != wanted.step.tool:
        return None
    match = Match(call, wanted, "wrong_arguments", differing_arguments(card, wanted.step, call.arguments))
    return cost(match), match


class _Places:
    """Which calls can stand in the place of a step that wants another tool."""

    def __init__(self, card: Card, wanted: Sequence[Wanted], exact: Sequence[Match], only_one: bool) -> None:
        self.card, self.wanted, self.exact, self.only_one = card, wanted, exact, only_one
        self.known = {str(one.step.tool) for one in wanted}

    @cached_property
    def topic(self) -> frozenset[str]:
        """What most of the steps are about: to share it says nothing about a call."""
        about = Counter(value for one in self.wanted for value in telling(one.step.arguments))
        return frozenset(value for value, times in about.items() if 2 * times > len(self.wanted) > 1)

    def wrong_tool(self, call: ToolCalled, wanted: Wanted) -> tuple[float, Match] | None:
        """The pair with its cost, or None where a person would not say that one stands for the other."""
        match = Match(call, wanted, "wrong_tool")
        if call.outcome == "unknown_tool":
            near = difflib.SequenceMatcher(None, call.tool, str(wanted.step.tool)).ratio() > 0.6
            return (cost(match), match) if near or self._same_thing(call, wanted) else None
        kind = effect(self.card, call)
        if call.outcome != "ok" or effect_of(self.card, wanted.step) != kind:
            return None
        strange, last = call.tool not in self.known, self.only_one and kind == "write"
        if not (strange or last) or any(crosses(call, wanted, other) for other in self.exact):
            return None
        if strange and self._same_thing(call, wanted):
            return cost(match), match
        return (1.2, match) if last and not self._another(call, wanted) else None

    def _same_thing(self, call: ToolCalled, wanted: Wanted) -> bool:
        """Whether both are about the same: a read about exactly what the step asks about, a write about all that makes
        the step differ from the other steps."""
        ours, theirs = telling(call.arguments), telling(wanted.step.arguments)
        if effect_of(self.card, wanted.step) == "read":
            return bool(theirs) and ours == theirs
        own = theirs - self.topic
        return own <= ours if own else bool(ours & theirs)

    def _another(self, call: ToolCalled, wanted: Wanted) -> bool:
        """Whether a call is plainly about something else than the step: each names what the other does not."""
        ours, theirs = telling(call.arguments), telling(wanted.step.arguments)
        return bool(theirs - self.topic - ours) and isinstance(call.arguments, Mapping)
