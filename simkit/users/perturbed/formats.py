"""The same value in another form: dates, amounts, times, lengths and weights. Exact, and never ambiguous."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_UNITS = {"cm": ("m", "0.01"), "mm": ("cm", "0.1"), "kg": ("g", "1000"), "km": ("m", "1000"), "ml": ("l", "0.001")}
"""Unit -> another one, and how many of that it is."""


def _date(found: re.Match[str], random: Random) -> str:
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return found[0]
    month = _MONTHS[day.month - 1]
    return random.choice(
        (f"{month} {day.day}, {day.year}", f"{day.day} {month} {day.year}", f"{month[:3]} {day.day}, {day.year}")
    )


def _money(found: re.Match[str], random: Random) -> str:
    return random.choice((f"{found[1]} dollars", f"USD {found[1]}"))


def _time(found: re.Match[str], random: Random) -> str:
    hour, minute = int(found[1]), found[2]
    if hour > 23:
        return found[0]
    half = "am" if hour < 12 else "pm"
    return f"{(hour + 11) % 12 + 1}:{minute} {half}"


def _unit(found: re.Match[str], random: Random) -> str:
    unit, factor = _UNITS[found[2]]
    amount = Decimal(found[1]) * Decimal(factor)
    return f"{amount.normalize():f} {unit}"


_FORMS: tuple[tuple[str, Callable[[re.Match[str], Random], str]], ...] = (
    (r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w:-])", _date),
    (r"(?<![\w$])\$(\d+(?:,\d{3})*(?:\.\d+)?)(?![\w%])", _money),
    (r"(?<![\w:.-])([01]?\d|2[0-3]):([0-5]\d)(?![\w:])(?! ?[ap]m)", _time),
    (r"(?<![\w.,-])(\d+(?:\.\d+)?) ?(cm|mm|kg|km|ml)(?!\w)", _unit),
)


def formats(text: str, keep: tuple[str, ...], random: Random) -> str:
    """Dates written out, dollars in words, hours by the half day, lengths and weights in another unit.

    What stands in `keep` is a fact as the scenario has it, and may be changed here: this kind asks whether an agent
    knows the same value in another form.
    """
    for pattern, form in _FORMS:
        text = re.sub(pattern, lambda found, of=form: of(found, random), text)  # type: ignore[misc]
    return text
