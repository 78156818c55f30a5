"""Writes state.json: the world that every session of this domain starts with.

python make_state.py        # the same bytes every time

Records that scenarios rely on stand in records.py; everything else is filler drawn with a fixed seed around them.
"""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from records import AIRPORTS, CUSTOMERS, EXTRAS, FARES, FLIGHTS, RESERVATIONS, TIERS, TIMETABLE, VOUCHERS, seats

NOW = "2026-03-02T09:00:00"
SEED = 20260302
FIRST_DAY, LAST_DAY = date(2026, 2, 27), date(2026, 3, 15)

FIRST = """
Amara Anders Bilal Birgit Carmen Cedric Chiara Dmitri Elif Emeka Esther Felix Freya Gareth Hana Harriet Ingrid Ivo
Jamila Joaquin Kaya Katrin Leila Lorenzo Magnus Maya Nadia Niels Olena Otto Paloma Quentin Rafael Ruth Saskia Simon
Talia Theo Ursula Wanda
"""
LAST = """
Abernathy Almeida Bakker Castellan Dufour Eklund Farrow Gallagher Hartmann Ivanova Jankowski Kimura Laurent Mbeki
Novak Oyelaran Petrov Quist Rossi Sandoval Thorne Ueda Vasquez Whitlock Yilmaz Zander
"""


