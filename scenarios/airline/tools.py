"""What an agent of Petrel Airways can do. Policy is not in here: these functions refuse only what is impossible."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from simkit import Field, Refused, World, reads, writes

Email = Annotated[str, Field(description="The customer's email address", pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Code = Annotated[str, Field(description="Reservation code, as in AB1234", pattern=r"^[A-Z]{2}\d{4}$")]
Flight = Annotated[str, Field(description="Flight number, as in PX123", pattern=r"^PX\d{3}$")]
Day = Annotated[str, Field(description="Date of departure, YYYY-MM-DD", pattern=r"^\d{4}-\d{2}-\d{2}$")]
Place = Annotated[str, Field(description="City or three-letter airport code", min_length=3, max_length=40)]
Card = Annotated[str, Field(description="Payment method of the customer, as in card_1234", pattern=r"^card_\d{4}$")]
Owner = Annotated[str, Field(description="Customer id from the profile, as in C1234", pattern=r"^C\d{4}$")]
Voucher = Annotated[str, Field(description="A voucher of this customer, if any", pattern=r"^(V\d{4})?$")]
Document = Annotated[str, Field(description="Number of the certificate, as in MED-12345", pattern=r"^[A-Z]{3}-\d{5}$")]
Name = Annotated[str, Field(description="Full name of a passenger", min_length=3, max_length=80)]
Answer = dict[str, Any]
Fare = Literal["basic", "standard", "flex", "business"]
Dollars = Annotated[float, Field(description="In dollars, for the whole booking", gt=0, le=500)]
Note = Annotated[str, Field(description="What the colleagues need to know", min_length=5, max_length=400)]
Cause = Literal["illness", "bereavement", "court_summons", "other"]
Department = Literal["groups", "claims", "special_assistance", "complaints"]
Basis = Literal["within_24_hours", "flexible_fare", "standard_fare", "airline_cancelled"]

STANDARD_CANCEL_FEE = 60.0


@reads
def find_customer(world: World, email: Email) -> Answer:
    """Find a customer's profile by email address: id, tier, payment methods and vouchers with money on them."""
    found = world.find("customers", where=lambda row: row["email"].casefold() == email.casefold())
    if not found:
        raise Refused(f"no customer with the email address {email}")
    vouchers = world.find("vouchers", where=lambda row: row["balance"] > 0, customer_id=found[0]["id"])
    kept = [{"voucher_id": v["id"], "balance": v["balance"], "expires": v["expires"]} for v in vouchers]
    return {"customer_id": found[0].pop("id"), **found[0], "vouchers": kept}


@reads
def get_reservation(world: World, reservation_code: Code) -> Answer:
    """Open a booking: its owner, fare, flights, passengers, bags, insurance and what was paid."""
    return {"reservation_code": reservation_code, **_booking(world, reservation_code)}


@reads
def search_flights(world: World, origin: Place, destination: Place, date: Day) -> Answer:
    """List the flights of a day from one city to another, with times, fares per passenger and free seats."""
    ends = {"origin": _airport(world, origin), "destination": _airport(world, destination)}
    rows = world.find("flights", where=lambda row: row["status"] != "cancelled", date=date, **ends)
    keys = ("flight_number", "date", "departs", "arrives", "fares", "seats")
    return {**ends, "flights": [{key: row[key] for key in keys} for row in rows]}


@reads
def get_flight(world: World, flight_number: Flight, date: Day) -> Answer:
    """Show one flight: planned times, status, minutes of delay and their cause."""
    return _flight(world, flight_number, date)


@reads
def quote_change(
    world: World, reservation_code: Code, flight_number: Flight, date: Day, new_flight_number: Flight, new_date: Day
) -> Answer:
    """Work out what moving one flight of a booking to another flight would cost. Changes nothing."""
    booking = _open(world, reservation_code)
    new = _bookable(world, new_flight_number, new_date, booking["fare"], len(booking["passengers"]))
    return _change_cost(world, booking, _leg(booking, flight_number, date), new)


@reads
def quote_upgrade(world: World, reservation_code: Code) -> Answer:
    """Work out what Business for all flights and passengers of a booking would cost. Changes nothing."""
    booking = _open(world, reservation_code)
    return {"reservation_code": reservation_code, "to_pay": _upgrade_cost(world, booking)}


