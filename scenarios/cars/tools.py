"""The desk of Meridian Motors, a car dealership: stock, buyers, quotes, test drives, part exchange.

Drafted from source/openapi.json and finished by hand. The tools refuse what cannot be done (a car that is sold, an hour
that is taken). What a car may be quoted at, and to whom, is the policy's business, so an agent has to know it.
"""

from __future__ import annotations

from datetime import date as Day
from datetime import timedelta
from typing import Annotated, Any, Literal

from simkit import Field, Refused, World, reads, writes

Answer = dict[str, Any]
StockNumber = Annotated[str, Field(pattern=r"^V-\d{4}$", description="on the windscreen, V-2207")]
BuyerId = Annotated[str, Field(pattern=r"^B-\d{3}$", description="from list_buyers, B-501")]
QuoteId = Annotated[str, Field(pattern=r"^Q-\d{4}$", description="on the quote, Q-7001")]
DriveId = Annotated[str, Field(pattern=r"^D-\d{3}$", description="D-301")]
Price = Annotated[float, Field(ge=0, description="in dollars, extras included")]
Extra = Literal["winter_tyres", "tow_bar", "roof_rack", "service_plan"]
Fuel = Literal["petrol", "diesel", "hybrid", "electric"]
Hour = Annotated[str, Field(pattern=r"^\d{2}:00$", description="a full hour, 14:00")]
Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="as in 2026-10-14")]


@reads
def list_vehicles(
    world: World,
    make: str | None = None,
    model: str | None = None,
    fuel: Fuel | None = None,
    max_price: Annotated[float, Field(ge=0)] | None = None,
) -> list[Answer]:
    """Search the stock by make, model, fuel and list price. Without any of them: every car."""
    asked = {"make": make, "model": model}
    rows = world.find(
        "vehicles",
        lambda row: all(one is None or one.casefold() in row[name].casefold() for name, one in asked.items()),
    )
    kept = [
        row for row in rows if fuel in (None, row["fuel"]) and (max_price is None or row["list_price"] <= max_price)
    ]
    names = ("make", "model", "year", "condition", "fuel", "mileage", "range_km", "list_price", "status")
    return [{"stock_number": row["id"], **{name: row[name] for name in names}} for row in kept]


@reads
def get_vehicle(world: World, stock_number: StockNumber) -> Answer:
    """One car: list price, lowest price of the desk (internal), owners, accidents, whether it is still to be had."""
    return {"stock_number": stock_number, **world.get("vehicles", stock_number)}


@reads
def list_buyers(world: World, email: str | None = None, phone: str | None = None) -> list[Answer]:
    """Find a buyer by email address or phone number, with their open quotes."""
    if not (email or phone):
        raise Refused("give an email address or a phone number")
    asked = {"email": email and email.strip().casefold(), "phone": phone}
    rows = world.find(
        "buyers", lambda row: all(one in (None, (row[name] or "").casefold()) for name, one in asked.items())
    )
    return [
        {"buyer_id": row.pop("id"), **row, "quotes": [one["id"] for one in world.find("quotes", buyer_id=key)]}
        for key, row in [(row["id"], row) for row in rows]
    ]


@writes
def create_buyer(
    world: World,
    name: Annotated[str, Field(min_length=2)],
    email: Annotated[str, Field(pattern=r"^\S+@\S+$")],
    phone: str | None = None,
) -> Answer:
    """Take a buyer's details down."""
    if world.find("buyers", email=email.casefold()):
        raise Refused(f"there is a buyer with the address {email} already")
    key = world.new_id("buyers", "B-")
    world.put("buyers", key, {"name": name, "email": email.casefold(), "phone": phone})
    return {"buyer_id": key, "name": name, "email": email.casefold(), "phone": phone}


@writes
def create_quote(
    world: World,
    stock_number: StockNumber,
    buyer_id: BuyerId,
    price: Price,
    extras: Annotated[list[Extra], Field(description="what is in the price besides the car")] = [],  # noqa: B006
) -> Answer:
    """Write a quote for a car. It binds the house for seven days."""
    world.get("buyers", buyer_id)
    _to_be_had(world, stock_number, buyer_id)
    until = (Day.fromisoformat(world.now[:10]) + timedelta(days=7)).isoformat()
    key = world.new_id("quotes", "Q-")
    quote = {"stock_number": stock_number, "buyer_id": buyer_id, "price": price, "extras": list(extras)}
    world.put("quotes", key, quote | {"status": "open", "valid_until": until})
    return {"quote_id": key, **quote, "status": "open", "valid_until": until}


