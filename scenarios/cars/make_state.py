"""Writes state.json: `python make_state.py`. Always the same bytes.

Scenarios rely on what is declared by hand: stock.csv, BUYERS, QUOTES, DRIVES and BOOK. All else is filler, drawn around
them with a fixed seed, so that a search finds more than the one thing that a case is about.
"""

from __future__ import annotations

import csv
import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TODAY = date(2026, 10, 12)
SEED = 20261012
FILLER_BUYERS, FILLER_CARS, FILLER_QUOTES, FILLER_DRIVES = 40, 34, 52, 40

BUYERS = {
    "B-501": ("Imogen Sayle", "imogen.sayle@mail.example", "555-0131"),
    "B-502": ("Ravindra Pal", "r.pal@mail.example", "555-0132"),
    "B-503": ("Coralie Dumont", "coralie@dumont.example", "555-0133"),
    "B-504": ("Hector Vance", "hector.vance@mail.example", "555-0134"),
    "B-505": ("Astrid Moen", "astrid.moen@mail.example", "555-0135"),
    "B-506": ("Tobias Kern", "tobias.kern@mail.example", None),
}
QUOTES = {
    "Q-7001": ("V-2228", "B-502", 20500.0, "open", "2026-10-16"),
    "Q-7002": ("V-2231", "B-503", 31000.0, "open", "2026-10-15"),
    "Q-7003": ("V-2209", "B-504", 22500.0, "expired", "2026-09-30"),
    "Q-7004": ("V-2211", "B-505", 14500.0, "open", "2026-10-17"),
    "Q-7005": ("V-2221", "B-501", 51000.0, "open", "2026-10-14"),
}
"""Car, buyer, price, status, last day."""

DRIVES = {
    "D-301": ("V-2207", "B-504", "2026-10-14", "14:00"),
    "D-302": ("V-2231", "B-503", "2026-10-13", "11:00"),
    "D-303": ("V-2216", "B-505", "2026-10-15", "16:00"),
}
BOOK = {
    "1": ("Halden", "Curlew", 29500),
    "2": ("Ostrava", "Combi", 22800),
    "3": ("Bellweather", "Fen", 26900),
    "4": ("Sunder", "Kite", 39900),
    "5": ("Marlow", "Cargo", 33500),
    "6": ("Ostrava", "Picco", 17900),
}
"""What a car of that kind cost when it was new."""

# fmt: off
FIRST = ("Abel", "Bryn", "Cato", "Dora", "Elio", "Faye", "Gus", "Hope", "Ivo", "Jana", "Kip", "Lea", "Milo", "Nia")
LAST = ("Archer", "Bell", "Cole", "Drew", "Ellis", "Frost", "Gray", "Holt", "Ives", "Jarvis", "Knox", "Lane", "Marsh")
MODELS = (("Halden", "Curlew", "hybrid", 24000), ("Ostrava", "Combi 1.5", "petrol", 15000),
          ("Bellweather", "Fen", "petrol", 21000), ("Marlow", "Cargo M", "diesel", 17000))
# fmt: on


def stock(draw: random.Random) -> dict[str, Any]:
    """The cars of the cases, as the house keeps them in stock.csv, then cars that are sold."""
    with (HERE / "stock.csv").open(encoding="utf-8", newline="") as file:
        rows = {row.pop("stock_number"): car(row) for row in csv.DictReader(file)}
    rows["V-2226"]["reserved_for"] = "B-505"
    for number in range(FILLER_CARS):
        make, model, fuel, price = draw.choice(MODELS)
        year = draw.randrange(2018, 2025)
        listed = round(price * 0.93 ** (2024 - year) / 100) * 100
        rows[f"V-{1900 + number}"] = {
            "make": make, "model": model, "year": year, "condition": "used", "fuel": fuel,
            "mileage": draw.randrange(9, 130) * 1000, "range_km": None, "list_price": float(listed),
            "floor_price": float(round(listed * 0.93)), "owners": draw.randrange(1, 4), "accident_reported": False,
            "status": "sold", "reserved_for": None, "deposit": 0,
        }  # fmt: skip
    return rows


def car(row: dict[str, str]) -> dict[str, Any]:
    """One car of the file."""
    made: dict[str, Any] = {name: row[name] for name in ("make", "model", "condition", "fuel", "status")}
    made |= {name: int(row[name]) for name in ("year", "mileage", "owners")}
    made |= {name: float(row[name]) for name in ("list_price", "floor_price")}
    made |= {
        "range_km": int(row["range_km"]) if row["range_km"] else None,
        "accident_reported": row["accident"] == "yes",
    }
    return made | {"reserved_for": None, "deposit": 0}


def quote(car: str, buyer: str, price: float, status: str, until: str) -> dict[str, Any]:
    """One quote."""
    row = {"stock_number": car, "buyer_id": buyer, "price": price, "extras": [], "status": status}
    return row | {"valid_until": until}


def main() -> None:
    """Write the file."""
    draw = random.Random(SEED)
    cars = stock(draw)
    buyers = {key: {"name": name, "email": email, "phone": phone} for key, (name, email, phone) in BUYERS.items()}
    quotes = {key: quote(*about) for key, about in QUOTES.items()}
    drives = {
        key: {"stock_number": number, "buyer_id": buyer, "date": day, "time": hour, "licence_shown": True}
        for key, (number, buyer, day, hour) in DRIVES.items()
    }
    for number in range(FILLER_BUYERS):
        name = f"{draw.choice(FIRST)} {draw.choice(LAST)}"
        buyers[f"B-{510 + number}"] = {
            "name": name,
            "email": f"{name.replace(' ', '.').lower()}{number}@post.example",
            "phone": f"555-02{number:02d}",
        }
    others = [key for key in buyers if key not in BUYERS]
    gone = [key for key, row in cars.items() if row["status"] == "sold"]
    for number in range(FILLER_QUOTES):
        key, status = draw.choice(gone), draw.choice(("accepted", "expired", "withdrawn"))
        until = (TODAY - timedelta(days=draw.randrange(5, 200))).isoformat()
        quotes[f"Q-{6900 + number}"] = quote(key, draw.choice(others), cars[key]["list_price"], status, until)
    for number in range(FILLER_DRIVES):
        day = TODAY - timedelta(days=draw.randrange(1, 60))
        drives[f"D-{200 + number}"] = {
            "stock_number": draw.choice(gone), "buyer_id": draw.choice(others), "date": day.isoformat(),
            "time": f"{draw.randrange(10, 18)}:00", "licence_shown": True,
        }  # fmt: skip
    state = {
        "vehicles": cars,
        "buyers": buyers,
        "quotes": quotes,
        "test_drives": drives,
        "book_values": {key: {"make": make, "model": model, "new": new} for key, (make, model, new) in BOOK.items()},
        "valuations": {
            "TV-11": {
                "make": "Sunder",
                "model": "Kite",
                "year": 2019,
                "mileage": 80000,
                "damage": "light",
                "amount": 12000,
            }
        },
    }
    text = json.dumps(state, indent=1, ensure_ascii=False) + "\n"
    (HERE / "state.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
