"""Writes state.json: `python make_state.py`. Always the same bytes.

Scenarios rely on what is declared by hand: people.py, products.csv, and COUPONS and STOCK below. All else is filler,
drawn around them with a fixed seed, so that a search finds more than the one thing that a case is about.
"""

from __future__ import annotations

import csv
import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from people import PEOPLE, Buy, Person

HERE = Path(__file__).parent
TODAY = date(2026, 3, 10)
SEED = 20260310
FILLER_CUSTOMERS = 96
CARRIERS = ("Parcel North", "Bluebird Post", "Swiftline")

COUPONS = {
    "WELCOME10": ("10% off a customer's first order", 10, "2026-12-31", 0.0),
    "SPRING15": ("15% off in March 2026", 15, "2026-03-31", 60.0),
    "LAMPS20": ("20% off for readers of the lamp catalogue", 20, "2026-03-20", 40.0),
    "WINTER25": ("25% off the winter clearance", 25, "2026-01-31", 0.0),
    "CLUB5": ("5% off for Hearth Club members", 5, "2026-12-31", 0.0),
    "SORRY10": ("10% off after a service problem", 10, "2026-06-30", 0.0),
}
"""Code -> what it is, percent off, last day, smallest order."""

STOCK = {
    "H101-SAGE": 7,
    "H301-BLACK": 5,
    "H103-BRASS": 9,
    "H208-72": 6,
    "H208-84": 3,
    "H106-AMBER": 8,
    "H303-CREAM": 11,
    "H307-FIVE": 40,
    "H109-ASH": 0,
    "H109-OAK": 4,
    "H207-SAND": 14,
    "H301-RED": 2,
    "H501-BLACK": 6,
    "H501-TEAL": 2,
    "H302-GLOSS": 12,
    "H402-FULL": 9,
}
"""Variants whose stock a case depends on."""

# fmt: off
STREETS = ("Maple", "Oak", "Cedar", "Spring", "Lake", "River", "Park", "Garden", "Mill", "Bridge", "Forest", "Union")
PLACES = (
    ("Austin", "TX", "78701"), ("Raleigh", "NC", "27601"), ("Spokane", "WA", "99201"), ("Reno", "NV", "89501"),
    ("Albany", "NY", "12207"), ("Savannah", "GA", "31401"), ("Fargo", "ND", "58102"), ("Mobile", "AL", "36602"),
    ("Topeka", "KS", "66603"), ("Santa Fe", "NM", "87501"), ("Lansing", "MI", "48933"), ("Concord", "NH", "03301"),
)
CARDS = ("Visa", "Mastercard", "Amex", "Discover")
# fmt: on

TABLES = "customers addresses payment_methods products variants orders shipments refunds coupons tickets"
Tables = dict[str, dict[str, dict[str, Any]]]


