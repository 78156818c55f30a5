"""A session forked at an event: what is restored is what was, and what is changed is all that is changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tinyshop import write_shop

from simkit import api
from simkit.errors import UsageError
from simkit.probe.fork.parent import parent_of, restored
from simkit.probe.fork.play import play_on
from simkit.probe.fork.plays import Terms
from simkit.probe.fork.point import UNCHANGED, Change, last_open, point
from simkit.probe.fork.result import fork
from simkit.probe.fork.turns import each_turn
from simkit.spec.files import Pack
from simkit.trace.events import ToolCalled, UserSaid

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"

AGENT = '''
import time


class Wobbly:
    """Tells the price of half its customers wrongly, and cancels for all."""

    async def __call__(self, turn):
        said = [one.text for one in turn.history if one.role == "agent"]
        if not said:
            order = await turn.call("get_order", order_id="W1")
            price = order.value["total"] if turn.random.random() < 0.5 else 12
            return f"It was {price} dollars. Shall I go ahead and cancel it? (yes/no)"
        if len(said) == 1 and "yes" in turn.text.lower():
            await turn.call("cancel_order", order_id="W1")
            return "It is cancelled. Is there anything else I can help you with?"
        return "Shall I cancel it?" if len(said) == 1 else "Is there anything else I can help you with?"


class Forgetful(Wobbly):
    """Does something else in each of its sessions."""

    async def __call__(self, turn):
        if len(turn.history) == 1:
            return f"You are customer {time.time_ns()}. What is it about?"
        return "Is there anything else I can help you with?"
'''


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop, two agents, and twelve sessions of the wobbly one."""
    folder = tmp_path_factory.mktemp("place")
    shop = write_shop(folder)
    (folder / "agents.py").write_text(AGENT, encoding="utf-8")
    for name, trials in (("Wobbly", 12), ("Forgetful", 1)):
        agent = f"{folder / 'agents.py'}:{name}"
        api.run(shop, agent, trials=trials, out=folder / "runs" / name, paths=[str(shop)])
    return folder


@pytest.mark.parametrize("domain", ["airline", "telecom"])
def test_with_nothing_changed_a_demo_agent_ends_as_it_did(domain: str, tmp_path: Path) -> None:
    pack = api.load(SCENARIOS / domain)
    few = Pack(tuple(replace(case, personas=case.personas[:1]) for case in pack.cases[::12]), pack.domains)
    run = api.run(few, out=tmp_path / "run", seed=3)

    for log in run.logs():
        parent = parent_of(run.store, str(log.session), few)
        points = [point(parent, at) for at in range(2, last_open(parent), max(1, last_open(parent) // 4))]
        again, arms = play_on(parent, points, Terms(same_luck=True))

        for call in log.calls:
            world, wrong = restored(log, parent.start, call.seq + 1)
            assert (world.digest(), wrong) == (call.world, None)
        assert not any(arm.diverged for arm in arms)
        assert [one.events[1:] for one in again.logs()] == [log.events[1:]] * len(points)


def test_the_world_is_restored_to_the_recorded_digest_at_each_event(place: Path) -> None:
    for log in api.open_run(place / "runs" / "Wobbly").logs():
        parent = parent_of(place / "runs" / "Wobbly", str(log.session))
        for event in log.calls:
            world, wrong = restored(log, parent.start, event.seq + 1)
            assert (world.digest(), wrong) == (event.world, None)


def test_a_changed_word_changes_nothing_before_it(place: Path) -> None:
    parent = parent_of(place / "runs" / "Wobbly", "cancel-lamp/plain/0")
    second = [event.seq for event in parent.log if isinstance(event, UserSaid)][1]

    found = fork(parent, second, Change(say="No, keep it."), Terms(same_luck=True))

    logs = {log.session.scenario: log for log in found.run.logs()}
    changed, was = logs[f"cancel-lamp.0.at-{second}.say"], logs[f"cancel-lamp.0.at-{second}"]
    assert was.events[1:] == parent.log.events[1:]
    assert changed.events[1:second] == parent.log.events[1:second]
    assert changed.events[second].text == "No, keep it."
    assert not any(call.tool == "cancel_order" for call in changed.calls)
    assert found.run.store.manifest["fork"]["session"] == "cancel-lamp/plain/0"


def test_a_changed_result_is_what_the_agent_goes_on_with(place: Path) -> None:
    parent = parent_of(place / "runs" / "Wobbly", "cancel-lamp/plain/0")
    call = next(event for event in parent.log if isinstance(event, ToolCalled))

    found = fork(parent, call.seq, Change(result={"total": 7}, outcome="ok"), Terms(trials=8))

    said = {log.events[call.seq + 1].text for log in found.run.logs() if log.session.scenario.endswith(".result")}
    assert said == {f"It was {price} dollars. Shall I go ahead and cancel it? (yes/no)" for price in (7, 12)}
    assert found.effect is not None
    assert found.changed is not None
    assert found.changed.passed == 0 < found.was.passed


def test_the_turn_that_doomed_a_session_is_named(place: Path) -> None:
    doomed = next(one for _, one in api.open_run(place / "runs" / "Wobbly").scored if not one.passed)

    found = each_turn(parent_of(place / "runs" / "Wobbly", doomed.session), Terms(trials=20))

    assert found.fall is not None
    assert (found.fall.first, found.fall.last) == (1, 1)
    assert [one.passed for one in found.prefixes[1:]] == [0] * (len(found.prefixes) - 1)
    assert found.verdict.startswith("turn 1: success fell from")


def test_no_turn_is_named_where_none_made_a_difference(place: Path) -> None:
    good = next(one for _, one in api.open_run(place / "runs" / "Wobbly").scored if one.passed)

    found = each_turn(parent_of(place / "runs" / "Wobbly", good.session), Terms(trials=20))

    assert found.fall is None
    assert found.verdict.startswith("no turn")


def test_an_agent_that_does_something_else_is_told_with_the_event(place: Path) -> None:
    parent = parent_of(place / "runs" / "Forgetful", "cancel-lamp")

    found = fork(parent, last_open(parent), UNCHANGED, Terms(trials=2))

    assert [one.seq for one in found.was.diverged] == [2, 2]
    assert not found.restored


def test_a_world_that_is_no_longer_the_same_is_told(place: Path, tmp_path: Path) -> None:
    other = write_shop(tmp_path)
    (other / "state.json").write_text((other / "state.json").read_text().replace("129.0", "130.0"), encoding="utf-8")

    with pytest.raises(UsageError, match="the world cannot be restored: after event"):
        parent_of(place / "runs" / "Wobbly", "cancel-lamp/plain/0", other)
