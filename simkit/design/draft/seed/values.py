"""One plausible value for a shape, by its constraints and by what it is called."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from random import Random
from typing import Any

from simkit.design.draft.names import spoken, words
from simkit.design.draft.seed.patterns import matched, matching
from simkit.design.draft.seed.pools import THINGS, by_name, email
from simkit.design.draft.shapes import MISSING, Shape

_LATER = {"due", "expires", "expiry", "expiration", "end", "ends", "until", "scheduled", "start", "starts", "departure"}
_LATER |= {
    "arrival",
    "delivery",
    "deadline",
    "reservation",
    "appointment",
    "checkin",
    "checkout",
    "valid",
    "from",
    "to",
}
_MONEY = {"price", "amount", "total", "subtotal", "cost", "fee", "balance", "tax", "paid", "refund", "salary", "rate"}
_FEW = {"quantity", "count", "stock", "seats", "guests", "rooms", "items", "size", "qty", "nights", "bags", "bedrooms"}


_SPANS = (("checkin", "checkout"), ("startdate", "enddate"), ("from", "to"), ("validfrom", "validuntil"))
"""Ends of names of two dates, of which the first one comes first."""


class Values:
    """Makes values; the same source and moment make the same."""

    def __init__(self, now: str) -> None:
        self.now = datetime.fromisoformat(now).replace(tzinfo=None)

    def value(self, shape: Shape, name: str, one: str, number: int, random: Random, depth: int = 0) -> Any:
        """A value for the field `name` of the `number`-th record of a kind that is called `one`."""
        if shape.options:
            return shape.options[(number + len(name)) % len(shape.options)]
        fitting = [example for example in shape.examples if fits(shape, example)]
        if fitting and (number < len(fitting) or len(fitting) > 1):
            return fitting[number % len(fitting)]
        if shape.kind == "object":
            return self.record(shape, one, number, random, depth + 1)
        if shape.kind == "array":
            return self._several(shape, name, one, number, random, depth)
        if shape.kind == "boolean":
            return random.random() < 0.5 if shape.default is MISSING else bool(shape.default) ^ (number % 4 == 3)
        if shape.kind in ("integer", "number"):
            return self._number(shape, name, random)
        return self._text(shape, name, one, number, random) if shape.kind == "string" else spoken(name) or "anything"

    def record(self, shape: Shape, one: str, number: int, random: Random, depth: int = 0) -> dict[str, Any]:
        """An object: what it requires, and most of what it may have."""
        example = next((e for e in shape.examples if isinstance(e, dict)), {}) if number == 0 else {}
        made: dict[str, Any] = {}
        for name, field in shape.fields.items():
            if not field.shown or depth > 3:
                continue
            if name in example and fits(field, example[name]):
                made[name] = example[name]
            elif name in shape.required or random.random() < 0.85:
                empty = field.nullable and name not in shape.required and random.random() < 0.3
                made[name] = None if empty else self.value(field, name, one, number, random, depth)
        if not shape.fields and shape.item is not None:
            made = {key: self.value(shape.item, key, one, number, random, depth + 1) for key in ("first", "second")}
        return _in_time(made)

    def _several(self, shape: Shape, name: str, one: str, number: int, random: Random, depth: int) -> list[Any]:
        least, most = shape.shortest or 0, shape.longest if shape.longest is not None else 3
        many = min(max(least, 1 + number % 2), max(most, least), 50)
        item = shape.item or Shape("string")
        if depth > 3:
            return [] if least == 0 else [self.value(item, name, one, at, random, depth + 1) for at in range(least)]
        return [self.value(item, name, one, number + at, random, depth + 1) for at in range(many)]

    def _number(self, shape: Shape, name: str, random: Random) -> int | float:
        said = set(words(name))
        low, high = (5.0, 240.0) if said & _MONEY else (1.0, 9.0) if said & _FEW else (1.0, 99.0)
        if said & {"lat", "latitude"}:
            low, high = 37.0, 55.0
        elif said & {"lng", "lon", "longitude"}:
            low, high = -9.0, 20.0
        elif said & {"rating", "stars", "score", "priority"}:
            low, high = 1.0, 5.0
        elif said & {"year"}:
            low, high = 2015.0, 2026.0
        elif shape.kind == "integer" and (said & {"created", "updated", "timestamp"} or "at" in said):
            return int((self._moment(name, random) - datetime(1970, 1, 1)).total_seconds())
        least = low if shape.low is None else shape.low
        most = high if shape.high is None else shape.high
        least = max(least, low) if max(least, low) <= most else least
        most = min(most, high) if min(most, high) >= least else max(most, least)
        if shape.kind == "integer":
            return random.randint(int(-(-least // 1)), max(int(most // 1), int(-(-least // 1))))
        return min(max(round(random.uniform(least, most), 2), least), most)

    def _moment(self, name: str, random: Random) -> datetime:
        days = random.randint(1, 40)
        said = {*words(name), "".join(words(name))}
        if said & {"birth", "birthday", "birthdate", "dob", "born"}:
            return self.now - timedelta(days=random.randint(20 * 365, 70 * 365))
        later = bool(said & _LATER or words(name) == ["date"]) and not said & {"created", "issued"}
        moment = self.now + timedelta(days=days if later else -days)
        return moment.replace(hour=random.randint(8, 18), minute=random.choice((0, 15, 30, 45)), second=0)

    def _text(self, shape: Shape, name: str, one: str, number: int, random: Random) -> str:
        named = by_name(name, one, number, random, self._moment) if shape.pattern else ""
        if named and matched(shape.pattern, named):
            return named
        if shape.pattern and (made := matching(shape.pattern, random)) is not None:
            return made
        by_format = self._by_format(shape.format, name, one, number, random)
        text = by_format if by_format is not None else by_name(name, one, number, random, self._moment)
        if shape.shortest and len(text) < shape.shortest:
            text = (text + " " + " ".join(THINGS)) * (shape.shortest // 20 + 1)
        longest = shape.longest if shape.longest else 200
        return text[: max(longest, shape.shortest or 0)].strip() if len(text) > longest else text

    def _by_format(self, format: str, name: str, one: str, number: int, random: Random) -> str | None:
        if format == "date":
            return self._moment(name, random).date().isoformat()
        if format == "date-time":
            return self._moment(name, random).isoformat() + "Z"
        if format == "time":
            return f"{random.randint(8, 20):02d}:{random.choice((0, 15, 30, 45)):02d}:00"
        if format == "uuid":
            return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{one}/{name}/{number}"))
        if format == "email" or "email" in words(name):
            return email(number)
        if format in ("uri", "url", "uri-reference") or set(words(name)) & {"url", "uri", "link", "href", "website"}:
            return f"https://example.com/{'-'.join(words(one))}/{number + 1}"
        if format in ("ipv4", "ip") or words(name) == ["ip"]:
            return f"192.0.2.{number + 1}"
        if format in ("byte", "binary"):
            return "c2lta2l0"
        return {"duration": "P3D", "hostname": "host.example.com", "password": "correct horse"}.get(format)


def _in_time(record: dict[str, Any]) -> dict[str, Any]:
    """A record in which what begins begins before it ends."""
    called = {"".join(words(name)): name for name in record}
    for begin, end in _SPANS:
        first, last = (next((called[one] for one in called if one.endswith(word)), "") for word in (begin, end))
        if first and last and isinstance(record[first], str) and isinstance(record[last], str):
            record[first], record[last] = sorted((record[first], record[last]))
    return record


def fits(shape: Shape, value: Any) -> bool:
    """Whether a value is of a shape's kind (null counts where it may be null)."""
    if value is None:
        return shape.nullable
    if shape.kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if shape.kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    kinds: dict[str, type] = {"string": str, "boolean": bool, "object": dict, "array": list}
    return shape.kind == "any" or isinstance(value, kinds[shape.kind])
