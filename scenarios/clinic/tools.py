"""The appointments desk of a family practice: patients, slots, appointments, referrals, the waiting list.

Drafted from source/openapi.json and finished by hand. The tools refuse what cannot be done (a slot that is taken). Who
may see whom, who speaks for whom and what is urgent is the policy's business, so an agent has to know it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from simkit import Field, Refused, World, reads, writes

Answer = dict[str, Any]
PatientId = Annotated[str, Field(pattern=r"^PT-\d{4}$", description="from search_patients, PT-1042")]
PractitionerId = Annotated[str, Field(pattern=r"^[DN][RU]-\d{2}$", description="from list_practitioners, DR-02")]
SlotId = Annotated[str, Field(pattern=r"^S-\w{4}-\d{4}-\d{4}$", description="from list_slots, S-DR02-0212-0930")]
AppointmentId = Annotated[str, Field(pattern=r"^A-\d{5}$", description="A-30021")]
WaitingId = Annotated[str, Field(pattern=r"^WL-\d+$", description="WL-5")]
Specialty = Literal["family_medicine", "paediatrics", "dermatology", "physiotherapy", "nurse"]
Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="as in 1984-03-12")]

LATE_FEE = 25.0
"""Dollars for an appointment that is cancelled late."""


@reads
def search_patients(world: World, family_name: str, birth_date: Date) -> Answer:
    """Find patients by family name and date of birth. Both are needed."""
    rows = world.find("patients", lambda row: row["family_name"].casefold() == family_name.strip().casefold())
    found = [row for row in rows if row["birth_date"] == birth_date]
    return {"patients": [{"patient_id": row.pop("id"), **row} for row in found]}


@reads
def list_practitioners(world: World, specialty: Specialty | None = None, language: str | None = None) -> list[Answer]:
    """Who works here, by specialty and language, and who takes new patients or needs a referral."""
    rows = world.find("practitioners", lambda row: specialty in (None, row["specialty"]))
    kept = [row for row in rows if language is None or language.casefold() in map(str.casefold, row["languages"])]
    return [{"practitioner_id": row.pop("id"), **row} for row in kept]


@reads
def list_slots(
    world: World,
    practitioner_id: PractitionerId,
    from_date: Date,
    kind: Literal["in_person", "video", "phone"] | None = None,
) -> list[Answer]:
    """The next free slots of a practitioner from a day on, eight at most."""
    world.get("practitioners", practitioner_id)
    rows = world.find("slots", practitioner_id=practitioner_id, status="free")
    kept = [row for row in rows if row["start"] >= from_date and kind in (None, row["kind"])]
    names = ("start", "minutes", "kind")
    return [
        {"slot_id": row["id"], **{name: row[name] for name in names}}
        for row in sorted(kept, key=lambda row: row["start"])[:8]
    ]


@reads
def list_appointments(world: World, patient_id: PatientId) -> list[Answer]:
    """A patient's appointments, soonest first, with practitioner and moment."""
    world.get("patients", patient_id)
    rows = [_told(world, row["id"]) for row in world.find("appointments", patient_id=patient_id)]
    return sorted(rows, key=lambda row: row["start"])


@reads
def get_appointment(world: World, appointment_id: AppointmentId) -> Answer:
    """One appointment: whose, with whom, when."""
    return _told(world, appointment_id)


@writes
def book_appointment(
    world: World,
    patient_id: PatientId,
    slot_id: SlotId,
    reason: Annotated[str, Field(min_length=3, max_length=120, description="in the patient's words")],
    interpreter: bool = False,
) -> Answer:
    """Book a slot for a patient."""
    world.get("patients", patient_id)
    _take(world, slot_id)
    key = world.new_id("appointments", "A-")
    row = {"patient_id": patient_id, "slot_id": slot_id, "reason": reason, "interpreter": interpreter}
    world.put("appointments", key, row | {"status": "booked", "late_fee": 0, "waivable": True})
    return _told(world, key)


