"""Faults of tools reach the agent and the log alike, and how an agent takes them is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import simkit
from simkit.agents.faulty.tools import LATENCY
from simkit.metrics.injected.kinds import TOOL_FAULTS
from simkit.paths.episode import Episode
from simkit.play.agent import Turn
from simkit.testing import faulty
from simkit.trace.events import Injected, ToolCalled

CANCEL = Path(__file__).resolve().parents[3] / "scenarios" / "retail" / "cancel-before-dispatch.yaml"


async def careless(turn: Turn) -> str:
    """Looks, and says whatever."""
    await turn.call("find_customer", email="t.wilk@example.org")
    await turn.call("get_order", order_id="W1002", customer_id="C2002")
    return "Here you are."


async def careful(turn: Turn) -> str:
    """Tries again, and says so."""
    words = "Here you are."
    for tool, arguments in (
        ("find_customer", {"email": "t.wilk@example.org"}),
        ("get_order", {"order_id": "W1002", "customer_id": "C2002"}),
    ):
        for _ in range(2):
            result = await turn.call(tool, **arguments)
            if result.ok and not {"as_of", "truncated"} & set(result.value):
                break
            words = "Sorry, something went wrong, I had to try again."
    return words


def played(agent: Any, fault: str, trials: int = 2) -> tuple[list[Episode], dict[str, int]]:
    """The sessions with a fault, and how it was taken."""
    run = simkit.run(CANCEL, faulty(agent, {fault: 1}), trials=trials)
    episodes = [one for one, _ in run.scored if any(isinstance(event, Injected) for event in one.events)]
    return episodes, run.summary().injection.recovery[fault]


def hit(episode: Episode) -> ToolCalled:
    """The call that the fault is in."""
    mark = next(event for event in episode.events if isinstance(event, Injected))
    call = episode.events[mark.seq + 1]
    assert isinstance(call, ToolCalled)
    return call


@pytest.mark.parametrize("fault", ["tool_error", "tool_timeout"])
def test_a_tool_that_fails_does_nothing(fault: str) -> None:
    for episode in played("reference", fault)[0]:
        call = hit(episode)
        assert (call.outcome, call.changes) == ("error", ())


def test_stale_and_partial_answers_are_in_the_log_as_the_agent_got_them() -> None:
    for episode in played("reference", "stale_data")[0]:
        assert hit(episode).result["as_of"] == "2026-03-09T09:30:00"
    for episode in played("reference", "partial_data")[0]:
        assert hit(episode).result["truncated"] is True
        assert hit(episode).outcome == "ok"


def test_a_slow_call_takes_longer_and_is_as_ever() -> None:
    for episode in played("reference", "latency", trials=1)[0]:
        assert hit(episode).outcome == "ok"
        assert episode.log.beside[hit(episode).seq + 1].at >= LATENCY


@pytest.mark.parametrize("fault", TOOL_FAULTS[:4])
def test_whoever_tries_again_and_says_so_recovers_and_whoever_does_not_does_not(fault: str) -> None:
    count = played(careful, fault)[1]
    assert count["injected"] > 0
    assert {count[name] for name in ("noticed", "retried", "told", "recovered")} == {count["injected"]}

    count = played(careless, fault)[1]
    assert count["injected"] > 0
    assert {count[name] for name in ("told",)} == {0}


def test_an_agent_that_claims_what_a_broken_tool_did_not_do_has_ignored_an_error_and_that_is_no_false_finding() -> None:
    run = simkit.run(CANCEL, faulty("reference", "tool_error=1"), trials=6)
    found = run.summary()

    assert found.total.tool_errors["ignored_error"] > 0
    assert found.injection.false_findings == 0
