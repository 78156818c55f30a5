"""Typed values in text: money, numbers, dates, ids, so that `$1,049.90` and `1049.9 USD` agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

ValueKind = Literal["money", "number", "date", "id", "email"]


class Value(NamedTuple):
    """One value found in a text."""

    kind: ValueKind
    value: float | str
    """Money and numbers as float, dates as ISO text, ids and emails casefolded."""
    text: str
    """As it stood there."""


_CURRENCY = r"(?:USD|EUR|GBP|dollars?|euros?|pounds?|bucks)"
_AMOUNT = r"\d{1,3}(?:\.\d{3})+,\d{2}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mm": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_SCALE = r"(?:\s?(?:k|mm?|mn|bn|thousand|million|billion)\b)?"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)

_PATTERNS = re.compile(
    "|".join(
        (
            r"(?P<email>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})",
            r"(?P<iso>\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?\b)",
            rf"(?P<mdy>\b{_MONTH.format('m1')}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}}(?![-\d]))?\b)",
            rf"(?P<dmy>\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH.format('m2')}\.?(?:,? \d{{4}}(?![-\d]))?\b)",
            rf"(?P<money>-?[$€£]\s?(?:{_AMOUNT}){_SCALE}|\b(?:{_AMOUNT}){_SCALE}\s?(?:[$€£]|{_CURRENCY}\b)"
            rf"|\b(?:USD|EUR|GBP)\s?(?:{_AMOUNT}){_SCALE})",
            rf"(?P<scaled>(?<![\w.-])-?(?:{_AMOUNT})(?:k|\s?(?:thousand|million|billion))\b)",
            r"(?P<id>\b(?=[\w-]{0,63}\d)(?=[\w-]{0,63}[A-Za-z_-])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*\b)",
            rf"(?P<number>(?<![\w.])-?(?:{_AMOUNT})(?![\w]))",
        )
    ),
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\d+-[a-z-]+|\d+(?:st|nd|rd|th|x|h|am|pm|gb|mb|kg|cm|mm|km|min|hrs?)", re.IGNORECASE)
_TELLING = re.compile(r"[\d@]")
"""Every value has a digit, or is an email."""


def values_in(text: str) -> tuple[Value, ...]:
    """Every typed value in `text`, from left to right. Linear in the text's length."""
    return _values_in(text) if len(text) < 20_000 else tuple(_find(text[:200_000]))


@lru_cache(maxsize=8192)
def _values_in(text: str) -> tuple[Value, ...]:
    return tuple(_find(text)) if _TELLING.search(text) else ()


def _find(text: str) -> Iterator[Value]:
    for match in _PATTERNS.finditer(text):
        kind, found = str(match.lastgroup), match[0]
        if match["mdy"] or match["dmy"]:
            if (day := _day(found, match["m1"] or match["m2"])) is not None:
                yield Value("date", day, found)
        elif kind == "iso":
            yield Value("date", found[:10], found)
        elif kind in ("money", "number", "scaled"):
            if (amount := to_number(found)) is not None:
                yield Value("money" if kind == "money" else "number", amount, found)
        elif kind == "email" or not _ORDINAL.fullmatch(found):
            yield Value("email" if kind == "email" else "id", found.casefold(), found)


def to_number(text: str) -> float | None:
    """The number in `text` (`$1,049.90`, `49,90 €`, `1.049,90 €`, `-3`, `250k`, `$2 million`), or None."""
    digits = re.sub(r"[^\d.,-]", "", text).strip(".,")
    scale = re.search(r"\d\s?([a-z]+)", text, re.IGNORECASE)
    if re.fullmatch(r"-?(?:\d+|\d{1,3}(?:\.\d{3})+),\d{1,2}", digits):
        digits = digits.replace(".", "").replace(",", ".")
    try:
        return float(digits.replace(",", "")) * _SCALES.get(scale[1].lower() if scale else "", 1.0)
    except ValueError:
        return None


def _day(text: str, month: str) -> str | None:
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    number = _MONTHS.index(month[:3].lower()) + 1
    year = next((n for n in numbers if n > 31), None)
    day = next((n for n in numbers if n <= 31), None)
    if day is None:
        return None
    try:
        full = date(year or 2000, number, day)
    except ValueError:
        return None
    return full.isoformat() if year else f"--{full.month:02d}-{full.day:02d}"


def same_date(left: str, right: str) -> bool:
    """Whether two dates agree; one without a year (`--03-05`) agrees with that day in any year."""
    if left.startswith("--") or right.startswith("--"):
        return left[-5:] == right[-5:]
    return left[:10] == right[:10]


def says_money(text: str, amount: float) -> bool:
    """Whether `text` names that amount, with or without a currency."""
    return any(v.kind in ("money", "number") and abs(float(v.value) - amount) < 0.005 for v in values_in(text))


def says_date(text: str, day: str) -> bool:
    """Whether `text` names that day, in any of the forms read here."""
    return any(v.kind == "date" and same_date(str(v.value), day) for v in values_in(text))


def says_words(text: str, words: str) -> bool:
    """Whether `words` stand in `text` as whole words, whatever the case, spacing and typographic quotes."""
    return f" {plain(words)} " in f" {plain(text)} "


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """`text` as casefolded words with single spaces and without punctuation at their edges."""
    straight = text.replace("’", "'").replace("‑", "-").casefold()
    return " ".join(word for raw in straight.split() if (word := raw.strip(".,;:!?()[]{}\"'“”‘*_`–—")))
