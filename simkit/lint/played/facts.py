"""Words and small numbers in the reference's calls that nobody gave it.

Typed values (ids, amounts, dates, emails) are held against what was said by the metric that finds ungrounded arguments.
Here it is what that metric leaves alone: plain words that the schema does not list, and whole numbers of one or two
digits. A value is given by the user's words in that very session, by a result, by the policy, a tool's description, the
catalogue or the clock.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from simkit.lint.finding import Problem, found
from simkit.lint.played.minimal import calls_of
from simkit.metrics.beside.steps import FREE_TEXT
from simkit.metrics.score import SessionScore
from simkit.metrics.talk.facts import Facts, given_by
from simkit.paths.episode import Episode
from simkit.spec.condition import same
from simkit.spec.files import Case
from simkit.spec.strict_yaml import Loc
from simkit.spec.values import says_words, values_in
from simkit.trace.events import ToolCalled, UserSaid

_WORD = re.compile(r"[^\W\d_]{4,}")
_SMALL = 100
_RECKONED = 10
"""Smaller numbers follow from any others by simple arithmetic."""
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def unsaid(case: Case, played: Iterable[tuple[Episode, SessionScore]]) -> Iterator[Problem]:
    """Values of the reference's arguments that some persona never tells, and nothing else gives; each once."""
    missing: dict[tuple[Loc, str, str], list[str]] = {}
    for episode, score in played:
        told = {seq for one in score.findings if one.kind == "ungrounded_argument" for seq in one.events}
        for loc, tool, value in _ungiven(case, episode, told):
            missing.setdefault((loc, tool, value), []).append(score.persona)
    facts = case.scenario.facts()
    for (loc, tool, value), personas in missing.items():
        who = ", ".join(dict.fromkeys(personas))
        known = next((name for name, fact in facts.items() if same(fact, value) or str(fact) == value), "")
        why = f"{who} never tells it ({known})" if known else "no user, result, policy or catalogue gives it"
        yield found("unsaid-word", case, f"{tool} is called with '{value}', and {why}", loc, about=value)


def _ungiven(case: Case, episode: Episode, told: Collection[int]) -> Iterator[tuple[Loc, str, str]]:
    """`told`: the calls of which the metric speaks already."""
    steps = {call.seq: loc for loc, step, call in calls_of(case, episode) if step.by == "agent"}
    steps = {seq: loc for seq, loc in steps.items() if seq not in told}
    facts = given_by(episode.card.stated).copy()
    heard = ""
    for event in episode.events:
        if isinstance(event, UserSaid):
            facts.hear(event.text)
            heard += f" {event.text} \n"
        elif isinstance(event, ToolCalled):
            if event.seq in steps and isinstance(event.arguments, dict):
                tool = episode.card.tool(event.tool)
                schema = tool.parameters.get("properties", {}) if tool else {}
                for value in _loose(event.arguments, schema):
                    if not _given(value, facts, heard):
                        yield steps[event.seq], event.tool, str(value)
            facts.add(event.result)


def _loose(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str | int]:
    """What the metric leaves alone: words, and small numbers, that the schema does not list."""
    for name, value in arguments.items():
        about = schema.get(name, {})
        if name not in FREE_TEXT and not {"enum", "const"} & set(about):
            yield from _leaves(value, about.get("default"))


def _leaves(value: Any, default: Any) -> Iterator[str | int]:
    if isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _leaves(one, None)
    elif isinstance(value, str):
        yield from [value] if _WORD.search(value) and not values_in(value) else []
    elif isinstance(value, int) and not isinstance(value, bool) and 1 < value < _SMALL and value != default:
        yield value


def _given(value: str | int, facts: Facts, heard: str) -> bool:
    if isinstance(value, int):
        word = _COUNTS[value - 1] if value <= len(_COUNTS) else str(value)
        reckoned = value >= _RECKONED and facts.has_amount(float(value))
        return reckoned or facts.gave(float(value)) or says_words(heard, word)
    return facts.has_text(value) or all(facts.has_text(word) for word in _WORD.findall(value))