@writes
def book_flight(
    world: World,
    customer_id: Owner,
    flight_number: Flight,
    date: Day,
    fare: Fare,
    passengers: Annotated[list[Name], Field(description="Everyone who travels", min_length=1, max_length=9)],
    payment_id: Card,
    insurance: Annotated[bool, Field(description="Travel insurance for all passengers")] = False,
    voucher_id: Voucher = "",
) -> Answer:
    """Book one flight for one to nine passengers, paid by voucher as far as it goes, and by card for the rest."""
    flight = _bookable(world, flight_number, date, fare, len(passengers))
    insured = world.get("extras", "insurance")["price"] if insurance else 0.0
    total = round((flight["fares"][fare] + insured) * len(passengers), 2)
    payments = _pay(world, customer_id, total, payment_id, voucher_id)
    code = world.new_id("reservations", "QN")
    booking = _new_booking(world, customer_id, flight, fare, passengers) | {"insured": insurance, "total": total}
    world.put("reservations", code, booking | {"payments": payments})
    _seat(world, flight, fare, -len(passengers))
    return {"reservation_code": code, "departs": flight["departs"], "total": total, "payments": payments}


@writes
def change_flight(
    world: World,
    reservation_code: Code,
    flight_number: Flight,
    date: Day,
    new_flight_number: Flight,
    new_date: Day,
    payment_id: Card,
) -> Answer:
    """Move one flight of a booking to another flight and charge fee and fare difference to a card."""
    booking = _open(world, reservation_code)
    fare, count = booking["fare"], len(booking["passengers"])
    old, new = _leg(booking, flight_number, date), _bookable(world, new_flight_number, new_date, fare, count)
    cost = _change_cost(world, booking, old, new)
    _charge(world, booking, cost["to_pay"], payment_id)
    moved = old | {"flight_number": new_flight_number, "date": new_date, "price": new["fares"][fare]}
    legs = [moved if leg == old else leg for leg in booking["flights"]]
    _seat(world, _flight(world, flight_number, date), fare, count)
    _seat(world, new, fare, -count)
    cancelled = any(_flight(world, leg["flight_number"], leg["date"])["status"] == "cancelled" for leg in legs)
    world.put("reservations", reservation_code, booking | {"flights": legs, "disrupted": cancelled})
    return cost | {"payment_id": payment_id}


@writes
def cancel_reservation(
    world: World,
    reservation_code: Code,
    basis: Annotated[Basis, Field(description="Which rule of section 4 allows it; decides what is paid back, and how")],
) -> Answer:
    """Cancel a whole booking and pay back: to the card, or for `standard_fare` less the fee as a travel voucher."""
    booking = _open(world, reservation_code)
    for leg in booking["flights"]:
        _seat(world, _flight(world, leg["flight_number"], leg["date"]), booking["fare"], len(booking["passengers"]))
    world.patch("reservations", reservation_code, status="cancelled")
    if basis != "standard_fare":
        return {"reservation_code": reservation_code, "refunds": _refund(world, reservation_code, booking)}
    rest = round(max(0.0, booking["total"] - STANDARD_CANCEL_FEE * len(booking["passengers"])), 2)
    return {"reservation_code": reservation_code, **_voucher(world, booking, rest, "cancelled booking")}


@writes
def upgrade_to_business(world: World, reservation_code: Code, payment_id: Card) -> Answer:
    """Upgrade all flights and passengers of a booking to Business and charge the difference to a card."""
    booking = _open(world, reservation_code)
    cost, count = _upgrade_cost(world, booking), len(booking["passengers"])
    _charge(world, booking, cost, payment_id)
    for leg in booking["flights"]:
        flight = _flight(world, leg["flight_number"], leg["date"])
        _seat(world, flight, booking["fare"], count)
        _seat(world, _flight(world, leg["flight_number"], leg["date"]), "business", -count)
        leg["price"] = max(leg["price"], flight["fares"]["business"])
    world.put("reservations", reservation_code, booking | {"fare": "business"})
    return {"reservation_code": reservation_code, "charged": cost, "payment_id": payment_id}


@writes
def add_bags(
    world: World,
    reservation_code: Code,
    bags: Annotated[int, Field(description="How many bags to add", ge=1, le=20)],
    paid_bags: Annotated[int, Field(description="How many of those are beyond the allowance", ge=0, le=20)],
    payment_id: Card,
) -> Answer:
    """Add checked bags to a booking; those beyond the allowance are charged to the card."""
    booking = _open(world, reservation_code)
    if paid_bags > bags:
        raise Refused(f"{paid_bags} paid bags are more than the {bags} added")
    charged = round(paid_bags * world.get("extras", "bag")["price"], 2)
    _charge(world, booking, charged, payment_id)
    now = {"bags": booking["bags"] + bags, "paid_bags": booking["paid_bags"] + paid_bags}
    world.put("reservations", reservation_code, booking | now)
    return {"reservation_code": reservation_code, **now, "charged": charged, "payment_id": payment_id}


