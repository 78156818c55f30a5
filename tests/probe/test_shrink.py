"""A failing session made smaller: it fails the same way, and runs from its file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from tinyshop import write_shop

import simkit
from simkit.errors import UsageError
from simkit.probe.shrink.candidate import events_of
from simkit.probe.shrink.flaky import as_often
from simkit.probe.shrink.session import shrink
from simkit.probe.shrink.way import way_of

SCENARIO = """\
scenario: long-talk
personas: [impatient, plain]
wants: to know what my lamp cost
knows: {name: Ana, order_id: W1}
does_not_know: [that W2 is not theirs]
then: [the lamp cancelled, to hear about the weather]
goal:
  world: {orders.W1.status: cancelled, lamps.Ana.lamp: "off"}
  calls: [get_order]
  says: [{money: 129}]
reference:
  - get_order: {order_id: W1}
  - cancel_order: {order_id: W1}
tags: [long]
"""

AGENT = """\
import re

SEEN = []


async def hasty(turn):
    order = re.search(r"W\\d", " ".join(message.text for message in turn.history))
    if not order:
        return "Could you tell me your order number?"
    if "cancelled" not in turn.text:
        return f"It cost {(await turn.call('get_order', order_id=order[0])).value['total']}. Is there anything else?"
    await turn.call("get_order", order_id=order[0])
    await turn.call("cancel_order", order_id=order[0])
    return "It is cancelled. Is there anything else?"


async def moody(turn):
    if len(turn.history) == 1:
        SEEN.append(1)
    if len(SEEN) % 3 == 0:
        return "Is there anything else?"
    return await hasty(turn)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop with one long case, and an agent that cancels without asking."""
    folder = write_shop(tmp_path, SCENARIO)
    (tmp_path / "agent.py").write_text(AGENT, encoding="utf-8")
    return folder


def played(shop: Path, agent: str) -> simkit.Run:
    """A run of the case."""
    ref = f"{shop.parent / 'agent.py'}:{agent}"
    return simkit.run(shop, ref, out=shop.parent / "run", paths=[str(shop)])


def test_a_long_talk_becomes_the_call_that_was_wrong_and_what_it_needs(shop: Path) -> None:
    run = played(shop, "hasty")

    found = shrink(run, "long-talk/impatient")

    told = found.to_json()
    assert told["fails_by"] == ["unconfirmed_write ask-first"]
    assert told["before"]["turns"] > 2
    assert (told["after"]["turns"], told["after"]["records"]) == (1, 1)
    again = simkit.run(found.kept.scenario, found.origin.agent, user=found.shrunk.after.user)
    ((_, score),) = again.scored
    assert [(one.kind, one.where) for one in score.findings] == [("unconfirmed_write", "ask-first (1.2)")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(found.kept.test)]
    tested = subprocess.run(command, capture_output=True, text=True, check=False)
    assert tested.returncode == 1
    assert "was not confirmed by the user first" in tested.stdout


def test_an_agent_that_fails_only_now_and_then_is_tried_often_enough(shop: Path) -> None:
    found = shrink(played(shop, "moody"), "long-talk/plain")

    told = found.to_json()
    assert 0.3 < told["failure_rate"] < 0.9
    assert told["fails_by"] == ["unconfirmed_write ask-first"]
    assert told["after"]["turns"] < told["before"]["turns"]


@pytest.mark.parametrize(
    ("inject", "way", "pinned"),
    [
        ("never", "forbidden_call not-shipped", "agent_fault"),
        ("before", "out_of_order look-first", "agent_fault"),
        ("tool_error", "goal: world orders.W1.status", "faults"),
    ],
)
def test_what_is_left_of_an_injected_fault_fails_without_injection(
    tmp_path: Path, inject: str, way: str, pinned: str
) -> None:
    shop = write_shop(tmp_path)
    run = simkit.run(shop, f"faulty:{inject}=1:reference", out=tmp_path / "run", paths=[str(shop)])

    found = shrink(run, "cancel-lamp/plain/0")

    told = found.to_json()
    assert told["fails_by"] == [way]
    assert "--inject" not in told["command"] and "--agent reference" in told["command"]
    assert {"inject", pinned} & found.shrunk.after.scenario.keys() == {pinned}
    ((episode, score),) = simkit.run(found.kept.scenario, "reference", user=found.shrunk.after.user).scored
    again = way_of(episode, score)
    assert again is not None and str(again) == way
    assert told["after"]["events"] == events_of(episode) < told["before"]["events"]


def test_a_session_that_passed_has_nothing_to_make_smaller(tmp_path: Path) -> None:
    run = simkit.run(write_shop(tmp_path), "reference", out=tmp_path / "run")

    with pytest.raises(UsageError, match="passed and shows no error"):
        shrink(run, "cancel-lamp/plain/0", "reference")
    with pytest.raises(UsageError, match="has no session 'cancel-lamp/rude/0'; did you mean 'cancel-lamp/plain/0'"):
        shrink(run, "cancel-lamp/rude/0", "reference")


def test_another_agent_that_does_not_fail_is_told_of(shop: Path) -> None:
    with pytest.raises(UsageError, match="does not fail again"):
        shrink(played(shop, "hasty"), "long-talk/plain", "reference")


@pytest.mark.parametrize(("rate", "true", "kept"), [(0.8, 0.8, 0.9), (0.8, 0.2, 0.1), (0.4, 0.4, 0.8), (0.4, 0.1, 0.2)])
def test_what_fails_as_often_is_kept_and_what_fails_less_often_is_not(rate: float, true: float, kept: float) -> None:
    random = Random(7)

    found = [as_often(lambda number: random.random() < true, rate) for _ in range(400)]

    share = sum(found) / len(found)
    assert share >= kept - 0.05 if true == rate else share <= kept + 0.05
