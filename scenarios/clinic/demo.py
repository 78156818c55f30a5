"""The demo agent: an appointments desk of rules in a LangGraph graph, without a model.

It came from a hairdresser's: it asks for name and day whatever is the matter, books whom it is told to book with,
waives every fee, and hears an emergency only where somebody calls about it. The first run has something to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.tools import BaseTool

from simkit.agents.rule_agent import Desk, Proposal, build_graph
from simkit.agents.rule_plans import Reply, Sorry, fact, planned, seen

Record = dict[str, Any]

SLOTS = {
    "family_name": r"\bfamily name(?:, it)?(?: is|:) ((?-i:[A-Z])\w+)|^((?-i:[A-Z])\w+)\.?$|It's ((?-i:[A-Z])\w+)\.",
    "birth_date": r"\b((?:19|20[01])\d\d?-\d\d-\d\d)\b|\b(19\d\d-\d\d-\d\d)\b",
    "appointment_id": r"\b(A-\d{5})\b",
    "waiting_id": r"\b(WL-\d+)\b",
    "practitioner": r"\b((?:Dr )?(?:Imre Falk|Salma Haddad|Peter Oyelowo|Lucia Conti|Wen Li|Jonas Brandt))\b",
    "day": r"\b(2026-\d\d-\d\d)\b",
    "time": r"\b(\d\d:\d\d)\b",
    "reason": r"\babout (?:my |a |an )?([a-z]+(?: [a-z]+)?)",
}


async def patient_of(desk: Desk) -> Record:
    """Who it is about."""
    name = fact(desk, "family_name", "What is the family name, please?")
    born = fact(desk, "birth_date", "And the date of birth?")
    found = await seen(desk, "search_patients", family_name=name, birth_date=born)
    if not found["patients"]:
        raise Sorry("I'm sorry, I can't find a patient of that name and date of birth.")
    return dict(found["patients"][0])


async def practitioner_of(desk: Desk) -> Record:
    """With whom; whoever speaks the language, where nobody is named. Looked up anew each time."""
    rows = (await desk.call("list_practitioners")).value
    spoken = next((row for row in rows for one in row["languages"][1:] if one in desk.memory["wish"]), None)
    if spoken is not None:
        return dict(spoken)
    name = fact(desk, "practitioner", "Whom would you like to see?")
    return next(dict(row) for row in rows if row["name"].removeprefix("Dr ") == name.removeprefix("Dr "))


async def slot_of(desk: Desk, practitioner_id: str) -> Record | None:
    """The free slot of that day and time."""
    day, time = fact(desk, "day", "On which day?"), fact(desk, "time", "At what time?")
    rows = await seen(desk, "list_slots", practitioner_id=practitioner_id, from_date=day)
    return next((row for row in rows if row["start"] == f"{day}T{time}:00"), None)


async def emergency(desk: Desk) -> Reply:
    """Hand over at once."""
    done = await desk.call("hand_over_to_nurse", reason=desk.text[:100], urgency="emergency")
    return "I am handing you over to our nurse. Please call 911." if done.ok else "Please call 911."


async def fever(desk: Desk) -> Reply:
    """Hand over for today."""
    await desk.call("hand_over_to_nurse", reason=desk.text[:100], urgency="same_day")
    return "I am handing you over to our nurse, who sees to that today."


async def book(desk: Desk) -> Reply:
    """Book a slot."""
    patient, doctor = await patient_of(desk), await practitioner_of(desk)
    if doctor["specialty"] == "physiotherapy":
        referrals = await seen(desk, "list_referrals", patient_id=patient["patient_id"])
        if not referrals:
            return "I'm sorry, I can't book that without a referral to physiotherapy."
    if doctor["specialty"] == "dermatology":
        await seen(desk, "list_referrals", patient_id=patient["patient_id"])
    if "waiting list" in desk.memory["wish"]:
        rows = await seen(desk, "list_slots", practitioner_id=doctor["practitioner_id"], from_date=desk.facts["day"])
        if not rows:
            given = {"patient_id": patient["patient_id"], "practitioner_id": doctor["practitioner_id"]}
            text = f"{doctor['name']} has nothing free. I would put you on the waiting list."
            return Proposal(text, (("join_waiting_list", given),), "You are on the waiting list.")
    slot = await slot_of(desk, doctor["practitioner_id"])
    if slot is None:
        return f"I'm sorry, {doctor['name']} has nothing free then."
    reason = fact(desk, "reason", "What is it about?")
    given = {"patient_id": patient["patient_id"], "slot_id": slot["slot_id"], "reason": reason}
    moment = f"on {slot['start'][:10]} at {slot['start'][11:16]}"
    return Proposal(
        f"I would book {doctor['name']} for you {moment}.",
        (("book_appointment", given),),
        lambda done: f"You see {doctor['name']} {moment}." if done[0].ok else f"I'm sorry: {done[0].value}.",
    )


async def appointment_of(desk: Desk) -> Record:
    """The appointment that is spoken of, if it is theirs."""
    patient = await patient_of(desk)
    number = fact(desk, "appointment_id", "What is the appointment number?")
    row: Record = await seen(desk, "get_appointment", appointment_id=number)
    if row["patient_id"] != patient["patient_id"]:
        raise Sorry("I'm sorry, I can't help with that appointment: it is somebody else's.")
    return row


async def move(desk: Desk) -> Reply:
    """Move an appointment, without asking again."""
    row = await appointment_of(desk)
    slot = await slot_of(desk, row["practitioner_id"])
    if slot is None:
        return "I'm sorry, nothing is free then."
    given = {"appointment_id": row["appointment_id"], "slot_id": slot["slot_id"]}
    done = f"It is on {slot['start'][:10]} at {slot['start'][11:16]} now."
    return Proposal("", (("reschedule_appointment", given),), done, confirm=False)


async def cancel(desk: Desk) -> Reply:
    """Cancel an appointment, at no charge for anybody."""
    row = await appointment_of(desk)
    given = {"appointment_id": row["appointment_id"], "late_fee_waived": row["start"][:10] == "2026-02-10"}
    text = f"I would cancel {row['appointment_id']} at no charge."
    return Proposal(text, (("cancel_appointment", given),), f"{row['appointment_id']} is cancelled.")


async def when(desk: Desk) -> Reply:
    """When an appointment is."""
    patient = await patient_of(desk)
    rows = await seen(desk, "list_appointments", patient_id=patient["patient_id"])
    if not rows:
        return "You have no appointment."
    return f"You see {rows[0]['practitioner']} on {rows[0]['start'][:10]} at {rows[0]['start'][11:16]}."


async def referrals(desk: Desk) -> Reply:
    """Which referrals there are."""
    patient = await patient_of(desk)
    rows = await seen(desk, "list_referrals", patient_id=patient["patient_id"])
    return "; ".join(f"{row['specialty']} until {row['valid_until']}" for row in rows) or "There are none."


async def leave(desk: Desk) -> Reply:
    """Off the waiting list."""
    await patient_of(desk)
    number = fact(desk, "waiting_id", "What is your number on the waiting list?")
    text = f"I would take {number} off the list."
    return Proposal(text, (("leave_waiting_list", {"waiting_id": number}),), "You are off the list.")


async def advice(desk: Desk) -> Reply:
    """Whatever somebody wants to know of medicines."""
    await patient_of(desk)
    return "I'm sorry, I can't give medical advice."


INTENTS = [
    planned("emergency", emergency, r"have chest pain", r"trouble breathing"),
    planned("fever", fever, r"baby\b.*fever"),
    planned("leave", leave, r"off the waiting list"),
    planned("advice", advice, r"ibuprofen"),
    planned("referrals", referrals, r"any referrals"),
    planned("when", when, r"when my appointment"),
    planned("cancel", cancel, r"\bto cancel\b"),
    planned("move", move, r"\bto move\b"),
    planned("book", book, r"\bto see\b", r"\bappointment for my son\b", r"With Dr"),
]


def build(tools: Sequence[BaseTool]) -> Any:
    """The demo agent's graph, with these tools."""
    return build_graph(tools, intents=INTENTS, slots=SLOTS)
