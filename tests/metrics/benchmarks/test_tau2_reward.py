"""tau2-bench's reward follows from what a log holds, by its own rules with all their quirks, and ours stands beside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tau2file import (
    GATE,
    LENT,
    OPENED,
    OPENED_CHECKS,
    action,
    answers,
    asks,
    paid,
    results,
    said,
    simulation,
    task,
    write,
)

from simkit.imports.tau2.files import read
from simkit.metrics.benchmarks.tau2 import Rewarded, rewarded
from simkit.metrics.session import score_session
from simkit.paths.episode import episodes

Score = Callable[..., Rewarded]
BYE = said("user", "Bye. ###STOP###")


@pytest.fixture
def score(tmp_path: Path) -> Score:
    """The reward of one simulation of a task."""

    def made(of: dict[str, Any], messages: list[Any], reward: Any = None, end: str = "user_stop") -> Rewarded:
        path = write(tmp_path, results([of], [simulation(of["id"], messages, reward, end)]))
        (episode,) = episodes(read(path))
        return rewarded(episode, score_session(episode))

    return made


def whys(found: Rewarded) -> list[tuple[str, str]]:
    """Where the readings part, and why."""
    return [(one.about, one.why) for one in found.differences if one.about != "tool use"]


def words(*texts: str) -> dict[str, Any]:
    """A task that wants texts communicated."""
    return task("words", communicate_info=list(texts), reward_basis=["COMMUNICATE"])


def calls(*actions: Any) -> dict[str, Any]:
    """A task that wants calls."""
    return task("calls", actions=list(actions), reward_basis=["ACTION"])


def test_the_reward_is_the_product_of_the_recorded_checks_and_not_the_recorded_reward(score: Score) -> None:
    found = score(GATE, OPENED, {**OPENED_CHECKS, "reward": 0.0})
    assert (found.reward, found.recorded, found.passed) == (1.0, 0.0, True)
    assert whys(found)[0] == (
        "reward",
        "the file says 0.0; its own checks multiply to 1.0 (ENV_ASSERTION 1.0, ACTION 1.0)",
    )


@pytest.mark.parametrize("missed", ["ENV_ASSERTION", "ACTION"])
def test_one_factor_that_is_zero_makes_the_reward_zero(missed: str, score: Score) -> None:
    checks = {"ENV_ASSERTION": "env_assertions", "ACTION": "action_checks"}
    field = "met" if missed == "ENV_ASSERTION" else "action_match"
    broken = [{**OPENED_CHECKS[checks[missed]][0], field: False}]
    found = score(GATE, OPENED, {**OPENED_CHECKS, "reward": 0.0, checks[missed]: broken})
    assert (found.reward, found.recorded) == (0.0, 0.0)


def test_a_recorded_check_that_the_conversation_belies_is_shown(score: Score) -> None:
    found = score(GATE, [*OPENED[:3], BYE], OPENED_CHECKS)
    assert found.reward == 1.0
    why = "recorded as 1.0, by the rule on the recorded conversation 0.0: no recorded call matches open_gate(code='4')"
    assert whys(found) == [("ACTION", why)]


def test_a_component_that_is_not_in_the_basis_does_not_count(score: Score) -> None:
    checks = {**OPENED_CHECKS, "db_check": {"db_match": False, "db_reward": 0.0}}
    assert score(GATE, OPENED, checks).reward == 1.0


@pytest.mark.parametrize(
    ("end", "counted"), [("max_steps", True), ("too_many_errors", True), ("infrastructure_error", False)]
)
def test_who_did_not_stop_gets_nothing_and_the_infrastructure_is_left_out(
    end: str, counted: bool, score: Score
) -> None:
    """Though the components that the log tells are shown."""
    found = score(GATE, OPENED, {"reward": 0.0}, end)
    assert (found.reward, found.counted) == (0.0, counted)
    ((about, why),) = whys(found)
    assert about == "termination" and why.startswith(f"ended by {end}: tau2 ") and why.endswith("ACTION 1.0")


def test_a_task_without_criteria_is_always_met(score: Score) -> None:
    assert score(task("free"), [BYE], paid(1.0, [])).reward == 1.0


def test_nothing_to_check_is_met(score: Score) -> None:
    """Neither actions nor assertions to compare databases with, no words, no sentences."""
    nothing = task("none", reward_basis=["DB", "ENV_ASSERTION", "ACTION", "COMMUNICATE", "NL_ASSERTION"])
    assert score(nothing, [BYE]).reward == 1.0


def test_what_no_log_tells_is_unknown_and_then_the_recorded_reward_is_taken(score: Score) -> None:
    """The database of a session without a check of it; the other factor is known."""
    wants = task(
        "both", actions=[action("lend_book", {})], communicate_info=["yes"], reward_basis=["DB", "COMMUNICATE"]
    )
    assert score(wants, [said("assistant", "Yes."), BYE]).reward is None
    assert score(wants, [said("assistant", "No."), BYE]).reward == 0.0
    found = score(wants, [said("assistant", "Yes."), BYE], {"reward": 1.0})
    assert (found.reward, whys(found)) == (
        1.0,
        [("reward", "not every component can be told (DB unknown, COMMUNICATE 1.0); the recorded reward is taken")],
    )


@pytest.mark.parametrize(
    ("wanted", "text", "theirs", "ours"),
    [
        ("1200", "It costs 1,200 dollars.", 1.0, 1.0),
        ("1,200", "It costs 1,200 dollars.", 0.0, 1.0),
        ("4", "That is $14.", 1.0, 0.0),
        ("MasterCard", "your mastercard", 1.0, 1.0),
        ("no", "I know.", 1.0, 0.0),
        ("49.9", "It is $49.90.", 1.0, 1.0),
        ("49.90", "It is $49.9.", 0.0, 1.0),
    ],
)
def test_words_are_a_substring_for_tau2_and_a_value_for_us(
    wanted: str, text: str, theirs: float, ours: float, score: Score
) -> None:
    (part,) = score(words(wanted), [said("assistant", text), BYE]).components
    assert (part.reward, part.own) == (theirs, ours)


def test_what_is_written_beside_a_call_counts_for_tau2_though_no_user_reads_it(score: Score) -> None:
    beside = asks("assistant", ("c1", "find_book", {}), text="The fee is 30.")
    found = score(words("30"), [said("user", "?"), beside, answers("c1", "B1"), said("assistant", "Done."), BYE])
    assert found.reward == 1.0
    why = "'30' stands inside something that the agent wrote, which is not to tell the user that value"
    assert whys(found) == [("COMMUNICATE", why)]


LEND = action("lend_book", {"book": "B1", "card": "K7"})
KINDS: list[tuple[str, dict[str, Any], dict[str, Any], bool, float, float]] = [
    ("the same arguments", LEND, {"book": "B1", "card": "K7"}, False, 1.0, 1.0),
    ("another value", LEND, {"book": "B2", "card": "K7"}, False, 0.0, 0.0),
    ("only some of the arguments", LEND, {"book": "B1"}, False, 1.0, 0.0),
    ("no arguments at all", LEND, {}, False, 1.0, 0.0),
    ("one argument too many", LEND, {"book": "B1", "card": "K7", "days": 3}, False, 0.0, 1.0),
    ("a call that failed", LEND, {"book": "B1", "card": "K7"}, True, 1.0, 0.0),
    ("the compared arguments", {**LEND, "compare_args": ["book"]}, {"book": "B1", "card": "K9"}, False, 1.0, 1.0),
    ("none compared", {**LEND, "compare_args": []}, {"book": "B9"}, False, 1.0, 1.0),
    ("a compared argument that neither has", {**LEND, "compare_args": ["days"]}, {}, False, 1.0, 1.0),
]


@pytest.mark.parametrize(
    ("gold", "given", "error", "theirs", "ours"), [row[1:] for row in KINDS], ids=[r[0] for r in KINDS]
)
def test_a_gold_action_is_compared_as_tau2_does_and_as_we_do(
    gold: dict[str, Any], given: dict[str, Any], error: bool, theirs: float, ours: float, score: Score
) -> None:
    talk = [
        asks("assistant", ("c1", "lend_book", given)),
        answers("c1", "Error: full" if error else "lent", error=error),
    ]
    (part,) = score(calls(gold), [*talk, BYE]).components
    assert (part.reward, part.own, part.by_rule) == (theirs, ours, theirs)


def test_one_call_answers_two_gold_actions_for_tau2_and_a_write_only_one_for_us(score: Score) -> None:
    found = score(calls(LEND, LEND), [*LENT[4:8], BYE])
    assert (found.components[0].reward, found.components[0].own) == (1.0, 0.0)
    assert whys(found)[0][1].startswith(
        "tau2 compares only the arguments that a call names, and takes calls that failed"
    )


def test_tool_use_errors_of_a_rewarded_session_are_told_beside_it(score: Score) -> None:
    guessed = asks("assistant", ("c1", "lend_book", {"book": "B7712"}))
    found = score(task("free"), [said("user", "A book?"), guessed, answers("c1", "lent"), BYE], paid(1.0, []))
    ((about, theirs, ours, why),) = [(one.about, one.theirs, one.ours, one.why) for one in found.differences]
    assert (about, theirs, ours) == ("tool use", 1.0, "ungrounded_argument")
    assert why.startswith("nobody gave 'B7712'") and why.endswith("; tau2's reward does not look at that")
