"""Domains drafted from OpenAPI: they behave as the API would, and what is drafted holds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from simkit import Refused, api
from simkit.design.draft.drafting import write_domain
from simkit.design.draft.openapi.plan import plan_of_openapi
from simkit.play.world import Start, World
from simkit.spec.domain import Domain
from simkit.spec.files import read_domain

SPECS = Path(__file__).parent / "specs"


def drafted(name: str, scenarios: int = 20) -> Path:
    """A domain's folder, drafted from one of the specs."""
    shutil.copytree(SPECS, "specs", dirs_exist_ok=True)
    file = next(SPECS.glob(f"{name}.*"))
    return write_domain(plan_of_openapi(name, file), Path("scenarios") / name, scenarios).folder


class Api:
    """A drafted domain's tools on one world, as a client of the API would call them."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.world = World(Start(domain.tables, domain.card.now))

    def __getattr__(self, tool: str) -> Any:
        return lambda **arguments: self.domain.functions["agent", tool](self.world, **arguments)


@pytest.mark.parametrize("name", sorted(file.stem for file in SPECS.iterdir()))
def test_a_drafted_domain_holds_with_twenty_scenarios(name: str) -> None:
    checked = api.check(drafted(name))

    assert checked.problems == ()
    assert len(checked.pack.cases) == 20


def test_what_is_made_can_be_read_listed_changed_and_removed() -> None:
    bakery = Api(read_domain(drafted("bakery", 0)))

    made = bakery.placeOrder(customerId="cus_1002", item="sourdough", quantity=2)

    assert made == {
        "id": "ord_5009",
        "customerId": "cus_1002",
        "status": "pending",
        "createdAt": bakery.world.now,
        "item": "sourdough",
        "quantity": 2,
    }
    assert bakery.getOrder(orderId="ord_5009") == made
    assert made in bakery.listOrdersOfCustomer(customerId="cus_1002")["orders"]
    assert bakery.updateOrder(orderId="ord_5009", note="sliced")["note"] == "sliced"
    assert bakery.cancelOrder(orderId="ord_5009")["status"] == "cancelled"
    with pytest.raises(Refused, match="order ord_5009 is cancelled already"):
        bakery.cancelOrder(orderId="ord_5009")
    bakery.deleteOrder(orderId="ord_5009")
    with pytest.raises(Refused, match="no record 'ord_5009' in orders"):
        bakery.getOrder(orderId="ord_5009")
    with pytest.raises(Refused, match="no record 'cus_9' in customers"):
        bakery.placeOrder(customerId="cus_9", item="sourdough", quantity=2)
