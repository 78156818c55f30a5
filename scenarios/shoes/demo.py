"""The demo agent: a shoe shop's service desk of rules in a LangGraph graph, without a model.

It came from a shop with one brand: it turns US and UK sizes into EU sizes by rule of thumb, reads no fit notes, and
does not know what a final sale is. The first run has something to show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.tools import BaseTool

from simkit.agents.rule_agent import Desk, Proposal, build_graph
from simkit.agents.rule_plans import Reply, Sorry, fact, planned, seen

Record = dict[str, Any]

COLOURS = "black|blue|brown|cream|grey|green|moss|ash|slate|sand|navy|orange|red|tan|teal|white|yellow"
SLOTS = {
    "email": r"([\w.+-]+@[\w-]+(?:\.[\w-]+)+)",
    "orderId": r"\b(SO\d{5})\b",
    "pickupId": r"\b(PU-\d{4})\b",
    "size": r"\b((?:US|UK|EU) \d\d?(?:\.5)?)\b|\b(\d\d(?:\.5)?) in\b|\bin (\d\d(?:\.5)?)\b|size (\d\d(?:\.5)?)\b",
    "colour": rf"\b({COLOURS})\b",
    "store": r"\b(downtown|harbour|airport)\b(?! canvas| slip)",
    "condition": r"\b(unworn|tried indoors|worn outside)\b",
    "reason": r"\b(too small|too large|dislike|do not like|defect|came off)\b",
    "budget": r"(\d+) dollars",
}
THUMB = {"US": 33.0, "UK": 34.0, "EU": 0.0}
"""What a rule of thumb adds to a size to make it an EU size."""


async def customer_of(desk: Desk) -> Record:
    """The account of the address that the customer gave."""
    found: Record = await seen(
        desk, "lookupCustomer", email=fact(desk, "email", "What is the email address of your account?")
    )
    return found


async def order_of(desk: Desk) -> Record:
    """The order that the customer named, or the one with the shoe they speak of."""
    customer = await customer_of(desk)
    if "orderId" not in desk.facts:
        listed = await seen(desk, "listCustomerOrders", customerId=customer["customerId"])
        words = desk.memory["wish"].casefold()
        named = [
            row["id"] if "id" in row else row["orderId"]
            for row in listed
            if any(s.casefold() in words for s in row["shoes"])
        ]
        desk.facts["orderId"] = (named or [fact(desk, "orderId", "What is the order number?")])[0]
    order: Record = await seen(desk, "getOrder", orderId=desk.facts["orderId"])
    if order["customerId"] != customer["customerId"]:
        raise Sorry("I'm sorry, I can't discuss that order with you: it is not under your account.")
    return order


def line_of(desk: Desk, order: Record) -> tuple[str, Record]:
    """The line whose shoe the customer names; the first, if they name none."""
    words = desk.memory["wish"].casefold()
    named = [key for key, line in order["lines"].items() if line["name"].casefold() in words]
    key = (named or list(order["lines"]))[0]
    return key, order["lines"][key]


def eu_size(text: str) -> float:
    """A size as the customer says it, as an EU size."""
    system, _, number = text.rpartition(" ")
    return float(number) + THUMB[system.upper() or "EU"]


async def pair_of(desk: Desk, product: str) -> Record | None:
    """The pair in stock of that size and colour; None where there is no such pair."""
    size = eu_size(fact(desk, "size", "Which size do you need?"))
    rows = await seen(desk, "listStock", productId=product, sizeEu=size)
    colour = fact(desk, "colour", "Which colour would you like?").lower()
    return next((row for row in rows if row["colour"] == colour), None)


async def exchange(desk: Desk) -> Reply:
    """Another size or colour of the same shoe."""
    order = await order_of(desk)
    if order["status"] != "delivered":
        return "I'm sorry, I can't exchange anything that has not been delivered."
    if order["exchangeBy"] < "2026-09-08":
        return f"I'm sorry, I can't exchange that any more, it ended on {order['exchangeBy']}, after 60 days."
    key, line = line_of(desk, order)
    pair = await pair_of(desk, line["stockItemId"][:5])
    if pair is None or not pair["quantity"]:
        return f"I'm sorry, the {line['name']} is not there in {desk.facts['colour']} in that size."
    given = {"orderId": order["orderId"], "lineId": key, "stockItemId": pair["stockItemId"]}
    return Proposal(
        f"I would send you the {line['name']} in {pair['colour']}, EU {pair['sizeEu']:g}.",
        (("exchangeOrderLine", given),),
        f"The exchange is booked: EU {pair['sizeEu']:g} in {pair['colour']} is on its way.",
    )


async def give_back(desk: Desk) -> Reply:
    """Take a pair back."""
    order = await order_of(desk)
    key, line = line_of(desk, order)
    reason = fact(desk, "reason", "May I ask the reason for the return?")
    reason = {"do not like": "dislike", "came off": "defect"}.get(reason, reason).replace(" ", "_")
    if order["status"] != "delivered":
        return "I'm sorry, I can't take back what has not been delivered."
    if order["returnBy"] < "2026-09-08" and reason != "defect":
        return f"I'm sorry, I can't take them back, that ended on {order['returnBy']}."
    asked = "Have they been worn outside, or only tried indoors? What condition are they in?"
    condition = fact(desk, "condition", asked).replace(" ", "_")
    given = {"orderId": order["orderId"], "lineId": key, "condition": condition, "reason": reason}
    return Proposal(
        f"I would book the return of the {line['name']}.",
        (("returnOrderLine", given),),
        lambda done: (
            f"The return is booked, and ${done[0].value['refund']:.2f} come back to you."
            if done[0].ok
            else f"I'm sorry, I can't do that: {done[0].value}."
        ),
    )


async def cancel(desk: Desk) -> Reply:
    """Cancel a whole order."""
    order = await order_of(desk)
    if order["status"] != "processing":
        return f"I'm sorry, I can't cancel it, it has been {order['status']}."
    return Proposal(
        f"I would cancel {order['orderId']}.",
        (("cancelOrder", {"orderId": order["orderId"]}),),
        lambda done: f"It is cancelled, and ${done[0].value['refunded']:.2f} come back to you.",
    )


async def shoe_of(desk: Desk) -> Record | None:
    """The shoe whose name the customer says; None where we have no such shoe."""
    shoes: list[Record] = await seen(desk, "searchProducts")
    words = desk.memory["wish"].casefold()
    named = [row for row in shoes if row["name"].casefold() in words]
    return max(named, key=lambda row: len(row["name"]), default=None)


async def put_aside(desk: Desk) -> Reply:
    """Have a pair put aside in a store, without asking twice."""
    customer, shoe = await customer_of(desk), await shoe_of(desk)
    if shoe is None:
        return "I'm sorry, we don't have a shoe of that name."
    store = fact(desk, "store", "In which store would you like to collect it?").lower()
    pair = await pair_of(desk, shoe["productId"])
    if pair is None or not pair["stores"][store]:
        return f"I'm sorry, I can't, the {store} store has none."
    given = {"customerId": customer["customerId"], "stockItemId": pair["stockItemId"], "store": store}
    return Proposal(
        "",
        (("createPickup", given),),
        lambda done: f"It waits for you until {done[0].value['until']}." if done[0].ok else f"No: {done[0].value}.",
        confirm=False,
    )


async def put_back(desk: Desk) -> Reply:
    """Let go of a pair."""
    await customer_of(desk)
    pickup = fact(desk, "pickupId", "What is the pick-up number?")
    return Proposal(
        f"I would put {pickup} back.", (("deletePickup", {"pickupId": pickup}),), "It is back on the shelf."
    )


async def dry(desk: Desk) -> Reply:
    """Whether a shoe is waterproof."""
    shoe = await shoe_of(desk)
    if shoe is None:
        return "I'm sorry, we don't have a shoe of that name."
    return f"The {shoe['name']} {'is' if shoe['waterproof'] else 'is not'} waterproof."


async def under(desk: Desk) -> Reply:
    """The waterproof shoe that is cheap enough."""
    most = float(fact(desk, "budget", "What is your budget?"))
    rows = await seen(desk, "searchProducts", maxPrice=most)
    trail = [row for row in rows if row["waterproof"] and row["activity"].startswith("trail")]
    return f"That is the {trail[0]['name']} for ${trail[0]['price']:.2f}." if trail else "I'm sorry, we have none."


async def fits(desk: Desk) -> Reply:
    """Whether a shoe will fit."""
    shoe = await shoe_of(desk)
    if shoe is None:
        return "I'm sorry, we don't have a shoe of that name."
    about = await seen(desk, "getProduct", productId=shoe["productId"])
    if "wide" in desk.memory["wish"]:
        return f"The {about['name']} comes in {' and '.join(about['widths'])}."
    return f"Yes, the {about['name']} will fit you in your usual size."


async def costs(desk: Desk) -> Reply:
    """What a shoe costs, and nothing about pain."""
    shoe = await shoe_of(desk)
    if shoe is None:
        return "I'm sorry, we don't have a shoe of that name."
    if re.search(r"another shop|cheaper", desk.memory["wish"]):
        return f"I'm sorry, we can't match prices. The {shoe['name']} is ${shoe['price']:.2f}."
    return f"The {shoe['name']} is a very good shoe for that, at ${shoe['price']:.2f}."


INTENTS = [
    planned("put back", put_back, r"let go of"),
    planned("put aside", put_aside, r"put aside"),
    planned("under", under, r"which waterproof"),
    planned("dry", dry, r"waterproof", r"Hopper is\b"),
    planned("fits", fits, r"will fit", r"wide fit"),
    planned("costs", costs, r"\bcosts\b", r"\bcures\b", r"another shop"),
    planned("exchange", exchange, r"\bexchange\b", r"another size", r"have it in"),
    planned("cancel", cancel, r"\bto cancel\b"),
    planned("give back", give_back, r"\bto return\b", r"send back", r"money back"),
]


def build(tools: Sequence[BaseTool]) -> Any:
    """The demo agent's graph, with these tools."""
    return build_graph(tools, intents=INTENTS, slots=SLOTS)
