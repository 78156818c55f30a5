"""The demo agent: a service desk of rules in a LangGraph graph, without a model.

It knows most of the policy and forgets some of it, as real agents do: the first run has something to show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.tools import BaseTool

from simkit.agents.rule_agent import Desk, Proposal, Question, build_graph
from simkit.agents.rule_plans import Reply, Sorry, fact, planned, seen

Record = dict[str, Any]

SLOTS = {
    "email": r"([\w.+-]+@[\w-]+(?:\.[\w-]+)+)",
    "order_id": r"\b(W\d{4})\b",
    "condition": r"\b(unopened|opened)\b",
    "return_reason": r"\b(no longer wanted|damaged|faulty|wrong item)\b",
    "cancel_reason": r"\b(ordered by mistake|no longer needed|takes too long|found elsewhere)\b",
    "coupon_code": r"\b((?-i:[A-Z]{4,10})\d{1,2})\b",
    "gift_message": r"gift message(?: is|:|, it is) ([^.]+)",
    "street": r"street address is ([^.]+)",
    "city": r"city is ([^.]+)",
    "state": r"state is ([A-Z]{2})\b",
    "zip_code": r"\b(\d{5})\b",
    "remedy": r"remedy is (?:a )?(new parcel|refund)|(new parcel|refund), that's",
    "product": r"\bthe ((?-i:[A-Z])\w+(?: [a-z]+){1,3}?) (?:is|in|comes)\b",
}
QUESTIONS = {
    "email": "Which email address does your account have?",
    "condition": "Has the item been opened, or is it still unopened?",
    "remedy": "I apologise, the carrier has lost your parcel. Would you like a new parcel or a refund?",
    "cancel_reason": "May I ask your reason for cancelling?",
    "gift_message": "What gift message shall the card have?",
    "coupon_code": "Which coupon code would you like to use?",
}


def told(desk: Desk, slot: str) -> str:
    """What the user said about a slot; asks for it if they have not."""
    return fact(desk, slot, QUESTIONS[slot])


async def customer_of(desk: Desk) -> Record:
    """The account of the address that the user gave."""
    if "customer" not in desk.memory:
        found = await seen(desk, "find_customer", email=told(desk, "email"))
        if not found["matches"]:
            raise Sorry("I'm sorry, there is no account with that address, so I can't look anything up.")
        desk.memory["customer"] = found["matches"][0]
    return dict(desk.memory["customer"])


async def order_of(desk: Desk) -> Record:
    """The order that the user named, or their latest."""
    customer = await customer_of(desk)
    if "order_id" not in desk.facts:
        listed = await seen(desk, "list_orders", customer_id=customer["customer_id"])
        desk.facts["order_id"] = listed["orders"][0]["order_id"]
    order_id = desk.facts["order_id"]
    if order_id not in customer["order_numbers"]:
        raise Sorry(f"I'm sorry, I can't discuss {order_id}: it is not under your account. Ask the account holder.")
    return await seen(desk, "get_order", order_id=order_id, customer_id=customer["customer_id"])


def item_of(desk: Desk, order: Record) -> tuple[str, Record]:
    """The line of the order that the user's words are nearest to; the one spoken of before, if they name none."""
    words = set(re.findall(r"\w+", desk.memory["wish"].lower()))
    hits = {key: len(words & set(item["name"].lower().split())) for key, item in order["items"].items()}
    best = max(hits, key=lambda key: hits[key])
    if hits[best]:
        desk.memory["item"] = best
    key = desk.memory.get("item", best)
    key = key if key in order["items"] else best
    return key, order["items"][key]


async def cancel(desk: Desk) -> Reply:
    """Cancel a whole order."""
    order = await order_of(desk)
    late = "never arrived" in desk.memory["wish"]
    reason = "takes too long" if late else told(desk, "cancel_reason")
    order_id, total, paid = order["order_id"], order["total"], order["payments"][0]["label"]
    return Proposal(
        f"I would cancel order {order_id} and refund ${total:.2f} to {paid}.",
        (("cancel_order", {"order_id": order_id, "reason": reason}),),
        f"Order {order_id} has been cancelled, and ${total:.2f} goes back to {paid}.",
    )


