"""What a user cannot know: facts that leaked to them, and facts that they made up.

A user knows their scenario, the clock, what exists in the catalogue, what the agent told them and what their own tools
showed. A typed value (id, email, date, amount, long number) or a named fact besides is *leaked* where it stands in what
is hidden from them (goal, reference path, policy, the agent's calls and their results), else *invented*.

Limits, on the side of silence: amounts and dates that simple arithmetic on known ones reaches pass
(`metrics.talk.facts`); numbers of fewer than four digits pass; other facts are seen only where a sentence names the
fact by one of its slot's wordings; where nobody says what the user was given, nothing counts as invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import repeat
from typing import Any

from simkit.errors import one_line
from simkit.metrics.score import UserFault
from simkit.metrics.talk.facts import Facts, leaves
from simkit.metrics.user.brief import brief, facts_in, telling, was_briefed
from simkit.paths.episode import Episode
from simkit.spec.acts import sentences
from simkit.spec.values import Value, plain, values_in
from simkit.trace.events import AgentSaid, ToolCalled, UserSaid

_NAME = re.compile(r"\b[Mm]y (?:full |first |last )?name(?: is|'s|’s|:) +((?:[A-Z][\w'’-]+)(?: [A-Z][\w'’-]+){0,3})")
_UNSURE = re.compile(
    r"\b(?:maybe|perhaps|about|around|roughly|approximately|or so|i think|not sure|don['’]?t|what if|for example"
    r"|up to|at most|under|less than|more than|no more|maximum|budget|limit)\b|\?",
    re.IGNORECASE,
)
_ENOUGH = 0.75
"""Share of a hidden sentence's telling words that a user's sentence must have to give it away."""


def unknowable(episode: Episode) -> Iterator[UserFault]:
    """Every value, named fact and hidden sentence that the user could not know when they said it, once each."""
    labels, hidden = episode.card.slot_labels, Hidden(episode)
    if not hidden.sentences and not any(map(_tells, episode.user_words, repeat(labels))):
        return  # nothing is said that anybody must have been given
    facts = brief(episode).known.copy()
    facts.relative = True  # WHY: people reckon in days, and say the day after as a date.
    reported: set[str] = set()
    briefed = was_briefed(episode)
    for event in episode.events:
        if isinstance(event, UserSaid):
            for text in _strange(episode, event.text, facts) if _tells(event.text, labels) else ():
                source = hidden.source(text)
                if plain(text) not in reported and (briefed or source):
                    reported.add(plain(text))
                    yield _fault(event, text, source)
            yield from hidden.given_away(event)
            facts.hear(event.text)
        elif isinstance(event, AgentSaid):
            facts.hear(event.text)
            hidden.told(event.text)
        elif isinstance(event, ToolCalled) and event.by == "user":
            facts.add(event.arguments)
            facts.add(event.result)
        elif isinstance(event, ToolCalled):
            hidden.called(event)


def _fault(event: UserSaid, text: str, source: str) -> UserFault:
    shown = one_line(text, 80)
    if source:
        sentence = f"the user says '{shown}', which nobody told them: it stands in {source}"
        return UserFault(kind="leaked", events=(event.seq,), where=source, value=text, sentence=sentence)
    sentence = f"the user says '{shown}', which neither the scenario nor anybody in the session gave them"
    return UserFault(kind="invented", events=(event.seq,), where="knows", value=text, sentence=sentence)


def _strange(episode: Episode, text: str, facts: Facts) -> Iterator[str]:
    """Values in the user's words that they were not given."""
    for sentence in sentences(text):
        for value in values_in(sentence):
            if _says_enough(value, sentence) and not facts.has(value):
                yield value.text
        for named in _named(episode.card.slot_labels, sentence):
            if not facts.has_text(named) and not set(_bare(named)) <= _known_words(facts):
                yield named


@lru_cache(maxsize=8192)
def _tells(text: str, labels: tuple[str, ...]) -> bool:
    """Whether a text has a value that says enough, or a named fact, in it at all."""
    return any(
        any(_says_enough(value, sentence) for value in values_in(sentence)) or _named(labels, sentence)
        for sentence in sentences(text)
    )


