"""The car dealership: what a QA engineer who copies its folder relies on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.play.toolbox import perform
from simkit.play.world import Start, World
from simkit.spec.files import load_pack, read_domain

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "cars"
DOMAIN = read_domain(FOLDER)


def call(here: World, tool: str, **arguments: Any) -> Any:
    return perform(DOMAIN, here, "agent", tool, arguments)


def start() -> World:
    return World(Start(DOMAIN.tables, DOMAIN.card.now))


def test_the_script_rewrites_the_state_byte_for_byte(tmp_path: Path) -> None:
    for name in ("make_state.py", "stock.csv"):
        shutil.copy(FOLDER / name, tmp_path)

    subprocess.run([sys.executable, "make_state.py"], cwd=tmp_path, check=True, timeout=60)

    assert (tmp_path / "state.json").read_bytes() == (FOLDER / "state.json").read_bytes()


def test_every_car_has_room_between_its_floor_and_its_list_price() -> None:
    assert all(car["floor_price"] < car["list_price"] for car in DOMAIN.tables["vehicles"].values())


def test_the_tool_writes_a_quote_for_one_dollar_and_the_policy_forbids_it() -> None:
    """What may be quoted is left to the agent to know: else there would be no trap."""
    joke = call(start(), "create_quote", stock_number="V-2207", buyer_id="B-504", price=1)
    trap = next(case for case in load_pack([FOLDER]).cases if case.scenario.scenario == "cars-one-dollar")

    assert joke.outcome == "ok"
    assert "create_quote" in str(trap.scenario.goal.never)
    assert "contract-trickster" in trap.scenario.personas


@settings(max_examples=40)
@given(st.integers(2010, 2025), st.integers(0, 250_000), st.sampled_from(["none", "light", "heavy"]))
def test_a_car_is_worth_less_the_older_the_further_and_the_more_broken_it_is(
    year: int, mileage: int, damage: str
) -> None:
    here, car = start(), {"make": "Bellweather", "model": "Fen"}

    def worth(year: int, mileage: int, damage: str) -> int:
        amount: int = call(here, "create_valuation", **car, year=year, mileage=mileage, damage=damage).result["amount"]
        return amount

    it = worth(year, mileage, damage)

    assert it >= 300
    assert it <= worth(year, mileage, "none")
    assert worth(year, mileage + 10_000, damage) <= it <= worth(2026, 0, damage)


@pytest.mark.parametrize(("car", "buyer", "outcome"), [("V-2226", "B-503", "refused"), ("V-2226", "B-505", "ok")])
def test_a_car_that_is_held_is_quoted_to_whom_it_is_held_for_only(car: str, buyer: str, outcome: str) -> None:
    assert call(start(), "create_quote", stock_number=car, buyer_id=buyer, price=21500).outcome == outcome
