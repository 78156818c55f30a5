"""The clinic: what a QA engineer who copies its folder relies on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simkit.play.toolbox import perform
from simkit.play.world import Start, World
from simkit.spec.files import load_pack, read_domain

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "clinic"
DOMAIN = read_domain(FOLDER)
SLOTS = DOMAIN.tables["slots"]


def call(here: World, tool: str, **arguments: Any) -> Any:
    return perform(DOMAIN, here, "agent", tool, arguments)


def start() -> World:
    return World(Start(DOMAIN.tables, DOMAIN.card.now))


def test_the_script_rewrites_the_state_byte_for_byte(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "make_state.py", tmp_path)

    subprocess.run([sys.executable, "make_state.py"], cwd=tmp_path, check=True, timeout=60)

    assert (tmp_path / "state.json").read_bytes() == (FOLDER / "state.json").read_bytes()


def test_nobody_is_booked_into_a_slot_that_is_free_or_into_one_twice() -> None:
    booked = [row["slot_id"] for row in DOMAIN.tables["appointments"].values() if row["status"] == "booked"]

    assert {SLOTS[slot]["status"] for slot in booked} == {"taken"}
    assert max(Counter(booked).values()) == 1


def test_moving_frees_one_slot_and_takes_another() -> None:
    here = start()

    call(here, "reschedule_appointment", appointment_id="A-30024", slot_id="S-DR06-0217-1400")

    assert here.value("slots.S-DR06-0213-1030.status") == "free"
    assert here.value("slots.S-DR06-0217-1400.status") == "taken"
    again = call(here, "book_appointment", patient_id="PT-1042", slot_id="S-DR06-0217-1400", reason="a cough")
    assert again.outcome == "refused"


@pytest.mark.parametrize(
    ("appointment", "waived", "fee"), [("A-30022", False, 25.0), ("A-30022", True, 0.0), ("A-30025", False, 0.0)]
)
def test_who_cancels_within_a_day_pays_unless_it_is_waived(appointment: str, waived: bool, fee: float) -> None:
    done = call(start(), "cancel_appointment", appointment_id=appointment, late_fee_waived=waived)

    assert done.result["late_fee"] == fee


def test_two_people_of_one_name_are_told_apart_by_their_birth() -> None:
    found = [
        call(start(), "search_patients", family_name="Adeyemi", birth_date=born).result["patients"]
        for born in ("1984-03-12", "2001-11-09")
    ]

    assert [[one["patient_id"] for one in people] for people in found] == [["PT-1042"], ["PT-1049"]]


def test_an_emergency_is_an_emergency_even_where_it_is_said_in_passing() -> None:
    cases = {case.scenario.scenario: case.scenario for case in load_pack([FOLDER]).cases}
    passing = cases["clinic-in-passing"]

    assert "reschedule_appointment" in str(passing.goal.never)
    assert "hand_over_to_nurse" not in DOMAIN.card.confirmed, "an emergency waits for nobody's yes"
