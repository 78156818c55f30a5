"""The shoe shop: what a QA engineer who copies its folder relies on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from simkit.play.toolbox import perform
from simkit.play.world import Start, World
from simkit.spec.files import read_domain

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "shoes"
DOMAIN = read_domain(FOLDER)


def call(here: World, tool: str, **arguments: Any) -> Any:
    return perform(DOMAIN, here, "agent", tool, arguments)


def start() -> World:
    return World(Start(DOMAIN.tables, DOMAIN.card.now))


def test_the_script_rewrites_the_state_byte_for_byte(tmp_path: Path) -> None:
    for name in ("make_state.py", "products.csv"):
        shutil.copy(FOLDER / name, tmp_path)

    subprocess.run([sys.executable, "make_state.py"], cwd=tmp_path, check=True, timeout=60)

    assert (tmp_path / "state.json").read_bytes() == (FOLDER / "state.json").read_bytes()


def test_brands_disagree_on_what_a_nine_is() -> None:
    charts = DOMAIN.tables["size_charts"]
    nine = {brand: row["eu"] for brand, chart in charts.items() for row in chart["rows"] if row["us"] == 9}
    eight = {brand: row["eu"] for brand, chart in charts.items() for row in chart["rows"] if row["uk"] == 8}

    assert nine["Norrvik"] != nine["Kaido"]
    assert eight["Ashdown"] != eight["Norrvik"]


def test_windows_are_those_of_the_policy() -> None:
    for order in (order for order in DOMAIN.tables["orders"].values() if order["deliveredOn"]):
        came = date.fromisoformat(order["deliveredOn"])
        returns, exchanges = ((date.fromisoformat(order[name]) - came).days for name in ("returnBy", "exchangeBy"))
        tier = DOMAIN.tables["customers"][order["customerId"]]["tier"]

        assert (returns, exchanges) == (100 if tier == "marathoner" else 30, 60)


@pytest.mark.parametrize(
    ("order", "reason", "refund"),
    [("SO20418", "too_large", 94.0), ("SO20418", "defect", 99.0), ("SO20430", "dislike", 110.0)],
)
def test_the_label_costs_walkers_five_dollars_unless_the_shoe_is_at_fault(
    order: str, reason: str, refund: float
) -> None:
    done = call(start(), "returnOrderLine", orderId=order, lineId="L1", condition="unworn", reason=reason)

    assert done.result["refund"] == refund


def test_a_pair_that_is_put_aside_and_put_back_is_there_again() -> None:
    here = start()
    before = here.value("stock.P-154-440-BLACK.stores.harbour")
    pair = {"customerId": "C-301", "stockItemId": "P-154-440-BLACK", "store": "harbour"}

    pickup = call(here, "createPickup", **pair).result["pickupId"]
    between = here.value("stock.P-154-440-BLACK.stores.harbour")
    call(here, "deletePickup", pickupId=pickup)

    assert (between, here.value("stock.P-154-440-BLACK.stores.harbour")) == (before - 1, before)


def test_a_shoe_is_exchanged_for_the_same_shoe_only() -> None:
    other = {"orderId": "SO20417", "lineId": "L1", "stockItemId": "P-131-420-BLACK"}

    assert call(start(), "exchangeOrderLine", **other).outcome == "refused"