@writes
def reschedule_appointment(world: World, appointment_id: AppointmentId, slot_id: SlotId) -> Answer:
    """Move an appointment to another slot."""
    row = _booked(world, appointment_id)
    _take(world, slot_id)
    world.patch("slots", row["slot_id"], status="free")
    world.patch("appointments", appointment_id, slot_id=slot_id)
    return _told(world, appointment_id)


@writes
def cancel_appointment(
    world: World,
    appointment_id: AppointmentId,
    late_fee_waived: Annotated[bool, Field(description="whether a late cancellation costs nothing")],
) -> Answer:
    """Cancel an appointment. Within 24 hours it costs $25, unless that is waived."""
    row = _booked(world, appointment_id)
    start = world.get("slots", row["slot_id"])["start"]
    late = start[:10] == world.now[:10] or (start[:10] == "2026-02-11" and start[11:] < world.now[11:])
    fee = LATE_FEE if late and not late_fee_waived else 0.0
    world.patch("slots", row["slot_id"], status="free")
    world.patch("appointments", appointment_id, status="cancelled", late_fee=fee)
    return {"appointment_id": appointment_id, "status": "cancelled", "late_fee": fee}


@reads
def list_referrals(world: World, patient_id: PatientId) -> list[Answer]:
    """A patient's referrals to specialists, each with its last day."""
    referrals = world.get("patients", patient_id)["referrals"]
    return [{"specialty": specialty, "valid_until": until} for specialty, until in sorted(referrals.items())]


@writes
def join_waiting_list(
    world: World, patient_id: PatientId, practitioner_id: PractitionerId, mornings_only: bool = False
) -> Answer:
    """Put a patient on the waiting list of a practitioner."""
    world.get("patients", patient_id)
    world.get("practitioners", practitioner_id)
    if world.find("waiting", patient_id=patient_id, practitioner_id=practitioner_id):
        raise Refused("the patient is on that list already")
    key = world.new_id("waiting", "WL-")
    row = {"patient_id": patient_id, "practitioner_id": practitioner_id, "mornings_only": mornings_only}
    world.put("waiting", key, row | {"since": world.now[:10]})
    return {"waiting_id": key, **row}


@writes
def leave_waiting_list(world: World, waiting_id: WaitingId) -> Answer:
    """Take a patient off the waiting list."""
    world.remove("waiting", waiting_id)
    return {"waiting_id": waiting_id, "status": "left"}


@writes
def hand_over_to_nurse(
    world: World,
    reason: Annotated[str, Field(min_length=5, description="what the caller says is wrong")],
    urgency: Literal["emergency", "same_day"] = "same_day",
    patient_id: PatientId | None = None,
) -> Answer:
    """Hand the caller over to the triage nurse at once."""
    key = world.new_id("handovers", "H-")
    world.put("handovers", key, {"reason": reason, "urgency": urgency, "patient_id": patient_id})
    return {"handover_id": key, "urgency": urgency}


def _told(world: World, appointment_id: str) -> Answer:
    """An appointment with what its slot says."""
    row = world.get("appointments", appointment_id)
    slot = world.get("slots", row["slot_id"])
    who = slot["practitioner_id"]
    name = world.get("practitioners", who)["name"]
    return {
        "appointment_id": appointment_id,
        **row,
        "start": slot["start"],
        "practitioner_id": who,
        "practitioner": name,
    }


def _booked(world: World, appointment_id: str) -> Answer:
    """An appointment that still stands."""
    row = world.get("appointments", appointment_id)
    if row["status"] != "booked":
        raise Refused(f"appointment {appointment_id} is {row['status'].replace('_', ' ')}")
    return row


def _take(world: World, slot_id: str) -> None:
    """Mark a slot as taken. Refuse one that is."""
    if world.get("slots", slot_id)["status"] != "free":
        raise Refused(f"slot {slot_id} is taken")
    world.patch("slots", slot_id, status="taken")