async def give_back(desk: Desk) -> Reply:
    """Take an item back for a refund."""
    order = await order_of(desk)
    item_id, item = item_of(desk, order)
    if order["status"] != "delivered":
        return f"I'm sorry, order {order['order_id']} has not been delivered, so I can't take anything back yet."
    if item["terms"] == "final sale":
        return f"I'm sorry, I can't take back the {item['name']}: it was a final sale."
    if order["return_by"]["unopened"] < "2026-03-10":
        return f"I'm sorry, I can't take that back: the last day for it was {order['return_by']['unopened']}."
    condition = told(desk, "condition")
    given = {
        "order_id": order["order_id"],
        "item_id": item_id,
        "reason": desk.facts.get("return_reason", "no longer wanted"),
    }
    quote = (await seen(desk, "quote_refund", **given))["refund"]
    method = max(order["payments"], key=lambda one: one["amount"])
    given |= {"condition": condition, "refund_to": method["method_id"]}
    return Proposal(
        f"I would book the return of the {item['name']} and refund ${quote:.2f} to your {method['label']}.",
        (("return_item", given),),
        f"The return has been booked, and ${quote:.2f} goes back to your {method['label']} within five working days.",
    )


async def exchange(desk: Desk) -> Reply:
    """Swap an item for another variant."""
    order = await order_of(desk)
    item_id, item = item_of(desk, order)
    found = await seen(desk, "find_products", query=item["name"])
    variants = found["products"][0]["variants"]
    current = item.get("exchanged_for", item["variant_id"])
    others = [one for one in variants if one["variant_id"] != current and one["stock"] > 0]
    named = [one for one in others if re.search(rf"\b{re.escape(one['option'])}\b", desk.memory["wish"])]
    if not named and "another colour" in desk.memory["wish"]:
        return Question(f"Which colour would you like: {' or '.join(one['option'] for one in others)}?")
    chosen = (named or others)[0]
    given = {"order_id": order["order_id"], "item_id": item_id, "condition": told(desk, "condition")}
    return Proposal(
        f"I would exchange the {item['name']} for one in {chosen['option']}.",
        (("exchange_item", given | {"new_variant_id": chosen["variant_id"]}),),
        f"The exchange has been booked: you get the {item['name']} in {chosen['option']}. "
        "If anything is wrong with it, write to exchanges@hearthandhollow.example.",
    )


async def readdress(desk: Desk) -> Reply:
    """Send an order somewhere else."""
    order = await order_of(desk)
    if order["total"] > 500:
        return "I'm sorry, I can't change the address of an order of more than $500. I could cancel it for you."
    if not all(desk.facts.get(part) for part in ("street", "city", "state", "zip_code")):
        return Question("What is the new address, with street, city, state and ZIP code?")
    place = {part: desk.facts[part] for part in ("street", "city", "state", "zip_code")}
    if "address_id" not in desk.memory:
        saved = await desk.call("add_address", customer_id=order["customer_id"], **place)
        desk.memory["address_id"] = saved.value["address_id"]
    given = {"order_id": order["order_id"], "address_id": desk.memory["address_id"]}
    goes = f"{place['street']}, {place['city']}"
    return Proposal(
        f"I would send order {order['order_id']} to {goes}.",
        (("change_delivery_address", given),),
        f"Done: order {order['order_id']} now goes to {goes}.",
    )


async def wrap(desk: Desk) -> Reply:
    """Wrap an order as a gift."""
    order = await order_of(desk)
    _, item = item_of(desk, order)
    if order["bulky"]:
        return f"I'm sorry, I can't have that wrapped: the {item['name']} is too bulky."
    given = {"order_id": order["order_id"], "message": told(desk, "gift_message")}
    done = f"The gift wrap has been added; the order now comes to ${order['total'] + 4.5:.2f}."
    return Proposal("", (("add_gift_wrap", given),), done, confirm=False)


