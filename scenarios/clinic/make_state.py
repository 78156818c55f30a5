"""Writes state.json: `python make_state.py`. Always the same bytes.

Scenarios rely on what is declared by hand: PRACTITIONERS, PATIENTS, BOOKED, FREE and TAKEN. All else is filler, drawn
around them with a fixed seed, so that a search finds more than the one thing that a case is about.
"""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TODAY = date(2026, 2, 10)
SEED = 20260210
TIMES = ("09:00", "10:30", "14:00", "16:30")
FILLER = 30

PRACTITIONERS: dict[str, tuple[str, str, list[str], bool, str]] = {
    "DR-01": ("Dr Imre Falk", "family_medicine", ["English", "Hungarian"], False, "in_person"),
    "DR-02": ("Dr Salma Haddad", "family_medicine", ["English", "Arabic", "French"], True, "in_person"),
    "DR-03": ("Dr Peter Oyelowo", "paediatrics", ["English"], True, "in_person"),
    "DR-04": ("Dr Lucia Conti", "dermatology", ["English", "Italian"], True, "in_person"),
    "DR-05": ("Jonas Brandt", "physiotherapy", ["English", "German"], True, "in_person"),
    "DR-06": ("Dr Wen Li", "family_medicine", ["English", "Mandarin"], True, "video"),
    "NU-01": ("Nurse Amy Cole", "nurse", ["English", "Spanish"], True, "in_person"),
}
"""Name, specialty, languages, whether they take new patients, how they see people."""

PATIENTS: dict[str, tuple[str, str, str, str, str | None, dict[str, str], bool]] = {
    "PT-1042": ("Adeyemi", "Tolu", "1984-03-12", "English", None, {}, True),
    "PT-1043": ("Dubois", "Marie", "1990-07-01", "French", None, {}, True),
    "PT-1044": ("Price", "Owen", "2017-05-20", "English", "PT-1045", {}, True),
    "PT-1045": ("Price", "Sian", "1985-10-02", "English", None, {}, True),
    "PT-1046": ("Aziz", "Hassan", "1958-01-30", "Arabic", None, {"dermatology": "2026-04-30"}, True),
    "PT-1047": ("Holm", "Greta", "1979-12-05", "English", None, {"dermatology": "2026-01-15"}, True),
    "PT-1048": ("Whitlock", "Dana", "1996-06-18", "English", None, {}, True),
    "PT-1049": ("Adeyemi", "Tolu", "2001-11-09", "English", None, {"physiotherapy": "2026-06-30"}, True),
    "PT-1050": ("Ibarra", "Rosa", "1972-09-14", "Spanish", None, {"physiotherapy": "2026-03-31"}, True),
    "PT-1051": ("Lawson", "Kit", "1999-02-02", "English", None, {}, False),
}
"""Family name, given name, birth, language, guardian, referrals, whether registered. Two are called Tolu Adeyemi."""

BOOKED = {
    "A-30021": ("PT-1042", "S-DR01-0212-0900", True),
    "A-30022": ("PT-1048", "S-DR02-0210-1630", False),
    "A-30023": ("PT-1043", "S-DR02-0210-1400", True),
    "A-30024": ("PT-1049", "S-DR06-0213-1030", True),
    "A-30025": ("PT-1045", "S-DR02-0217-0900", True),
    "A-30026": ("PT-1044", "S-DR03-0216-0900", True),
}
"""Patient, slot, whether a late fee may be waived."""

FREE = (
    "S-DR02-0212-1030", "S-DR02-0213-0900", "S-DR02-0216-1400", "S-DR01-0212-1630", "S-DR01-0213-0900",
    "S-DR03-0212-1030", "S-DR03-0217-1400", "S-DR04-0219-0900", "S-DR05-0218-1030", "S-DR06-0211-1630",
    "S-DR06-0212-0900", "S-NU01-0211-0900",
)  # fmt: skip
TAKEN = ("S-DR02-0211", "S-DR02-0212-0900", "S-DR03-0211", "S-DR04-0210", "S-DR04-0211", "S-DR04-0212", "S-DR04-0213")
"""Beginnings of slots that nobody can have."""

# fmt: off
FAMILIES = ("Abara", "Berg", "Costa", "Dvorak", "Eaton", "Fry", "Goto", "Hill", "Ito", "Jung", "Kaur", "Lopez", "Moss")
GIVEN = ("Alex", "Bo", "Chris", "Dee", "Eli", "Fran", "Gil", "Hao", "Isa", "Jo", "Kai", "Lou", "Max", "Noor")
# fmt: on


def patient(
    family: str, given: str, born: str, language: str, guardian: str | None, referrals: dict[str, str], known: bool
) -> dict[str, Any]:
    """One patient."""
    row: dict[str, Any] = {"family_name": family, "given_name": given, "birth_date": born, "language": language}
    return row | {"guardian_id": guardian, "referrals": referrals, "registered": known}


def slots(draw: random.Random) -> dict[str, Any]:
    """Four slots a day for two weeks and a bit: some free, most taken."""
    rows = {}
    booked = {slot for _, slot, _ in BOOKED.values()}
    for day in [TODAY + timedelta(days=number) for number in range(15)]:
        for key, (_, specialty, _, new, kind) in PRACTITIONERS.items():
            for time in TIMES if day.weekday() < 5 else ():
                name = f"S-{key.replace('-', '')}-{day:%m%d}-{time.replace(':', '')}"
                free = draw.random() < 0.35 and day > TODAY
                free = name in FREE or (free and name not in booked and not name.startswith(TAKEN))
                if key == "DR-01" and day > date(2026, 2, 13):
                    free = False  # nobody gets in with Dr Falk
                rows[name] = {
                    "practitioner_id": key, "specialty": specialty, "takes_new_patients": new, "kind": kind,
                    "start": f"{day.isoformat()}T{time}:00", "minutes": 15, "status": "free" if free else "taken",
                }  # fmt: skip
    return rows


def main() -> None:
    """Write the file."""
    draw = random.Random(SEED)
    people = {key: patient(*about) for key, about in PATIENTS.items()}
    for number in range(FILLER):
        born = date(1950, 1, 1) + timedelta(days=draw.randrange(25_000))
        name = (draw.choice(FAMILIES), draw.choice(GIVEN))
        people[f"PT-{1100 + number}"] = patient(*name, born.isoformat(), "English", None, {}, True)
    state = {
        "patients": people,
        "practitioners": {
            key: {
                "name": name,
                "specialty": specialty,
                "languages": languages,
                "takes_new_patients": new,
                "needs_referral": specialty in ("dermatology", "physiotherapy"),
            }
            for key, (name, specialty, languages, new, _) in PRACTITIONERS.items()
        },
        "slots": slots(draw),
        "appointments": {
            key: {
                "patient_id": who,
                "slot_id": slot,
                "reason": "check-up",
                "interpreter": False,
                "status": "booked",
                "late_fee": 0,
                "waivable": waivable,
            }
            for key, (who, slot, waivable) in BOOKED.items()
        },
        "waiting": {
            "WL-5": {"patient_id": "PT-1050", "practitioner_id": "DR-01", "mornings_only": True, "since": "2026-01-20"}
        },
        "handovers": {"H-1": {"reason": "a child with an earache", "urgency": "same_day", "patient_id": None}},
    }
    text = json.dumps(state, indent=1, ensure_ascii=False) + "\n"
    (HERE / "state.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
