"""What a run never played although it could have, largest first, each with a scenario that would play it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

from simkit.design.coverage.branches import branches_of, is_branch
from simkit.design.covering.rows import Row
from simkit.design.dimensions.making import Dimensions
from simkit.metrics.coverage.counted import OfDomain, Pair, Played, expected_of
from simkit.spec.files import Case

HoleKind = Literal["pairs", "rule", "tool", "refusal", "thing", "transition"]


class Hole(NamedTuple):
    """One thing that was never played."""

    kind: HoleKind
    what: str
    size: int
    """How much it is: the pairs that one tuple would fill, the things of a kind that never came up; else 1."""
    fill: str = ""
    """The scenario that would play it, by name; empty where none is known."""
    row: Row | None = None
    """The tuple of that scenario, where dimensions make it."""
    dimensions: str = ""
    """Their name."""
    domain: str = ""
    like: str = ""
    """Where no scenario would play it: the one that comes nearest, to write one like it."""

    def to_json(self) -> dict[str, Any]:
        """As `coverage --json` prints it."""
        told = {
            "kind": self.kind,
            "what": self.what,
            "size": self.size,
            "fill": self.fill or None,
            "like": self.like or None,
        }
        return told | ({"domain": self.domain} if self.domain else {"dimensions": self.dimensions})


class Known(NamedTuple):
    """What could have been played: what is beside the log."""

    dimensions: Mapping[str, Dimensions]
    """By name."""
    cases: Mapping[str, Sequence[Case]]
    """Domain -> the scenarios that people wrote."""
    folders: Mapping[str, Path]
    """Domain -> its folder."""


def possible_pairs(read: Dimensions) -> set[Pair]:
    """Every pair of values that some tuple of the file has."""
    space = read.space
    found = set()
    for one, other in combinations(range(len(space.names)), 2):
        for a in range(space.sizes[one]):
            for b in range(space.sizes[other]):
                if space.rules.possible({one: a, other: b}):
                    found.add(((space.names[one], space.values[one][a]), (space.names[other], space.values[other][b])))
    return found


def holes(played: Played, known: Known) -> list[Hole]:
    """Every hole: combinations first, then rules, tools, refusals, things, transitions; the largest of a kind first."""
    found = [hole for name, read in known.dimensions.items() for hole in _pairs(played, read, name)]
    for domain in played.domains.values():
        found += _in_domain(domain, played, known)
    found += _transitions(played, known)
    return found


def _pairs(played: Played, read: Dimensions, name: str) -> Iterator[Hole]:
    """The tuples that fill what is missing, each with how many pairs it fills that those before it do not."""
    import numpy as np

    from simkit.design.covering.greedy import completed
    from simkit.design.covering.interactions import interactions

    missing = possible_pairs(read) - set(played.pairs.get(name, {}))
    if not missing:
        return
    space = read.space
    what = interactions(space.rules, 2)
    wanted = np.zeros(what.cells, dtype=bool)
    for cell in range(what.cells):
        (one, a), (other, b) = sorted(what.fixed_by(cell).items())
        pair = ((space.names[one], space.values[one][a]), (space.names[other], space.values[other][b]))
        wanted[cell] = pair in missing
    none = np.zeros((0, len(space.sizes)), dtype=np.int64)
    for row in completed(what, none, wanted, Random(f"{name} holes")):
        numbers = tuple(int(value) for value in row)
        one_tuple = space.tuple_of(numbers)
        filled = [pair for pair in combinations(one_tuple.items(), 2) if pair in missing]
        missing -= set(filled)
        told = "; ".join(" with ".join(f"{n}={v}" for n, v in pair) for pair in filled[:2])
        more = f" and {len(filled) - 2} pairs more" if len(filled) > 2 else ""
        yield Hole("pairs", f"{told}{more}", len(filled), read.name_of(one_tuple), numbers, name)


def _in_domain(domain: OfDomain, played: Played, known: Known) -> Iterator[Hole]:
    card = domain.card
    cases = known.cases.get(card.domain, ())
    unplayed = [case for case in cases if case.scenario.scenario not in played.scenarios]

    def calling(tools: set[str], tag: str = "") -> str:
        tagged = [one for one in unplayed if tag and tag in one.scenario.tags]
        found = tagged or [one for one in unplayed if tools & {step.tool for step in one.scenario.steps}]
        return found[0].scenario.scenario if found else ""

    for rule in card.rules:
        if not domain.rules[rule.id].at_stake.sessions:
            what = f"rule {rule.id} was never at stake"
            yield Hole("rule", what, 1, calling(set(rule.calls), f"rule:{rule.id}"), domain=card.domain)
    for name, use in sorted(domain.tools.items(), key=lambda item: (item[1].effect != "write", item[0])):
        if not use.tally.sessions:
            yield Hole("tool", f"{name} was never called", 1, calling({name}), domain=card.domain)
    yield from _refusals(domain, known, unplayed)
    for kind, names in card.catalogue.items():
        never = [name for name in names if name not in domain.met[kind]]
        if never:
            what = f"{len(never)} of {len(names)} of kind {kind} never came up: {', '.join(never[:3])}"
            fill = _first(unplayed, _naming(never))
            yield Hole("thing", what + (", …" if len(never) > 3 else ""), len(never), fill, domain=card.domain)


def _refusals(domain: OfDomain, known: Known, unplayed: Sequence[Case]) -> Iterator[Hole]:
    folder, card = known.folders.get(domain.card.domain), domain.card
    every = [*unplayed, *known.cases.get(card.domain, ())]
    if folder is None:
        return
    for name, branches in branches_of(folder / "tools.py", set(domain.tools)).items():
        use = domain.tools[name]
        about = [case for case in every if _refuses(case, name)] or [case for case in every if _calls(case, name)]
        like = about[0].scenario.scenario if about else ""
        for branch in branches:
            if not any(is_branch(branch, refusal) for refusal in use.refusals):
                what = f"{name} never refused with: {branch}"
                yield Hole("refusal", what, 1, domain=card.domain, like=like)


def _transitions(played: Played, known: Known) -> Iterator[Hole]:
    never = [(one, count) for one, count in played.expected.items() if one not in played.transitions]
    every = [case for name in sorted(played.domains) for case in known.cases.get(name, ())]
    for (before, after), count in sorted(never, key=lambda item: (-item[1], item[0])):
        paths = f"{count} reference path{'s go' if count > 1 else ' goes'}"
        like = _first(every, lambda case, one=(before, after): one in expected_of(case.scenario))
        yield Hole("transition", f"{before} to {after}, as {paths}", count, like=like)


def _first(cases: Sequence[Case], fits: Callable[..., bool]) -> str:
    """The first scenario that fits, by name; empty where there is none."""
    return next((case.scenario.scenario for case in cases if fits(case)), "")


def _calls(case: Case, tool: str) -> bool:
    return any(step.tool == tool for step in case.scenario.steps)


def _refuses(case: Case, tool: str) -> bool:
    """Whether a scenario is about what a tool must not do: that it must never be called, or that it refuses."""
    forbidden = any(pattern.tool == tool for pattern in case.scenario.goal.never)
    return forbidden or ("refused" in case.scenario.tags and _calls(case, tool))


def _naming(things: Sequence[str]) -> Callable[[Case], bool]:
    """Whether a scenario names one of these."""
    any_of = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, things))})(?!\w)")
    return lambda case: any_of.search(case.scenario.model_dump_json(exclude={"scenario", "tags"})) is not None