async def coupon(desk: Desk) -> Reply:
    """Redeem a coupon."""
    order = await order_of(desk)
    code = told(desk, "coupon_code")
    checked = await seen(desk, "check_coupon", code=code, customer_id=order["customer_id"])
    if used := checked["used_on_order"]:
        return f"I'm sorry, I can't redeem {code} again: you have used it on order {used}."
    given = {"order_id": order["order_id"], "code": code, "customer_id": order["customer_id"]}
    return Proposal(
        f"I would take {checked['percent']}% off order {order['order_id']} with {code}.",
        (("apply_coupon", given),),
        lambda results: f"{code} has been redeemed; the new total is ${results[0].value['total']:.2f}.",
    )


async def credit(desk: Desk) -> Reply:
    """Goodwill for what was the shop's fault."""
    if re.search(r"another shop|cheaper|elsewhere", desk.text):
        return "I'm sorry, I can't do that: we do not match prices."
    customer = await customer_of(desk)
    given = {"customer_id": customer["customer_id"], "amount": 10, "reason": "late delivery"}
    added = await desk.call("issue_store_credit", **given)
    return f"I'm sorry about the delay. $10.00 has been added, so you have ${added.value['store_credit']:.2f} now."


async def track(desk: Desk) -> Reply:
    """Say where a parcel is, and make up for a lost one."""
    order = await order_of(desk)
    if order["shipment_id"] is None:
        return f"Order {order['order_id']} has not left us yet."
    parcel = await seen(desk, "track_shipment", shipment_id=order["shipment_id"])
    if parcel["status"] != "lost":
        about = f"{parcel['carrier']} says {parcel['status']}, last scanned on {parcel['last_scan']}"
        return f"Your order is {order['order_id']}, and {about}."
    remedy = told(desk, "remedy")
    given = {"order_id": order["order_id"], "shipment_id": order["shipment_id"], "remedy": remedy}
    done = f"That has been done. The order came to ${order['total']:.2f}."
    return Proposal(f"I would settle it with a {remedy}.", (("resolve_lost_parcel", given),), done)


async def stock(desk: Desk) -> Reply:
    """Say what there is."""
    name = desk.facts.get("product")
    if name is None:
        _, item = item_of(desk, await order_of(desk))
        name = item["name"]
    found = (await seen(desk, "find_products", query=name))["products"]
    if not found:
        return f"I'm sorry, I could not find {name}."
    lines = [f"{one['option']} at ${one['price']:.2f} ({one['stock']} in stock)" for one in found[0]["variants"]]
    return f"The {found[0]['name']} comes in {' and '.join(lines)}."


async def hurt(desk: Desk) -> Reply:
    """Somebody was hurt: hand it over."""
    customer = await customer_of(desk)
    ticket = await desk.call("escalate", customer_id=customer["customer_id"], topic="safety")
    return f"I am so sorry. Please stop using it. Our specialists call you back, ticket {ticket.value['ticket_id']}."


async def stuck(desk: Desk) -> Reply:
    """Nobody is identified without an address."""
    return "I'm sorry, without the email address I can't open anything. The account holder can write to us."


INTENTS = [
    planned("stuck", stuck, r"(?:know|find|have) (?:my|the) email", r"can't tell you that"),
    planned("hurt", hurt, r"\bscald", r"\bburn", r"\bhurt\b", r"\bsmoke", r"\bspark"),
    planned("wrap", wrap, r"\bwrap"),
    planned("coupon", coupon, r"\bcoupon\b(?! code (?:is|:))"),
    planned("credit", credit, r"store credit, because", r"same credit"),
    planned("readdress", readdress, r"\bsent to\b", r"new address"),
    planned("exchange", exchange, r"\bexchange\b", r"another colour", r"\bswap\b"),
    planned("cancel", cancel, r"\bto cancel\b", r"money back for order"),
    planned("give back", give_back, r"\bto return\b", r"refund for", r"money back on"),
    planned("track", track, r"\bknow where\b", r"never came", r"parcel of"),
    planned("stock", stock, r"in stock", r"\bfinish\b"),
]


def build(tools: Sequence[BaseTool]) -> Any:
    """The demo agent's graph, with these tools."""
    puzzled = "I'm not sure I understood that. Is there anything else I can help you with?"
    return build_graph(tools, intents=INTENTS, slots=SLOTS, questions=QUESTIONS, puzzled=puzzled)
