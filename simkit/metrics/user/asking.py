"""Which of the domain's facts an agent's words are about."""

from __future__ import annotations

from functools import lru_cache

from simkit.metrics.talk.says import wordings
from simkit.paths.episode import Episode
from simkit.spec.values import plain


def slots_named(episode: Episode, text: str) -> frozenset[str]:
    """The slots that `text` names in any of their wordings, asked for or not."""
    if not episode.card.slots:
        return frozenset()
    known = tuple((name, (name.replace("_", " "), *wordings(episode.card, name))) for name in episode.card.slots)
    return _named(plain(text), known)


@lru_cache(maxsize=4096)
def _named(words: str, known: tuple[tuple[str, tuple[str, ...]], ...]) -> frozenset[str]:
    padded = f" {words} "
    return frozenset(
        name
        for name, labels in known
        if any(f" {plain(label)} " in padded or f" {plain(label)}s " in padded for label in labels)
    )
