"""Values that nobody gave: in the arguments of calls, and in what the agent states.

Limits, on the side of silence: only typed values (ids, emails, amounts, dates) and names that look like the domain's
catalogue are held against what was said; amounts that simple arithmetic reaches pass (`metrics.talk.arithmetic`); whole
numbers of one or two digits pass; what the scenario's user knows but never said does not count as said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import repeat
from typing import Any

from simkit.errors import one_line
from simkit.metrics.beside.steps import FREE_TEXT
from simkit.metrics.score import Finding
from simkit.metrics.talk.arithmetic import MAX_AMOUNT
from simkit.metrics.talk.catalogue import has_names, invented_names
from simkit.metrics.talk.counts import counted, counts_in
from simkit.metrics.talk.facts import Facts, given_by
from simkit.metrics.wording import describe_call
from simkit.paths.episode import Episode
from simkit.spec.acts import sentences
from simkit.spec.values import Value, values_in
from simkit.trace.events import AgentSaid, ToolCalled, UserSaid

_EXAMPLE = re.compile(r"\b(?:for example|e\.g\.?|such as|for instance|looks? like|format)\b", re.IGNORECASE)
_PROPER = re.compile(r"(?<![\w@./-])[A-Z][a-z]{3,}(?![\w@./-])")
_CODE = re.compile(r"\d{4,}")
_NOTHING: tuple[tuple[Value, ...], tuple[str, ...]] = ((), ())
_UNREAD = ("unknown_tool", "malformed", "invalid_arguments")


def ungrounded(episode: Episode) -> Iterator[Finding]:
    """Every argument and every claim that nothing said before it supports, once for each value."""
    names = bool(episode.card.catalogue)
    if not (
        any(map(_states, episode.agent_words, repeat(names)))
        or any(map(counts_in, episode.agent_words))
        or any(map(_asks, episode.agent_calls))
    ):
        return
    facts = given_by(episode.card.stated).copy()
    reported: set[str] = set()
    results: list[Any] = []
    for event in episode.events:
        if isinstance(event, UserSaid):
            facts.hear(event.text)
        elif isinstance(event, AgentSaid):
            yield from _claims(episode, event, facts, reported)
            yield from _miscounts(event, facts, results)
        elif isinstance(event, ToolCalled):
            if event.by == "agent" and event.outcome not in _UNREAD:
                yield from _arguments(event, facts, reported)
                facts.add(event.arguments)
            elif event.by == "user":
                facts.add(event.arguments)
            facts.add(event.result)
            results.append(event.result)


def _asks(call: ToolCalled) -> bool:
    """Whether a call's arguments have anything in them that must have been given."""
    given = call.arguments.items() if isinstance(call.arguments, dict) else ()
    return any([type(value) is not str or _read(name, value) != _NOTHING for name, value in given])


def _arguments(call: ToolCalled, facts: Facts, reported: set[str]) -> Iterator[Finding]:
    if not isinstance(call.arguments, dict):
        return
    for name, argument in call.arguments.items():
        if name == "thought":
            continue  # WHY: what an agent only thinks is told to nobody; if it acts on it, the act shows.
        if type(argument) is str:
            values, names = _read(name, argument)
        else:
            values, names = tuple(_checked(argument)), tuple(_proper(name, argument))
        missing = [value.text for value in values if not facts.has(value) and value.text not in reported]
        missing += [word for word in names if not facts.has_text(word) and word not in reported]
        if missing:
            reported.update(missing)
            what = " and ".join(f"'{one_line(text, 60)}'" for text in dict.fromkeys(missing))
            yield Finding(
                kind="ungrounded_argument",
                events=(call.seq,),
                where=f"{call.tool}.{name}",
                sentence=f"nobody gave {what}, which {describe_call(call)} uses as {name}",
            )


@lru_cache(maxsize=8192)
def _read(name: str, argument: str) -> tuple[tuple[Value, ...], tuple[str, ...]]:
    """The values and the names in an argument that is a text, read once however often it is given."""
    return tuple(_checked(argument)), tuple(_proper(name, argument))