def days() -> list[date]:
    return [FIRST_DAY + timedelta(n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]


def make_flights(chance: random.Random) -> dict[str, Any]:
    result = {}
    for number, (origin, destination, departs, arrives, lowest, every) in TIMETABLE.items():
        for n, day in enumerate(days()):
            price = lowest + chance.randint(0, 240) / 10
            economy, business = chance.randint(0, 48), chance.randint(0, 8)
            name = f"{number}-{day}"
            if n % every and name not in FLIGHTS and not booked(name):
                continue
            late = chance.choice((20, 35, 50)) if chance.random() < 0.15 else 0
            landed = str(day) < NOW[:10]
            result[name] = {
                "flight_number": number,
                "date": str(day),
                "origin": origin,
                "destination": destination,
                "departs": departs,
                "arrives": arrives,
                "status": "landed" if landed else "scheduled",
                "delay_minutes": late if landed else 0,
                "delay_cause": chance.choice(("technical", "crew", "weather")) if landed and late else "",
                "fares": {
                    "basic": round(price, 2),
                    "standard": round(price + 38, 2),
                    "flex": round(price + 84, 2),
                    "business": round(price * 2.7, 2),
                },
                "seats": seats(economy, business),
            } | FLIGHTS.get(name, {})
    return dict(sorted(result.items()))


def booked(name: str) -> bool:
    return any(f"{number}-{day}" == name for row in RESERVATIONS.values() for number, day, _ in row[3])


def make_customers(chance: random.Random) -> dict[str, Any]:
    rows = dict(CUSTOMERS)
    names = [f"{first} {last}" for first in FIRST.split() for last in LAST.split()]
    taken = {card[-4:] for row in CUSTOMERS.values() for card in row[3]}
    tails = [str(n) for n in range(1000, 10000) if str(n) not in taken]
    for n, name in enumerate(chance.sample(names, 75)):
        email = f"{name.lower().replace(' ', '.')}@{chance.choice(('mailbox', 'post'))}.example"
        brand, tail = chance.choice(("Visa", "Mastercard", "Amex")), tails.pop(chance.randrange(len(tails)))
        tier = chance.choices(("blue", "silver", "gold"), (6, 3, 1))[0]
        rows[f"C{1100 + n}"] = (name, email, tier, [f"{brand} {tail}"])
    return {key: customer(*row) for key, row in rows.items()}


def customer(name: str, email: str, tier: str, cards: list[str]) -> dict[str, Any]:
    methods = [{"payment_id": f"card_{card[-4:]}", "kind": card[:-5], "last4": card[-4:]} for card in cards]
    return {"name": name, "email": email, "tier": tier, "payment_methods": methods}


def make_reservations(chance: random.Random, world: dict[str, Any]) -> dict[str, Any]:
    rows = {code: reservation(world, *row) for code, row in RESERVATIONS.items()}
    people = [key for key in world["customers"] if key not in CUSTOMERS]
    coming = [row for row in world["flights"].values() if row["status"] == "scheduled"]
    while len(rows) < 125:
        code = "".join(chance.sample("BCDFGHJKLMPRSTVWXZ", 2)) + str(chance.randint(1000, 9999))
        owner, fare = chance.choice(people), chance.choices(list(FARES), (4, 4, 2, 1))[0]
        flight = chance.choice(coming)
        price = round(flight["fares"][fare] - chance.randint(0, 90) / 10, 2)
        party = [world["customers"][owner]["name"]]
        if chance.random() < 0.3:
            party.append(f"{chance.choice(FIRST.split())} {party[0].split()[1]}")
        booked_on = date(2026, 2, 26) - timedelta(chance.randint(0, 60))
        when = f"{booked_on}T{chance.randint(6, 22):02d}:{chance.randint(0, 59):02d}"
        leg = (flight["flight_number"], flight["date"], price)
        if code not in rows:
            rows[code] = reservation(world, owner, when, fare, [leg], party, chance.random() < 0.25)
    return rows


def reservation(
    world: dict[str, Any],
    owner: str,
    created: str,
    fare: str,
    legs: list[tuple[str, str, float]],
    passengers: list[str],
    insured: bool,
) -> dict[str, Any]:
    flights = []
    for number, day, price in legs:
        row = world["flights"][f"{number}-{day}"]
        leg = {"flight_number": number, "date": day, "origin": row["origin"], "destination": row["destination"]}
        flights.append(leg | {"price": price})
    per_person = sum(price for *_, price in legs) + (EXTRAS["insurance"]["price"] if insured else 0)
    total = round(per_person * len(passengers), 2)
    cancelled = any(world["flights"][f"{n}-{d}"]["status"] == "cancelled" for n, d, _ in legs)
    return {
        "customer_id": owner,
        "created": created,
        "status": "confirmed",
        "fare": fare,
        "flights": flights,
        "passengers": passengers,
        "bags": FARES[fare]["included_bags"] * len(passengers),
        "paid_bags": 0,
        "insured": insured,
        "disrupted": cancelled,
        "payments": [{"payment_id": world["customers"][owner]["payment_methods"][0]["payment_id"], "amount": total}],
        "total": total,
    }


def make_vouchers(chance: random.Random, world: dict[str, Any]) -> dict[str, Any]:
    """V3001 to V3025, so the next voucher issued is V3026."""
    rows = dict(VOUCHERS)
    people = [key for key in world["customers"] if key not in CUSTOMERS]
    for n, owner in enumerate(chance.sample(people, 22)):
        amount = chance.choice((40.0, 50.0, 60.0, 80.0, 100.0, 120.0))
        expires = str(date(2026, 3, 20) + timedelta(chance.randint(0, 340)))
        balance = chance.choice((0.0, amount, amount))
        rows[f"V{3004 + n}"] = (owner, amount, balance, expires, chance.choice(("delay", "cancelled booking")))
    keys = ("customer_id", "amount", "balance", "expires", "reason")
    return {name: dict(zip(keys, row, strict=True)) for name, row in rows.items()}


def make_world() -> dict[str, Any]:
    chance = random.Random(SEED)
    world: dict[str, Any] = {
        "airports": {code: {"code": code, "city": city, "name": name} for code, (city, name) in AIRPORTS.items()},
        "fares": FARES,
        "tiers": TIERS,
        "extras": EXTRAS,
        "customers": make_customers(chance),
        "flights": make_flights(chance),
    }
    world["reservations"] = make_reservations(chance, world)
    world["reservations"]["QN6999"]["status"] = "cancelled"
    world["vouchers"] = make_vouchers(chance, world)
    world["refunds"] = {
        "RF5001": {"reservation_code": "QN6999", "amount": 145.5, "to": "card_2648", "date": "2026-01-29"}
    }
    world["claims"] = {
        "CL4001": {"reservation_code": "QN6999", "cause": "illness", "document_number": "MED-11806", "status": "paid"}
    }
    world["handovers"] = {"H2001": {"department": "complaints", "note": "Seat broken on PX222", "date": "2026-02-27"}}
    return world


if __name__ == "__main__":
    text = json.dumps(make_world(), ensure_ascii=False, indent=1) + "\n"
    Path(__file__).with_name("state.json").write_text(text, encoding="utf-8")
