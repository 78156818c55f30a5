"""A domain with nothing wrong in it: a bicycle hire of four tools, three scenarios, and no loose end."""

from __future__ import annotations

from pathlib import Path

DOMAIN = """\
domain: hire
summary: The desk of a bicycle hire.
now: "2026-05-04T09:00:00"
slots:
  hire_id: {label: hire number, also: [number of the hire]}
  days: {label: number of days, also: [how many days]}
  town: {label: town, also: [which town]}
catalogue:
  bike: bikes.*.name
rules:
  - id: look-first
    clause: "1.1"
    before: {call: [extend_hire, cancel_hire], first: get_hire}
  - id: ask-first
    clause: "1.2"
    confirm_before: [extend_hire, cancel_hire]
  - id: out-is-out
    clause: "2.1"
    gates: true
    never: {call: cancel_hire, when: {"hires.{hire_id}.status": out}}
"""

TOOLS = '''\
"""What the desk can do."""

from __future__ import annotations

from typing import Annotated

from simkit import Field, Refused, World, reads, writes

HireId = Annotated[str, Field(pattern=r"^H[0-9]+$")]


@reads
def get_hire(world: World, hire_id: HireId) -> dict:
    """Look a hire up: bicycle, days, status, day of return."""
    hire = world.get("hires", hire_id)
    return hire | {"bike": world.get("bikes", hire["bike_id"])["name"]}


@reads
def find_outlets(world: World, town: str) -> dict:
    """Where bicycles can be given back in a town."""
    return {"outlets": world.find("outlets", town=town)}


@writes
def extend_hire(world: World, hire_id: HireId, days: Annotated[int, Field(ge=1, le=14)]) -> dict:
    """Let a hire go on for some more days."""
    hire = world.get("hires", hire_id)
    return world.patch("hires", hire_id, days=hire["days"] + days, price=hire["price"] + 12.5 * days)


@writes
def cancel_hire(world: World, hire_id: HireId) -> dict:
    """Cancel a hire."""
    if world.get("hires", hire_id)["status"] == "cancelled":
        raise Refused("it is cancelled already")
    return world.patch("hires", hire_id, status="cancelled")
'''

POLICY = """\
# Policy

1.1 Look a hire up before you change it.

1.2 Say what you would do, and wait for a yes.

2.1 A hire whose bicycle is out is not cancelled any more: it ends when the bicycle is back.
"""

STATE = """\
{
 "bikes": {
  "B1": {"name": "Heron tourer"}
 },
 "hires": {
  "H101": {"bike_id": "B1", "days": 2, "price": 25.0, "status": "out"},
  "H102": {"bike_id": "B1", "days": 4, "price": 50.0, "status": "out"}
 },
 "outlets": {
  "O1": {"town": "Larkhaven", "street": "4 Quay Road"}
 }
}
"""

CASES = """\
scenario: longer
personas: [plain, withholder]
wants: to keep the Heron tourer for longer
knows: {hire_id: H101, days: 3}
goal:
  world: {hires.H101.days: 5}
  says: [{money: 62.50}]
reference:
  - get_hire: {hire_id: H101}
  - extend_hire: {hire_id: H101, days: 3}
---
scenario: out-already
wants: to cancel my hire
knows: {hire_id: H102}
goal:
  calls: [get_hire]
  never: [cancel_hire]
  says: [{any_of: [out already, out on hire]}]
reference:
  - get_hire: {hire_id: H102}
  - say: I'm sorry, I can't cancel it, as the bicycle is out already.
---
scenario: give-back
wants: to know where I can give my bicycle back
knows: {hire_id: H101, town: Larkhaven}
goal:
  calls: [find_outlets]
  says: [Quay Road]
reference:
  - find_outlets: {town: Larkhaven}
  - say: You can give it back at 4 Quay Road.
"""

FILES = {"domain.yaml": DOMAIN, "tools.py": TOOLS, "policy.md": POLICY, "state.json": STATE, "cases.yaml": CASES}


def write_hire(folder: Path) -> Path:
    """Write the domain into `folder`/hire, and return that folder."""
    hire = folder / "hire"
    hire.mkdir(parents=True)
    for name, text in FILES.items():
        (hire / name).write_text(text, encoding="utf-8")
    return hire
