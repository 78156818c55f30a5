"""Text that breaks off, and text that goes round in circles.

A message is *truncated* where it ends in a word that must go on (`the`, `and`, `your`), a comma, a colon, an open
bracket, or with a code block that nobody closed; a list that ends without a full stop is whole. It is *repeated* where
a sentence stands in it three times, the same few words follow one another six times, or the whole message is said for
the third time in a row to a user who says something else each time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from simkit.errors import one_line
from simkit.metrics.score import Odd
from simkit.paths.episode import Episode
from simkit.spec.acts import sentences
from simkit.spec.values import plain
from simkit.trace.events import AgentSaid, UserSaid

_GOES_ON = re.compile(r"(?:\b(?:a|an|the|and|or|but|of|your|our|my|because|if|as)|[,:(\[{])\s*\Z", re.IGNORECASE)
_SENTENCE = re.compile(r"[^\W\d][^\d]*[.!?]")
"""A sentence that is no line of a list and names no number."""
_SHORTEST = 20
"""Characters: longer than any word that must go on."""
_TIMES, _ROUNDS, _LONGEST = 3, 6, 12


def truncated(said: AgentSaid) -> Iterator[Odd]:
    """At most one: how the message breaks off."""
    if how := breaks_off(said.text):
        end = one_line(said.text.rstrip()[-50:], 60)
        yield Odd(kind="truncated", events=(said.seq,), sentence=f"{how}: '… {end}'")


def breaks_off(text: str) -> str:
    """How a text breaks off; empty where it does not."""
    text = text.rstrip()
    if text.count("```") % 2:
        return "a code block is not closed"
    return "the message breaks off" if len(text) >= _SHORTEST and _GOES_ON.search(text[-_SHORTEST:]) else ""


def circles(episode: Episode) -> Iterator[Odd]:
    """Every message that repeats itself, and every row of three that are one message."""
    if not any(map(_round_and_round, episode.agent_words)) and not _may_say_again(episode):
        return
    last: list[tuple[AgentSaid, str]] = []
    heard = ""
    for event in episode.talk:
        if isinstance(event, UserSaid):
            heard = plain(event.text)
        else:
            if words := _round_and_round(event.text):
                sentence = f"the message goes round in circles: '{one_line(words, 100)}'"
                yield Odd(kind="repeated_text", events=(event.seq,), sentence=sentence)
            same = bool(last) and plain(last[-1][0].text) == plain(event.text) and heard not in [h for _, h in last]
            last = [*last, (event, heard)] if same else [(event, heard)]
            if len(last) == _TIMES and len(plain(event.text).split()) >= 8:
                sentence = f"the same message for the third time in a row: '{one_line(event.text, 100)}'"
                yield Odd(kind="repeated_text", events=tuple(one.seq for one, _ in last[::-1]), sentence=sentence)


def _may_say_again(episode: Episode) -> bool:
    """Whether so many messages are one, and there are so many different ones that they could answer."""
    again = len(episode.agent_words) - len({*map(plain, episode.agent_words)})
    heard = len({*map(plain, episode.user_words)}) + isinstance(episode.talk[0], AgentSaid) if again else 0
    return again >= _TIMES - 1 and heard >= _TIMES


@lru_cache(maxsize=8192)
def _round_and_round(text: str) -> str:
    """What a message repeats; empty where it does not."""
    counted = Counter(plain(one) for one in sentences(text) if _SENTENCE.fullmatch(one.strip()))
    often = next((words for words, times in counted.items() if times >= _TIMES and len(words.split()) >= 4), "")
    return often or _stutter(text.split())


def _stutter(words: list[str]) -> str:
    """The shortest group of words that stands six times in a row."""
    for size in range(1, min(_LONGEST, len(words) // _ROUNDS) + 1):
        run = 0
        for at in range(size, len(words)):
            run = run + 1 if words[at] == words[at - size] else 0
            if run >= size * (_ROUNDS - 1) and re.search(r"\w", "".join(words[at - size + 1 : at + 1])):
                return " ".join(words[at - size + 1 : at + 1])
    return ""
