"""The restaurant: what a QA engineer who copies its folder relies on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.play.toolbox import perform
from simkit.play.world import Start, World
from simkit.spec.files import read_domain

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "restaurant"
DOMAIN = read_domain(FOLDER)
DAYS = st.integers(15, 29).map(lambda day: f"2026-05-{day:02d}")
TIMES = st.sampled_from([f"{hour}:{minute}" for hour in range(17, 22) for minute in ("00", "30")])


def call(here: World, tool: str, **arguments: Any) -> Any:
    return perform(DOMAIN, here, "agent", tool, arguments)


def start() -> World:
    return World(Start(DOMAIN.tables, DOMAIN.card.now))


def test_the_script_rewrites_the_state_byte_for_byte(tmp_path: Path) -> None:
    for name in ("make_state.py", "menu.csv"):
        shutil.copy(FOLDER / name, tmp_path)

    subprocess.run([sys.executable, "make_state.py"], cwd=tmp_path, check=True, timeout=60)

    assert (tmp_path / "state.json").read_bytes() == (FOLDER / "state.json").read_bytes()


@settings(max_examples=40)
@given(DAYS, TIMES, st.integers(1, 12))
def test_a_table_that_is_called_free_can_be_booked_and_is_free_no_more(day: str, time: str, people: int) -> None:
    here = start()
    where = {"date": day, "time": time, "party_size": people}
    free = call(here, "list_free_tables", **where).result
    for table in free[:1]:
        booking = {"guest_id": "G101", "table_id": table["id"], "deposit": 0, **where}

        assert call(here, "create_reservation", **booking).outcome == "ok"
        assert call(here, "create_reservation", **booking).outcome == "refused"
        assert table["id"] not in [row["id"] for row in call(here, "list_free_tables", **where).result]


def test_no_two_parties_share_a_table_at_the_start() -> None:
    standing = [row for row in DOMAIN.tables["reservations"].values() if row["status"] == "booked"]
    for row in standing:
        places = [one for one in standing if (one["table_id"], one["date"]) == (row["table_id"], row["date"])]
        times = sorted(int(one["time"][:2]) * 60 + int(one["time"][3:]) for one in places)

        assert all(later - earlier >= 120 for earlier, later in pairwise(times)), row


def test_a_card_loses_what_a_deposit_gains() -> None:
    here = start()
    card, booking = DOMAIN.tables["gift_cards"]["LG-9PW3RD"], DOMAIN.tables["reservations"]["R4026"]

    used = call(here, "redeem_gift_card", code="LG-9PW3RD", reservation_id="R4026", amount=20)
    more = call(here, "redeem_gift_card", code="LG-9PW3RD", reservation_id="R4026", amount=20)

    assert used.result == {"code": "LG-9PW3RD", "balance": card["balance"] - 20, "deposit": booking["deposit"] + 20}
    assert more.outcome == "refused"
