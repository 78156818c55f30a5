"""Steps of a reference path that nothing needs: left out, the goal is reached all the same.

The played session is made again without the call. A step is superfluous if then every part of the goal passes, no
rule is broken that was kept, and nothing that the call brought to light is used later: as an argument, or in words.
Four kinds of call are used though no word of theirs comes back: one whose answer is that there is nothing, one that the
agent refuses something upon, one that looks again whether something helped, and one that leads to another of several
acceptable ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from simkit.lint.finding import Problem, found
from simkit.lint.played.rehearsal import Stages, again
from simkit.metrics.goal import goal_parts, verdict
from simkit.metrics.rules import breaches
from simkit.metrics.score import GoalPart
from simkit.metrics.wording import describe
from simkit.paths.episode import Episode
from simkit.spec.acts import refuses
from simkit.spec.files import Case
from simkit.spec.goal import Step
from simkit.spec.strict_yaml import Loc
from simkit.spec.values import values_in
from simkit.trace.events import AgentSaid, Event, ToolCalled, UserSaid

_WORD = re.compile(r"[^\W\d_]{4,}")


def superfluous(case: Case, episode: Episode, stages: Stages) -> Iterator[Problem]:
    """Every step of the reference that can be left out, alone. `episode`: the reference, played and passed."""
    start = stages.start(case.domain)
    broken = {breach.sentence for breach in breaches(episode)}
    for loc, step, call in calls_of(case, episode):
        if _tells_by_itself(call, episode.events) or _comes_back(call, episode.events):
            continue
        without = again(case, start, episode.events, frozenset({call.seq})).episode()
        parts = goal_parts(without)
        if verdict(parts) != "pass" or _end(parts) != _end(goal_parts(episode)):
            continue
        if not {one.sentence for one in breaches(without)} - broken:
            what = f"the reference reaches the goal without {describe(str(step.tool), step.arguments)}"
            yield found("superfluous-step", case, what, loc, about=str(step.tool))


def calls_of(case: Case, episode: Episode) -> Iterator[tuple[Loc, Step, ToolCalled]]:
    """The steps of the reference that are calls, each with its place in the file and the call that was made for it."""
    left = list(episode.log.calls)
    for at, group in enumerate(case.scenario.reference):
        for within, step in enumerate(group.flat()):
            same = (one for one in left if (one.by, one.tool, one.arguments) == (step.by, step.tool, step.arguments))
            if step.tool is not None and (call := next(same, None)) is not None:
                left.remove(call)
                yield (("reference", at, "any_order", within) if group.any_order else ("reference", at)), step, call


def _end(parts: Sequence[GoalPart]) -> tuple[str, ...]:
    """Which of several acceptable ends was reached."""
    return tuple(part.detail for part in parts if part.part == "any_of")


def _tells_by_itself(call: ToolCalled, events: Sequence[Event]) -> bool:
    """Whether a call tells something by coming to nothing, by having changed, or by what is refused upon it."""
    if isinstance(call.result, dict | list) and any(one in ([], {}, None, "") for one in _members(call.result)):
        return True
    if call.outcome != "ok":
        return True
    earlier = [one for one in events[: call.seq] if isinstance(one, ToolCalled) and _same(one, call)]
    if earlier and earlier[-1].result != call.result:
        return True
    after = next((one for one in events[call.seq + 1 :] if isinstance(one, ToolCalled | AgentSaid)), None)
    return isinstance(after, AgentSaid) and refuses(after.text)


def _members(value: Any) -> list[Any]:
    return [value, *(value.values() if isinstance(value, dict) else value)]


def _same(one: ToolCalled, other: ToolCalled) -> bool:
    return (one.by, one.tool, one.arguments) == (other.by, other.tool, other.arguments)


def _comes_back(call: ToolCalled, events: Sequence[Event]) -> bool:
    """Whether something that the call's result told first comes back later. What a first look gave an argument, or
    looked at before it was changed, counts also where it was known before."""
    about, result = _values(call.arguments), _values(call.result)
    first = not any(isinstance(one, ToolCalled) and _same(one, call) for one in events[: call.seq])
    for event in events[call.seq + 1 :]:
        if isinstance(event, ToolCalled) and first:
            used = _values(event.arguments)
            if used & result - about or (event.changes and used & about):
                return True
    before = _Told()
    for event in events[: call.seq]:
        before.take(_content(event))
    told = _Told()
    told.take(call.result)
    later = _Told()
    for event in events[call.seq + 1 :]:
        later.take(_used(event))
    return told.shares(later, before)


def _values(given: Any) -> set[Any]:
    told = _Told()
    told.take(given)
    return told.values


def _content(event: Event) -> Any:
    if isinstance(event, ToolCalled):
        return [event.arguments, event.result]
    return event.text if isinstance(event, UserSaid | AgentSaid) else None


def _used(event: Event) -> Any:
    if isinstance(event, ToolCalled):
        return event.arguments
    return event.text if isinstance(event, UserSaid | AgentSaid) else None


def _leaves(given: Any) -> Iterator[Any]:
    """Every text and number; of the keys, those that name records (`W1004-1`) and no fields."""
    if isinstance(given, dict):
        for key, item in given.items():
            if any(char.isdigit() for char in str(key)):
                yield str(key)
            yield from _leaves(item)
    elif isinstance(given, list | tuple):
        for item in given:
            yield from _leaves(item)
    elif isinstance(given, str | int | float) and not isinstance(given, bool):
        yield given


class _Told:
    """Values and words in JSON and talk."""

    def __init__(self) -> None:
        self.values: set[Any] = set()
        self.words: set[str] = set()

    def take(self, given: Any) -> None:
        """Take in every value and every word of four letters or more."""
        for leaf in _leaves(given):
            text = str(leaf)
            self.values.add(text.casefold())
            self.values |= {value.value for value in values_in(text)}
            self.words |= set(map(str.casefold, _WORD.findall(text)))

    def shares(self, later: _Told, before: _Told) -> bool:
        """Whether `later` has a value or a word of this that `before` has not."""
        return bool((self.values & later.values) - before.values or (self.words & later.words) - before.words)
