"""What a simulated user was given to say: facts, wants, and lines that scenario and persona lay in their mouth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from simkit.metrics.talk.facts import Facts
from simkit.paths.episode import Episode
from simkit.spec.acts import sentences
from simkit.spec.persona import PHRASES
from simkit.spec.values import plain

_HOLE = re.compile(r"\{\w+\}")
_PARTS = re.compile(r"(\{\w+\})")
_FILLED = r".{0,80}"
"""What may stand in a hole that is neither a want nor the name of a fact."""
_WORD = re.compile(r"[a-z0-9]+")
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """
        a an and any are as at be been by can could do does for from had has have he her his how i if in into is it its
        me my of on or our she so some than that the their them then there they this those to too us was we were what
        when which who will with would you your please also just only like get
        """,
    )
)


def was_briefed(episode: Episode) -> bool:
    """Whether anybody says what the user was given. Of a conversation that was only recorded nobody does: its want is
    the user's own first words, and there are no facts."""
    scenario, texts = episode.scenario, episode.user_texts
    if scenario.facts() or scenario.then or episode.persona.persona != "recorded" or not texts:
        return True
    return not " ".join(texts[0].text.split()).startswith(scenario.wants.removesuffix("…"))


class Brief:
    """What all sessions of one scenario, persona and domain have in common, read once for all of them."""

    def __init__(self, episode: Episode) -> None:
        card, self.facts = episode.card, episode.scenario.facts()
        self.declared = tuple(_declared(episode))
        self.words = " ".join(self.declared)
        names = (name for kind in card.catalogue.values() for name in kind)
        self.known = facts_in((*self.declared, *self.facts, *map(str, self.facts.values()), card.now, *names))
        """All that the user knows before the first word, and what everybody may know: the clock and the catalogue.
        Copy it before adding."""


_BRIEFS: dict[tuple[int, int, int], tuple[Any, Brief]] = {}
_MOST = 1024


def brief(episode: Episode) -> Brief:
    """The brief of an episode's user."""
    whose = episode.scenario, episode.persona, episode.card
    key = id(whose[0]), id(whose[1]), id(whose[2])
    found = _BRIEFS.get(key)
    if found is None:
        if len(_BRIEFS) >= _MOST:
            _BRIEFS.clear()
        # Kept with the values themselves, so that no others can come to have their ids.
        found = _BRIEFS[key] = whose, Brief(episode)
    return found[1]


@lru_cache(maxsize=64)
def facts_in(texts: tuple[str, ...]) -> Facts:
    """The facts in some texts, read once. Copy them before adding."""
    facts = Facts()
    for text in texts:
        facts.add(text)
    return facts


def _declared(episode: Episode) -> Iterator[str]:
    """Every text in which scenario or persona says what the user wants, is like, or says."""
    scenario, persona = episode.scenario, episode.persona
    yield from (scenario.wants, scenario.opening, *scenario.then, *scenario.script)
    for change in scenario.changes:
        yield from (change.says, change.wants or "")
    yield from (persona.summary, persona.manner, *(tactic.says for tactic in persona.tactics))
    for lines in persona.phrases.values():
        yield from lines
    for act in episode.card.user_acts:
        yield act.reply


def own_sentences(episode: Episode, text: str) -> Iterator[str]:
    """The sentences of a user's text that neither scenario nor persona lay in their mouth."""
    scenario = episode.scenario
    wants = (scenario.wants, *scenario.then, *(change.wants or "" for change in scenario.changes))
    labels = (*(slot.label for slot in episode.card.slots.values()), *scenario.facts(), *episode.card.slots)
    patterns = _patterns(brief(episode).declared, wants, labels)
    for sentence in sentences(text):
        words = plain(sentence)
        if words and not any(pattern.fullmatch(words) for pattern in patterns):
            yield sentence


@lru_cache(maxsize=256)
def _patterns(lines: tuple[str, ...], wants: tuple[str, ...], labels: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """What each sentence of `lines` can look like once its holes are filled."""
    holes = {"{wants}": _either(wants), "{label}": _either(name.replace("_", " ") for name in labels)}
    every = {sentence for line in (*lines, *_usual()) for sentence in sentences(line)}
    return tuple(_pattern(one, holes) for one in sorted(every) if plain(_HOLE.sub("", one)))


def _usual() -> Iterable[str]:
    return (line for lines in PHRASES.values() for line in lines)


def _pattern(line: str, holes: Mapping[str, str]) -> re.Pattern[str]:
    parts = (
        holes.get(part, _FILLED) if _HOLE.fullmatch(part) else re.escape(plain(part)) for part in _PARTS.split(line)
    )
    return re.compile(r"\W*".join(part for part in parts if part), re.DOTALL)


def _either(texts: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted({re.escape(plain(text)) for text in texts}, key=len, reverse=True))})"


@lru_cache(maxsize=4096)
def telling(text: str) -> frozenset[str]:
    """The words of a text that carry its meaning, cut to their first five letters; every negation is `not`."""
    plain_text = re.sub(r"n['’]t\b|\bcannot\b|\bnever\b|\bno\b", " not ", text.casefold())
    return frozenset(word[:5] for word in _WORD.findall(plain_text) if word not in _EMPTY)
