"""Writes state.json: `python make_state.py`. Always the same bytes.

Scenarios rely on what is declared by hand: GUESTS, BOOKED, CARDS and menu.csv. All else is filler, drawn around them
with a fixed seed, so that a search finds more than the one thing that a case is about.
"""

from __future__ import annotations

import csv
import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TODAY = date(2026, 5, 14)
SEED = 20260514
FILLER_GUESTS = 34

TABLES = {
    "T01": ("dining_room", 2, True),
    "T02": ("dining_room", 2, False),
    "T03": ("dining_room", 4, False),
    "T04": ("dining_room", 4, True),
    "T05": ("dining_room", 4, False),
    "T06": ("dining_room", 6, True),
    "T07": ("dining_room", 6, False),
    "T08": ("bar", 2, False),
    "T09": ("bar", 2, False),
    "T10": ("terrace", 2, True),
    "T11": ("terrace", 4, True),
    "T12": ("terrace", 4, True),
    "T13": ("terrace", 6, True),
    "T14": ("private_room", 12, True),
}
"""Name -> area, seats, without steps."""

GUESTS = {
    "G101": ("Nora Lindqvist", "+1 503 555 0142", "nora.lindqvist@mail.example", [], 0),
    "G102": ("Amadou Keita", "+1 503 555 0117", "a.keita@mail.example", ["nuts"], 0),
    "G103": ("Bettina Krause", "+1 503 555 0163", "bettina@krause.example", [], 0),
    "G104": ("Dale Whitcombe", "+1 503 555 0108", "dale.w@mail.example", [], 3),
    "G105": ("Sunita Rao", "+1 971 555 0190", "sunita.rao@mail.example", ["shellfish"], 0),
    "G106": ("Piers Hollander", "+1 503 555 0171", "piers@hollander.example", [], 1),
    "G107": ("Yuki Tanabe", "+1 503 555 0186", "yuki.tanabe@mail.example", [], 0),
    "G108": ("Nora Lindquist", "+1 503 555 0149", "nlindquist@mail.example", ["dairy"], 0),
    "G109": ("Graham Oyelaran", "+1 360 555 0155", "g.oyelaran@mail.example", [], 0),
}
"""Name, phone, email, allergies, times they did not turn up. G101 and G108 sound alike."""

BOOKED: dict[str, tuple[str, str, str, str, int, float]] = {
    "R4021": ("G101", "T04", "2026-05-15", "19:30", 4, 0.0),
    "R4022": ("G108", "T03", "2026-05-15", "19:30", 3, 0.0),
    "R4023": ("G103", "T14", "2026-05-22", "19:00", 9, 180.0),
    "R4024": ("G106", "T14", "2026-05-14", "19:30", 8, 160.0),
    "R4025": ("G107", "T05", "2026-05-14", "13:00", 4, 0.0),
    "R4026": ("G105", "T14", "2026-05-29", "18:30", 8, 160.0),
    "R4027": ("G109", "T06", "2026-05-16", "20:00", 6, 0.0),
    "R4028": ("G102", "T07", "2026-05-16", "19:00", 5, 0.0),
    "R4029": ("G103", "T13", "2026-05-16", "20:30", 6, 0.0),
    "R4030": ("G109", "T02", "2026-05-20", "18:00", 2, 0.0),
    "R4031": ("G108", "T14", "2026-05-16", "19:00", 10, 200.0),
    "R4032": ("G107", "T11", "2026-05-21", "19:00", 4, 0.0),
}
"""Guest, table, day, time, people, deposit. On Saturday 16 May nothing for six is free at eight; at 17:30 there is."""

CARDS = {
    "LG-4KQ9ZT": (75.00, "2027-12-31"),
    "LG-7HM2XA": (50.00, "2026-04-30"),
    "LG-9PW3RD": (25.00, "2026-12-31"),
    "LG-2VC8NE": (120.00, "2026-09-30"),
    "LG-5BT6YF": (0.00, "2026-11-30"),
}

# fmt: off
FIRST = ("Ada", "Ben", "Cleo", "Dario", "Esme", "Felix", "Gwen", "Hugo", "Ines", "Jack", "Kira", "Leon", "Mona", "Noel")
LAST = ("Abbot", "Birch", "Castell", "Dunn", "Egan", "Foss", "Grieg", "Hale", "Imrie", "Joyce", "Kerr", "Lund", "Moss")
ALLERGENS = ("gluten", "nuts", "dairy", "shellfish", "egg", "soy")
# fmt: on


def guests(draw: random.Random) -> dict[str, Any]:
    """Those of the cases, then filler with numbers of their own."""
    rows = {key: person(*about) for key, about in GUESTS.items()}
    for number in range(FILLER_GUESTS):
        first, last = draw.choice(FIRST), draw.choice(LAST)
        phone = f"+1 503 555 02{number:02d}"
        email = f"{first}.{last}{number}@post.example".lower()
        allergies = [one for one in ALLERGENS if draw.random() < 0.08]
        rows[f"G{120 + number}"] = person(f"{first} {last}", phone, email, allergies, int(draw.random() < 0.1))
        rows[f"G{120 + number}"]["visits"] = draw.randrange(12)
    return rows


def person(name: str, phone: str, email: str, allergies: list[str], no_shows: int) -> dict[str, Any]:
    """One guest."""
    return {"name": name, "phone": phone, "email": email, "allergies": allergies, "visits": 3, "no_shows": no_shows}


def reservations(draw: random.Random, filler: list[str]) -> dict[str, Any]:
    """Those of the cases, then filler on days and tables that no case needs."""
    rows = {key: booking(*about) for key, about in BOOKED.items()}
    number = 3900
    for day in range(-21, 16):
        when = TODAY + timedelta(days=day)
        if when.weekday() == 0 or when.isoformat() in {row[2] for row in BOOKED.values()}:
            continue
        for table in draw.sample(sorted(TABLES)[:-1], 4):
            people = draw.randrange(1, TABLES[table][1] + 1)
            made = booking(draw.choice(filler), table, when.isoformat(), draw.choice(("18:00", "20:30")), people, 0.0)
            made["status"] = "booked" if day > 0 else draw.choice(("seated", "seated", "seated", "no_show"))
            rows[f"R{number}"] = made
            number += 1
    return rows


def booking(guest: str, table: str, day: str, time: str, people: int, deposit: float) -> dict[str, Any]:
    """One reservation."""
    row = {"guest_id": guest, "table_id": table, "date": day, "time": time, "party_size": people, "deposit": deposit}
    return row | {"notes": "", "status": "booked", "cancel_reason": None, "created_at": "2026-05-04T12:00:00"}


def menu() -> dict[str, Any]:
    """The menu as the kitchen keeps it, in menu.csv."""
    with (HERE / "menu.csv").open(encoding="utf-8", newline="") as file:
        return {
            row.pop("id"): row
            | {"price": float(row["price"]), "vegetarian": row["vegetarian"] == "yes"}
            | {"season": row["season"] or None, "allergens": row["allergens"].split()}
            for row in csv.DictReader(file)
        }


def main() -> None:
    """Write the file."""
    draw = random.Random(SEED)
    people = guests(draw)
    state = {
        "guests": people,
        "tables": {key: {"area": a, "seats": seats, "step_free": free} for key, (a, seats, free) in TABLES.items()},
        "reservations": reservations(draw, [key for key in people if key not in GUESTS]),
        "menu_items": menu(),
        "gift_cards": {code: {"balance": balance, "expires_on": day} for code, (balance, day) in CARDS.items()},
    }
    text = json.dumps(state, indent=1, ensure_ascii=False) + "\n"
    (HERE / "state.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
