"""The agent's calls laid beside a reference path.

A reference is a partial order: its steps in sequence, the members of an `any_order` group free among themselves.
First the calls that do exactly what a step wants are matched: as many as there are, and as many of them as possible in
the reference's order (`metrics.beside.exact`). What is left over, usually one or two calls and steps, is matched at
least cost (an assignment problem, solved by networkx's blossom algorithm; `metrics.beside.pairs`), so a call with one
wrong argument is that one difference and not a missing call and an extra one.

A scenario may have several references, each as right as the others: the calls are laid beside the one that they come
nearest to.
"""

from __future__ import annotations

from collections.abc import Sequence

from simkit.metrics.beside.exact import crosses, exact_matches
from simkit.metrics.beside.pairs import STEP_ALONE, alone, cost, paired
from simkit.metrics.beside.steps import (
    Alignment,
    Match,
    Wanted,
    differing_arguments,
    effect,
    effect_of,
    telling,
    wanted_calls,
)
from simkit.paths.episode import Episode
from simkit.spec.domain import Card
from simkit.trace.events import ToolCalled

__all__ = [
    "Alignment",
    "Match",
    "Wanted",
    "align",
    "beside",
    "differing_arguments",
    "effect",
    "far",
    "out_of_order",
    "wanted_calls",
]

OUT_OF_ORDER = 0.5
READ_ALONE = 0.5
"""Cost of a step left alone that only looks something up."""


def align(episode: Episode) -> Alignment:
    """The agent's calls laid beside the nearest of the scenario's reference paths; without one, nothing is wanted."""
    found = [
        beside(episode.card, episode.agent_calls, wanted_calls(path, number))
        for number, path in enumerate(episode.scenario.paths or ((),))
    ]
    return found[0] if len(found) == 1 else min(found, key=lambda alignment: far(episode.card, alignment))


def beside(card: Card, calls: Sequence[ToolCalled], wanted: Sequence[Wanted]) -> Alignment:
    """The calls laid beside one path."""
    matches = exact_matches(card, calls, wanted)
    taken, met = {match.call.seq for match in matches}, {match.wanted.number for match in matches}
    rest = [call for call in calls if call.seq not in taken]
    open_steps = [one for one in wanted if one.number not in met]
    if rest and open_steps:
        matches += paired(card, rest, open_steps, wanted, matches)
        taken, met = {match.call.seq for match in matches}, {match.wanted.number for match in matches}
    return Alignment(
        tuple(sorted(matches, key=lambda match: match.call.seq)),
        tuple(one for one in wanted if one.number not in met),
        tuple(call for call in calls if call.seq not in taken),
        wanted[0].path if wanted else 0,
    )


def far(card: Card, alignment: Alignment) -> float:
    """How far the calls are from the path: what every difference costs, taken together."""
    writes = [alone(card, call) for call in alignment.extra]
    steps = [STEP_ALONE if effect_of(card, one.step) != "read" else READ_ALONE for one in alignment.missing]
    order = OUT_OF_ORDER * len(out_of_order(card, alignment))
    return sum(map(cost, alignment.matches)) + sum(writes) + sum(steps) + order


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
    if not crosses(late.call, late.wanted, other):
        return False
    effects = {effect(card, late.call), effect(card, other.call)}
    shared = telling(late.call.arguments) & telling(other.call.arguments)
    return effects == {"write"} or (len(effects) == 2 and bool(shared))
