"""A call that the goal rules out stays forbidden whatever else is wrong with it."""

from __future__ import annotations

from corner_shop import HELLO, SCENARIO, cancel, told
from storylog import call

from simkit.metrics.session import score_session

NEVER = {**SCENARIO, "goal": {**SCENARIO["goal"], "never": ["get_order"]}}


def test_a_forbidden_call_that_also_came_too_early_is_both() -> None:
    episode = told(HELLO, call("get_order", {"order_id": "W1001"}), cancel(), scenario=NEVER, reached=True)
    found = {finding.kind for finding in score_session(episode).findings if 2 in finding.events}

    assert {"forbidden_call", "out_of_order"} <= found