@writes
def correct_passenger_name(world: World, reservation_code: Code, passenger: Name, corrected_name: Name) -> Answer:
    """Replace the name of a passenger, as it stands in the booking, by the right one. Free of charge."""
    booking = _open(world, reservation_code)
    if passenger not in booking["passengers"]:
        raise Refused(f"no passenger '{passenger}' in {reservation_code}")
    names = [corrected_name if name == passenger else name for name in booking["passengers"]]
    world.patch("reservations", reservation_code, passengers=names)
    return {"reservation_code": reservation_code, "passengers": names}


@writes
def file_insurance_claim(world: World, reservation_code: Code, cause: Cause, document_number: Document) -> Answer:
    """File a claim for all that was paid for a booking, which is thereby given up. Decided within ten days."""
    booking = _open(world, reservation_code)
    claim = {"reservation_code": reservation_code, "cause": cause, "document_number": document_number}
    name = world.new_id("claims", "CL")
    world.put("claims", name, claim | {"status": "filed"})
    world.patch("reservations", reservation_code, status="claim_filed")
    return {"claim_id": name, **claim, "amount_claimed": booking["total"]}


@writes
def issue_voucher(world: World, reservation_code: Code, flight_number: Flight, date: Day, amount: Dollars) -> Answer:
    """Give the owner of a booking a voucher for a late flight in it."""
    booking = _booking(world, reservation_code)
    _leg(booking, flight_number, date)
    return {"reservation_code": reservation_code, **_voucher(world, booking, amount, "delay")}


@writes
def hand_over(world: World, department: Department, note: Note) -> Answer:
    """Hand the conversation over to another department, which calls the customer back."""
    name = world.new_id("handovers", "H")
    world.put("handovers", name, {"department": department, "note": note, "date": world.now[:10]})
    return {"handover_id": name, "department": department}


def _airport(world: World, place: str) -> str:
    for row in world.find("airports"):
        if place.casefold() in (row["code"].casefold(), row["city"].casefold()):
            return str(row["code"])
    raise Refused(f"we do not fly to '{place}'")


def _flight(world: World, number: str, day: str) -> Answer:
    if not world.has("flights", f"{number}-{day}"):
        raise Refused(f"no flight {number} on {day}")
    return world.get("flights", f"{number}-{day}")


def _booking(world: World, code: str) -> Answer:
    if not world.has("reservations", code):
        raise Refused(f"no booking with the code {code}")
    return world.get("reservations", code)


def _open(world: World, code: str) -> Answer:
    """A booking that can still be acted on: neither given up nor flown in part."""
    booking = _booking(world, code)
    if booking["status"] != "confirmed":
        raise Refused(f"booking {code} is no longer open: {booking['status']}")
    for leg in booking["flights"]:
        flight = _flight(world, leg["flight_number"], leg["date"])
        if f"{flight['date']}T{flight['departs']}:00" <= world.now:
            raise Refused(f"flight {flight['flight_number']} on {flight['date']} was flown already")
    return booking


def _leg(booking: Answer, number: str, day: str) -> Answer:
    for leg in booking["flights"]:
        if (leg["flight_number"], leg["date"]) == (number, day):
            return dict(leg)
    raise Refused(f"flight {number} on {day} is not in this booking")


def _bookable(world: World, number: str, day: str, fare: str, count: int) -> Answer:
    flight = _flight(world, number, day)
    if flight["status"] == "cancelled" or f"{day}T{flight['departs']}:00" <= world.now:
        raise Refused(f"flight {number} on {day} can no longer be booked")
    cabin = _cabin(world, fare)
    if flight["seats"][cabin] < count:
        raise Refused(f"flight {number} on {day} has {flight['seats'][cabin]} free seats in {cabin}, {count} needed")
    return flight


def _cabin(world: World, fare: str) -> str:
    return str(world.get("fares", fare)["cabin"])


def _seat(world: World, flight: Answer, fare: str, count: int) -> None:
    cabin = _cabin(world, fare)
    free = flight["seats"] | {cabin: flight["seats"][cabin] + count}
    world.patch("flights", f"{flight['flight_number']}-{flight['date']}", seats=free)


