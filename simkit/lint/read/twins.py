"""Near-duplicate scenarios: the same goal and the same way to it, of a user who asks for the same thing.

Two scenarios of a domain are twins when goal and reference are the same once names are taken out (identifiers, names,
amounts, dates, places in the world), when nothing about the want differs that an agent has to cope with (what the user
does not know or keeps back, changes of mind, further wants), and when the wants, without the facts, share most of their
words. Another persona is no other scenario: one scenario lists several. Tuples of the same dimensions differ in what
their author says makes a difference, and are nobody's twins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

from simkit.lint.finding import Problem, found
from simkit.spec.files import Case
from simkit.spec.frozen import canonical
from simkit.spec.values import plain, values_in

ALIKE = 0.6
"""Share of matching words (Ratcliff and Obershelp's ratio) from which two wants say the same."""

_NAME = re.compile(r"\d")


def twins(cases: Iterable[Case]) -> Iterator[Problem]:
    """Each pair of scenarios of one domain that are nearly the same, at the later one."""
    alike: dict[str, list[Case]] = {}
    for case in cases:
        alike.setdefault(canonical(_shape(case)), []).append(case)
    for same in alike.values():
        for one, other in combinations(same, 2):
            if one.scenario.made_from and one.scenario.made_from == other.scenario.made_from:
                continue
            ratio = SequenceMatcher(None, _want(one), _want(other), autojunk=False).ratio()
            if ratio >= ALIKE:
                name = one.scenario.scenario
                what = f"is nearly {name}: the same goal and reference but for names, wants alike by {ratio:.0%}"
                yield found("near-duplicate", other, what, about=name)


def _shape(case: Case) -> Any:
    """All that an agent has to cope with, without names."""
    scenario = case.scenario
    said = {str(value).casefold() for value in scenario.facts().values()}
    goal = scenario.goal.as_json
    user = {
        "unknown": sorted(one for one in scenario.does_not_know if one in case.domain.card.slots),
        "kept": sorted(scenario.discloses.items()),
        "changes": [(str(change.when), sorted(change.knows)) for change in scenario.changes],
        "then": len(scenario.then),
    }
    calls = [(step.by, step.tool, step.arguments) for step in scenario.steps if step.tool]
    return [case.domain.name, user, _nameless(goal, said), _nameless(calls, said)]


def _nameless(value: Any, said: set[str]) -> Any:
    """JSON in which each identifier, amount, date, fact and path is replaced by what kind of thing it is."""
    if isinstance(value, dict):
        return {_masked(str(key), said): _nameless(item, said) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_nameless(item, said) for item in value]
    if isinstance(value, str):
        return _masked(value, said)
    return "#" if isinstance(value, int | float) and not isinstance(value, bool) else value


def _masked(text: str, said: set[str]) -> str:
    if text.casefold() in said:
        return "<fact>"
    return ".".join("#" if _NAME.search(part) else part for part in text.split("."))


def _want(case: Case) -> list[str]:
    """The words of what the user wants, without values and facts."""
    scenario = case.scenario
    text = " ".join((scenario.wants, *scenario.then))
    for value in (*scenario.facts().values(), *(one.text for one in values_in(text))):
        text = text.replace(str(value), " ")
    return plain(text).split()
