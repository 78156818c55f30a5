"""Fuzzing looks for sessions that break an invariant, and makes a small scenario of each."""

from __future__ import annotations

from pathlib import Path

from tinyshop import write_shop

import simkit
from simkit.probe.fuzz.session import Terms, fuzz

INVARIANTS = """
invariants:
  - {id: nothing-is-undone, each: {orders.*.status: {not: cancelled}}}
  - {id: own-orders, clause: "1.1", reads_of_one: owner}
"""
AGENT = """\
async def nosy(turn):
    for order in ("W1", "W2"):
        await turn.call("get_order", order_id=order)
    await turn.call("cancel_order", order_id="W2")
    return "Is there anything else?"
"""


def test_what_breaks_an_invariant_is_found_and_fails_again(tmp_path: Path) -> None:
    shop = write_shop(tmp_path)
    with (shop / "domain.yaml").open("a", encoding="utf-8") as file:
        file.write(INVARIANTS)
    (tmp_path / "agent.py").write_text(AGENT, encoding="utf-8")
    agent = f"{tmp_path / 'agent.py'}:nosy"

    found = {
        str(one.broken.mark): one
        for one in fuzz(shop, tmp_path / "odd", Terms(agent, max_sessions=3, shrink_sessions=40)).found
    }

    for mark in ("goal: invariant nothing-is-undone", "forbidden_call own-orders"):
        kept = found[mark].kept
        user = "scripted" if "scripted" in kept.command else "agenda"
        ((_, score),) = simkit.run(kept.scenario, agent, user=user).scored
        failed = [part.what for part in score.goal if part.part == "invariant" and part.verdict == "fail"]
        assert any(mark.split()[-1] in what for what in failed)