def _change_cost(world: World, booking: Answer, old: Answer, new: Answer) -> Answer:
    if (old["origin"], old["destination"]) != (new["origin"], new["destination"]):
        raise Refused(f"flight {new['flight_number']} goes from {new['origin']} to {new['destination']}: another route")
    count = len(booking["passengers"])
    ours = _flight(world, old["flight_number"], old["date"])["status"] == "cancelled"
    tier = world.get("tiers", world.get("customers", booking["customer_id"])["tier"])
    free = ours or tier["change_fee_waived"]
    fee = 0.0 if free else round(world.get("fares", booking["fare"])["change_fee"] * count, 2)
    more = 0.0 if ours else round(max(0.0, new["fares"][booking["fare"]] - old["price"]) * count, 2)
    facts = {key: new[key] for key in ("flight_number", "date", "departs", "arrives")}
    return facts | {"change_fee": fee, "fare_difference": more, "to_pay": round(fee + more, 2)}


def _upgrade_cost(world: World, booking: Answer) -> float:
    count, cost = len(booking["passengers"]), 0.0
    if booking["fare"] == "business":
        raise Refused("this booking is in Business already")
    for leg in booking["flights"]:
        flight = _bookable(world, leg["flight_number"], leg["date"], "business", count)
        cost += max(0.0, flight["fares"]["business"] - leg["price"]) * count
    return round(cost, 2)


def _new_booking(world: World, customer_id: str, flight: Answer, fare: str, passengers: list[str]) -> Answer:
    leg = {key: flight[key] for key in ("flight_number", "date", "origin", "destination")}
    return {
        "customer_id": customer_id,
        "created": world.now[:16],
        "status": "confirmed",
        "fare": fare,
        "flights": [leg | {"price": flight["fares"][fare]}],
        "passengers": passengers,
        "bags": world.get("fares", fare)["included_bags"] * len(passengers),
        "paid_bags": 0,
        "disrupted": False,
    }


def _pay(world: World, customer_id: str, total: float, payment_id: str, voucher_id: str) -> list[Answer]:
    _own_card(world, customer_id, payment_id)
    payments = []
    if voucher_id:
        voucher = world.get("vouchers", voucher_id)
        if voucher["customer_id"] != customer_id or voucher["expires"] < world.now[:10]:
            raise Refused(f"voucher {voucher_id} has expired or belongs to somebody else")
        used = min(voucher["balance"], total)
        world.patch("vouchers", voucher_id, balance=round(voucher["balance"] - used, 2))
        payments.append({"payment_id": voucher_id, "amount": used})
        total = round(total - used, 2)
    return [*payments, {"payment_id": payment_id, "amount": total}] if total else payments


def _own_card(world: World, customer_id: str, payment_id: str) -> None:
    methods = world.get("customers", customer_id)["payment_methods"]
    if payment_id not in [method["payment_id"] for method in methods]:
        raise Refused(f"{payment_id} is not a payment method of customer {customer_id}")


def _charge(world: World, booking: Answer, amount: float, payment_id: str) -> None:
    """Adds a payment to `booking` itself; the caller puts it back."""
    _own_card(world, booking["customer_id"], payment_id)
    if amount:
        booking["payments"].append({"payment_id": payment_id, "amount": amount})
        booking["total"] = round(booking["total"] + amount, 2)


def _refund(world: World, code: str, booking: Answer) -> list[Answer]:
    refunds = []
    for payment in booking["payments"]:
        amount, to = payment["amount"], payment["payment_id"]
        if to.startswith("V"):
            world.patch("vouchers", to, balance=round(world.get("vouchers", to)["balance"] + amount, 2))
        name, facts = world.new_id("refunds", "RF"), {"amount": amount, "to": to}
        world.put("refunds", name, {"reservation_code": code, **facts, "date": world.now[:10]})
        refunds.append({"refund_id": name, **facts})
    return refunds


def _voucher(world: World, booking: Answer, amount: float, reason: str) -> Answer:
    name, year = world.new_id("vouchers", "V"), int(world.now[:4])
    facts = {"amount": amount, "expires": f"{year + 1}{world.now[4:10]}"}
    owner = {"customer_id": booking["customer_id"], "balance": amount, "reason": reason}
    world.put("vouchers", name, facts | owner)
    return {"voucher_id": name, **facts}
