"""The front desk of Ironbridge, three gyms: members, memberships, classes, bookings, guest passes.

Drafted from the database of source/gym.sql and finished by hand: what the desk does replaces adding, changing and
removing rows. The tools refuse what cannot be done (a class that is full); terms and house rules are the policy's.
"""

from __future__ import annotations

from datetime import date as Day
from typing import Annotated, Any, Literal

from simkit import Field, Refused, World, reads, writes

Answer = dict[str, Any]
MemberId = Annotated[str, Field(pattern=r"^M\d{4}$", description="from list_members, M1001")]
MembershipId = Annotated[str, Field(pattern=r"^MS\d{3}$", description="from list_memberships, MS501")]
ClassId = Annotated[str, Field(pattern=r"^CL\d{3}$", description="from list_classes, CL201")]
BookingId = Annotated[str, Field(pattern=r"^BK\d{4}$", description="from list_bookings, BK9001")]
PlanCode = Literal["FLEX", "YEAR", "OFFPEAK", "STUDENT"]
Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="as in 2026-05-13")]
Club = Literal["Riverside", "Old Mill", "Station"]

LATE_FEE = 8.0
"""Dollars for a class that is left within twelve hours of its start."""


@reads
def list_members(world: World, email: Annotated[str, Field(description="email address of the member")]) -> list[Answer]:
    """Find a member by email address: name, home club, plan, and how things stand."""
    rows = world.find("members", lambda row: row["email"].casefold() == email.strip().casefold())
    return [{"member_id": row.pop("id"), **row} for row in rows]


@reads
def list_memberships(world: World, member_id: MemberId) -> list[Answer]:
    """A member's memberships: plan, start, end of the minimum term, freezes so far, what is owed."""
    world.get("members", member_id)
    return [{"membership_id": row.pop("id"), **row} for row in world.find("memberships", member_id=member_id)]


@reads
def list_plans(world: World) -> list[Answer]:
    """The plans: monthly fee, minimum months, days of notice, classes a week."""
    return [{"plan_code": row.pop("id"), **row} for row in world.find("plans")]


@reads
def list_classes(
    world: World,
    date: Date | None = None,
    club: Club | None = None,
    title: Annotated[str, Field(description="words of the title")] = "",
) -> list[Answer]:
    """Classes to come, by day, club and title, with how many places are left."""
    words = title.casefold().split()
    rows = world.find("classes", lambda row: all(word in row["title"].casefold() for word in words))
    kept = [row for row in rows if club in (None, row["club"]) and (date is None or row["starts"][:10] == date)]
    return [{"class_id": row["id"], **row, "places_left": _places(world, row["id"])} for row in kept]


@reads
def list_trainers(world: World) -> list[Answer]:
    """Who trains here, and what they are qualified for."""
    return [{"trainer_id": row.pop("id"), **row} for row in world.find("trainers")]


@reads
def list_bookings(world: World, member_id: MemberId) -> list[Answer]:
    """A member's bookings and places on waiting lists, with title and start of the class."""
    world.get("members", member_id)
    rows = world.find("bookings", member_id=member_id)
    return [
        {
            "booking_id": row.pop("id"),
            **row,
            **{name: world.get("classes", row["class_id"])[name] for name in ("title", "starts")},
        }
        for row in rows
    ]


@writes
def book_class(world: World, class_id: ClassId, member_id: MemberId) -> Answer:
    """Book a place in a class."""
    course = _on(world, class_id, member_id)
    if not _places(world, class_id):
        raise Refused(f"{class_id} is full")
    return _book(world, class_id, member_id, "booked", course)


@writes
def join_waitlist(world: World, class_id: ClassId, member_id: MemberId) -> Answer:
    """Put a member on the waiting list of a class that is full."""
    course = _on(world, class_id, member_id)
    if _places(world, class_id):
        raise Refused(f"{class_id} has places left")
    return _book(world, class_id, member_id, "waitlisted", course)


@writes
def cancel_booking(world: World, booking_id: BookingId) -> Answer:
    """Give a place in a class back. Within twelve hours of the start that costs $8."""
    row = world.get("bookings", booking_id)
    if row["status"] not in ("booked", "waitlisted"):
        raise Refused(f"booking {booking_id} is {row['status']}")
    late = row["status"] == "booked" and world.get("classes", row["class_id"])["starts"][:10] == world.now[:10]
    world.patch("bookings", booking_id, status="cancelled", fee=LATE_FEE if late else 0)
    return {"booking_id": booking_id, "status": "cancelled", "fee": LATE_FEE if late else 0}


