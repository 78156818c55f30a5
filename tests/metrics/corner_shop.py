"""A small domain for tests of metrics, and sessions told in it: one clean, and what differs from it."""

from __future__ import annotations

from typing import Any

from storylog import call, story

from simkit.metrics.score import Finding
from simkit.metrics.session import score_session
from simkit.paths.episode import Episode
from simkit.trace.events import Event


def tool(name: str, effect: str, by: str = "agent", **properties: Any) -> dict[str, Any]:
    """A tool's card entry."""
    parameters = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"name": name, "description": name, "parameters": parameters, "effect": effect, "by": by}


CARD: dict[str, Any] = {
    "domain": "shop",
    "now": "2026-03-01T10:00:00",
    "policy": "Returns are accepted within 30 days. A replacement costs $15.",
    "tools": [
        tool("find_customer", "read", email={"type": "string"}),
        tool("get_order", "read", order_id={"type": "string"}),
        tool("get_invoice", "read", order_id={"type": "string"}),
        tool("cancel_order", "write", order_id={"type": "string"}, notify={"type": "boolean", "default": True}),
        tool("request_refund", "write", order_id={"type": "string"}, to={"type": "string"}),
        tool("restart_router", "write", by="user"),
    ],
    "slots": {"order_id": {"label": "order number", "also": ["order id"]}},
    "catalogue": {"product": ["Desk Lamp Plus", "Copper Kettle"]},
    "rules": [
        {"id": "identify", "clause": "1.1", "before": {"call": ["get_order"], "first": ["find_customer"]}},
        {
            "id": "shipped",
            "clause": "2.3",
            "never": {"call": "cancel_order", "when": {"orders.{order_id}.status": {"in": ["shipped"]}}},
        },
        {"id": "once", "clause": "2.4", "at_most": {"call": "request_refund", "times": 1, "per": "order_id"}},
        {"id": "confirm", "clause": "1.3", "confirm_before": ["cancel_order", "request_refund"]},
    ],
}

REFERENCE = [
    {"find_customer": {"email": "ana@example.com"}},
    {"get_order": {"order_id": "W1001"}},
    {"cancel_order": {"order_id": "W1001"}},
]
SCENARIO: dict[str, Any] = {
    "scenario": "cancel",
    "wants": "my order W1001 cancelled",
    "goal": {"world": {"orders.W1001.status": "cancelled"}, "says": [{"id": "W1001"}]},
    "reference": REFERENCE,
}

CANCELLED = {"path": "orders.W1001", "before": {"status": "pending"}, "after": {"status": "cancelled"}}
PENDING = {"orders.W1001.status": "pending"}
END_CANCELLED: dict[str, Any] = {"changed": [CANCELLED], "named": {"orders.W1001.status": "cancelled"}}
END_PENDING: dict[str, Any] = {"changed": [], "named": PENDING}


def cancel(order_id: str = "W1001", **more: Any) -> Event:
    """The write of the clean session."""
    change = {**CANCELLED, "path": f"orders.{order_id}"}
    given = {"changes": [change], "before": {f"orders.{order_id}.status": "pending"}, "world": "w2", **more}
    return call("cancel_order", {"order_id": order_id}, result={"status": "cancelled"}, **given)


HELLO = "user: Please cancel my order W1001, I am ana@example.com."
FIND = 'call find_customer {"email": "ana@example.com"} -> ok {"name": "Ana"}'
LOOK = 'call get_order {"order_id": "W1001"} -> ok {"status": "pending", "total": 49.9}'
ASK = "agent: Shall I cancel order W1001 for $49.90?"
YES = "user: Yes, please."
DONE = "agent: Order W1001 has been cancelled."
BYE = "user(close): Thanks, bye."

CLEAN: tuple[str | Event, ...] = (HELLO, FIND, LOOK, ASK, YES, cancel(), DONE, BYE)
"""Events 1 to 8; the write is event 6."""


def told(*lines: str | Event, reached: bool = False, **more: Any) -> Episode:
    """A session of the shop; `reached` says whether the order ends up cancelled."""
    given = {"scenario": SCENARIO, "card": CARD, "end_state": END_CANCELLED if reached else END_PENDING, **more}
    return story(*lines, **given)


def kinds(episode: Episode) -> list[str]:
    """The kinds of what was found, in order."""
    return [finding.kind for finding in score_session(episode).findings]


def only(episode: Episode) -> Finding:
    """The one finding of a session."""
    found = score_session(episode).findings
    assert len(found) == 1, [f"{one.kind}: {one.sentence}" for one in found]
    return found[0]
