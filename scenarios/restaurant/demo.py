"""The demo agent: a reservations desk of rules in a LangGraph graph, without a model.

It knows tables and deposits. It takes money off a card unasked, and forgets steps, seasons, traces and who did not turn
up, as a desk does that was built for another house: the first run has something to show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from langchain_core.tools import BaseTool

from simkit.agents.rule_agent import Desk, Proposal, Question, build_graph
from simkit.agents.rule_plans import Reply, Sorry, fact, planned, seen

Record = dict[str, Any]

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SLOTS = {
    "phone": r"(\+1 \d{3} \d{3} \d{4})",
    "reservation_id": r"\b(R\d{4})\b",
    "gift_code": r"\b(LG-[A-Z0-9]{6})\b",
    "day": r"\b(2026-\d\d-\d\d)\b|\b(\d{1,2} May)\b",
    "time": r"(?<!new )\b(?:at|for|time is|time:) (\d{2}:\d{2})|^(\d{2}:\d{2})",
    "new_time": r"(?:new time(?: is|:)|to|at|for) (\d{2}:\d{2})",
    "party_size": rf"\bfor ({'|'.join(NUMBERS)})\b|party size is (\d+)",
    "new_size": r"new party size is (\d+)",
    "guest_name": r"\bname(?:, it)?(?: is|:| of) ((?-i:[A-Z])\w+ (?-i:[A-Z])\w+)",
    "area": r"\b(terrace|dining room|bar)\b",
    "dish": r"dish is ([A-Z][\w ]+)",
}
CLOSED = "I'm sorry, I can't book that, we are closed on Mondays."


def day_of(text: str) -> str:
    """`15 May` and `2026-05-15` as a day."""
    return text if text.startswith("2026") else f"2026-05-{int(text.split()[0]):02d}"


def size_of(text: str) -> int:
    """`four` and `4` as a number."""
    return int(text) if text.isdigit() else NUMBERS.index(text.lower()) + 1


async def guest_of(desk: Desk) -> Record | None:
    """The guest with that phone number; None where there is none."""
    found = await seen(desk, "find_guests", phone=fact(desk, "phone", "What is your phone number, please?"))
    return dict(found[0]) if found else None


async def reservation_of(desk: Desk) -> Record:
    """The reservation that the guest means, if it is theirs."""
    guest = await guest_of(desk)
    if guest is None:
        raise Sorry("I'm sorry, I can't find you in our book.")
    if "reservation_id" not in desk.facts:
        listed = await seen(desk, "list_reservations", guest_id=guest["id"])
        desk.facts["reservation_id"] = next((row["id"] for row in listed if row["status"] == "booked"), "")
    row: Record = await seen(desk, "get_reservation", reservation_id=desk.facts["reservation_id"])
    if row["guest_id"] != guest["id"]:
        raise Sorry(f"I'm sorry, I can't help with {row['id']}: it does not belong to you.")
    return row


async def book(desk: Desk) -> Reply:
    """Reserve the smallest table that fits."""
    guest = await guest_of(desk)
    day = day_of(fact(desk, "day", "For which day, please?"))
    time = fact(desk, "time", "At what time, please?")
    people = size_of(fact(desk, "party_size", "For how many people, please?"))
    if date.fromisoformat(day).weekday() == 0:
        return CLOSED
    if time > "21:30":
        return "I'm sorry, I can't book that, our last seating is at 21:30."
    free = await seen(desk, "list_free_tables", date=day, time=time, party_size=people)
    if people < 8:
        free = [row for row in free if row["area"] != "private_room"] or free
    wanted = desk.facts.get("area", "").replace(" ", "_")
    free = [row for row in free if row["area"] == wanted] or free
    if not free and people >= 8:
        return f"I'm sorry, I can't: the private room, which {people} people need, is taken then."
    if not free:
        return f"I'm sorry, nothing for {people} is free at {time} on {day}."
    deposit = 20 * people if people >= 8 else 0
    if guest is None:
        name = fact(desk, "guest_name", "You are not in our book yet. What is your name, please?")
        new = ("create_guest", {"name": name, "phone": desk.facts["phone"]})
        return Proposal(f"I would put you, {name}, into our book first.", (new,), "You are in our book now.")
    given = {"guest_id": guest["id"], "table_id": free[0]["id"], "date": day, "time": time, "party_size": people}
    money = f" A deposit of $20 a person, ${deposit:.2f} in all, is due now." if deposit else ""
    where = f"table {free[0]['id']} ({free[0]['area'].replace('_', ' ')})"
    return Proposal(
        f"I would book {where} for {people} at {time} on {day}.{money}",
        (("create_reservation", given | {"deposit": deposit}),),
        lambda results: (
            f"It is booked as {results[0].value['id']}." if results[0].ok else f"Sorry: {results[0].value}."
        ),
    )


async def move(desk: Desk) -> Reply:
    """Another time for the same table."""
    row = await reservation_of(desk)
    time = fact(desk, "new_time", "What is the new time, please?")
    if row["date"] == "2026-05-14" and row["time"] < "14:00":
        return "I'm sorry, I can't move it any more: changes end four hours before."
    given = {"reservation_id": row["id"], "time": time}
    return Proposal(
        f"I would move {row['id']} to {time}.", (("update_reservation", given),), f"Done, {row['id']} is at {time} now."
    )


async def grow(desk: Desk) -> Reply:
    """More people at the table; whoever has a card pays with it."""
    row = await reservation_of(desk)
    people = int(fact(desk, "new_size", "What is the new party size, please?"))
    calls: list[tuple[str, dict[str, Any]]] = [
        ("update_reservation", {"reservation_id": row["id"], "party_size": people})
    ]
    due = 20.0 * (people - row["party_size"])
    if "card" in desk.memory["wish"] and row["deposit"]:
        code = fact(desk, "gift_code", "What is the gift card code, please?")
        await seen(desk, "get_gift_card", code=code)
        calls.append(("redeem_gift_card", {"code": code, "reservation_id": row["id"], "amount": due}))
    return Proposal(
        f"I would note {people} people for {row['id']}; ${due:.2f} more of deposit are due.",
        tuple(calls),
        lambda results: f"You are {people} now. The card holds ${results[-1].value.get('balance', 0):.2f} now.",
    )


async def cancel(desk: Desk) -> Reply:
    """Cancel, and give the deposit back."""
    row = await reservation_of(desk)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("cancel_reservation", {"reservation_id": row["id"], "reason": "guest_asked"})
    ]
    if row["deposit"]:
        calls.append(("refund_deposit", {"reservation_id": row["id"]}))
    paid = f" and pay ${row['deposit']:.2f} back" if row["deposit"] else ""
    return Proposal(
        f"I would cancel {row['id']}{paid}.",
        tuple(calls),
        f"{row['id']} is cancelled, ${row['deposit']:.2f} come back.",
    )


async def dish_of(desk: Desk) -> Record | None:
    """The dish whose name stands in what was said, or that the guest names when asked."""
    menu: list[Record] = await seen(desk, "list_menu_items")
    words = f"{desk.memory['wish']} {desk.facts.get('dish', '')}".casefold()
    return next((row for row in menu if row["name"].casefold() in words), None)


async def allergens(desk: Desk) -> Reply:
    """What is in a dish."""
    row = await dish_of(desk)
    if row is None:
        return Question("Which dish do you mean?") if "dish" not in desk.facts else "We don't have that dish."
    item = await seen(desk, "get_menu_item", item_id=row["id"])
    if "nuts" in item["allergens"]:
        return f"Yes: the {item['name'].lower()} contains nuts. Also in it: {', '.join(item['allergens'])}."
    return f"No, there are no nuts in the {item['name'].lower()}, that is guaranteed free of them."


async def price(desk: Desk) -> Reply:
    """What dishes cost, together."""
    menu: list[Record] = await seen(desk, "list_menu_items")
    named = [row for row in menu if row["name"].casefold() in desk.memory["wish"].casefold()]
    if not named:
        return "I'm sorry, that is not on our menu."
    return f"That comes to ${sum(row['price'] for row in named):.2f}."


async def season(desk: Desk) -> Reply:
    """Whether a dish can be had."""
    row = await dish_of(desk)
    return f"Yes, the {row['name'].lower()} is on our menu." if row else "I'm sorry, that is not on our menu."


async def card(desk: Desk) -> Reply:
    """What a card holds; used where a reservation is named."""
    code = fact(desk, "gift_code", "What is the gift card code, please?")
    found = await seen(desk, "get_gift_card", code=code)
    if re.search(r"\bcash\b", desk.memory["wish"]):
        return f"I'm sorry, I can't pay the card out. It holds ${found['balance']:.2f}."
    if "towards" not in desk.memory["wish"]:
        return f"The card holds ${found['balance']:.2f}, until {found['expires_on']}."
    row = await reservation_of(desk)
    amount = min(found["balance"], 50.0)
    given = {"code": code, "reservation_id": row["id"], "amount": amount}
    return Proposal(
        f"I would put ${amount:.2f} of the card towards {row['id']}.",
        (("redeem_gift_card", given),),
        f"${amount:.2f} have been taken off the card.",
        confirm=False,
    )


async def tables(desk: Desk) -> Reply:
    """How large the largest table of an area is."""
    rows = await seen(desk, "list_tables", area=desk.facts.get("area", "dining_room").replace(" ", "_"))
    return f"The largest table there seats {max(row['seats'] for row in rows)}."


INTENTS = [
    planned("grow", grow, r"more person", r"more people"),
    planned("card", card, r"gift card (?:LG|that)", r"in cash"),
    planned("cancel", cancel, r"\bcancel\b"),
    planned("move", move, r"hour later", r"\bto move\b"),
    planned("allergens", allergens, r"\bnuts\b", r"allerg"),
    planned("price", price, r"\bcosts?\b"),
    planned("season", season, r"can have\b"),
    planned("tables", tables, r"largest table"),
    planned("book", book, r"\bto book\b"),
]


def build(tools: Sequence[BaseTool]) -> Any:
    """The demo agent's graph, with these tools."""
    return build_graph(tools, intents=INTENTS, slots=SLOTS)
