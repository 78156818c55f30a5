"""Whether an agent said something: typed values, words, and questions for a fact.

The scope is every `AgentSaid` of a session: what the user got to read, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from simkit.paths.episode import Episode
from simkit.spec.acts import sentences
from simkit.spec.domain import Card
from simkit.spec.goal import Says
from simkit.spec.values import Value, says_date, says_money, says_words, to_number, values_in

_REQUEST = re.compile(
    r"\?|\b(please (?:provide|give|tell|share|enter|send|specify|confirm|let me know)|i(?:'ll| will)? need"
    r"|could you|can you|may i have|let me know|provide (?:me|us)|tell me|i require)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s*(?:[-*•–]|\(?\d{1,2}[.)])\s*")
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def said(episode: Episode, wanted: Says) -> tuple[int, ...]:
    """Numbers of the events in which the agent said what is `wanted`."""
    return tuple(event.seq for event in episode.agent_texts if meets(event.text, wanted, episode.card))


def said_instead(episode: Episode, wanted: Says) -> tuple[int, str] | None:
    """The event in which the agent said another value of just the form that was wanted (a number with as many digits,
    an id of the same pattern, another day), and that value: the slip, where all it ever said in that form is one
    value. None where there is none, or where it could be any of several."""
    if wanted.check not in _FORMS or isinstance(wanted.value, tuple):
        return None
    form = _FORMS[wanted.check](str(wanted.value))
    others = {
        value.value: (event.seq, value.text)
        for event in reversed(episode.agent_texts)
        for value in values_in(event.text)
        if form == _form(value)
    }
    return next(iter(others.values())) if len(others) == 1 else None


def _form(value: Value) -> str:
    kind = "id" if value.kind == "number" and value.text.isdigit() and len(value.text) > 5 else value.kind
    return _FORMS[kind](value.text) if kind in _FORMS else ""


def _digits(text: str) -> str:
    number = to_number(text)
    return "" if number is None or abs(number) < 10 else f"{len(str(int(abs(number))))} digits"


def _pattern(text: str) -> str:
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", text.lstrip("#")))


_FORMS: dict[str, Callable[[str], str]] = {
    "number": _digits,
    "money": _digits,
    "date": lambda text: "a day",
    "id": _pattern,
}


def meets(text: str, wanted: Says, card: Card) -> bool:
    """Whether `text` says what is `wanted`."""
    if isinstance(wanted.value, tuple):
        return any(meets(text, one, card) for one in wanted.value)
    if wanted.check == "asks":
        return asks_for(text, wordings(card, str(wanted.value)))
    return _CHECKS[wanted.check](text, wanted.value)


def wordings(card: Card, slot: str) -> tuple[str, ...]:
    """How people name a slot; a slot that the domain does not describe goes by its own name."""
    known = card.slots.get(slot)
    return (known.label, *known.also) if known else (slot.replace("_", " "),)


def asks_for(text: str, names: Iterable[str]) -> bool:
    """Whether `text` asks for a fact that goes by one of `names`, in a question, a request, or a list after one."""
    listing = False
    for line in text.splitlines():
        item = _ITEM.match(line)
        for sentence in sentences(line[item.end() :] if item else line):
            asking = bool(_REQUEST.search(sentence))
            if (asking or (listing and item)) and any(_names(sentence, name) for name in names):
                return True
            listing = (asking and sentence.rstrip().endswith(":")) or (listing and bool(item))
    return False


def _names(sentence: str, name: str) -> bool:
    return says_words(sentence, name) or says_words(sentence, f"{name}s")


def _says_number(text: str, number: float) -> bool:
    if says_money(text, number) or any(abs(value - number) < 0.005 for value in _loose_numbers(text)):
        return True
    return number in range(len(_WORDS)) and says_words(text, _WORDS[int(number)])


def _loose_numbers(text: str) -> Iterable[float]:
    """Numbers that are glued to a unit or another number: `14-day`, `50GB`, `5-7`."""
    for found in re.findall(r"(?<![\w.,-])(\d+(?:\.\d+)?)(?=[a-z-])(?:-(\d+))?", text, re.IGNORECASE):
        yield from (number for part in found if part and (number := to_number(part)) is not None)


def _says_id(text: str, wanted: str) -> bool:
    return says_words(text, wanted) or any(value.text.casefold() == wanted.casefold() for value in values_in(text))


@lru_cache(maxsize=8192)
def _says_text(text: str, value: object) -> bool:
    return says_words(text, str(value))


_CHECKS: dict[str, Callable[[str, Any], bool]] = {
    "text": _says_text,
    "money": lambda text, value: says_money(text, float(str(value))),
    "number": lambda text, value: _says_number(text, float(str(value))),
    "date": lambda text, value: says_date(text, str(value)),
    "id": lambda text, value: _says_id(text, str(value)),
}
