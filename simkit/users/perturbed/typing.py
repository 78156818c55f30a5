"""Slips of hand and ear: typos, and a noisy line."""

from __future__ import annotations

from random import Random

from simkit.users.perturbed.spans import Spans

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_FILLERS = ("uh", "um", "er", "hmm")

WORDS_A_TYPO = 6
"""One word in so many has a typo, and at least one."""


def _near(letter: str) -> str:
    """The keys beside a letter's."""
    for row in _KEYS:
        if (at := row.find(letter)) >= 0:
            return row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
    return ""


def _typo(word: str, random: Random) -> str:
    """A word with one slip behind its first letter: another key, one letter too few or too many, two changed over."""
    at = random.randrange(1, len(word) - 1)
    here, following = word[at], word[at + 1]
    near = _near(here.lower())
    ways = [word[:at] + word[at + 1 :], word[:at] + here + word[at:]]
    ways += [word[:at] + following + here + word[at + 2 :]] if here != following else []
    ways += [word[:at] + random.choice(near) + word[at + 1 :]] if near else []
    return random.choice(ways)


def typos(text: str, keep: tuple[str, ...], random: Random) -> str:
    """Some words mistyped."""
    spans = Spans(text, keep)
    words = spans.words(least=4)
    count = min(len(words), max(1, len(words) // WORDS_A_TYPO))
    chosen = random.sample(words, count)
    return spans.changed(chosen, lambda word: _typo(word, random))


def noise(text: str, keep: tuple[str, ...], random: Random) -> str:
    """As a line or a dictation gives it: stutters, fillers, a lost capital at the start, lost commas."""
    spans = Spans(text, keep)
    words = spans.words(least=2)
    if not words:
        return text
    chosen = random.sample(words, min(len(words), 1 + len(words) // 8))

    def stutter(word: str) -> str:
        return random.choice((f"{word} {word.lower()}", f"{random.choice(_FILLERS)} {word}"))

    noisy = spans.changed(chosen, stutter)
    first = Spans(noisy, keep)
    return noisy[:1].lower() + noisy[1:] if first.open(0, 1) and not noisy.startswith(("I ", "I'")) else noisy
