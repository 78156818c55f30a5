"""Writes state.json: `python make_state.py`. Always the same bytes.

Scenarios rely on what is declared by hand: PLANS, MEMBERS, CLASSES and BOOKINGS. All else is filler, drawn around them
with a fixed seed, so that a search finds more than the one thing that a case is about.
"""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TODAY = date(2026, 4, 13)
SEED = 20260413
FILLER_MEMBERS, FILLER_BOOKINGS = 40, 70

PLANS = {
    "FLEX": ("Flex", 59, 1, None),
    "YEAR": ("Year", 42, 12, None),
    "OFFPEAK": ("Off-Peak", 29, 3, 3),
    "STUDENT": ("Student", 27, 6, 4),
}
"""Name, monthly fee, minimum months, classes a week."""

MEMBERS: dict[str, tuple[str, str, str, str, bool, str, str, str, int, float]] = {
    "M1001": ("Ines Carvalho", "ines.carvalho", "1991-04-02", "Riverside", True, "YEAR", "2025-09-01", "active", 0, 0),
    "M1002": ("Teun Bakker", "teun.bakker", "1986-11-23", "Old Mill", False, "FLEX", "2024-02-10", "active", 30, 0),
    "M1003": ("Priya Raman", "priya.raman", "2004-07-15", "Station", True, "STUDENT", "2026-01-05", "active", 0, 0),
    "M1004": (
        "Oskar Lind",
        "oskar.lind",
        "1969-01-30",
        "Riverside",
        False,
        "OFFPEAK",
        "2025-06-15",
        "in_arrears",
        0,
        58,
    ),
    "M1005": ("Hana Sato", "hana.sato", "1998-09-09", "Station", True, "YEAR", "2025-03-20", "active", 60, 0),
    "M1006": ("Marco Bellini", "marco.bellini", "1979-12-12", "Old Mill", True, "FLEX", "2023-10-01", "active", 0, 0),
    "M1007": ("Wilma Okoro", "wilma.okoro", "1961-05-05", "Riverside", False, "OFFPEAK", "2025-11-01", "active", 0, 0),
    "M1008": ("Danilo Reyes", "danilo.reyes", "2003-02-18", "Station", False, "FLEX", "2025-10-10", "active", 0, 0),
}
"""Name, mailbox, birth, club, induction, plan, start, standing, freeze days used, owed. M1001 has membership MS501."""

CLASSES = {
    "CL201": ("Sunrise Yoga", "Riverside", "2026-04-14T07:00:00", 2, "open", "TR1", False),
    "CL202": ("Barbell Basics", "Old Mill", "2026-04-14T18:30:00", 8, "open", "TR2", False),
    "CL203": ("Heavy Singles", "Old Mill", "2026-04-15T19:00:00", 6, "advanced", "TR2", False),
    "CL204": ("Spin 45", "Station", "2026-04-15T12:15:00", 12, "intermediate", "TR3", False),
    "CL205": ("Evening Pilates", "Riverside", "2026-04-16T20:00:00", 10, "open", "TR1", True),
    "CL206": ("Evening Pilates", "Riverside", "2026-04-17T20:00:00", 10, "open", "TR1", False),
    "CL207": ("Lunch Stretch", "Riverside", "2026-04-13T12:30:00", 12, "open", "TR1", False),
    "CL208": ("Morning Mobility", "Riverside", "2026-04-16T10:00:00", 9, "open", "TR1", False),
    "CL209": ("Sunrise Yoga", "Riverside", "2026-04-16T07:00:00", 6, "open", "TR1", False),
}
"""Title, club, start, places, level, trainer, whether it was called off."""

BOOKINGS = {
    "BK9001": ("CL201", "M1009", "booked"),
    "BK9002": ("CL201", "M1010", "booked"),
    "BK9003": ("CL202", "M1002", "booked"),
    "BK9004": ("CL204", "M1003", "booked"),
    "BK9005": ("CL207", "M1006", "booked"),
    "BK9006": ("CL208", "M1001", "booked"),
}
PASSES = {"GP1": ("M1002", "2026-04-03", "Sem Bakker"), "GP2": ("M1002", "2026-04-11", "Sem Bakker")}

# fmt: off
FIRST = ("Ava", "Bas", "Cira", "Dirk", "Edda", "Finn", "Gita", "Hein", "Ilse", "Jari", "Koos", "Lida", "Mats", "Nell")
LAST = ("Aalto", "Boer", "Cruz", "Dahl", "Engel", "Faber", "Groen", "Haas", "Ivers", "Jonk", "Kok", "Leto", "Mulder")
TITLES = ("Circuit", "Core 30", "Rowing", "Boxing Fit", "Vinyasa", "Step", "Kettlebells")
# fmt: on


