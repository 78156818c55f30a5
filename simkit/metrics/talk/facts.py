"""What has been said so far in a session: the store of typed values against which claims are held.

A value is *grounded* when somebody gave it: the user's words, a tool's answer (to whomever), the policy, the clock,
the tools' schemas, the catalogue. Amounts may also be simple arithmetic on grounded ones (`talk.arithmetic`). Dates
may lie a grounded number of days from a grounded date, or near the session's clock when somebody spoke of days
relatively (`tomorrow`, `next Friday`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from simkit.metrics.talk.arithmetic import MAX_AMOUNT, reached
from simkit.spec.values import Value, same_date, values_in

_RELATIVE = re.compile(
    r"\b(today|tomorrow|yesterday|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:next|last|this|past|coming)"
    r" (?:day|week|month|weekend)|(?:days?|weeks?|months?) (?:ago|from now|later|earlier)"
    r"|in (?:a|\w+) (?:days?|weeks?|months?))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")
_HEADING = re.compile(r"(?m)^[#* \t]*\d{1,2}(?:\.\d{1,2})*[.)]?[ \t]+(?=\S)")
"""The number of a clause: no amount to reckon with."""


class Facts:
    """Everything that was given up to some moment."""

    def __init__(self) -> None:
        self.amounts: dict[float, None] = {}
        """In the order in which they were last spoken of."""
        self.stated: tuple[float, ...] = ()
        """Amounts that the domain itself states: they hold in every session."""
        self.dates: dict[str, None] = {}
        self.words: set[str] = set()
        """Ids, emails and bare numbers, without case and separators."""
        self.numbers_in_ids: set[str] = set()
        self.texts: dict[str, None] = {}
        """Each once."""
        self.relative = False
        """Whether somebody spoke of a day relatively to the session's clock."""
        self._unread: list[tuple[Callable[[Facts, Any], None], Any]] = []
        """What was given and is read when somebody asks: of most talk, nobody does. The functions are not bound: facts
        that hold themselves would stay until Python looks for circles."""

    def copy(self) -> Facts:
        """The same facts, to be added to."""
        self._catch_up()
        other = Facts()
        other.stated, other.amounts = self.stated, dict(self.amounts)
        other.dates, other.words = dict(self.dates), set(self.words)
        other.numbers_in_ids, other.texts, other.relative = set(self.numbers_in_ids), dict(self.texts), self.relative
        return other

    def add(self, source: Any) -> None:
        """Take in everything that stands in a text, a number, or any JSON value."""
        self._unread.append((Facts._add, source))

    def hear(self, text: str) -> None:
        """Take in what the user said."""
        self._unread.append((Facts._hear, text))

    def recall(self, text: str) -> None:
        """Make the given amounts that `text` names the latest that were spoken of."""
        if values_in(text):
            self._unread.append((Facts._recall, text))

    def _catch_up(self) -> None:
        if self._unread:
            unread, self._unread = self._unread, []
            for take, given in unread:
                take(self, given)

    def _add(self, source: Any) -> None:
        for leaf in leaves(source):
            if not isinstance(leaf, str):
                self.words.add(str(leaf))
                if abs(leaf) < MAX_AMOUNT:
                    self._speak_of(float(leaf))
            elif leaf:
                self.texts[leaf] = None
                self._read(leaf)

    def _hear(self, text: str) -> None:
        self._add(text)
        self.relative = self.relative or bool(_RELATIVE.search(text))

    def speak_of(self, amount: float) -> None:
        """Take in an amount as the latest one that was spoken of."""
        self._catch_up()
        self._speak_of(amount)

    def _speak_of(self, amount: float) -> None:
        amount = round(amount, 4)
        self.amounts.pop(amount, None)
        self.amounts[amount] = None

    def _recall(self, text: str) -> None:
        for value in values_in(text):
            if isinstance(value.value, float) and round(value.value, 4) in self.amounts:
                self._speak_of(value.value)

    def _read(self, text: str) -> None:
        if values := values_in(text):
            dates, amounts, words, numbers = _sorted(values)
            self.dates.update(dates)
            for amount in amounts:
                self._speak_of(amount)
            self.words |= words
            self.numbers_in_ids |= numbers

    def has(self, value: Value) -> bool:
        """Whether somebody gave this value, or it follows from what they gave."""
        self._catch_up()
        if value.kind == "date":
            return self.has_date(str(value.value), value.text)
        if isinstance(value.value, float):
            bare = _bare(value.text.removesuffix(".0"))
            return bare in self.words or bare in self.numbers_in_ids or self.has_amount(value.value)
        return self.has_word(value.text)

    def has_word(self, word: str) -> bool:
        """Whether an id or an email was given, in whatever case and with whatever separators. An id whose digits
        were given (`1001` for `W1001`) counts: people leave prefixes out."""
        self._catch_up()
        if _bare(word) in self.words:
            return True
        digits = "".join(_NUMBER.findall(word)[-1:])
        if len(digits) > 2 and digits in self.words:
            return True
        whole = re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE)
        return any(whole.search(text) for text in self.texts)

    def has_text(self, text: str) -> bool:
        """Whether the text stands somewhere as it is."""
        self._catch_up()
        wanted = text.casefold()
        return any(wanted in known.casefold() for known in self.texts)

    def gave(self, amount: float) -> bool:
        """Whether somebody gave this very amount."""
        self._catch_up()
        return round(amount, 4) in self.amounts

    def has_amount(self, amount: float) -> bool:
        """Whether an amount was given, or is simple arithmetic on given ones."""
        self._catch_up()
        return reached(amount, self.amounts, self.stated)

    def has_date(self, day: str, text: str = "") -> bool:
        """Whether a day was given, or lies a given number of days from one that was."""
        self._catch_up()
        if any(same_date(day, known) for known in self.dates) or (text and self.has_text(text)):
            return True
        if day.startswith("--"):
            return any(self._follows(f"{known[:4]}{day[1:]}") for known in self.dates if not known.startswith("--"))
        return self._follows(day) or any(self.has_text(form) for form in _written(day))

    def _follows(self, day: str) -> bool:
        target = _date(day)
        known = [found for text in self.dates if (found := _date(text)) is not None]
        if target is None:
            return False
        gaps = {abs((target - one).days) for one in known}
        if self.relative and any(gap <= 35 for gap in gaps):
            return True
        return any(float(gap) in self.amounts for gap in gaps)


