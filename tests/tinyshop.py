"""A domain small enough to read at a glance, written to a folder: two orders, one lamp, a till."""

from __future__ import annotations

import json
from pathlib import Path

DOMAIN = """\
# yaml-language-server: $schema=../domain.schema.json
domain: shop
summary: A shop with two orders.
now: "2026-03-01T09:00:00"
slots:
  name: {label: name}
  order_id: {label: order number, also: [order id]}
catalogue: {product: orders.*.product}
rules:
  - id: look-first
    clause: "1.1"
    before: {call: cancel_order, first: get_order}
  - id: ask-first
    clause: "1.2"
    confirm_before: cancel_order
  - id: not-shipped
    clause: "1.3"
    never: {call: cancel_order, when: {"orders.{order_id}.status": shipped}}
user_acts:
  - when: [press the red button]
    call: press_button
    arguments: {name: "{name}"}
    reply: "I pressed it, the lamp is {lamp}."
"""

TOOLS = '''\
from typing import Annotated

from simkit import Field, Refused, World, reads, writes

OrderId = Annotated[str, Field(description="as on the receipt", pattern=r"^W\\d+$")]


@reads
def get_order(world: World, order_id: OrderId) -> dict:
    """Look up an order."""
    return world.get("orders", order_id)


@writes
def cancel_order(world: World, order_id: OrderId) -> dict:
    """Cancel an order."""
    if world.get("orders", order_id)["status"] == "cancelled":
        raise Refused("it is cancelled already")
    return world.patch("orders", order_id, status="cancelled")


@writes
def break_things(world: World) -> dict:
    """Change something, then fall over."""
    world.patch("orders", "W1", status="broken")
    raise RuntimeError("the till is on fire")


@reads
def lie(world: World) -> dict:
    """Claim to read, but write."""
    world.patch("orders", "W1", status="lied")
    return {}


@writes(by="user")
def press_button(world: World, name: str) -> dict:
    """Press the red button on the lamp."""
    return world.patch("lamps", name, lamp="on")
'''

POLICY = """\
# Policy

1.1 Look an order up before you cancel it.

1.2 Ask before you cancel.

1.3 Never cancel what has been shipped.
"""

STATE = {
    "orders": {
        "W1": {"product": "Arden lamp", "status": "paid", "total": 129.0, "owner": "Ana"},
        "W2": {"product": "Birk shelf", "status": "shipped", "total": 80.5, "owner": "Ben"},
    },
    "lamps": {"Ana": {"lamp": "off"}},
}

SCENARIO = """\
# yaml-language-server: $schema=../scenario.schema.json
scenario: cancel-lamp
personas: [plain]
wants: To cancel my lamp
knows: {name: Ana, order_id: W1}
goal:
  world: {orders.W1.status: cancelled}
  calls: [get_order]
  says: [{money: 129}]
reference:
  - get_order: {order_id: W1}
  - cancel_order: {order_id: W1}
"""


def write_shop(folder: Path, scenario: str = SCENARIO) -> Path:
    """Write the domain into `folder`/shop with one scenario, and return that folder."""
    shop = folder / "shop"
    shop.mkdir(parents=True)
    for name, text in {
        "domain.yaml": DOMAIN,
        "tools.py": TOOLS,
        "policy.md": POLICY,
        "state.json": json.dumps(STATE),
        "case.yaml": scenario,
    }.items():
        (shop / name).write_text(text, encoding="utf-8")
    return shop
