"""Faults of tools: not the agent's doing; what is measured is whether it notices, tries again and tells the user.

tool_error     the call fails before it does anything
tool_timeout   the call is given up after a while; it did nothing
stale_data     a read answers as the world was when the session began, stamped with the day before
partial_data   a read answers with half of what there is, marked as cut off
latency        the call takes LATENCY seconds longer, and is then as ever
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from simkit.agents.faulty.stage import Call, Plan, Stage, failed
from simkit.play.toolbox import Performed, Tamper

AtTheStart = Callable[[Call], Performed]
"""What a call gives on the world as it was when the session began."""

HOW = {"latency": "delayed", "tool_error": "failed", "tool_timeout": "failed"}
"""What is done to a call, as the event about it says; `changed`, if it is not here."""

LATENCY = 0.25
"""Seconds that a slow call takes longer."""


def tool_plans(stage: Stage, fault: str) -> tuple[Plan, ...]:
    """Every call of the reference path that can have a fault of that kind."""
    data = fault in ("stale_data", "partial_data")
    return tuple(
        Plan(fault, "tamper", at)
        for at, done in enumerate(stage.done)
        if not data or (not stage.writes(at) and isinstance(done.result, dict) and len(done.result) > 1)
    )


def tampering(stage: Stage, plan: Plan, arguments: Any) -> tuple[Tamper, float]:
    """What becomes of a call, and how many seconds it takes longer."""
    assert plan.at is not None
    return tamper_of(plan.fault, Call(stage.call(plan.at).tool, arguments), stage.as_at_the_start, stage.card.now)


def tamper_of(fault: str, call: Call, at_the_start: AtTheStart, now: str) -> tuple[Tamper, float]:
    """What a fault makes of a call, and how many seconds it takes longer. `now`: the session's moment, ISO 8601."""
    tampers: dict[str, Tamper] = {
        "tool_error": lambda perform: failed(call),
        "tool_timeout": lambda perform: Performed(call.arguments, "error", "TimeoutError: no answer within 30 s"),
        "stale_data": lambda perform: _stale(call, perform(), at_the_start, now),
        "partial_data": lambda perform: _partial(perform()),
        "latency": lambda perform: perform(),
    }
    return tampers[fault], LATENCY if fault == "latency" else 0.0


def _stale(call: Call, done: Performed, at_the_start: AtTheStart, now: str) -> Performed:
    before = at_the_start(call)
    old = before if before.outcome == "ok" else done
    if not isinstance(old.result, dict):
        return done
    yesterday = datetime.fromisoformat(now) - timedelta(days=1)
    return _with(done, old.result | {"served_from": "cache", "as_of": yesterday.isoformat()})


def _partial(done: Performed) -> Performed:
    if not isinstance(done.result, dict):
        return done
    kept = dict(list(done.result.items())[: (len(done.result) + 1) // 2])
    return _with(done, kept | {"truncated": True})


def _with(done: Performed, result: dict[str, Any]) -> Performed:
    return done._replace(result=result)
