"""What an agent that does nothing would reach is read off the log, and is what it reaches when it is played."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from storylog import story
from tau2file import GATE, LEND, LIBRARY, NOTHING, results, write

import simkit
from simkit.imports.tau2.files import read
from simkit.metrics.null_agent import passes_untouched
from simkit.paths.episode import Episode, episodes
from simkit.spec.files import shipped


def ended(goal: dict[str, Any], named: dict[str, Any], *changed: dict[str, Any], **more: Any) -> Episode:
    """A session in a world, as its end tells it."""
    state = {"digest": "w2", "changed": list(changed), "named": named}
    return story("user: Hi.", "agent: Done.", scenario={"goal": goal, **more}, end_state=state)


CANCELLED = {"path": "orders.W1", "before": {"status": "pending"}, "after": {"status": "cancelled"}}
MADE = {"path": "refunds.R1", "before": None, "after": {"amount": 5.0}}
REMOVED = {"path": "refunds.R2", "before": {"amount": 7.0}, "after": None}


@pytest.mark.parametrize(
    ("goal", "named", "changed", "passes"),
    [
        ({"world": {"orders.W1.status": "cancelled"}}, {"orders.W1.status": "cancelled"}, [CANCELLED], False),
        ({"world": {"orders.W1.status": "pending"}}, {"orders.W1.status": "cancelled"}, [CANCELLED], True),
        ({"world": {"orders.W2.status": "pending"}}, {"orders.W2.status": "pending"}, [CANCELLED], True),
        ({"world": {"refunds.R1": {"exists": False}}}, {"refunds.R1": {"amount": 5.0}}, [MADE], True),
        ({"world": {"refunds.R1.amount": 5.0}}, {"refunds.R1.amount": 5.0}, [MADE], False),
        ({"world": {"refunds.R2.amount": 7.0}}, {"refunds.R2.amount": "<missing>"}, [REMOVED], True),
        ({"world": {"refunds": {"exists": False}}}, {"refunds": {"R1": {"amount": 5.0}}}, [MADE], True),
        ({"world": {"refunds": {"exists": True}}}, {"refunds": "<missing>"}, [REMOVED], True),
        ({"never": ["cancel_order"]}, {}, [], True),
        ({"calls": ["cancel_order"]}, {}, [], False),
        ({"says": ["sorry"]}, {}, [], False),
        ({"elsewhere": "free"}, {}, [], None),
    ],
)
def test_the_goal_is_read_on_the_world_as_it_was_and_on_no_words(
    goal: dict[str, Any], named: dict[str, Any], changed: list[dict[str, Any]], passes: bool | None
) -> None:
    assert passes_untouched(ended(goal, named, *changed)) is passes


def test_a_session_without_a_world_and_without_a_task_tells_nothing() -> None:
    assert passes_untouched(story("user: Hi.", "judged reward: 1.0", "end recorded")) is None


def test_a_tau2_task_is_passed_by_nobody_where_one_component_asks_for_something(tmp_path: Path) -> None:
    found = {e.scenario.benchmark["task"]: passes_untouched(e) for e in episodes(read(write(tmp_path, LIBRARY)))}
    assert found == {LEND["id"]: False, "gate": False, "nothing": True, "free": True}
    only = {**GATE, "evaluation_criteria": {**GATE["evaluation_criteria"], "reward_basis": ["ENV_ASSERTION"]}}
    of = {**LIBRARY["simulations"][1], "reward_info": None}
    (unknown,) = episodes(read(write(tmp_path, results([only], [of]))))
    assert passes_untouched(unknown) is None
    assert NOTHING["evaluation_criteria"]["actions"]  # reads, which change nothing


def test_what_is_read_off_a_demo_run_is_what_the_null_agent_reaches(shop: Path, tmp_path: Path) -> None:
    """On every shipped scenario of two domains, and on one that nothing but leaving alone can pass."""
    (shop / "idle.yaml").write_text(
        "scenario: idle\npersonas: [plain]\nwants: nothing\ngoal: {never: [cancel_order]}\nreference: [say: Hello.]\n"
    )
    paths = [shop, shipped("scenarios") / "airline", shipped("scenarios") / "retail"]
    for path, agent in zip(paths, ("reference", "demo", "demo"), strict=True):
        told = {e.scenario.scenario: passes_untouched(e) for e, _ in simkit.run(path, agent).scored}
        played = {score.scenario: score.passed for _, score in simkit.run(path, "null").scored}
        assert told == played
        assert ("idle" in told) == (True in told.values())