@writes
def freeze_membership(
    world: World, membership_id: MembershipId, days: Annotated[int, Field(ge=7, le=60, description="from today on")]
) -> Answer:
    """Freeze a membership from today on: no fee, no visits."""
    row = _active(world, membership_id)
    until = Day.fromordinal(Day.fromisoformat(world.now[:10]).toordinal() + days).isoformat()
    used = row["freeze_days_used"] + days
    world.patch("memberships", membership_id, status="frozen", frozen_until=until, freeze_days_used=used)
    world.patch("members", row["member_id"], standing="frozen")
    return {"membership_id": membership_id, "frozen_until": until, "freeze_days_used": used}


@writes
def change_plan(world: World, membership_id: MembershipId, plan_code: PlanCode) -> Answer:
    """Put a membership on another plan from the first of next month on."""
    row = _active(world, membership_id)
    plan = world.get("plans", plan_code)
    world.patch("memberships", membership_id, next_plan=plan_code)
    return {
        "membership_id": membership_id,
        "from": row["plan_code"],
        "to": plan_code,
        "monthly_fee": plan["monthly_fee"],
    }


@writes
def cancel_membership(
    world: World, membership_id: MembershipId, ends: Annotated[Date, Field(description="its last day")]
) -> Answer:
    """End a membership on a day."""
    row = world.get("memberships", membership_id)
    if row["status"] == "cancelled":
        raise Refused(f"membership {membership_id} ends on {row['ends']} already")
    world.patch("memberships", membership_id, status="cancelled", ends=ends)
    return {"membership_id": membership_id, "ends": ends}


@writes
def settle_balance(world: World, membership_id: MembershipId) -> Answer:
    """Charge what is owed to the card on file, and let the member in again."""
    row = world.get("memberships", membership_id)
    if not row["balance_due"]:
        raise Refused("nothing is owed")
    card = world.get("members", row["member_id"])["card_last4"]
    world.patch("memberships", membership_id, balance_due=0, status="active")
    world.patch("members", row["member_id"], standing="active")
    return {"membership_id": membership_id, "charged": row["balance_due"], "card_last4": card}


@writes
def add_guest_pass(
    world: World, member_id: MemberId, valid_on: Date, guest_name: Annotated[str, Field(min_length=2)]
) -> Answer:
    """Write a pass for a guest, for one day."""
    world.get("members", member_id)
    key = world.new_id("guest_passes", "GP")
    world.put("guest_passes", key, {"member_id": member_id, "valid_on": valid_on, "guest_name": guest_name})
    return {"pass_id": key, "valid_on": valid_on, "guest_name": guest_name}


@reads
def list_guest_passes(world: World, member_id: MemberId) -> list[Answer]:
    """The guest passes that a member has had."""
    rows = world.find("guest_passes", member_id=member_id)
    return [{"pass_id": row.pop("id"), **row} for row in sorted(rows, key=lambda row: row["valid_on"])]


def _places(world: World, class_id: str) -> int:
    """How many places a class has left."""
    taken = len(world.find("bookings", class_id=class_id, status="booked"))
    return max(0, world.get("classes", class_id)["capacity"] - taken)


def _on(world: World, class_id: str, member_id: str) -> Answer:
    """A class that takes place and that the member is not in yet."""
    world.get("members", member_id)
    course = world.get("classes", class_id)
    if course["cancelled"]:
        raise Refused(f"{class_id} does not take place")
    if [row for row in world.find("bookings", class_id=class_id, member_id=member_id) if row["status"] != "cancelled"]:
        raise Refused(f"{member_id} is in {class_id} already")
    return course


def _book(world: World, class_id: str, member_id: str, status: str, course: Answer) -> Answer:
    key = world.new_id("bookings", "BK")
    row = {"class_id": class_id, "member_id": member_id, "status": status, "booked_at": world.now, "fee": 0}
    world.put("bookings", key, row)
    return {"booking_id": key, "status": status, "title": course["title"], "starts": course["starts"]}


def _active(world: World, membership_id: str) -> Answer:
    """A membership that runs."""
    row = world.get("memberships", membership_id)
    if row["status"] in ("cancelled", "frozen"):
        raise Refused(f"membership {membership_id} is {row['status']}")
    return row