def leaves(value: Any) -> list[str | int | float]:
    """Every text and number in a JSON value, keys included; JSON that stands in a text is read as such."""
    found: list[str | int | float] = []
    _gather(value, found)
    return found


def _gather(value: Any, found: list[str | int | float]) -> None:
    if isinstance(value, str):
        inner = _json(value) if value.startswith(("{", "[")) else None
        if inner is None:
            found.append(value)
        else:
            _gather(inner, found)
    elif isinstance(value, dict):
        for key, item in value.items():
            found.append(str(key))
            _gather(item, found)
    elif isinstance(value, list | tuple):
        for item in value:
            _gather(item, found)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found.append(value)


@lru_cache(maxsize=16)
def given_by(texts: tuple[str, ...]) -> Facts:
    """The facts in what a domain states, read once for all of its sessions. Copy it before adding."""
    facts = Facts()
    for text in texts:
        facts.add(_HEADING.sub("", text))
    money = (value.value for text in texts for value in values_in(text) if value.kind == "money")
    facts.stated = tuple(dict.fromkeys(float(amount) for amount in money))
    return facts


@lru_cache(maxsize=4096)
def _sorted(values: tuple[Value, ...]) -> tuple[dict[str, None], tuple[float, ...], set[str], set[str]]:
    """Values by what they are: days, amounts, words without separators, numbers that stand in ids."""
    dates = {str(value.value): None for value in values if value.kind == "date"}
    figures = [value.value for value in values if value.kind != "date" and isinstance(value.value, float)]
    ids = [number for value in values if value.kind == "id" for number in _NUMBER.findall(value.text)]
    amounts = tuple(figure for figure in figures if abs(figure) < MAX_AMOUNT)
    return dates, amounts, {_bare(value.text) for value in values}, set(ids)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _written(day: str) -> tuple[str, ...]:
    year, month, number = day[:4], int(day[5:7]), int(day[8:10])
    return (
        f"{month}/{number}/{year}",
        f"{month:02}/{number:02}/{year}",
        f"{number}/{month}/{year}",
        f"{number:02}/{month:02}/{year}",
        f"{number}.{month}.{year}",
        f"{number:02}.{month:02}.{year}",
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


@lru_cache(maxsize=8192)
def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
