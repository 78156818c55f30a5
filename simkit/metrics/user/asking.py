"""Which of the domain's facts an agent's words are about."""

from __future__ import annotations

from functools import lru_cache

from simkit.metrics.talk.says import wordings
from simkit.paths.episode import Episode
from simkit.spec.domain import Card
from simkit.spec.values import plain


def slots_named(episode: Episode, text: str) -> frozenset[str]:
    """The slots that `text` names in any of their wordings, asked for or not."""
    if not episode.card.slots:
        return frozenset()
    return _named(plain(text), slot_wordings(episode.card))


_WORDINGS: dict[int, tuple[Card, tuple[tuple[str, tuple[str, ...]], ...]]] = {}


def slot_wordings(card: Card) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each of a domain's slots with all that people call it, worked out once for each domain."""
    found = _WORDINGS.get(id(card))
    if found is None:
        if len(_WORDINGS) >= 256:
            _WORDINGS.clear()
        every = tuple((name, (name.replace("_", " "), *wordings(card, name))) for name in card.slots)
        found = _WORDINGS[id(card)] = card, every
    return found[1]


@lru_cache(maxsize=4096)
def _named(words: str, known: tuple[tuple[str, tuple[str, ...]], ...]) -> frozenset[str]:
    padded = f" {words} "
    return frozenset(
        name
        for name, labels in known
        if any(f" {plain(label)} " in padded or f" {plain(label)}s " in padded for label in labels)
    )