def _checked(argument: Any) -> Iterator[Value]:
    """The values in an argument that somebody must have given."""
    if isinstance(argument, dict):
        for item in argument.values():
            yield from _checked(item)
    elif isinstance(argument, list):
        for item in argument:
            yield from _checked(item)
    elif isinstance(argument, str) and _CODE.fullmatch(argument):
        yield Value("id", argument, argument)  # a PIN or a ZIP code is no amount: nobody reckons it
    elif isinstance(argument, str):
        yield from (value for value in values_in(argument) if _telling(value))
    elif isinstance(argument, int | float) and not isinstance(argument, bool) and abs(argument) < MAX_AMOUNT:
        value = Value("number", float(argument), str(argument))
        if _telling(value):
            yield value


def _proper(name: str, argument: Any) -> Iterator[str]:
    """The names in an argument: of people, places, products, as far as capitals show them."""
    if isinstance(argument, dict):
        for key, item in argument.items():
            yield from _proper(key, item)
    elif isinstance(argument, list):
        for item in argument:
            yield from _proper(name, item)
    elif isinstance(argument, str) and name not in FREE_TEXT:
        yield from _PROPER.findall(argument)


@lru_cache(maxsize=8192)
def _telling(value: Value) -> bool:
    """Whether a value says enough to have been made up: dates, emails, money, three digits, an id of two
    characters beside its first letter (`GL1`, `W10`)."""
    digits = sum(char.isdigit() for char in value.text.removesuffix(".0"))
    if value.kind in ("date", "email"):
        return True
    if value.kind == "id":
        letters = sum(char.isalpha() for char in value.text)
        return digits >= (1 if letters > 1 else 2 if letters else 5)
    return digits >= 3


def _claims(episode: Episode, event: AgentSaid, facts: Facts, reported: set[str]) -> Iterator[Finding]:
    if not _states(event.text, bool(episode.card.catalogue)):
        return
    for sentence in sentences(event.text):
        facts.recall(sentence)
    for sentence in sentences(event.text):
        if _EXAMPLE.search(sentence):
            continue
        for text in dict.fromkeys((*_values(sentence, facts), *_names(episode, sentence, facts))):
            if text not in reported:
                reported.add(text)
                yield Finding(
                    kind="ungrounded_claim",
                    events=(event.seq,),
                    sentence=f"the agent says '{one_line(text, 80)}', which no tool, user, policy or catalogue gave",
                )


@lru_cache(maxsize=8192)
def _states(text: str, names: bool) -> bool:
    """Whether a text has anything in it that must have been given: a value or, where `names` count, a name."""
    return any(map(values_in, sentences(text))) or (names and has_names(text))


def _miscounts(event: AgentSaid, facts: Facts, results: list[Any]) -> Iterator[Finding]:
    for many, words in counts_in(event.text) if results else ():
        if not facts.gave(many) and not counted(many, results):
            sentence = f"the agent says '{one_line(words, 80)}'; nothing that a tool gave has {many} of anything"
            yield Finding(kind="ungrounded_claim", events=(event.seq,), sentence=sentence)


def _values(sentence: str, facts: Facts) -> Iterator[str]:
    for value in values_in(sentence):
        if not _claimed(value):
            continue
        if not facts.has(value):
            yield value.text
        elif isinstance(value.value, float):
            # WHY: what follows from given amounts may be reckoned on with: a total, then what is left of it.
            facts.speak_of(value.value)


def _names(episode: Episode, sentence: str, facts: Facts) -> Iterator[str]:
    return (name for name in invented_names(sentence, episode.card.catalogue) if not facts.has_text(name))


@lru_cache(maxsize=8192)
def _claimed(value: Value) -> bool:
    """Whether a value in talk is a claim: money, a date, an email, an id with letters and three digits."""
    if value.kind == "id":
        return sum(c.isdigit() for c in value.text) >= 3 and any(c.isalpha() for c in value.text)
    return value.kind in ("money", "date", "email")