@reads
def get_quote(world: World, quote_id: QuoteId) -> Answer:
    """Open a quote: whose, for which car, at what price, until when."""
    return {"quote_id": quote_id, **world.get("quotes", quote_id)}


@writes
def update_quote(world: World, quote_id: QuoteId, price: Price) -> Answer:
    """Write an open quote anew with another price."""
    quote = _open(world, quote_id) | {"price": price}
    world.put("quotes", quote_id, quote)
    return {"quote_id": quote_id, **quote}


@writes
def withdraw_quote(world: World, quote_id: QuoteId) -> Answer:
    """Withdraw an open quote."""
    quote = _open(world, quote_id) | {"status": "withdrawn"}
    world.put("quotes", quote_id, quote)
    return {"quote_id": quote_id, **quote}


@writes
def reserve_vehicle(
    world: World,
    stock_number: StockNumber,
    buyer_id: BuyerId,
    deposit: Annotated[float, Field(ge=0, description="in dollars, charged now")],
) -> Answer:
    """Hold a car for a buyer against a deposit."""
    world.get("buyers", buyer_id)
    car = _to_be_had(world, stock_number, buyer_id)
    car |= {"status": "reserved", "reserved_for": buyer_id, "deposit": deposit}
    world.put("vehicles", stock_number, car)
    return {"stock_number": stock_number, "status": "reserved", "reserved_for": buyer_id, "deposit": deposit}


@reads
def list_test_drives(world: World, date: Date, stock_number: StockNumber | None = None) -> list[Answer]:
    """Test drives of a day, of all cars or of one."""
    rows = world.find("test_drives", date=date)
    kept = [row for row in rows if stock_number in (None, row["stock_number"])]
    return [{"drive_id": row.pop("id"), **row} for row in sorted(kept, key=lambda row: row["time"])]


@writes
def create_test_drive(
    world: World,
    stock_number: StockNumber,
    buyer_id: BuyerId,
    date: Date,
    time: Hour,
    licence_shown: Annotated[bool, Field(description="whether the buyer has sent their driving licence")],
) -> Answer:
    """Book a test drive of an hour."""
    world.get("buyers", buyer_id)
    if world.get("vehicles", stock_number)["status"] == "sold":
        raise Refused(f"{stock_number} is sold")
    if world.find("test_drives", stock_number=stock_number, date=date, time=time):
        raise Refused(f"{stock_number} is out at {time} on {date}")
    key = world.new_id("test_drives", "D-")
    drive = {"stock_number": stock_number, "buyer_id": buyer_id, "date": date, "time": time}
    world.put("test_drives", key, drive | {"licence_shown": licence_shown})
    return {"drive_id": key, **drive}


@writes
def delete_test_drive(world: World, drive_id: DriveId) -> Answer:
    """Call a test drive off."""
    drive = world.get("test_drives", drive_id)
    world.remove("test_drives", drive_id)
    return {"drive_id": drive_id, "date": drive["date"], "status": "called off"}


@writes
def create_valuation(
    world: World,
    make: str,
    model: str,
    year: Annotated[int, Field(ge=1990, le=2026)],
    mileage: Annotated[int, Field(ge=0, description="in kilometres")],
    damage: Literal["none", "light", "heavy"] = "none",
) -> Answer:
    """What the house pays for a car in part exchange, subject to inspection."""
    books = world.find(
        "book_values",
        lambda row: (row["make"].casefold(), row["model"].casefold()) == (make.casefold(), model.casefold()),
    )
    if not books:
        raise Refused(f"there is no book value of a {make} {model}")
    age = 2026 - year
    worth = books[0]["new"] * 0.85**age - 0.05 * max(0, mileage - 15_000 * age)
    amount = max(300, round((worth - {"none": 0, "light": 800, "heavy": 3500}[damage]) / 100) * 100)
    key = world.new_id("valuations", "TV-")
    row = {"make": make, "model": model, "year": year, "mileage": mileage, "damage": damage, "amount": amount}
    world.put("valuations", key, row)
    return {"valuation_id": key, **row}


def _to_be_had(world: World, stock_number: str, buyer_id: str) -> Answer:
    """A car that is neither sold nor held for somebody else."""
    car = world.get("vehicles", stock_number)
    if car["status"] == "sold" or (car["status"] == "reserved" and car["reserved_for"] != buyer_id):
        raise Refused(f"{stock_number} is {car['status']}")
    return car


def _open(world: World, quote_id: str) -> Answer:
    """A quote that still stands."""
    quote = world.get("quotes", quote_id)
    if quote["status"] != "open":
        raise Refused(f"quote {quote_id} is {quote['status']}")
    return quote
