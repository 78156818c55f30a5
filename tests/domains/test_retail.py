"""The retail domain: what a QA engineer who copies its folder relies on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.play.toolbox import perform
from simkit.play.world import Start, World
from simkit.spec.files import load_pack, read_domain

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "retail"
DOMAIN = read_domain(FOLDER)
ORDERS = DOMAIN.tables["orders"]
OPEN, PACKED, DELIVERED, SPLIT, LOST = "W1010", "W1003", "W1001", "W1023", "W1013"


def world() -> World:
    return World(Start(DOMAIN.tables, DOMAIN.card.now))


def call(here: World, tool: str, **arguments: Any) -> Any:
    return perform(DOMAIN, here, "agent", tool, arguments)


def test_the_script_rewrites_the_state_byte_for_byte(tmp_path: Path) -> None:
    for name in ("make_state.py", "people.py", "products.csv", "names.csv"):
        shutil.copy(FOLDER / name, tmp_path)

    subprocess.run([sys.executable, "make_state.py"], cwd=tmp_path, check=True, timeout=60)

    assert (tmp_path / "state.json").read_bytes() == (FOLDER / "state.json").read_bytes()


def test_every_order_adds_up() -> None:
    for order_id, order in ORDERS.items():
        goods = sum(item["paid"] for item in order["items"].values())

        assert abs(order["total"] - goods - order["shipping_fee"]) < 0.005, order_id
        assert abs(order["total"] - sum(order["payments"].values())) < 0.005, order_id


def test_deadlines_are_those_of_the_policy() -> None:
    for order in (order for order in ORDERS.values() if order["delivered"]):
        days = {name: (date.fromisoformat(last) - date.fromisoformat(order["delivered"])).days
                for name, last in order["return_by"].items()}  # fmt: skip
        club = DOMAIN.tables["customers"][order["customer_id"]]["club"]

        assert days == {"opened": 14, "unopened": 60 if club else 30}


def test_a_parcel_that_is_on_its_way_cannot_be_cancelled_but_a_packed_one_can() -> None:
    """The second is against the policy, and left to the agent to know."""
    here = world()

    on_its_way = call(here, "cancel_order", order_id=LOST, reason="takes too long")
    packed = call(here, "cancel_order", order_id=PACKED, reason="takes too long")

    assert on_its_way.outcome == "refused" and "shipped" in on_its_way.result
    assert packed.outcome == "ok" and here.get("orders", PACKED)["status"] == "cancelled"


def test_nobody_sends_an_order_to_somebody_elses_address() -> None:
    stranger = DOMAIN.tables["customers"]["C2001"]["address_id"]

    assert call(world(), "change_delivery_address", order_id=OPEN, address_id=stranger).outcome == "refused"


REASONS = st.sampled_from(["no longer wanted", "damaged", "faulty", "wrong item"])
CALLS = st.one_of(
    st.tuples(st.just("cancel_order"), st.fixed_dictionaries(
        {"order_id": st.sampled_from([OPEN, PACKED, DELIVERED, LOST]), "reason": st.just("no longer needed")})),
    st.tuples(st.just("apply_coupon"), st.fixed_dictionaries(
        {"order_id": st.just(OPEN), "code": st.sampled_from(["SPRING15", "CLUB5"]), "customer_id": st.just("C2009")})),
    st.tuples(st.just("add_gift_wrap"), st.fixed_dictionaries({"order_id": st.just(OPEN), "message": st.just("Hi")})),
    st.tuples(st.just("exchange_item"), st.just(
        {"order_id": DELIVERED, "item_id": "W1001-1", "condition": "unopened", "new_variant_id": "H301-BLACK"})),
    st.tuples(st.just("return_item"), st.fixed_dictionaries(
        {"order_id": st.just(DELIVERED), "item_id": st.sampled_from(["W1001-1", "W1001-2"]), "reason": REASONS,
         "condition": st.just("opened"), "refund_to": st.sampled_from(["P3001", "store credit", "P3002"])})),
    st.tuples(st.just("return_item"), st.fixed_dictionaries(
        {"order_id": st.just(SPLIT), "item_id": st.just("W1023-1"), "reason": REASONS, "condition": st.just("opened"),
         "refund_to": st.sampled_from(["P3022", "P3023", "store credit"])})),
    st.tuples(st.just("resolve_lost_parcel"), st.fixed_dictionaries(
        {"order_id": st.just(LOST), "shipment_id": st.just("S5005"),
         "remedy": st.sampled_from(["refund", "new parcel"])})),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(CALLS, max_size=12))
def test_no_order_is_ever_refunded_more_than_was_paid(calls: list[tuple[str, dict[str, Any]]]) -> None:
    here = world()

    for tool, arguments in calls:
        assert call(here, tool, **arguments).outcome in ("ok", "refused")

    for order_id in (OPEN, PACKED, DELIVERED, SPLIT, LOST):
        back = sum(refund["amount"] for refund in here.find("refunds", order_id=order_id))
        assert back <= here.get("orders", order_id)["total"] + 0.005


def test_scenarios_use_every_tool_and_reach_every_rule() -> None:
    cases = [case.scenario for case in load_pack([FOLDER]).cases]
    used = {step.tool for case in cases for step in case.steps if step.tool}
    tagged = {tag.removeprefix("rule:") for case in cases for tag in case.tags if tag.startswith("rule:")}

    assert used == {tool.name for tool in DOMAIN.card.tools}
    assert tagged == {rule.id for rule in DOMAIN.card.rules}
