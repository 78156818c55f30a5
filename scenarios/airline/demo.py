"""The demo agent of Petrel Airways' service desk: rules without a model, mostly good, and no better than its rules.

It makes the mistakes of somebody who learnt the job in a day: charges the first card on file for an upgrade, counts
the bags of the fare but not those of the tier, quotes last year's bag price, corrects names without asking first, files
claims under `other`, never looks at the cause of a delay or at the clock, insists on a certificate number that the
customer does not have, and believes that an upgrade which was asked for has happened.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from simkit import ToolResult
from simkit.agents.rule_agent import Desk, Intent, Proposal, Question, build_graph

DAY = r"\d{4}-\d{2}-\d{2}"
NAME = r"[A-Z][\w'-]+ [A-Z][\w'-]+"
CITY = r"(Port Alder|Eskfjord|Valdora|Castelmar|Brennick|Larkhaven|Sankt Maren|Monte Serra|Hollin Bay|Tarnisle)"
IS = r"(?: is|:|, it is) "

SLOTS = {
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "reservation_code": r"\b(?!PX)[A-Z]{2}\d{4}\b",
    "flight_number": r"\bPX\d{3}\b",
    "travel_date": DAY,
    "new_date": rf"(?:\bon|\bto|make it|new date{IS[:-1]}) ({DAY})",
    "departure_city": rf"from {CITY}|departure city{IS}{CITY}",
    "arrival_city": rf"\bto {CITY}|destination{IS}{CITY}",
    "fare_type": r"\b(basic|standard|flex|business)\b",
    "passenger_name": rf"(?<!second )passenger's name{IS}({NAME})|({NAME}), that's the passenger's name",
    "second_passenger": rf"second passenger's name{IS}({NAME})",
    "corrected_name": rf"corrected name{IS}({NAME})|my sister ({NAME})",
    "party_size": r"\b(two|\d+) (?:basic|standard|flex|business) seats",
    "bag_count": r"(\d+) more bags?|number of bags\D{1,12}(\d+)",
    "payment_card": r"(?:Visa|Mastercard|Amex) ending in (\d{4})",
    "cancel_reason": r"\b(ill|illness|death|bereavement|summons|meeting|change of plans)\b",
    "document_number": r"\b[A-Z]{3}-\d{5}\b",
    "insurance": r"with (travel insurance)",
    "vouchers": r"\bmy (vouchers?)\b",
}
QUESTIONS = {"passenger_name": "What is the passenger's name, as in the passport?"}
CAUSES = {
    "ill": "illness",
    "illness": "illness",
    "death": "bereavement",
    "bereavement": "bereavement",
    "summons": "court_summons",
}
AMOUNTS = {"blue": (0, 50), "silver": (40, 80), "gold": (60, 120)}
BOOKING = ("email", "reservation_code")


class NoBooking(Exception):
    """Why there is no booking to work on, in words for the customer."""


async def profile(desk: Desk) -> dict[str, Any]:
    if "profile" not in desk.memory:
        found = await desk.call("find_customer", email=desk.facts["email"])
        if not found.ok:
            raise NoBooking(f"I'm sorry, I couldn't find a profile with the email address {desk.facts['email']}.")
        desk.memory["profile"] = found.value
    return desk.memory["profile"]  # type: ignore[no-any-return]


async def opened(desk: Desk) -> dict[str, Any]:
    """The booking that the customer speaks of, if it is theirs."""
    owner, code = await profile(desk), desk.facts["reservation_code"].upper()
    if desk.memory.get("code") != code:
        found = await desk.call("get_reservation", reservation_code=code)
        if not found.ok:
            raise NoBooking(f"I'm sorry, there is no booking with the code {code}. Please check your confirmation.")
        desk.memory.update(code=code, booking=found.value)
    booking: dict[str, Any] = desk.memory["booking"]
    if booking["customer_id"] != owner["customer_id"]:
        raise NoBooking(f"I'm sorry, booking {code} belongs to another customer, so I can't tell you about it.")
    return booking


def card(desk: Desk) -> str:
    told = desk.facts.get("payment_card")
    methods = [method["payment_id"] for method in desk.memory["profile"]["payment_methods"]]
    return f"card_{told}" if told and f"card_{told}" in methods else methods[0]


async def book(desk: Desk) -> str | Question | Proposal:
    facts, owner = desk.facts, await profile(desk)
    travellers = [facts["passenger_name"]]
    if facts.get("party_size") in ("two", "2"):
        if "second_passenger" not in facts:
            return Question("And what is the second passenger's name?")
        travellers.append(facts["second_passenger"])
    ends = {"origin": facts["departure_city"], "destination": facts["arrival_city"], "date": facts["travel_date"]}
    found = await desk.call("search_flights", **ends)
    if not found.ok or not found.value["flights"]:
        return f"I'm sorry, I couldn't find a flight on {facts['travel_date']}."
    flights = found.value["flights"]
    flight = next((row for row in flights if row["flight_number"] == facts.get("flight_number")), flights[0])
    fare = facts["fare_type"].lower()
    arguments = {
        "customer_id": owner["customer_id"],
        "flight_number": flight["flight_number"],
        "date": flight["date"],
        "fare": fare,
        "passengers": travellers,
        "payment_id": card(desk),
        "insurance": "insurance" in facts,
    }
    words = f"I would book {flight['flight_number']} on {flight['date']} at {flight['departs']} for {len(travellers)}"
    words += f" in {fare.title()} at ${flight['fares'][fare]:.2f} each."
    words += " Travel insurance comes on top." if arguments["insurance"] else ""
    if "vouchers" in facts and owner["vouchers"]:
        arguments["voucher_id"] = owner["vouchers"][0]["voucher_id"]
        words += f" Only one voucher can be used for a booking, so I take {arguments['voucher_id']}."
    return Proposal(words, (("book_flight", arguments),), booked)


def booked(results: Sequence[ToolResult]) -> str:
    result = results[0]
    if not result.ok:
        return f"I'm sorry, that did not work: {result.value}."
    return f"That has been booked under {result.value['reservation_code']} for ${result.value['total']:.2f}."


async def group(desk: Desk) -> Proposal:
    note = f"{desk.facts['party_size']} seats, {desk.facts.get('flight_number', 'any flight')}"
    done = "More than nine passengers are a group. I have told the groups department, which calls you back."
    return Proposal("", (("hand_over", {"department": "groups", "note": note}),), done, confirm=False)


async def change(desk: Desk) -> str | Question | Proposal:
    booking, day = await opened(desk), desk.facts["new_date"]
    leg = booking["flights"][0]
    if booking["fare"] == "basic" and not booking["disrupted"]:
        return f"I'm sorry, {desk.memory['code']} has a Basic fare, which cannot be changed."
    number = leg["flight_number"]
    if booking["disrupted"]:
        found = await desk.call("search_flights", origin=leg["origin"], destination=leg["destination"], date=day)
        if not found.ok or not found.value["flights"]:
            return f"I'm sorry, I couldn't find another flight on {day}."
        number = found.value["flights"][0]["flight_number"]
    old = {"reservation_code": desk.memory["code"], "flight_number": leg["flight_number"], "date": leg["date"]}
    new = {"new_flight_number": number, "new_date": day}
    quote = await desk.call("quote_change", **old, **new)
    if not quote.ok:
        return f"I'm sorry, that is not possible: {quote.value}."
    if len(desk.memory["profile"]["payment_methods"]) > 1 and "payment_card" not in desk.facts:
        return Question(f"That costs ${quote.value['to_pay']:.2f}. Which payment card should I charge?")
    words = f"I would move you to {number} on {day} at {quote.value['departs']} for ${quote.value['to_pay']:.2f}."
    done = f"Done, you have been moved to {number} on {day}."
    return Proposal(words, (("change_flight", old | new | {"payment_id": card(desk)}),), done)


async def cancel(desk: Desk) -> str | Proposal:
    booking, code = await opened(desk), desk.facts["reservation_code"].upper()
    total = booking["total"]
    back = f"${total:.2f} go back to your card"
    if booking["disrupted"]:
        basis = "airline_cancelled"
    elif booking["created"] >= "2026-03-01T09:00":
        basis = "within_24_hours"
    elif booking["fare"] in ("flex", "business"):
        basis = "flexible_fare"
    elif booking["fare"] == "standard":
        rest = total - 60 * len(booking["passengers"])
        basis, back = "standard_fare", f"${rest:.2f} come back as a travel voucher, $60.00 per passenger are kept"
    else:
        return f"I'm sorry, {code} has a Basic fare, which cannot be cancelled after 24 hours."
    call = ("cancel_reservation", {"reservation_code": code, "basis": basis})
    return Proposal(f"I would cancel {code}: {back}.", (call,), f"{code} has been cancelled: {back}.")


async def claim(desk: Desk) -> str | Proposal:
    booking, code = await opened(desk), desk.facts["reservation_code"].upper()
    if not booking["insured"]:
        return f"I'm sorry, {code} was booked without insurance, so I can't file a claim."
    cause = CAUSES.get(desk.facts["cancel_reason"].lower(), "other")
    call = {"reservation_code": code, "cause": cause, "document_number": desk.facts["document_number"]}
    return Proposal(f"I would file an insurance claim for {code}.", (("file_insurance_claim", call),), claimed)


def claimed(results: Sequence[ToolResult]) -> str:
    if not results[0].ok:
        return f"I'm sorry, that did not work: {results[0].value}."
    return f"Claim {results[0].value['claim_id']} has been filed and will be decided within ten days."


async def add_bags(desk: Desk) -> Proposal:
    booking, more = await opened(desk), int(desk.facts["bag_count"])
    included = {"basic": 0, "standard": 1, "flex": 1, "business": 2}[booking["fare"]] * len(booking["passengers"])
    paid = max(0, min(more, booking["bags"] + more - included))
    call = {"reservation_code": desk.memory["code"], "bags": more, "paid_bags": paid, "payment_id": card(desk)}
    words = f"I would add {more} bags, {paid} of them at $38.00 each."
    return Proposal(words, (("add_bags", call),), "Your bags have been added.")


async def upgrade(desk: Desk) -> str | Proposal:
    booking = await opened(desk)
    if booking["fare"] == "basic":
        return f"I'm sorry, {desk.memory['code']} has a Basic fare, which cannot be upgraded."
    first = desk.memory["profile"]["payment_methods"][0]["payment_id"]
    call = {"reservation_code": desk.memory["code"], "payment_id": first}
    words = f"I would upgrade {desk.memory.pop('code')} to Business and charge {first}."
    return Proposal(words, (("upgrade_to_business", call),), "Done, you have been upgraded to Business.")


async def rename(desk: Desk) -> str | Proposal:
    old, new = desk.facts["passenger_name"], desk.facts["corrected_name"]
    await opened(desk)
    if difflib.SequenceMatcher(None, old, new).ratio() < 0.85:
        return f"I'm sorry, {new} is somebody else than {old}, so I can't put that name on the booking."
    call = {"reservation_code": desk.memory["code"], "passenger": old, "corrected_name": new}
    return Proposal("", (("correct_passenger_name", call),), f"The name has been corrected to {new}.", confirm=False)


async def compensate(desk: Desk) -> str | Proposal:
    await opened(desk)
    where = {"flight_number": desk.facts["flight_number"], "date": desk.facts["travel_date"]}
    if desk.memory.get("paid") == where:
        return "I'm sorry, I can't do that: there is one voucher for each booking."
    flight = await desk.call("get_flight", **where)
    if not flight.ok:
        return f"I'm sorry, I couldn't find that flight: {flight.value}."
    late = flight.value["delay_minutes"]
    amount = AMOUNTS[desk.memory["profile"]["tier"]][late >= 240] if late >= 120 else 0
    if not amount:
        return f"I'm sorry, {where['flight_number']} was {late} minutes late, for which I can't give a voucher."
    desk.memory["paid"] = where
    call = {"reservation_code": desk.memory["code"], **where, "amount": amount}
    done = f"I'm sorry about the {late} minutes. You have been given a voucher for ${amount:.2f}."
    return Proposal("", (("issue_voucher", call),), done, confirm=False)


async def status(desk: Desk) -> str:
    where = {"flight_number": desk.facts["flight_number"], "date": desk.facts["travel_date"]}
    flight = await desk.call("get_flight", **where)
    if not flight.ok:
        return f"I'm sorry, I couldn't find that flight: {flight.value}."
    late = flight.value["delay_minutes"]
    return f"{where['flight_number']} is {flight.value['status']}" + (f" and {late} minutes late." if late else ".")


async def bag_price(desk: Desk) -> str:
    return "An extra bag costs $32.50."


def guarded(plan: Any) -> Any:
    async def with_apology(desk: Desk) -> str | Question | Proposal:
        try:
            return await plan(desk)  # type: ignore[no-any-return]
        except NoBooking as why:
            return str(why)

    return with_apology


INTENTS = (
    Intent(
        "claim",
        (r"\bclaim\b", "money back from the travel insurance"),
        guarded(claim),
        (*BOOKING, "cancel_reason", "document_number"),
    ),
    Intent(
        "compensate", ("compensation", "voucher for"), guarded(compensate), (*BOOKING, "flight_number", "travel_date")
    ),
    Intent("bag_price", (r"\bbag costs?\b", "price of a bag"), guarded(bag_price)),
    Intent("add_bags", (r"\badd \d+ more bags?", r"more bags?\b"), guarded(add_bags), (*BOOKING, "bag_count")),
    Intent("status", (r"\bon time\b", r"\bdelayed\b"), guarded(status), ("flight_number", "travel_date")),
    Intent("upgrade", (r"\bupgrade my",), guarded(upgrade), BOOKING),
    Intent(
        "rename",
        (r"name corrected", r"on (?:my|that) ticket"),
        guarded(rename),
        (*BOOKING, "passenger_name", "corrected_name"),
    ),
    Intent(
        "change", (r"\bmove my flight", r"\banother flight", r"\bmake it \d"), guarded(change), (*BOOKING, "new_date")
    ),
    Intent("cancel", (r"\bcancel (?:my|the|it)\b", "money back for booking"), guarded(cancel), BOOKING),
    Intent("group", (r"\b\d\d \w+ seats",), guarded(group)),
    Intent(
        "book",
        (r"\bbook (?:a|an|\d)\b", r"\bseats? from\b", "with travel insurance"),
        guarded(book),
        ("email", "departure_city", "arrival_city", "travel_date", "fare_type", "passenger_name"),
    ),
)


def build(tools: Any) -> Any:
    """The compiled graph, with the session's tools."""
    declined = "All right, then everything stays as it is. Is there anything else I can help you with?"
    return build_graph(tools, intents=INTENTS, slots=SLOTS, questions=QUESTIONS, declined=declined)
