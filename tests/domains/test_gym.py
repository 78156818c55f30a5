"""The gym: what a QA engineer who copies its folder relies on."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.play.toolbox import perform
from simkit.play.world import Start, World
from simkit.spec.files import read_domain

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "gym"
DOMAIN = read_domain(FOLDER)
TABLES = DOMAIN.tables


def call(here: World, tool: str, **arguments: Any) -> Any:
    return perform(DOMAIN, here, "agent", tool, arguments)


def start() -> World:
    return World(Start(TABLES, DOMAIN.card.now))


def test_the_script_rewrites_the_state_byte_for_byte(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "make_state.py", tmp_path)

    subprocess.run([sys.executable, "make_state.py"], cwd=tmp_path, check=True, timeout=60)

    assert (tmp_path / "state.json").read_bytes() == (FOLDER / "state.json").read_bytes()


def test_the_tables_are_those_of_the_database_that_it_was_drafted_from() -> None:
    with sqlite3.connect(":memory:") as database:
        database.executescript((FOLDER / "source" / "gym.sql").read_text(encoding="utf-8"))
        drafted = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
    database.close()

    assert set(TABLES) == drafted


def test_no_class_holds_more_people_than_it_has_places() -> None:
    for key, course in TABLES["classes"].items():
        taken = [row for row in TABLES["bookings"].values() if (row["class_id"], row["status"]) == (key, "booked")]

        assert len(taken) <= course["capacity"], key


def test_a_full_class_has_a_waiting_list_and_one_with_places_has_none() -> None:
    full, open_ = {"class_id": "CL201", "member_id": "M1001"}, {"class_id": "CL202", "member_id": "M1001"}

    assert [call(start(), tool, **full).outcome for tool in ("book_class", "join_waitlist")] == ["refused", "ok"]
    assert [call(start(), tool, **open_).outcome for tool in ("book_class", "join_waitlist")] == ["ok", "refused"]


@settings(max_examples=25)
@given(st.integers(7, 60))
def test_a_freeze_lasts_as_many_days_as_are_used_up(days: int) -> None:
    here = start()
    before = here.value("memberships.MS501.freeze_days_used")

    done = call(here, "freeze_membership", membership_id="MS501", days=days).result

    assert done["freeze_days_used"] == before + days
    assert call(here, "freeze_membership", membership_id="MS501", days=7).outcome == "refused"


def test_who_pays_is_let_in_again() -> None:
    here = start()

    paid = call(here, "settle_balance", membership_id="MS504")

    assert paid.result["charged"] == 58
    assert here.value("members.M1004.standing") == "active"
    assert call(here, "settle_balance", membership_id="MS504").outcome == "refused"
