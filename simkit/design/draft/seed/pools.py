"""Texts by what they are called: names of people and things, addresses, codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from simkit.design.draft.names import PEOPLE, spoken, words

FIRST = ("Ana", "Ben", "Chloe", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kavya", "Liam")
LAST = (
    "Ruiz",
    "Okafor",
    "Lindqvist",
    "Moreau",
    "Tanaka",
    "Novak",
    "Haddad",
    "Byrne",
    "Costa",
    "Fischer",
    "Rao",
    "Wolf",
)
CITIES = ("Lisbon", "Graz", "Leeds", "Porto", "Aarhus", "Ghent", "Turin", "Cork", "Lyon", "Basel")
STREETS = ("Mill Lane", "Harbour Street", "Oak Avenue", "Station Road", "Garden Row", "Church Street")
THINGS = ("Linden", "Harbour", "Juniper", "Copper", "Meadow", "Falcon", "Willow", "Ember", "Cedar", "Quarry", "Saffron")
COLOURS = ("blue", "green", "red", "black", "white", "grey")


_BY = {"artist", "director", "editor", "composer", "translator", "instructor", "trainer", "speaker", "manager"}
_CODES = {"number", "no", "nr", "code", "token", "reference", "ref", "serial", "plate", "barcode"}


def email(number: int) -> str:
    """The address of the `number`-th person."""
    return f"{FIRST[number % len(FIRST)]}.{LAST[number % len(LAST)]}@example.com".lower()


def by_name(name: str, one: str, number: int, random: Random, moment: Callable[[str, Random], datetime]) -> str:
    """A text for the field `name` of the `number`-th record of a kind that is called `one`."""
    said = words(name)
    first, last = FIRST[number % len(FIRST)], LAST[number % len(LAST)]
    known = _known(first, last, number, random)
    for word in said:
        if word in known:
            return known[word]
    if said[-1:] == ["name"] and (set(said) | set(words(one))) & PEOPLE:
        return f"{first} {last}"
    if said[-1:] in (["name"], ["title"], ["label"], ["subject"]):
        return f"{THINGS[number % len(THINGS)]} {words(one)[-1] if words(one) else 'thing'}"
    if said[-1:] and said[-1] in PEOPLE | _BY:
        return f"{first} {last}"
    if "date" in said:
        return moment(name, random).date().isoformat()
    if said[-1:] == ["at"] and len(said) > 1:
        return moment(name, random).isoformat() + "Z"
    if said[-1:] and said[-1] in _CODES and len(said) > 1:
        return f"{''.join(word[0] for word in said[:-1]).upper()}{4107 + 37 * number}"
    return f"{spoken(name) or 'value'} {THINGS[(number + len(name)) % len(THINGS)].lower()}"


def _known(first: str, last: str, number: int, random: Random) -> dict[str, str]:
    """Word of a field's name -> what stands there."""
    city, street = CITIES[random.randrange(len(CITIES))], f"{random.randint(1, 90)} {random.choice(STREETS)}"
    login, code, colour = f"{first}{number + 10}".lower(), f"{10_000 + 731 * number:05d}", random.choice(COLOURS)
    return {
        "phone": f"+44 20 7946 0{100 + number}",
        "mobile": f"+44 20 7946 0{200 + number}",
        "first": first,
        "last": last,
        "surname": last,
        "username": login,
        "login": login,
        "city": city,
        "town": city,
        "street": street,
        "line1": street,
        "address": f"{street}, {city}",
        "zip": code,
        "postal": code,
        "postcode": code,
        "country": "PT",
        "currency": "EUR",
        "language": "en",
        "locale": "en-GB",
        "timezone": "Europe/Lisbon",
        "colour": colour,
        "color": colour,
        "sku": f"SKU-{2001 + number}",
        "version": f"1.{number}",
    }