@lru_cache(maxsize=8192)
def _says_enough(value: Value, sentence: str) -> bool:
    """Whether a value is one that a person reads off or remembers, and not a rough idea or a wish."""
    digits = sum(char.isdigit() for char in value.text)
    if value.kind == "email":
        return True
    if value.kind == "id":
        return digits >= 2 and digits + sum(char.isalpha() for char in value.text) >= 5
    if _UNSURE.search(sentence):
        return False
    return value.kind == "date" or digits >= 4 or (value.kind == "money" and digits >= 2)


@lru_cache(maxsize=8192)
def _named(labels: tuple[str, ...], sentence: str) -> tuple[str, ...]:
    """What the user states of themselves by name: `My name is …`, `My city is …` for the domain's slots."""
    names = [match[1] for match in _NAME.finditer(sentence)]
    if labels and "?" not in sentence:
        names += [match[1].strip() for match in _statement(labels).finditer(sentence)]
    return tuple(names)


@lru_cache(maxsize=64)
def _statement(labels: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    return re.compile(
        rf"(?i:\bmy (?:{either}))(?: is|'s|’s|:) +((?!not\b)[A-Z0-9][^\s,.;!?]*(?: [A-Z0-9][^\s,.;!?]*)*)"
    )


def _bare(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _known_words(facts: Facts) -> set[str]:
    return {word for text in facts.texts for word in _bare(text)} | facts.words


class Hidden:
    """What is hidden from the user while a session goes on, and where it stands."""

    def __init__(self, episode: Episode) -> None:
        self._episode = episode
        self._calls: list[ToolCalled] = []
        self.sentences = [one for one in episode.scenario.does_not_know if " " in one.strip()]
        """What nobody told the user and the user did not say."""
        self._told: list[frozenset[str]] = []

    def told(self, text: str) -> None:
        """The agent said something: whatever it gives away, the user may know from now on."""
        if self.sentences:
            self._told += [telling(one) for one in sentences(text)] + [telling(text)]

    def called(self, call: ToolCalled) -> None:
        """The agent called a tool: its arguments and its result are the agent's own business."""
        self._calls.append(call)

    def source(self, text: str) -> str:
        """Where a value stands that the user was not given; empty where it stands nowhere."""
        scenario = self._episode.scenario
        steps = [[one.arguments, one.say or ""] for path in scenario.paths for step in path for one in step.flat()]
        sources = {
            "the goal": scenario.goal.as_json,
            "the reference path": steps,
            "the policy": self._episode.card.policy,
        }
        for name, source in sources.items():
            if _stands(facts_in(tuple(_texts(source))), text):
                return name
        shown = Facts()
        for call in self._calls:
            shown.add(call.arguments)
            shown.add(call.result)
        return "what the agent's tools showed" if _stands(shown, text) else ""

    def given_away(self, said: UserSaid) -> Iterator[UserFault]:
        """Sentences of `does_not_know` that the user states before the agent did."""
        for hidden in list(self.sentences):
            words = telling(hidden)
            if len(words) < 3 or any(_covers(one, words, 0.5) for one in self._told):
                continue
            if any(_covers(telling(one), words, _ENOUGH) for one in sentences(said.text) if "?" not in one):
                self.sentences.remove(hidden)
                sentence = f"the user says what they do not know: {one_line(hidden, 120)}"
                yield UserFault(kind="leaked", events=(said.seq,), where="does_not_know", sentence=sentence)


def _texts(value: Any) -> Iterable[str]:
    return (str(leaf) for leaf in leaves(value))


def _stands(facts: Facts, text: str) -> bool:
    """Whether a value stands somewhere as such: arithmetic does not count here."""
    return facts.has_text(text) or any(
        value.kind in ("id", "email") and facts.has_word(value.text) for value in values_in(text)
    )


def _covers(words: frozenset[str], wanted: frozenset[str], share: float) -> bool:
    return len(words & wanted) >= share * len(wanted)
