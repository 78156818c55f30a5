"""Truths about the airline domain that somebody who copies it relies on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.errors import Refused
from simkit.play.world import Start, World
from simkit.spec.files import read_domain

AIRLINE = Path(__file__).resolve().parents[2] / "scenarios/airline"
DOMAIN = read_domain(AIRLINE)
START = Start(DOMAIN.tables, DOMAIN.card.now)
BASES = ["within_24_hours", "flexible_fare", "standard_fare", "airline_cancelled"]
OPEN = sorted(
    code
    for code, row in DOMAIN.tables["reservations"].items()
    if row["status"] == "confirmed" and all(leg["date"] > DOMAIN.card.now[:10] for leg in row["flights"])
)


def call(world: World, tool: str, **arguments: Any) -> Any:
    return DOMAIN.functions["agent", tool](world, **arguments)


def test_the_world_is_drawn_again_byte_for_byte(tmp_path: Path) -> None:
    for name in ("make_state.py", "records.py"):
        shutil.copy(AIRLINE / name, tmp_path)

    subprocess.run([sys.executable, tmp_path / "make_state.py"], check=True)

    assert (tmp_path / "state.json").read_bytes() == (AIRLINE / "state.json").read_bytes()


def test_a_flight_is_changed_on_its_own_route_only() -> None:
    change = {"flight_number": "PX221", "date": "2026-03-06", "new_flight_number": "PX231", "new_date": "2026-03-13"}

    with pytest.raises(Refused, match="another route"):
        call(World(START), "quote_change", reservation_code="LM2290", **change)


def test_a_sold_out_cabin_refuses_the_upgrade_and_charges_nothing() -> None:
    world = World(START)

    with pytest.raises(Refused, match="0 free seats in business"):
        call(world, "upgrade_to_business", reservation_code="EA8850", payment_id="card_8457")

    assert world.diff() == ()


@settings(max_examples=60, deadline=None)
@given(code=st.sampled_from(OPEN), basis=st.sampled_from(BASES))
def test_a_cancelled_booking_never_gives_back_more_than_was_paid(code: str, basis: str) -> None:
    world = World(START)
    paid = world.get("reservations", code)["total"]

    answer = call(world, "cancel_reservation", reservation_code=code, basis=basis)
    back = answer["amount"] if basis == "standard_fare" else sum(refund["amount"] for refund in answer["refunds"])

    assert 0 <= back <= paid
    with pytest.raises(Refused, match="no longer open"):
        call(world, "cancel_reservation", reservation_code=code, basis=basis)


@settings(max_examples=40, deadline=None)
@given(
    seats=st.integers(1, 9), fare=st.sampled_from(["basic", "standard", "flex"]), voucher=st.sampled_from(["", "V3002"])
)
def test_booking_and_cancelling_leaves_seats_and_vouchers_as_they_were(seats: int, fare: str, voucher: str) -> None:
    world, flight = World(START), "flights.PX213-2026-03-10.seats.economy"
    before, people = world.value(flight), [f"Passenger {n}" for n in range(seats)]
    order = {"flight_number": "PX213", "date": "2026-03-10", "fare": fare, "passengers": people}

    booked = call(world, "book_flight", customer_id="C1002", payment_id="card_2093", voucher_id=voucher, **order)
    assert world.value(flight) == before - seats
    assert round(sum(payment["amount"] for payment in booked["payments"]), 2) == booked["total"]
    call(world, "cancel_reservation", reservation_code=booked["reservation_code"], basis="within_24_hours")

    assert world.value(flight) == before
    assert world.value("vouchers.V3002.balance") == 80.0
