"""The book of the restaurant Lanterna: guests, tables, reservations, the menu, gift cards.

Drafted from source/openapi.json and finished by hand. The tools refuse what cannot be done (a table that is taken, a
card that holds less). What may be done, for whom and when, is the policy's business, so an agent has to know it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from simkit import Field, Refused, World, reads, writes

Answer = dict[str, Any]
Allergen = Literal["gluten", "nuts", "dairy", "shellfish", "egg", "soy"]
Area = Literal["dining_room", "terrace", "bar", "private_room"]
Course = Literal["starter", "main", "dessert", "drink"]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="as in 2026-05-15")]
Time = Annotated[str, Field(pattern=r"^\d{2}:\d{2}$", description="as in 19:30")]
PartySize = Annotated[int, Field(ge=1, le=20, description="how many people")]
GuestId = Annotated[str, Field(pattern=r"^G\d+$", description="from find_guests, G101")]
TableId = Annotated[str, Field(pattern=r"^T\d{2}$", description="from list_free_tables, T07")]
ReservationId = Annotated[str, Field(pattern=r"^R\d{4}$", description="as on the confirmation, R4021")]
CardCode = Annotated[str, Field(pattern=r"^LG-[A-Z0-9]{6}$", description="as on the card, LG-4KQ9ZT")]

SITTING = 120
"""Minutes for which a table is taken."""


@reads
def find_guests(
    world: World,
    phone: Annotated[str, Field(description="as in +1 503 555 0142")] | None = None,
    email: Annotated[str, Field(description="email address")] | None = None,
) -> list[Answer]:
    """Find guests by phone number or email address, with their allergies and how often they did not turn up."""
    wanted = {"phone": phone, "email": email and email.strip().casefold()}
    asked = {name: value for name, value in wanted.items() if value}
    if not asked:
        raise Refused("give a phone number or an email address")
    return world.find("guests", lambda row: all((row[name] or "").casefold() == one for name, one in asked.items()))


@writes
def create_guest(
    world: World,
    name: Annotated[str, Field(min_length=2)],
    phone: Annotated[str, Field(pattern=r"^\+1 \d{3} \d{3} \d{4}$", description="as in +1 503 555 0142")],
    email: str | None = None,
) -> Answer:
    """Add a guest to the book."""
    if world.find("guests", phone=phone):
        raise Refused(f"there is a guest with the number {phone} already")
    key = world.new_id("guests", "G")
    world.put(
        "guests", key, {"name": name, "phone": phone, "email": email, "allergies": [], "visits": 0, "no_shows": 0}
    )
    return {"id": key, **world.get("guests", key)}


@reads
def list_tables(
    world: World, area: Area | None = None, min_seats: Annotated[int, Field(ge=1, le=20)] = 1
) -> list[Answer]:
    """List the tables of an area, or of the whole house: seats, and whether one gets there without steps."""
    return world.find("tables", lambda row: area in (None, row["area"]) and row["seats"] >= min_seats)


@reads
def list_free_tables(world: World, date: Day, time: Time, party_size: PartySize) -> list[Answer]:
    """Tables that seat the party and are free for two hours from then on, smallest first."""
    rows = [row for row in world.find("tables") if row["seats"] >= party_size]
    free = [row for row in rows if not _taken(world, row["id"], date, time)]
    return sorted(free, key=lambda row: (row["seats"], row["id"]))


@reads
def list_reservations(world: World, guest_id: GuestId) -> list[Answer]:
    """A guest's reservations, soonest first, past and cancelled ones too."""
    return sorted(world.find("reservations", guest_id=guest_id), key=lambda row: (row["date"], row["time"]))


@reads
def get_reservation(world: World, reservation_id: ReservationId) -> Answer:
    """Open one reservation: whose, when, which table, what deposit was paid."""
    row = world.get("reservations", reservation_id)
    return {"id": reservation_id, **row, "area": world.get("tables", row["table_id"])["area"]}


@writes
def create_reservation(
    world: World,
    guest_id: GuestId,
    table_id: TableId,
    date: Day,
    time: Time,
    party_size: PartySize,
    deposit: Annotated[float, Field(ge=0, description="what is charged now, in dollars; 0 for none")],
    notes: Annotated[str, Field(max_length=200)] = "",
) -> Answer:
    """Reserve a table, and charge a deposit where one is due."""
    world.get("guests", guest_id)
    _must_fit(world, table_id, date, time, party_size)
    key = world.new_id("reservations", "R")
    row = {"guest_id": guest_id, "table_id": table_id, "date": date, "time": time, "party_size": party_size}
    row |= {"deposit": deposit, "notes": notes, "status": "booked", "cancel_reason": None, "created_at": world.now}
    world.put("reservations", key, row)
    return {"id": key, **row}


