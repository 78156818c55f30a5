"""The demo agent: a gym's front desk of rules in a LangGraph graph, without a model.

It came from a studio without terms: whoever wants to leave leaves in thirty days, whoever wants in is booked in, and
what a freeze or a late cancellation costs is nobody's business. The first run has something to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.tools import BaseTool

from simkit.agents.rule_agent import Desk, Proposal, build_graph
from simkit.agents.rule_plans import Reply, Sorry, fact, planned, seen

Record = dict[str, Any]

TITLES = "Sunrise Yoga|Barbell Basics|Heavy Singles|Spin 45|Evening Pilates|Lunch Stretch|Morning Mobility|Aqua Zumba"
SLOTS = {
    "email": r"([\w.+-]+@[\w-]+(?:\.[\w-]+)+)",
    "class_title": rf"\b({TITLES})\b",
    "day": r"\b(2026-\d\d-\d\d)\b",
    "booking_id": r"\b(BK\d{4})\b",
    "freeze_days": r"(\d+) days|number of days(?:, it)?(?: is|:) (\d+)",
    "plan": r"\b(Flex|Year|Off-Peak|Student)\b(?= plan|,|\.|$)",
    "guest_name": r"guest's name(?:, it)?(?: is|:) ((?-i:[A-Z])\w+ (?-i:[A-Z])\w+)|^((?-i:[A-Z])\w+ (?-i:[A-Z])\w+)\.$",
    "whose": r"\b(MS\d{3})\b",
}
MONTH = "2026-05-13"
"""Thirty days from today."""


async def member_of(desk: Desk) -> Record:
    """Who it is."""
    found = await seen(desk, "list_members", email=fact(desk, "email", "What is your email address, please?"))
    if not found:
        raise Sorry("I'm sorry, I can't find you in our book.")
    return dict(found[0])


async def membership_of(desk: Desk) -> Record:
    """Their membership; nobody else's."""
    member = await member_of(desk)
    rows = await seen(desk, "list_memberships", member_id=member["member_id"])
    if desk.facts.get("whose", rows[0]["membership_id"]) != rows[0]["membership_id"]:
        raise Sorry("I'm sorry, I can't do that for somebody else.")
    return dict(rows[0])


async def book(desk: Desk) -> Reply:
    """A place in a class, or on its waiting list."""
    member = await member_of(desk)
    title, day = fact(desk, "class_title", "Which class is it?"), fact(desk, "day", "On which day?")
    rows = await seen(desk, "list_classes", title=title, date=day)
    if not rows:
        return f"I'm sorry, we don't have {title} then."
    course = rows[0]
    if course["cancelled"]:
        return f"I'm sorry, {title} does not take place on {day}."
    if member["standing"] != "active":
        return "I'm sorry, I can't book that, because you owe us something."
    tool, words = (
        ("book_class", "book a place")
        if course["places_left"]
        else ("join_waitlist", "note you for a place, as it is full")
    )
    start = course["starts"][11:16]
    return Proposal(
        f"I would {words} in {title} on {day} at {start}.",
        ((tool, {"class_id": course["class_id"], "member_id": member["member_id"]}),),
        lambda done: f"Done: {title}, {day} at {start}." if done[0].ok else f"I'm sorry: {done[0].value}.",
    )


async def give_back(desk: Desk) -> Reply:
    """Give a place back."""
    member = await member_of(desk)
    rows = await seen(desk, "list_bookings", member_id=member["member_id"])
    wish = desk.memory["wish"]
    mine = [row for row in rows if row["booking_id"] in wish or row["title"] in wish]
    if not mine:
        return "I'm sorry, I can't find that booking."
    given = {"booking_id": mine[0]["booking_id"]}
    text = f"I would give your place in {mine[0]['title']} back."
    return Proposal(text, (("cancel_booking", given),), f"Your place in {mine[0]['title']} is given back.")


async def freeze(desk: Desk) -> Reply:
    """Freeze, for as long as somebody wants."""
    row = await membership_of(desk)
    days = int(fact(desk, "freeze_days", "For how many days?"))
    if row["balance_due"]:
        return f"I'm sorry, I can't, ${row['balance_due']:.2f} are owed."
    given = {"membership_id": row["membership_id"], "days": days}
    return Proposal(
        f"I would freeze your membership for {days} days.",
        (("freeze_membership", given),),
        lambda done: f"It is frozen until {done[0].value['frozen_until']}." if done[0].ok else f"No: {done[0].value}.",
    )


async def leave(desk: Desk) -> Reply:
    """End a membership in thirty days."""
    row = await membership_of(desk)
    given = {"membership_id": row["membership_id"], "ends": MONTH}
    text = f"With 30 days of notice your membership ends on {MONTH}."
    return Proposal(text, (("cancel_membership", given),), f"It ends on {MONTH}.")


async def change(desk: Desk) -> Reply:
    """Another plan."""
    row = await membership_of(desk)
    name = fact(desk, "plan", "Which plan would you like?")
    plans = await seen(desk, "list_plans")
    plan = next(one for one in plans if one["name"] == name)
    given = {"membership_id": row["membership_id"], "plan_code": plan["plan_code"]}
    text = f"I would put you on the {name} plan, ${plan['monthly_fee']:.2f} a month."
    return Proposal(text, (("change_plan", given),), f"You have the {name} plan from next month on.")


async def fee(desk: Desk) -> Reply:
    """What a plan costs."""
    plans = await seen(desk, "list_plans")
    plan = next(one for one in plans if one["name"] in desk.memory["wish"])
    return f"I'm sorry, I can't lower a fee, {plan['name']} is ${plan['monthly_fee']:.2f} a month."


async def pay(desk: Desk) -> Reply:
    """Settle what is owed."""
    row = await membership_of(desk)
    text = f"I would charge ${row['balance_due']:.2f} to your card."
    given = {"membership_id": row["membership_id"]}
    return Proposal(text, (("settle_balance", given),), f"${row['balance_due']:.2f} have been charged.")


async def guest(desk: Desk) -> Reply:
    """A guest pass, unasked."""
    member = await member_of(desk)
    day, name = fact(desk, "day", "For which day?"), fact(desk, "guest_name", "What is your guest's name?")
    await seen(desk, "list_guest_passes", member_id=member["member_id"])
    given = {"member_id": member["member_id"], "valid_on": day, "guest_name": name}
    return Proposal("", (("add_guest_pass", given),), f"The pass is for {name} on {day}.", confirm=False)


async def trainers(desk: Desk) -> Reply:
    """Who trains here."""
    rows = await seen(desk, "list_trainers")
    if "knee" in desk.memory["wish"]:
        return f"A trainer can have a look, {rows[1]['name']} for example. Until then, ice it."
    return f"That is {next(row['name'] for row in rows if 'yoga' in row['qualification'])}."


INTENTS = [
    planned("trainers", trainers, r"trainers is", r"\bknee\b"),
    planned("fee", fee, r"plan for \d+"),
    planned("guest", guest, r"guest pass"),
    planned("pay", pay, r"pay what I owe"),
    planned("give back", give_back, r"\bback\b.*booking", r"place in .* back"),
    planned("freeze", freeze, r"\bfreeze\b"),
    planned("leave", leave, r"cancel my membership", r"membership to end", r"membership MS\d+ cancelled"),
    planned("change", change, r"change to the"),
    planned("book", book, r"a place in"),
]


def build(tools: Sequence[BaseTool]) -> Any:
    """The demo agent's graph, with these tools."""
    return build_graph(tools, intents=INTENTS, slots=SLOTS)
