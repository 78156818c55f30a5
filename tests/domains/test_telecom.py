"""What a customer of Larkspur Mobile may count on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.play.toolbox import Performed, perform
from simkit.play.world import Start, World
from simkit.spec.files import load_pack

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "telecom"
DOMAIN = load_pack([FOLDER / "domain.yaml"]).domains[0]
START = Start(DOMAIN.tables, DOMAIN.card.now)
ABROAD, OVERDUE, REFUELS = "415-555-0101", "415-555-0103", "415-555-0108"


@pytest.fixture
def world() -> World:
    return World(START)


def agent(world: World, tool: str, **arguments: Any) -> Performed:
    return perform(DOMAIN, world, "agent", tool, arguments)


def user(world: World, tool: str, **arguments: Any) -> Performed:
    return perform(DOMAIN, world, "user", tool, arguments)


def test_the_script_writes_the_same_state_again(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "make_state.py", tmp_path)
    subprocess.run([sys.executable, "make_state.py"], cwd=tmp_path, check=True)

    assert (FOLDER / "state.json").read_bytes() == (tmp_path / "state.json").read_bytes()


@pytest.mark.parametrize("first", ["agent", "user"])
def test_data_abroad_needs_roaming_on_both_sides(world: World, first: str) -> None:
    steps = {
        "agent": lambda: agent(world, "switch_network_roaming", phone_number=ABROAD, on=True),
        "user": lambda: user(world, "set_data_roaming", phone_number=ABROAD, on=True),
    }
    speeds = []
    for side in (first, *(side for side in steps if side != first)):
        assert steps[side]().outcome == "ok"
        speeds.append(user(world, "run_speed_test", phone_number=ABROAD).result["mbps"])

    assert speeds == [0, 84.0]


def test_an_account_opens_only_with_its_own_pin(world: World) -> None:
    wrong = agent(world, "verify_customer", phone_number=ABROAD, pin="0000")
    nobody = agent(world, "verify_customer", phone_number="999-555-0000", pin="4821")

    assert (wrong.outcome, nobody.outcome) == ("refused", "refused")
    assert wrong.result == nobody.result, "the refusal must not betray which lines exist"


def test_a_suspended_line_is_found_again_after_payment_resuming_and_a_restart(world: World) -> None:
    agent(world, "send_payment_request", bill_id="B7003")
    assert user(world, "pay_request", phone_number=OVERDUE).result == {"bill_id": "B7003", "paid": "$41.35"}
    agent(world, "resume_line", phone_number=OVERDUE)
    assert user(world, "check_status_bar", phone_number=OVERDUE).result["shows"] == "the word Searching"
    user(world, "restart_phone", phone_number=OVERDUE)

    assert user(world, "check_status_bar", phone_number=OVERDUE).result["shows"] == "four bars and LTE"


def test_nobody_pays_a_bill_twice(world: World) -> None:
    agent(world, "send_payment_request", bill_id="B7003")
    assert agent(world, "send_payment_request", bill_id="B7003").outcome == "refused"
    user(world, "pay_request", phone_number=OVERDUE)

    assert user(world, "pay_request", phone_number=OVERDUE).outcome == "refused"
    assert agent(world, "send_payment_request", bill_id="B7003").outcome == "refused"


@given(st.lists(st.integers(min_value=-3, max_value=60), max_size=6))
def test_refueled_data_is_charged_to_the_cent_and_nothing_else_is(gigabytes: list[int]) -> None:
    world = World(START)
    done = [agent(world, "refuel_data", phone_number=REFUELS, gigabytes=some) for some in gigabytes]
    added = sum(some for some, one in zip(gigabytes, done, strict=True) if one.outcome == "ok")

    new = [change for change in world.diff() if change.path.startswith("charges.")]
    assert world.value(f"lines.{REFUELS}.refueled_gb") == added
    assert sum(round(change.after["amount"] * 100) for change in new if change.after) == added * 220
    assert added == sum(some for some in gigabytes if 1 <= some <= 50)


@given(st.sampled_from(sorted(DOMAIN.tables["bills"])))
def test_a_bill_is_the_sum_of_its_charges(bill_id: str) -> None:
    bill = agent(World(START), "get_bill", bill_id=bill_id).result

    assert round(bill["amount"] * 100) == sum(round(charge["amount"] * 100) for charge in bill["charges"])
