"""Calls that do exactly what a step wants: as many as possible in the reference's order, then those out of order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from simkit.metrics.beside.steps import Match, Wanted, differing_arguments
from simkit.spec.domain import Card
from simkit.trace.events import ToolCalled

Fits = set[tuple[int, int]]
"""(number of a call's event, number of a step) where the call does what the step wants."""


def exact_matches(card: Card, calls: Sequence[ToolCalled], wanted: Sequence[Wanted]) -> list[Match]:
    """Exact matches; a call that succeeded stands for a step before one that did not."""
    fits = {
        (call.seq, one.number)
        for call in calls
        for one in wanted
        if call.tool == one.step.tool and not differing_arguments(card, one.step, call.arguments)
    }
    if not fits:
        return []
    ok = [call for call in calls if call.outcome == "ok"]
    matches = [Match(call, one, "exact") for call, one in longest_chain(ok, wanted, fits)]
    chain = tuple(matches)
    for group in (ok, [call for call in calls if call.outcome != "ok"]):
        taken, met = {match.call.seq for match in matches}, {match.wanted.number for match in matches}
        for one in wanted:
            call = next((c for c in group if (c.seq, one.number) in fits and c.seq not in taken), None)
            if one.number not in met and call is not None:
                matches.append(Match(call, one, "exact", in_order=not any(crosses(call, one, m) for m in chain)))
                taken.add(call.seq)
    return matches


def crosses(call: ToolCalled, wanted: Wanted, other: Match) -> bool:
    """Whether a call made for a step would stand on the wrong side of another match."""
    return (other.call.seq - call.seq) * (other.wanted.rank - wanted.rank) < 0


def longest_chain(
    calls: Sequence[ToolCalled], wanted: Sequence[Wanted], fits: Fits
) -> Iterator[tuple[ToolCalled, Wanted]]:
    """As many pairs of a call and a step as the reference's partial order allows, the earliest calls first.

    `best[i]` is the largest number of pairs from the calls from `i` on and the groups from some group on: for a single
    step the recurrence of a longest common subsequence, for a group the best cut between its calls and the later ones.
    """
    useful = {seq for seq, _ in fits}
    some = [call for call in calls if call.seq in useful]
    groups = [list(group) for _, group in groupby(wanted, key=lambda one: one.rank)]
    table = [[0] * (len(some) + 1)]
    for group in reversed(groups):
        table.append(_row(some, group, fits, table[-1]))
    table.reverse()
    start = 0
    for group, best, rest in zip(groups, table, table[1:], strict=False):
        end = next(i for i in range(start, len(some) + 1) if _most(some[start:i], group, fits) + rest[i] == best[start])
        yield from _pairs(some[start:end], group, fits)
        start = end


def _row(calls: Sequence[ToolCalled], group: Sequence[Wanted], fits: Fits, rest: Sequence[int]) -> list[int]:
    row = list(rest)
    if len(group) == 1:
        for i in range(len(calls) - 1, -1, -1):
            row[i] = max(rest[i], row[i + 1], rest[i + 1] + ((calls[i].seq, group[0].number) in fits))
        return row
    for i in range(len(calls)):
        open_steps, found = list(group), 0
        for j in range(i, len(calls)):
            if (one := _first(calls[j], open_steps, fits)) is not None:
                open_steps.remove(one)
                found += 1
            row[i] = max(row[i], found + rest[j + 1])
    return row


def _most(calls: Sequence[ToolCalled], group: Sequence[Wanted], fits: Fits) -> int:
    return sum(1 for _ in _pairs(calls, group, fits))


def _pairs(calls: Sequence[ToolCalled], group: Sequence[Wanted], fits: Fits) -> Iterator[tuple[ToolCalled, Wanted]]:
    # WHY first come is best: whether a call fits is an equivalence, so steps that share one call share all.
    open_steps = list(group)
    for call in calls:
        if (one := _first(call, open_steps, fits)) is not None:
            open_steps.remove(one)
            yield call, one


def _first(call: ToolCalled, steps: Sequence[Wanted], fits: Fits) -> Wanted | None:
    return next((one for one in steps if (call.seq, one.number) in fits), None)
