"""Faults that a scenario declares (`faults:`): met by any agent, at the call that is named, however it is played."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from tinyshop import SCENARIO, write_shop

import simkit
from simkit.errors import FileErrors
from simkit.metrics.session import score_session
from simkit.probe.fork.parent import parent_of
from simkit.probe.fork.play import play_on
from simkit.probe.fork.plays import Terms
from simkit.probe.fork.point import point
from simkit.testing import faulty
from simkit.trace.events import Injected, ToolCalled, UserSaid
from simkit.trace.log import Log
from simkit.trace.store import Store
from simkit.trace.tables import SESSIONS

AGENT = """\
async def clerk(turn):
    said = [one for one in turn.history if one.role == "agent"]
    for _ in range(1 + bool(said)):
        await turn.call("get_order", order_id="W1")
    return "Shall I go ahead and cancel it? (yes/no)" if len(said) < 2 else "Is there anything else I can help with?"
"""


def shop(folder: Path, *faults: str, world: str = "") -> Path:
    """The tiny shop, with an agent that looks once in its first turn and twice in each later one."""
    declared = f"faults: [{', '.join(faults)}]\n" if faults else ""
    (folder / "agent.py").write_text(AGENT, encoding="utf-8")
    return write_shop(folder, f"{SCENARIO}{declared}{world}")


def played(folder: Path, *faults: str, world: str = "", **more: Any) -> Log:
    """One session with the clerk."""
    made = folder / "shop" if (folder / "shop").exists() else shop(folder, *faults, world=world)
    run = simkit.run(made, f"{folder / 'agent.py'}:clerk", **more)
    (log,) = run.logs()
    return log


@pytest.mark.parametrize(
    ("fault", "outcome", "how", "result"),
    [
        ("tool_error", "error", "failed", "ConnectionError: the service did not answer"),
        ("tool_timeout", "error", "failed", "TimeoutError: no answer within 30 s"),
        ("stale_data", "ok", "changed", {"served_from": "cache", "as_of": "2026-02-28T09:00:00", "status": "paid"}),
        ("partial_data", "ok", "changed", {"truncated": True}),
        ("latency", "ok", "delayed", {"status": "paid"}),
    ],
)
def test_the_tool_fails_at_that_call_and_at_no_other(
    tmp_path: Path, fault: str, outcome: str, how: str, result: Any
) -> None:
    log = played(tmp_path, f"{{tool: get_order, fault: {fault}, call: 2}}")

    (told,) = log.of(Injected)
    whole, hit, *others = log.calls
    assert (told.fault, told.how, told.seq + 1) == (fault, how, hit.seq)
    assert hit.outcome == outcome
    assert hit.result == result if isinstance(result, str) else result.items() <= hit.result.items()
    assert ("owner" in hit.result) is (fault in ("stale_data", "latency"))
    assert {(one.outcome, str(one.result)) for one in others} == {("ok", str(whole.result))}


def test_stale_data_is_what_the_world_was_at_the_start_and_several_faults_are_each_met(tmp_path: Path) -> None:
    faults = ("{tool: get_order, fault: stale_data, call: 3}", "{tool: cancel_order, fault: tool_error}")
    agent = (
        'async def hasty(turn):\n    await turn.call("cancel_order", order_id="W1")\n'
        '    await turn.call("cancel_order", order_id="W1")\n'
        '    for _ in range(3):\n        await turn.call("get_order", order_id="W1")\n    return "Done."\n'
    )
    made = shop(tmp_path, *faults)
    (tmp_path / "agent.py").write_text(agent, encoding="utf-8")

    run = simkit.run(made, f"{tmp_path / 'agent.py'}:hasty")
    (log,) = run.logs()

    calls = log.calls[:5]
    assert [one.outcome for one in calls] == ["error", "ok", "ok", "ok", "ok"]
    assert [one.result["status"] for one in calls[1:]] == ["cancelled", "cancelled", "cancelled", "paid"]
    assert calls[0].changes == ()


def test_an_agent_is_not_blamed_for_what_its_tools_do(tmp_path: Path) -> None:
    made = shop(tmp_path, "{tool: cancel_order, fault: tool_error}")

    ((episode, score),) = simkit.run(made, "reference").scored

    assert [call.outcome for call in episode.agent_calls][-1] == "error"
    assert score.blame is not None
    assert score.blame.culprit == "domain"
    assert score_session(episode) == score


def test_an_agent_that_is_made_to_err_meets_faults_of_tools_too(tmp_path: Path) -> None:
    """Errors put in by name, and one that the scenario itself puts in."""
    tool, early = "faults: [{tool: get_order, fault: stale_data}]\n", "{cancel_order: {order_id: W1}}"
    put_down = f"agent_fault: {{fault: confirm_before, do: early, at: {early}, rule: ask-first}}\n"
    found = []
    for folder, scenario, agent in (
        ("by-name", SCENARIO + tool, faulty("reference", "confirm_before=1")),
        ("put-down", SCENARIO + tool + put_down, "reference"),
    ):
        run = simkit.run(write_shop(tmp_path / folder, scenario), agent)
        ((episode, score),) = run.scored
        found.append(([(one.fault, one.how) for one in episode.log.of(Injected)], [one.kind for one in score.findings]))

    assert found[0] == found[1]
    assert found[0] == ([("stale_data", "changed"), ("confirm_before", "moved")], ["unconfirmed_write"])


def test_a_resumed_session_meets_its_faults_at_the_calls_at_which_the_first_one_did(tmp_path: Path) -> None:
    out = tmp_path / "run"
    whole = played(tmp_path, "{tool: get_order, fault: tool_error, call: 3}", out=out)
    second = [event.seq for event in whole.events if isinstance(event, UserSaid)][1]
    with Store.resume(out) as store:
        store.recorder(whole.session).cut(second + 1)
        store.flush()
        with store._engine.begin() as connection:
            connection.execute(update(SESSIONS).values(finished=False, digest=""))

    again = played(tmp_path, out=out, resume=True)

    assert [call.outcome for call in whole.calls][:4] == ["ok", "ok", "error", "ok"]
    assert again.events == whole.events


@pytest.mark.parametrize("restore", ["replay", "history"])
def test_a_forked_session_keeps_its_faults_and_its_own_world(tmp_path: Path, restore: Any) -> None:
    out = tmp_path / "run"
    faults = ("{tool: get_order, fault: tool_error, call: 1}", "{tool: get_order, fault: stale_data, call: 3}")
    log = played(tmp_path, *faults, world="world: {only: [orders.W1]}\n", out=out, paths=[str(tmp_path / "shop")])
    parent = parent_of(out, str(log.session))
    last = [event.seq for event in log.events if isinstance(event, UserSaid)][1]

    run, (arm,) = play_on(parent, [point(parent, last)], Terms(same_luck=True, restore=restore))

    (forked,) = run.logs()
    assert not arm.diverged
    assert [event for event in forked.events if isinstance(event, ToolCalled | Injected)] == [
        event for event in log.events if isinstance(event, ToolCalled | Injected)
    ]


def test_an_end_at_a_tool_that_is_not_there_is_a_line_with_its_cure(tmp_path: Path) -> None:
    made = shop(tmp_path, world="limits: {until: get_ordr}\n")

    with pytest.raises(FileErrors, match=r":13:17: the agent has no tool 'get_ordr'.*did you mean 'get_order'"):
        simkit.load(made)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("{tool: get_ordr, fault: tool_error}", "there is no tool 'get_ordr'; did you mean 'get_order'?"),
        ("{tool: press_button, fault: tool_error}", "there is no tool 'press_button'"),
        ("{tool: get_order, fault: tool_err}", "did you mean 'tool_error'?"),
        ("{tool: get_order, fault: latency, call: 0}", "call is 0; write at least 1"),
        ("{tool: get_order, fault: latency, cal: 2}", "'cal' is not a key here; did you mean 'call'?"),
    ],
)
def test_a_fault_that_cannot_be_is_a_line_with_its_cure(tmp_path: Path, fault: str, told: str) -> None:
    made = shop(tmp_path, fault)

    with pytest.raises(FileErrors) as caught:
        simkit.load(made)

    assert str(caught.value).startswith(f"{made / 'case.yaml'}:13:")
    assert told in str(caught.value)
