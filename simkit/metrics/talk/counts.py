"""How many there are of something, said by the agent, held against what the tools gave.

`There are 11 available options` is supported when some list or table that a tool gave has eleven entries, or eleven
that agree in a field (`available: true`), or when somebody gave the figure itself. Only plain statements of that form
are read: `there are`, `you have`, `we offer`, `I found`, a number in digits, and a noun for things that are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

_MANY = re.compile(r"(?<= )\d{1,3}(?= [A-Za-z])")
_SAYS_THAT = re.compile(
    r"\b(?:there (?:are|is)|you have|we (?:have|offer|carry|found)|i(?:['’]ve| have)? (?:found|see))"
    r"(?: (?:currently|now|only|exactly|just|still))*(?: a total of)? $",
    re.IGNORECASE,
)
_THINGS = re.compile(
    r"\d+ (?:[\w'-]+ ){0,4}?"
    r"(?:options?|items?|products?|variants?|kinds?|types?|flights?|orders?|models?|results?|reservations?|plans?|bookings?"
    r"|lines?|bills?|versions?|entries|policies|quotes?)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def counts_in(text: str) -> tuple[tuple[int, str], ...]:
    """Each number of things that a text states, with the words."""
    return tuple(_counts_in(text))


def _counts_in(text: str) -> Iterator[tuple[int, str]]:
    for match in _MANY.finditer(text):
        things = _THINGS.match(text, match.start())
        begins = _SAYS_THAT.search(text, max(0, match.start() - 45), match.start()) if things else None
        if things and begins:
            yield int(match[0]), begins[0] + things[0]


def counted(many: int, results: Iterable[Any]) -> bool:
    """Whether something that the tools gave has that many entries, or that many that agree in a field."""
    return any(many in set(_sizes(result)) for result in results)


def _sizes(value: Any) -> Iterator[int]:
    if isinstance(value, dict | list):
        yield len(value)
        parts = list(value.values()) if isinstance(value, dict) else value
        yield from _agreeing([part for part in parts if isinstance(part, dict)]).values()
        for part in parts:
            yield from _sizes(part)


def _agreeing(rows: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    fields = ((name, repr(value)) for row in rows for name, value in row.items())
    return Counter((name, value) for name, value in fields if len(value) < 80)
