"""Laws of laying an agent's calls beside the reference path."""

from __future__ import annotations

from typing import Any

import pytest
from corner_shop import CARD
from hypothesis import given, settings
from hypothesis import strategies as st
from storylog import call, story

from simkit.metrics.alignment import align
from simkit.metrics.tool_errors import tool_errors
from simkit.paths.episode import Episode

TOOLS = ("get_order", "get_invoice", "cancel_order", "request_refund")
WRITES = ("cancel_order", "request_refund")
steps = st.tuples(st.sampled_from(TOOLS), st.integers(1, 9), st.sampled_from(("a", "b")))
paths = st.lists(steps, min_size=1, max_size=6, unique=True)
KINDS = ("wrong_tool", "wrong_arguments", "missing_call", "redundant_call", "out_of_order", "loop")


def as_step(step: tuple[str, int, str]) -> dict[str, Any]:
    """A step as a scenario file writes it."""
    name, number, letter = step
    return {name: {"order_id": f"W{number}", "to": letter}}


def played(reference: list[Any], calls: list[tuple[str, int, str]], **more: Any) -> Episode:
    """A session in which the agent makes these calls and misses the goal."""
    scenario = {"scenario": "s", "wants": "x", "goal": {"says": ["abracadabra"]}, "reference": reference}
    events = [call(name, {"order_id": f"W{number}", "to": letter}, **more) for name, number, letter in calls]
    return story(*events, scenario=scenario, card={**CARD, "rules": []})


def kinds(episode: Episode) -> list[str]:
    """What the alignment found, without what grounding has to say."""
    return [finding.kind for finding in tool_errors(episode) if finding.kind in KINDS]


@settings(deadline=None)
@given(paths)
def test_a_reference_played_exactly_gives_no_findings(path: list[tuple[str, int, str]]) -> None:
    assert kinds(played([as_step(step) for step in path], path)) == []


@settings(deadline=None)
@given(paths, st.data())
def test_one_changed_argument_is_exactly_one_wrong_arguments(path: list[tuple[str, int, str]], data: Any) -> None:
    index = data.draw(st.integers(0, len(path) - 1))
    name, _, letter = path[index]
    changed = [*path[:index], (name, 100, letter), *path[index + 1 :]]
    episode = played([as_step(step) for step in path], changed)
    assert kinds(episode) == ["wrong_arguments"]
    (match,) = (match for match in align(episode).matches if match.how == "wrong_arguments")
    assert (match.differing, match.wanted.number) == (("order_id",), index + 1)


@settings(deadline=None)
@given(paths, st.data())
def test_one_dropped_write_is_exactly_one_missing_call(path: list[tuple[str, int, str]], data: Any) -> None:
    path = [*path, ("cancel_order", 77, "c")]
    writes = [index for index, step in enumerate(path) if step[0] in WRITES]
    index = data.draw(st.sampled_from(writes))
    assert kinds(played([as_step(step) for step in path], path[:index] + path[index + 1 :])) == ["missing_call"]


@settings(deadline=None)
@given(paths, st.data())
def test_a_group_may_be_played_in_any_order(path: list[tuple[str, int, str]], data: Any) -> None:
    first, last = ("get_order", 50, "x"), ("cancel_order", 60, "y")
    reference = [as_step(first), {"any_order": [as_step(step) for step in path]}, as_step(last)]
    shuffled = data.draw(st.permutations(path))
    assert kinds(played(reference, [first, *shuffled, last])) == []


@settings(deadline=None)
@given(paths, st.data())
def test_every_call_and_every_step_is_accounted_for_once(path: list[tuple[str, int, str]], data: Any) -> None:
    calls = data.draw(st.lists(steps, max_size=8))
    aligned = align(played([as_step(step) for step in path], calls))
    assert len(aligned.matches) + len(aligned.missing) == len(path)
    assert len(aligned.matches) + len(aligned.extra) == len(calls)
    assert len({match.call.seq for match in aligned.matches}) == len(aligned.matches)


def test_a_failed_call_that_was_corrected_is_not_held_against_the_agent_twice() -> None:
    reference = [as_step(("cancel_order", 1, "a")), as_step(("request_refund", 1, "a"))]
    scenario = {"scenario": "s", "wants": "x", "goal": {"says": ["x"]}, "reference": reference}
    lines = (
        'call cancel_order {"order_id": "W1"} -> invalid_arguments',
        'call cancel_order {"order_id": "W1", "to": "b"} -> refused "b is no place"',
        'call cancel_order {"order_id": "W1", "to": "a"} -> ok',
        'call request_refund {"order_id": "W1", "to": "a"} -> ok',
    )
    assert [f.kind for f in tool_errors(story(*lines, scenario=scenario, card={**CARD, "rules": []}))] == [
        "invalid_arguments"
    ]


@pytest.mark.parametrize("outcome", ["invalid_arguments", "malformed"])
def test_an_unreadable_attempt_at_a_step_is_one_finding(outcome: str) -> None:
    scenario = {
        "scenario": "s",
        "wants": "x",
        "goal": {"says": ["x"]},
        "reference": [as_step(("cancel_order", 1, "a"))],
    }
    episode = story(f"call cancel_order {{}} -> {outcome}", scenario=scenario, card=CARD)
    assert len(tool_errors(episode)) == 1


def test_a_tool_that_does_not_exist_in_place_of_a_step_is_one_finding() -> None:
    scenario = {
        "scenario": "s",
        "wants": "x",
        "goal": {"says": ["x"]},
        "reference": [as_step(("cancel_order", 1, "a"))],
    }
    episode = story('call order_cancel {"order_id": "W1"} -> unknown_tool', scenario=scenario, card=CARD)
    assert [finding.kind for finding in tool_errors(episode)] == ["unknown_tool"]


def test_lists_of_plain_values_agree_in_any_order() -> None:
    scenario = {
        "scenario": "s", "wants": "x", "goal": {"says": ["x"]}, "reference": [{"cancel_order": {"items": ["a", "b"]}}]
    }  # fmt: skip
    card = {**CARD, "rules": []}
    assert tool_errors(story('call cancel_order {"items": ["b", "a"]} -> ok', scenario=scenario, card=card)) == ()
