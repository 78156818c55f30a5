"""Truths about the insurance domain that somebody who copies it relies on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simkit.errors import Refused
from simkit.play.world import Start, World
from simkit.spec.files import read_domain

INSURANCE = Path(__file__).resolve().parents[2] / "scenarios/insurance"
DOMAIN = read_domain(INSURANCE)
START = Start(DOMAIN.tables, DOMAIN.card.now)
PRODUCTS = DOMAIN.tables["products"]
OPEN_QUOTES = sorted(key for key, row in DOMAIN.tables["quotes"].items() if row["status"] == "open")
CLASSIFIED = sorted(
    key for key, row in DOMAIN.tables["submissions"].items() if row["class_code"] and row["status"] == "open"
)


def call(world: World, tool: str, **arguments: Any) -> Any:
    return DOMAIN.functions["agent", tool](world, **arguments)


def test_the_world_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    for name in ("make_state.py", "pinned.py", "names.py"):
        shutil.copy(INSURANCE / name, tmp_path)
    for name in ("seed", "knowledge"):
        shutil.copytree(INSURANCE / name, tmp_path / name)

    subprocess.run([sys.executable, tmp_path / "make_state.py"], check=True)

    assert (tmp_path / "state.json").read_bytes() == (INSURANCE / "state.json").read_bytes()


def test_people_and_addresses_are_unique() -> None:
    staff, brokers = DOMAIN.tables["underwriters"].values(), DOMAIN.tables["brokers"].values()

    names = [row["name"] for row in staff] + [row["contact"] for row in brokers]
    emails = [row["email"] for row in (*staff, *brokers)]

    assert len(set(names)) == len(names)
    assert len(set(emails)) == len(emails)


def test_a_limit_that_no_table_has_is_refused_and_leaves_no_quote() -> None:
    world = World(START)

    with pytest.raises(Refused, match="25000000 is not among the limits of Overhang Commercial Umbrella"):
        call(world, "create_quote", submission_id="S2017", product_code="UM1", limit=25_000_000, deductible=0)

    assert world.diff() == ()


def test_an_expired_quote_is_not_bound() -> None:
    with pytest.raises(Refused, match="expired on 2026-03-06"):
        call(World(START), "bind_quote", quote_id="Q4010", staff_number="U124", effective_date="2026-04-01")


def test_a_declined_submission_cannot_be_written_to() -> None:
    world = World(START)
    call(world, "decline_submission", submission_id="S2011", reason="outside_appetite")

    with pytest.raises(Refused, match="S2011 is declined"):
        call(world, "screen_submission", submission_id="S2011", product_code="PR1")


def test_another_class_makes_earlier_screenings_void() -> None:
    world = World(START)
    call(world, "screen_submission", submission_id="S2001", product_code="GL1")

    call(world, "assign_class", submission_id="S2001", class_code="C5116")

    assert world.value("submissions.S2001.screening") == {}


def test_authority_is_left_to_the_agent() -> None:
    """Else no agent could get it wrong, and no rule would have anything to find."""
    world = World(START)

    bound = call(world, "bind_quote", quote_id="Q4004", staff_number="U131", effective_date="2026-03-01")

    assert bound["status"] == "bound"


def test_the_guidelines_say_nothing_about_pollution() -> None:
    assert call(World(START), "search_guidelines", query="pollution") == {"sections": []}


@settings(max_examples=60, deadline=None)
@given(quote_id=st.sampled_from(OPEN_QUOTES), percent=st.integers(1, 25))
def test_a_credit_lowers_the_premium_by_its_percentage_but_never_below_the_minimum(quote_id: str, percent: int) -> None:
    world = World(START)
    before = world.get("quotes", quote_id)
    floor = PRODUCTS[before["product_code"]]["minimum_premium"]

    after = call(world, "apply_credit", quote_id=quote_id, percent=percent, reason="sprinklers")["premium"]

    assert floor <= after <= before["premium"]
    assert after == floor or before["premium"] - after == pytest.approx(before["premium"] * percent / 100, abs=0.006)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), submission_id=st.sampled_from(CLASSIFIED), code=st.sampled_from(sorted(PRODUCTS)))
def test_more_cover_never_costs_less(data: st.DataObject, submission_id: str, code: str) -> None:
    product, file = PRODUCTS[code], DOMAIN.tables["submissions"][submission_id]
    assume(file["state"] not in product["not_filed"])
    low, high = sorted(data.draw(st.lists(st.sampled_from(product["limits"]), min_size=2, max_size=2)))
    small, large = sorted(data.draw(st.lists(st.sampled_from(product["deductibles"]), min_size=2, max_size=2)))
    price = {"submission_id": submission_id, "product_code": code}

    less = call(World(START), "create_quote", **price, limit=low, deductible=large)["premium"]
    more = call(World(START), "create_quote", **price, limit=high, deductible=small)["premium"]

    assert product["minimum_premium"] <= less <= more