def build() -> Tables:
    """The whole world."""
    draw = random.Random(SEED)
    tables: Tables = {name: {} for name in TABLES.split()}
    add_products(tables, draw)
    for code, (about, percent, expires, minimum) in COUPONS.items():
        tables["coupons"][code] = {
            "code": code,
            "about": about,
            "percent": percent,
            "expires": expires,
            "minimum": minimum,
            "used_by": {},
        }
    for person in PEOPLE:
        add_person(tables, person, draw)
    for person in filler(tables, draw):
        add_person(tables, person, draw)
    for number, customer_id in enumerate(draw.sample(list(tables["customers"])[len(PEOPLE) :], 8), 7001):
        topic, opened = draw.choice(("legal", "complaint", "fraud")), str(TODAY - timedelta(draw.randint(3, 90)))
        tables["tickets"][f"T{number}"] = {"customer_id": customer_id, "topic": topic, "opened": opened}
    return tables


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of this folder."""
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def add_products(tables: Tables, draw: random.Random) -> None:
    """Products and their variants, with a stock for each; an option may have a price of its own: `large=38.00`."""
    for row in rows("products.csv"):
        product_id, terms = row["product_id"], row["terms"]
        about = {"name": row["name"], "category": row["category"]}
        tables["products"][product_id] = about | {"bulky": terms == "bulky", "hygiene": terms == "hygiene"}
        for option in row["options"].split(";"):
            label, _, own = option.partition("=")
            variant_id = f"{product_id}-{label.split()[0].upper()}"
            price, stock = float(own or row["price"]), STOCK.get(variant_id, draw.randint(0, 60))
            variant = {"product_id": product_id, "name": row["name"], "option": label, "price": price, "stock": stock}
            tables["variants"][variant_id] = variant


def add_person(tables: Tables, person: Person, draw: random.Random) -> None:
    """A customer with address, payment methods and orders."""
    customer_id = f"C{2001 + len(tables['customers'])}"
    city, state, zip_code = person.place
    address_id = f"A{4001 + len(tables['addresses'])}"
    tables["addresses"][address_id] = {
        "customer_id": customer_id,
        "street": person.street,
        "city": city,
        "state": state,
        "zip": zip_code,
    }
    methods = [add_method(tables, customer_id, label) for label in person.cards]
    if any(buy.gift_card for buy in person.orders):
        card = add_method(tables, customer_id, f"gift card HG-{draw.randint(1000, 9999)}-{draw.randint(1000, 9999)}")
        methods.insert(0, card)
    tables["customers"][customer_id] = {
        "name": person.name,
        "email": person.email,
        "club": person.club,
        "store_credit": person.store_credit,
        "address_id": address_id,
        "orders": {buy.order_id: buy.placed for buy in person.orders},
    }
    for buy in person.orders:
        add_order(tables, customer_id, buy, methods, draw)


def add_method(tables: Tables, customer_id: str, label: str) -> str:
    """A way to pay; returns its id."""
    kind = "gift card" if label.startswith("gift") else "paypal" if label.startswith("PayPal") else "card"
    method_id = f"P{3001 + len(tables['payment_methods'])}"
    tables["payment_methods"][method_id] = {
        "customer_id": customer_id,
        "kind": kind,
        "label": label,
        "balance": 0.0 if kind == "gift card" else None,
    }
    return method_id


def add_order(tables: Tables, customer_id: str, buy: Buy, methods: list[str], draw: random.Random) -> None:
    """An order with its lines, its payments, its parcel and, once delivered, the last days for returns."""
    percent = COUPONS[buy.coupon][1] if buy.coupon else 0
    items = {
        f"{buy.order_id}-{n}": line(tables, variant, percent, variant in buy.clearance)
        for n, variant in enumerate(buy.lines, 1)
    }
    paid = sum(item["paid"] for item in items.values())
    fee = 0.0 if paid >= 75 else 5.95
    total = round(paid + fee, 2)
    payments = {methods[0]: total}
    if buy.gift_card:
        payments = {methods[0]: buy.gift_card, methods[1]: round(total - buy.gift_card, 2)}
    club = tables["customers"][customer_id]["club"]
    tables["orders"][buy.order_id] = {
        "customer_id": customer_id,
        "status": buy.status,
        "placed": buy.placed,
        "delivered": buy.delivered or None,
        "items": items,
        "coupon": buy.coupon or None,
        "shipping_fee": fee,
        "gift_wrap": None,
        "total": total,
        "payments": payments,
        "address_id": tables["customers"][customer_id]["address_id"],
        "bulky": any(tables["products"][variant.split("-")[0]]["bulky"] for variant in buy.lines),
        "return_by": return_by(buy.delivered, club) if buy.delivered else None,
        "shipment_id": add_parcel(tables, buy, draw) if buy.status in ("shipped", "delivered", "returned") else None,
    }
    if buy.coupon:
        tables["coupons"][buy.coupon]["used_by"][customer_id] = buy.order_id
    if buy.status in ("cancelled", "returned"):
        tables["refunds"][f"F{6001 + len(tables['refunds'])}"] = {
            "order_id": buy.order_id,
            "item_id": None,
            "amount": total,
            "to": methods[0],
            "issued": buy.placed,
        }


def line(tables: Tables, variant_id: str, percent: int, clearance: bool) -> dict[str, Any]:
    """One line of an order: what was bought, for how much, and on which terms it may come back."""
    variant = tables["variants"][variant_id]
    product = tables["products"][variant["product_id"]]
    terms = "final sale" if clearance else "hygiene" if product["hygiene"] else "standard"
    return {
        "variant_id": variant_id,
        "name": variant["name"],
        "option": variant["option"],
        "price": variant["price"],
        "paid": round(variant["price"] * (100 - percent) / 100, 2),
        "terms": terms,
        "status": "ordered",
    }


def return_by(delivered: str, club: bool) -> dict[str, str]:
    """The last days on which items may come back."""
    day = date.fromisoformat(delivered)
    return {"opened": str(day + timedelta(14)), "unopened": str(day + timedelta(60 if club else 30))}


def add_parcel(tables: Tables, buy: Buy, draw: random.Random) -> str:
    """The parcel of an order; returns its id."""
    shipment_id = f"S{5001 + len(tables['shipments'])}"
    sent = str(date.fromisoformat(buy.placed) + timedelta(2))
    status = "delivered" if buy.delivered else "in transit"
    tables["shipments"][shipment_id] = {
        "order_id": buy.order_id,
        "carrier": draw.choice(CARRIERS),
        "tracking": f"HH{draw.randint(10**8, 10**9 - 1)}",
        "sent": sent,
        "status": status,
        "last_scan": buy.delivered or sent,
        "trace": None,
    } | buy.parcel
    return shipment_id


def filler(tables: Tables, draw: random.Random) -> list[Person]:
    """Customers whom no scenario is about."""
    taken = {person.name for person in PEOPLE}
    pool = rows("names.csv")
    names = [f"{a['first']} {b['last']}" for a in pool for b in pool]
    names = [name for name in names if name not in taken]
    number, variants = 1101, sorted(tables["variants"])
    people = []
    for name in draw.sample(names, FILLER_CUSTOMERS):
        email = f"{name.lower().replace(' ', '.')}@example.{draw.choice(('com', 'net', 'org'))}"
        orders = []
        for _ in range(draw.choice((1, 1, 2, 2, 3, 4))):
            orders.append(filler_order(f"W{number}", variants, draw))
            number += 1
        street = f"{draw.randint(1, 2999)} {draw.choice(STREETS)} {draw.choice(('Street', 'Road', 'Avenue', 'Lane'))}"
        people.append(
            Person(
                name,
                email,
                street,
                draw.choice(PLACES),
                (f"{draw.choice(CARDS)} ending {draw.randint(1000, 9999)}",),
                tuple(orders),
                club=draw.random() < 0.2,
                store_credit=draw.choice((0.0, 0.0, 0.0, 10.0, 12.5)),
            )
        )
    return people


def filler_order(order_id: str, variants: list[str], draw: random.Random) -> Buy:
    """An order of any age, in a status that fits it."""
    age = draw.choice((draw.randint(0, 10), draw.randint(6, 60), draw.randint(20, 200)))
    placed = TODAY - timedelta(age)
    status = "processing" if age < 2 else "packed" if age < 3 else "shipped" if age < 7 else "delivered"
    if draw.random() < 0.08:
        status = "returned" if status == "delivered" else "cancelled"
    arrived = str(placed + timedelta(draw.randint(4, 6))) if status in ("delivered", "returned") else ""
    lines = tuple(draw.sample(variants, draw.choice((1, 1, 2, 2, 3))))
    coupon = draw.choice(("", "", "", "", "CLUB5", "SPRING15"))
    return Buy(order_id, status, str(placed), lines, arrived, coupon)


if __name__ == "__main__":
    (HERE / "state.json").write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