def after(day: date, months: int) -> date:
    """The same day of the month, some months later."""
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, 28))


def joined(
    number: int, about: tuple[str, str, str, str, bool, str, str, str, int, float]
) -> tuple[dict[str, Any], ...]:
    """A member, and their membership."""
    name, mailbox, born, club, induction, plan, start, standing, frozen, owed = about
    member: dict[str, Any] = {"name": name, "email": f"{mailbox}@mail.example", "birth_date": born}
    member |= {"card_last4": f"{(number * 379) % 10000:04d}", "home_club": club, "induction": induction}
    term = after(date.fromisoformat(start), PLANS[plan][2])
    membership = {
        "member_id": f"M{1000 + number}",
        "plan_code": plan,
        "started": start,
        "minimum_until": term.isoformat(),
    }
    membership |= {"status": standing, "frozen_until": None, "ends": None, "next_plan": None, "birth_date": born}
    return member | {"plan_code": plan, "standing": standing}, membership | {
        "freeze_days_used": frozen,
        "balance_due": owed,
    }


def course(title: str, club: str, starts: str, places: int, level: str, trainer: str, off: bool) -> dict[str, Any]:
    """One class. Peak is after four in the afternoon, and at weekends."""
    peak = datetime.fromisoformat(starts).hour >= 16 or datetime.fromisoformat(starts).weekday() >= 5
    row = {"title": title, "club": club, "starts": starts, "minutes": 60, "capacity": places, "level": level}
    return row | {"trainer_id": trainer, "peak": peak, "cancelled": off}


def main() -> None:
    """Write the file."""
    draw = random.Random(SEED)
    people = {number: MEMBERS[f"M{1000 + number}"] for number in range(1, len(MEMBERS) + 1)}
    for number in range(len(MEMBERS) + 1, len(MEMBERS) + 1 + FILLER_MEMBERS):
        name = f"{draw.choice(FIRST)} {draw.choice(LAST)}"
        born = date(1955, 1, 1) + timedelta(days=draw.randrange(18_000))
        start = TODAY - timedelta(days=draw.randrange(30, 900))
        mailbox, plan = f"{name.replace(' ', '.').lower()}{number}", draw.choice(("FLEX", "YEAR", "OFFPEAK"))
        club = draw.choice(("Riverside", "Old Mill", "Station"))
        people[number] = (
            name,
            mailbox,
            born.isoformat(),
            club,
            draw.random() < 0.5,
            plan,
            start.isoformat(),
            "active",
            0,
            0,
        )
    made = {number: joined(number, about) for number, about in people.items()}
    classes = {key: course(*about) for key, about in CLASSES.items()}
    for number in range(40):
        day = TODAY + timedelta(days=draw.randrange(1, 14))
        starts = f"{day.isoformat()}T{draw.choice((8, 11, 15, 17, 19)):02d}:00:00"
        club = draw.choice(("Riverside", "Old Mill", "Station"))
        classes[f"CL{300 + number}"] = course(
            draw.choice(TITLES), club, starts, 14, "open", draw.choice(("TR2", "TR3")), False
        )
    bookings = dict(BOOKINGS)
    others = [number for number in people if number > len(MEMBERS) + 2]
    for number in range(FILLER_BOOKINGS):
        who = f"M{1000 + draw.choice(others)}"
        place, status = f"CL{300 + draw.randrange(40)}", draw.choice(("booked", "booked", "cancelled"))
        if (place, who, "booked") in bookings.values():
            status = "cancelled"  # nobody has two places in one class
        bookings[f"BK{8000 + number}"] = (place, who, status)
    state = {
        "plans": {
            code: {
                "name": name,
                "monthly_fee": fee,
                "minimum_months": months,
                "notice_days": 30,
                "classes_per_week": week,
            }
            for code, (name, fee, months, week) in PLANS.items()
        },
        "members": {f"M{1000 + number}": member for number, (member, _) in made.items()},
        "memberships": {f"MS{500 + number}": membership for number, (_, membership) in made.items()},
        "trainers": {
            "TR1": {"name": "Lotte Vos", "qualification": "yoga, pilates"},
            "TR2": {"name": "Dimitri Karas", "qualification": "strength"},
            "TR3": {"name": "Awa Diop", "qualification": "spinning, hiit"},
        },
        "classes": classes,
        "bookings": {
            key: {"class_id": name, "member_id": who, "status": status, "booked_at": "2026-04-10T09:00:00", "fee": 0}
            for key, (name, who, status) in bookings.items()
        },
        "guest_passes": {
            key: {"member_id": who, "valid_on": day, "guest_name": guest} for key, (who, day, guest) in PASSES.items()
        },
    }
    text = json.dumps(state, indent=1, ensure_ascii=False) + "\n"
    (HERE / "state.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
