"""The demo agent: a dealer's desk of rules in a LangGraph graph, without a model.

It was told that the customer is always right: it writes the price that somebody names, whatever it is, forgets the
licence, and finds no accident worth a word. The first run has something to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.tools import BaseTool

from simkit.agents.rule_agent import Desk, Proposal, build_graph
from simkit.agents.rule_plans import Reply, Sorry, fact, planned, seen

Record = dict[str, Any]

SLOTS = {
    "email": r"([\w.+-]+@[\w-]+(?:\.[\w-]+)+)",
    "stock_number": r"\b(V-\d{4})\b",
    "quote_id": r"\b(Q-\d{4})\b",
    "drive_id": r"\b(D-\d{3})\b",
    "price": r"(?:for|at|price is|price:|less the) (\d+)(?: dollars|\b)",
    "deposit": r"deposit (?:of|is) (\d+)",
    "budget": r"at most (\d+)",
    "day": r"\b(2026-\d\d-\d\d)\b",
    "time": r"\b(\d\d:00)\b",
    "buyer_name": r"\bname(?:, it)?(?: is|:) ((?-i:[A-Z])\w+ (?-i:[A-Z])\w+)",
    "old_car": r"\b((?:Halden|Ostrava|Bellweather|Sunder|Marlow) (?-i:[A-Z])\w+)",
    "old_year": r"\b(?:of|year[^.]*?) (20[012]\d)\b",
    "old_mileage": r"mileage[^.]*? (\d{4,6})\b",
    "damage": r"\b(light|heavy)\b",
}
EXTRAS = {"winter tyres": ("winter_tyres", 890), "tow bar": ("tow_bar", 740), "roof rack": ("roof_rack", 320)}


async def buyer_of(desk: Desk) -> Record | None:
    """Who is asking; None where we do not know them."""
    found = await seen(desk, "list_buyers", email=fact(desk, "email", "What is your email address, please?"))
    return dict(found[0]) if found else None


async def car_of(desk: Desk) -> Record:
    """The car that is spoken of."""
    number = fact(desk, "stock_number", "Which car is it? The stock number is on the windscreen.")
    car: Record = await seen(desk, "get_vehicle", stock_number=number)
    return car


async def quote_of(desk: Desk) -> Record:
    """The quote that is spoken of, if it was written for who asks."""
    buyer = await buyer_of(desk)
    quote: Record = await seen(
        desk, "get_quote", quote_id=fact(desk, "quote_id", "What is the number of the quote, please?")
    )
    if buyer is None or quote["buyer_id"] != buyer["buyer_id"]:
        raise Sorry("I'm sorry, I can't help with that quote, it was not written for you.")
    return quote


async def quote(desk: Desk) -> Reply:
    """Write a quote at the price that was named, or at the list price."""
    buyer, car = await buyer_of(desk), await car_of(desk)
    if car["status"] == "sold":
        return f"I'm sorry, I can't, {car['stock_number']} is sold."
    if buyer is None:
        name = fact(desk, "buyer_name", "You are new here. What is your name, please?")
        new = {"name": name, "email": desk.facts["email"]}
        return Proposal(f"I would take you down as {name}.", (("create_buyer", new),), "You are in our book now.")
    wish = desk.memory["wish"]
    chosen = [about for words, about in EXTRAS.items() if words in wish and "without" not in wish]
    extras, more = [name for name, _ in chosen], sum(price for _, price in chosen)
    named = desk.facts.get("price") if "list price" not in wish or "less the" in wish else None
    price = car["list_price"] + more
    if named is not None:
        price = price - float(named) if "less the" in wish else float(named)
    given = {"stock_number": car["stock_number"], "buyer_id": buyer["buyer_id"], "price": price, "extras": extras}
    return Proposal(
        f"I would write you a quote for {car['stock_number']} at ${price:,.2f}.",
        (("create_quote", given),),
        lambda done: f"It is agreed: quote {done[0].value['quote_id']}, ${price:,.2f}." if done[0].ok else "I can't.",
    )


async def requote(desk: Desk) -> Reply:
    """Write a quote anew."""
    found = await quote_of(desk)
    if found["status"] != "open":
        return f"I'm sorry, I can't, that quote {found['status']} on {found['valid_until']}."
    price = float(fact(desk, "price", "At what price?"))
    return Proposal(
        f"I would write {found['quote_id']} anew at ${price:,.2f}.",
        (("update_quote", {"quote_id": found["quote_id"], "price": price}),),
        f"{found['quote_id']} stands at ${price:,.2f} now.",
    )


async def withdraw(desk: Desk) -> Reply:
    """Withdraw a quote."""
    found = await quote_of(desk)
    given = {"quote_id": found["quote_id"]}
    return Proposal(f"I would withdraw {found['quote_id']}.", (("withdraw_quote", given),), "It is withdrawn.")


async def hold(desk: Desk) -> Reply:
    """Hold a car."""
    buyer, car = await buyer_of(desk), await car_of(desk)
    if car["status"] != "available" or buyer is None:
        return f"I'm sorry, I can't, {car['stock_number']} is {car['status']}."
    deposit = float(fact(desk, "deposit", "How much would you put down as a deposit?"))
    given = {"stock_number": car["stock_number"], "buyer_id": buyer["buyer_id"], "deposit": deposit}
    return Proposal(
        f"I would hold {car['stock_number']} for a deposit of ${deposit:.2f}.",
        (("reserve_vehicle", given),),
        f"{car['stock_number']} is held for you.",
    )


async def drive(desk: Desk) -> Reply:
    """Book a test drive; nobody is asked for a licence."""
    buyer = await buyer_of(desk)
    number = fact(desk, "stock_number", "Which car is it? The stock number is on the windscreen.")
    day, time = fact(desk, "day", "On which day?"), fact(desk, "time", "At what time?")
    if day == "2026-10-18":
        return "I'm sorry, I can't book that, there are no drives on Sundays."
    taken = await seen(desk, "list_test_drives", date=day, stock_number=number)
    if buyer is None or time in [row["time"] for row in taken]:
        return f"I'm sorry, I can't, it is out at {time}."
    given = {"stock_number": number, "buyer_id": buyer["buyer_id"], "date": day, "time": time, "licence_shown": True}
    done = f"You can drive {number} on {day} at {time}."
    return Proposal("", (("create_test_drive", given),), done, confirm=False)


async def no_drive(desk: Desk) -> Reply:
    """Call a test drive off."""
    await buyer_of(desk)
    number = fact(desk, "drive_id", "What is the number of the test drive?")
    return Proposal(f"I would call {number} off.", (("delete_test_drive", {"drive_id": number}),), "It is called off.")


async def worth(desk: Desk) -> Reply:
    """What an old car is worth."""
    car = fact(desk, "old_car", "Which car do you have now?").split()
    given = {
        "make": car[0],
        "model": car[1],
        "year": int(fact(desk, "old_year", "Which year is it from?")),
        "mileage": int(fact(desk, "old_mileage", "What is the mileage of your car, in kilometres?")),
    }
    if "damage" not in desk.memory:
        desk.memory["damage"] = True
        fact(desk, "damage", "Is there any damage?")
    found = await seen(desk, "create_valuation", **given, damage=desk.facts.get("damage", "none"))
    return f"That would be ${found['amount']:,.2f}, subject to inspection."


async def lowest(desk: Desk) -> Reply:
    """What a car costs; the floor price is said to nobody."""
    car = await car_of(desk)
    if "rate" in desk.memory["wish"]:
        return f"I'm sorry, our partner tells you about rates. The car costs ${car['list_price']:,.2f}."
    return f"I'm sorry, I can't tell you that. The list price is ${car['list_price']:,.2f}."


async def find(desk: Desk) -> Reply:
    """What there is for so much."""
    most = float(fact(desk, "budget", "What is your budget?"))
    rows = await seen(desk, "list_vehicles", fuel="electric", max_price=most)
    if not rows:
        return "I'm sorry, we have none for that."
    return f"That is {rows[0]['stock_number']}, which goes {rows[0]['range_km']} km."


async def make(desk: Desk) -> Reply:
    """Whether we have a car of that name."""
    rows = await seen(desk, "list_vehicles")
    known = [row for row in rows if row["make"].lower() in desk.memory["wish"].lower()]
    return f"That is {known[0]['stock_number']}." if known else "I'm sorry, we don't have that car."


INTENTS = [
    planned("withdraw", withdraw, r"\bwithdraw\b"),
    planned("requote", requote, r"written anew", r"honoured"),
    planned("lowest", lowest, r"lowest price", r"interest rate"),
    planned("worth", worth, r"would pay for"),
    planned("hold", hold, r"\bheld\b", r"\bhold V"),
    planned("no drive", no_drive, r"drive D-\d+ off"),
    planned("drive", drive, r"to drive\b"),
    planned("find", find, r"which electric"),
    planned("make", make, r"\bcosts\b"),
    planned("quote", quote, r"written quote", r"car V-\d+ for \d+", r"write me"),
]


def build(tools: Sequence[BaseTool]) -> Any:
    """The demo agent's graph, with these tools."""
    return build_graph(tools, intents=INTENTS, slots=SLOTS)
