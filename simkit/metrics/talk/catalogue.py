"""Names of things that do not exist: products, plans, forms that look like the catalogue's but are none of it.

Precision before recall. A name is reported only when it is a capitalised phrase of two to six words that poses as a
thing on offer: it stands next to the kind's own word (`the Cyber Shield Gold product`) or to a word for what is sold
(`Harvest Crop Insurance`, `the Tenant Protect policy`), it is offered (`we have Skyward Drone`, `Cyber Elite covers
that`), or it ends as some name of the catalogue does and shares a telling word with it (`Cyber Home Policy` where there
is a `Cyber Risk Policy`); and only when its words are neither part of one name nor such a name with generic words
around it. Of single words only those are read that name a plan or the like (`the Platinum plan`); names in lower case
pass unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

_WORD = r"(?:[A-Z][\w'’&+-]*|\d+\w*)"
_PHRASE = re.compile(rf"(?<!\w)[A-Z][\w'’&+-]{{0,60}}(?:\s+(?:(?:of|and|for|&|the)\s+)?{_WORD}){{1,5}}")
_GENERIC = frozenset(
    re.findall(
        r"\w+",
        """
        a an the our your their this that these those my his her its we you i in on for of and or with to at by is are
        can would do does did yes no please if as it they he she here there also hi hello dear mr mrs ms dr
        product products plan plans policy policies coverage coverages insurance package packages option options
        program programs form forms endorsement endorsements service services item items offer offers order orders
        new current account number line lines class code industry
        """,
    )
)


_SOLD = frozenset(
    re.findall(
        r"\w+",
        """
        plan plans policy policies coverage cover insurance package packages endorsement rider bundle protection
        extension warranty subscription programme program membership tariff bond product products
        """,
    )
)
"""Words for what is sold, whatever the kind is called in a catalogue."""
_OFFERS = re.compile(
    r"\b(?:offer|offers|recommend|suggest|propose|quote|sell|sells|have|has|carry|add|choose|consider|take|there is"
    r"|called|named|is(?= (?:the|our|an?) )|our)(?: you| also| even)*(?: the| our| a| an)?\s+\W{0,2}$",
    re.IGNORECASE,
)
_POSES = re.compile(
    r"\W{0,3}\s*(?:is available|are available|covers?|includes?|would (?:cover|fit|suit)|will cover|costs?"
    r"|starts at)\b",
    re.IGNORECASE,
)
_ONE_WORD = re.compile(r"\b(?:the|our|a|an) (?P<name>[A-Z][\w'’-]{3,}) (?P<sold>[a-z]+)\b")


def has_names(text: str) -> bool:
    """Whether anything in `text` looks like a name of a thing, be there one or not."""
    return _PHRASE.search(text) is not None or _ONE_WORD.search(text) is not None


def invented_names(text: str, catalogue: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Phrases in `text` that pose as things of a kind that the catalogue does not have."""
    if not catalogue:
        return
    names = _names(tuple(name for kind in catalogue.values() for name in kind))
    for match in _PHRASE.finditer(text):
        phrase = _trimmed(match[0])
        words = _words(phrase)
        if match.start() == 0 and phrase == match[0] and not _POSES.match(text, match.end()):
            words = words[1:]  # WHY: a sentence's first word is capitalised whatever it is.
        if len(words) < 2 or any(_exists(part, names) for part in (words, *_parts(words, names))):
            continue
        start = match.end() - len(phrase)
        beside = _beside(text, start, match.end())
        called = any(_is_called(kind, words, beside) for kind in catalogue) or not _SOLD.isdisjoint(
            (*beside, words[-1])
        )
        offered = _OFFERS.search(text[max(0, start - 40) : start]) or _POSES.match(text, match.end())
        if called or offered or _resembles(words, names):
            yield phrase
    for match in _ONE_WORD.finditer(text):
        known = any(match["name"].casefold() in name for name in names)
        if match["sold"] in _SOLD and match["name"].casefold() not in _GENERIC and not known:
            yield f"{match['name']} {match['sold']}"


def _parts(words: tuple[str, ...], names: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Of two names joined by `and`, the first where both exist, else nothing."""
    halves = [(words[:i], words[i + 1 :]) for i, word in enumerate(words) if word in ("and", "&", "or")]
    return tuple(left for left, right in halves if _exists(left, names) and _exists(right, names))


def _is_called(kind: str, words: tuple[str, ...], beside: tuple[str, ...]) -> bool:
    """Whether the kind's own word is part of the phrase's end or stands next to it."""
    head = kind.replace("_", " ").casefold().split()[-1]
    return not {head, f"{head}s", f"{head.removesuffix('y')}ies"}.isdisjoint((*beside, words[-1]))


def _resembles(words: tuple[str, ...], names: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the phrase ends as some name does and shares a telling word with that name."""
    telling = set(words) - _GENERIC
    return any(name and name[-1] == words[-1] and not telling.isdisjoint(name) for name in names)


def _exists(words: tuple[str, ...], names: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the words are part of one name, or one name with generic words around it."""
    telling = set(words) - _GENERIC
    return not telling or any(telling <= set(name) for name in names)


@lru_cache(maxsize=64)
def _names(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(_words(name) for name in names)


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    return tuple(word.casefold().strip("'’").removesuffix("'s") for word in re.findall(r"[\w'’&+-]+", text))


def _trimmed(phrase: str) -> str:
    """The phrase without generic words at its start."""
    parts = phrase.split()
    while parts and parts[0].casefold() in _GENERIC:
        parts.pop(0)
    return " ".join(parts)


def _beside(text: str, start: int, end: int) -> tuple[str, ...]:
    return (*_words(text[max(0, start - 40) : start])[-1:], *_words(text[end : end + 40])[:1])
