"""What of a text may be changed: everything but values, facts, names, and the words that a meaning hangs on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from simkit.spec.values import values_in

_TURNS = (
    "yes no not never none don't doesn't won't can't cannot without only unless except stop wait cancel "
    "instead actually both either neither nothing all any each first last before after"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b(?!I\b)[A-Z][\w-]*|\b\w*\d[\w-]*\b|\b[A-Z]{2,}\b")

MEANING = frozenset(_TURNS.split())
"""Words without which a sentence says something else."""


class Spans:
    """The places of one text that have to stay as they are."""

    def __init__(self, text: str, keep: Iterable[str] = ()) -> None:
        self.text = text
        places: list[tuple[int, int]] = []
        at = 0
        for value in values_in(text):
            at = text.index(value.text, at)
            places.append((at, at + len(value.text)))
            at += len(value.text)
        for pattern in (_QUOTED, _NAME):
            places += [found.span() for found in pattern.finditer(text)]
        for kept in keep:
            if kept.strip():
                places += [found.span() for found in re.finditer(re.escape(kept), text, re.IGNORECASE)]
        self.places = sorted(places)

    def open(self, start: int, end: int) -> bool:
        """Whether nothing between `start` and `end` has to stay."""
        return not any(start < b and a < end for a, b in self.places)

    def words(self, least: int = 1) -> list[tuple[int, int]]:
        """Every word of at least `least` letters that may be changed, as (start, end)."""
        found = (match.span() for match in _WORD.finditer(self.text))
        return [
            (a, b) for a, b in found if b - a >= least and self.text[a:b].casefold() not in MEANING and self.open(a, b)
        ]

    def changed(self, places: Iterable[tuple[int, int]], change: Callable[[str], str]) -> str:
        """The text with what stands at each place changed, from its end to its start."""
        return self.put({(a, b): change(self.text[a:b]) for a, b in sorted(places, reverse=True)})

    def put(self, made: Mapping[tuple[int, int], str]) -> str:
        """The text with other words at some places."""
        text = self.text
        for (a, b), words in sorted(made.items(), reverse=True):
            text = text[:a] + words + text[b:]
        return text


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, with their marks; joined by spaces they are the text again, but for spacing."""
    return [one for one in re.split(r"(?<=[.!?])\s+(?=[A-Z\"“])", text.strip()) if one]
