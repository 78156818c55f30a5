"""Writes state.json: `python make_state.py`. Always the same bytes.

Scenarios rely on what is declared by hand: products.csv, CUSTOMERS, ORDERS, STOCK and PICKUPS. All else is filler,
drawn around them with a fixed seed, so that a search finds more than the one thing that a case is about.
"""

from __future__ import annotations

import csv
import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TODAY = date(2026, 9, 8)
SEED = 20260908
FILLER = 36

CHARTS = {
    "Norrvik": (33.0, 1.0),
    "Kaido": (33.5, 1.0),
    "Ashdown": (33.0, 0.5),
    "Belfry": (33.0, 1.0),
    "Minnow": (31.0, 1.0),
}
"""Brand -> what lies between its EU and its US size, and between its US and its UK size."""

CUSTOMERS = {
    "C-301": ("mara.quill@post.example", "Mara Quill", "walker", "EU"),
    "C-302": ("otis.brand@post.example", "Otis Brand", "runner", "US"),
    "C-303": ("lena.fabre@post.example", "Lena Fabre", "marathoner", "EU"),
    "C-304": ("ravi.nair@post.example", "Ravi Nair", "walker", "UK"),
    "C-305": ("june.park@post.example", "June Park", "walker", "US"),
    "C-306": ("tomas.ek@post.example", "Tomas Ek", "runner", "EU"),
    "C-307": ("gail.moreno@post.example", "Gail Moreno", "walker", "US"),
}

ORDERS: dict[str, tuple[str, str, int, tuple[str, ...]]] = {
    "SO20417": ("C-302", "delivered", 20, ("P-124-415-BLUE",)),
    "SO20418": ("C-301", "delivered", 12, ("P-153-400-TAN",)),
    "SO20419": ("C-306", "delivered", 9, ("P-112-390-SAND", "P-151-390-NAVY")),
    "SO20420": ("C-301", "delivered", 5, ("P-134-380-NAVY",)),
    "SO20421": ("C-304", "delivered", 6, ("P-115-430-BLACK",)),
    "SO20422": ("C-305", "delivered", 15, ("P-121-400-ORANGE",)),
    "SO20423": ("C-305", "delivered", 200, ("P-111-400-MOSS",)),
    "SO20424": ("C-301", "delivered", 45, ("P-123-390-RED",)),
    "SO20425": ("C-303", "delivered", 80, ("P-131-410-TAN",)),
    "SO20426": ("C-306", "delivered", 10, ("P-114-420-MOSS",)),
    "SO20427": ("C-304", "processing", 1, ("P-132-430-BROWN", "P-152-430-GREY")),
    "SO20428": ("C-307", "shipped", 3, ("P-141-300-YELLOW",)),
    "SO20429": ("C-307", "delivered", 14, ("P-142-310-RED",)),
    "SO20430": ("C-302", "delivered", 8, ("P-154-440-BLACK",)),
    "SO20431": ("C-303", "delivered", 70, ("P-122-400-TEAL",)),
}
"""Customer, status, days since it came (or was placed), pairs."""

STOCK: dict[str, tuple[int, dict[str, int]]] = {
    "P-124-425-BLUE": (4, {"downtown": 1}),
    "P-124-420-BLUE": (3, {}),
    "P-114-425-MOSS": (0, {}),
    "P-114-425-ASH": (5, {"harbour": 1}),
    "P-114-430-MOSS": (2, {}),
    "P-142-330-RED": (6, {}),
    "P-142-330-BLUE": (2, {}),
    "P-112-400-SAND": (3, {}),
    "P-112-400-MOSS": (3, {}),
    "P-154-440-BLACK": (2, {"harbour": 2}),
    "P-131-420-BLACK": (2, {"downtown": 1}),
    "P-131-425-BLACK": (2, {}),
    "P-122-405-TEAL": (2, {"airport": 1}),
    "P-151-400-NAVY": (7, {"downtown": 3, "harbour": 1}),
    "P-151-410-WHITE": (7, {"airport": 0}),
    "P-153-410-TAN": (1, {}),
}
"""Pairs in the warehouse, and in stores."""

PICKUPS = {
    "PU-9001": ("C-306", "P-151-400-NAVY", "downtown"),
    "PU-9002": ("C-307", "P-141-300-YELLOW", "harbour"),
    "PU-9003": ("C-307", "P-142-310-RED", "harbour"),
}


def products() -> dict[str, Any]:
    """The catalogue as the buyers keep it, in products.csv."""
    with (HERE / "products.csv").open(encoding="utf-8", newline="") as file:
        return {row.pop("id"): product(row) for row in csv.DictReader(file)}


