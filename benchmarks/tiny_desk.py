"""A domain that is small enough for what surrounds it to be measured: one tool, one order, a script of eight lines."""

from __future__ import annotations

import json
from pathlib import Path

DOMAIN = """\
domain: desk
summary: A desk with one order.
now: "2026-03-01T09:00:00"
slots:
  order_id: {label: order number}
"""

TOOLS = '''\
from simkit import World, reads


@reads
def get_order(world: World, order_id: str) -> dict:
    """Look an order up."""
    return world.get("orders", order_id)
'''

CASE = """\
scenario: desk-{number}
wants: to know how my order is doing
knows: {{order_id: W1}}
script: [{script}]
goal: {{calls: [get_order], says: [paid]}}
reference: [{{get_order: {{order_id: W1}}}}, {{say: It is paid.}}]
"""

ORDER = {"product": "Arden lamp", "status": "paid", "total": 129.0}
TURNS = 8
"""User turns of a scripted session; the last one closes it, so the agent answers one time less."""


def write_desk(folder: Path, scenarios: int) -> Path:
    """Write the domain with so many scenarios into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"How is my order W1 doing? I ask for the time number {n}." for n in range(1, TURNS)]
    script = ", ".join(f'"{line}"' for line in [*lines, "Goodbye."])
    cases = "---\n".join(CASE.format(number=number, script=script) for number in range(scenarios))
    texts = {"domain.yaml": DOMAIN, "tools.py": TOOLS, "policy.md": "1.1 Be kind.\n", "cases.yaml": cases}
    for name, text in {**texts, "state.json": json.dumps({"orders": {"W1": ORDER}})}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