@writes
def update_reservation(
    world: World,
    reservation_id: ReservationId,
    table_id: TableId | None = None,
    date: Day | None = None,
    time: Time | None = None,
    party_size: PartySize | None = None,
    notes: Annotated[str, Field(max_length=200)] | None = None,
) -> Answer:
    """Change day, time, table, party size or notes of a reservation."""
    row = _booked(world, reservation_id)
    given = {"table_id": table_id, "date": date, "time": time, "party_size": party_size, "notes": notes}
    row |= {name: value for name, value in given.items() if value is not None}
    _must_fit(world, row["table_id"], row["date"], row["time"], row["party_size"], but=reservation_id)
    world.put("reservations", reservation_id, row)
    return {"id": reservation_id, **row}


@writes
def cancel_reservation(
    world: World, reservation_id: ReservationId, reason: Literal["guest_asked", "weather", "house_closed"]
) -> Answer:
    """Cancel a reservation. A deposit is not paid back by this."""
    row = _booked(world, reservation_id) | {"status": "cancelled", "cancel_reason": reason}
    world.put("reservations", reservation_id, row)
    return {"id": reservation_id, **row}


@writes
def refund_deposit(world: World, reservation_id: ReservationId) -> Answer:
    """Pay the deposit of a cancelled reservation back to the card it came from."""
    row = world.get("reservations", reservation_id)
    if row["status"] != "cancelled":
        raise Refused(f"reservation {reservation_id} is not cancelled")
    if not row["deposit"]:
        raise Refused(f"reservation {reservation_id} holds no deposit")
    amount, row["deposit"] = row["deposit"], 0
    world.put("reservations", reservation_id, row)
    return {"reservation_id": reservation_id, "refunded": amount}


@reads
def list_menu_items(world: World, course: Course | None = None, vegetarian: bool | None = None) -> list[Answer]:
    """The menu, or the part of it that fits. Allergens stand with each dish: see get_menu_item."""
    rows = world.find("menu_items", lambda row: course in (None, row["course"]))
    kept = [row for row in rows if vegetarian in (None, row["vegetarian"])]
    return [{name: row[name] for name in ("id", "name", "course", "price", "vegetarian", "season")} for row in kept]


@reads
def get_menu_item(
    world: World, item_id: Annotated[str, Field(pattern=r"^M\d{2}$", description="from list_menu_items, M12")]
) -> Answer:
    """One dish with its ingredients' allergens, its price and its season (none: all year)."""
    return {"id": item_id, **world.get("menu_items", item_id)}


@reads
def get_gift_card(world: World, code: CardCode) -> Answer:
    """What a gift card holds, and its last day."""
    return {"code": code, **world.get("gift_cards", code)}


@writes
def redeem_gift_card(
    world: World,
    code: CardCode,
    reservation_id: ReservationId,
    amount: Annotated[float, Field(gt=0, description="in dollars")],
) -> Answer:
    """Use an amount of a gift card as deposit of a reservation."""
    card, row = world.get("gift_cards", code), _booked(world, reservation_id)
    if amount > card["balance"]:
        raise Refused(f"the card holds ${card['balance']:.2f}")
    world.patch("gift_cards", code, balance=round(card["balance"] - amount, 2))
    world.patch("reservations", reservation_id, deposit=round(row["deposit"] + amount, 2))
    return {"code": code, "balance": round(card["balance"] - amount, 2), "deposit": round(row["deposit"] + amount, 2)}


def _booked(world: World, reservation_id: str) -> Answer:
    """A reservation that still stands."""
    row = world.get("reservations", reservation_id)
    if row["status"] != "booked":
        raise Refused(f"reservation {reservation_id} is {row['status'].replace('_', ' ')}")
    return row


def _must_fit(world: World, table_id: str, date: str, time: str, party_size: int, but: str = "") -> None:
    """Refuse a table that is too small, or taken by another reservation than `but`."""
    seats = world.get("tables", table_id)["seats"]
    if party_size > seats:
        raise Refused(f"table {table_id} seats {seats}")
    if _taken(world, table_id, date, time, but):
        raise Refused(f"table {table_id} is taken at {time} on {date}")


def _taken(world: World, table_id: str, date: str, time: str, but: str = "") -> bool:
    rows = world.find("reservations", table_id=table_id, date=date)
    standing = [row for row in rows if row["status"] in ("booked", "seated") and row["id"] != but]
    return any(abs(_minutes(row["time"]) - _minutes(time)) < SITTING for row in standing)


def _minutes(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)