def product(row: dict[str, str]) -> dict[str, Any]:
    """One shoe."""
    flags = {"finalSale": "final_sale", "waterproof": "waterproof", "vegan": "vegan"}
    made: dict[str, Any] = {name: row[name] for name in ("name", "brand", "activity")} | {"price": float(row["price"])}
    made |= {name: row[column] == "yes" for name, column in flags.items()}
    made |= {"widths": row["widths"].split(), "colours": row["colours"].split(), "sizes": row["sizes"]}
    return made | {"fitNote": row["fit_note"] or None}


def charts() -> dict[str, Any]:
    """Each brand's own sizes; children's shoes count in another way."""
    found = {}
    for brand, (us, uk) in CHARTS.items():
        sizes = [number / 2 for number in (range(52, 71) if brand == "Minnow" else range(72, 93))]
        found[brand] = {"rows": [{"eu": eu, "us": eu - us, "uk": eu - us - uk} for eu in sizes]}
    return found


def stock(draw: random.Random, shoes: dict[str, Any]) -> dict[str, Any]:
    """A record for each shoe, colour and size: whole sizes, and halves of running and hiking shoes."""
    rows: dict[str, Any] = {}
    for key, shoe in shoes.items():
        low, high = map(int, shoe["sizes"].split("-"))
        halves = shoe["activity"] in ("road_running", "trail_running", "hiking", "office")
        for colour in shoe["colours"]:
            for size in [number / 2 for number in range(2 * low, 2 * high + 1) if halves or number % 2 == 0]:
                name = f"{key}-{size * 10:.0f}-{colour.upper()}"
                stores = {store: int(draw.random() < 0.2) for store in ("downtown", "harbour", "airport")}
                count = draw.randrange(6)
                if name in STOCK:
                    count, known = STOCK[name]
                    stores = {store: known.get(store, 0) for store in stores}
                rows[name] = {"productId": key, "sizeEu": size, "colour": colour, "quantity": count, "stores": stores}
    return rows


def order(shoes: dict[str, Any], tier: str, about: tuple[str, str, int, tuple[str, ...]]) -> dict[str, Any]:
    """One order with its terms."""
    customer, status, days, pairs = about
    came = TODAY - timedelta(days=days) if status == "delivered" else None
    placed = (came or TODAY - timedelta(days=days)) - timedelta(days=4 if came else 0)
    lines = {}
    for number, pair in enumerate(pairs, 1):
        shoe = shoes[pair[:5]]
        line = {"stockItemId": pair, "name": shoe["name"], "price": shoe["price"], "finalSale": shoe["finalSale"]}
        lines[f"L{number}"] = line | {"status": "delivered" if came else "open", "exchangedFor": None}
    returns = 100 if tier == "marathoner" else 30
    made = {"customerId": customer, "status": status, "placedOn": placed.isoformat(), "lines": lines, "refunded": 0}
    made["deliveredOn"] = came.isoformat() if came else None
    made["returnBy"] = (came + timedelta(days=returns)).isoformat() if came else None
    made["exchangeBy"] = (came + timedelta(days=60)).isoformat() if came else None
    return made


def main() -> None:
    """Write the file."""
    draw = random.Random(SEED)
    shoes = products()
    people = {
        key: {"email": email, "name": name, "tier": tier, "homeSizeSystem": system}
        for key, (email, name, tier, system) in CUSTOMERS.items()
    }
    pairs = stock(draw, shoes)
    orders = dict(ORDERS)
    for number in range(FILLER):
        key, tier = f"C-{320 + number}", draw.choice(("walker", "walker", "runner", "marathoner"))
        email = f"customer{number:02d}@mail.example"
        people[key] = {"email": email, "name": f"Customer {number:02d}", "tier": tier, "homeSizeSystem": "EU"}
        status = draw.choice(("delivered", "delivered", "shipped", "processing"))
        orders[f"SO{20300 + number}"] = (key, status, draw.randrange(1, 90), (draw.choice(sorted(pairs)),))
    state = {
        "customers": people,
        "products": shoes,
        "size_charts": charts(),
        "stock": pairs,
        "orders": {key: order(shoes, people[about[0]]["tier"], about) for key, about in orders.items()},
        "pickups": {
            key: {"customerId": who, "stockItemId": pair, "store": store, "until": "2026-09-09"}
            for key, (who, pair, store) in PICKUPS.items()
        },
    }
    text = json.dumps(state, indent=1, ensure_ascii=False) + "\n"
    (HERE / "state.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
