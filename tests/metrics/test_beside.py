"""What a person would say of calls that differ from the reference, kind by kind; and that nothing better was missed."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from corner_shop import CARD, FIND, HELLO, LOOK, SCENARIO, told, tool
from hypothesis import given, settings
from hypothesis import strategies as st
from storylog import call, story

from simkit.metrics.alignment import align, beside, far, wanted_calls
from simkit.metrics.score import Finding
from simkit.metrics.tool_errors import tool_errors
from simkit.paths.episode import Episode
from simkit.spec.goal import Step

BESIDE = ("wrong_tool", "wrong_arguments", "missing_call", "redundant_call", "out_of_order")
BOOKING = tool("book", "write", flight={}, passenger={}, payment={}, bags={})
DESK: dict[str, Any] = {
    "domain": "desk",
    "policy": "Say 'no longer needed' or 'ordered by mistake' as the reason. Customers like 'tea'.",
    "tools": [
        BOOKING,
        tool("cancel", "write", code={}, reason={}),
        tool("move", "write", code={}, day={}),
        tool("swap", "write", code={}, item={}),
        tool("give_back", "write", code={}, item={}),
        tool("get_booking", "read", code={}),
        tool("get_bill", "read", code={}),
        tool("search", "read", origin={}, destination={}, date={}),
        tool("calculate", "read", expression={}),
        tool("transfer_to_human", "read", summary={}),
    ],
}


def found(reference: list[Any], *lines: Any, **scenario: Any) -> list[Finding]:
    """What a session that missed its goal shows beside a reference."""
    case = {"scenario": "s", "wants": "x", "goal": {"says": ["abracadabra"]}, "reference": reference, **scenario}
    episode = story(*lines, scenario=case, card=DESK)
    return [finding for finding in tool_errors(episode) if finding.kind in BESIDE]


def kinds(reference: list[Any], *lines: Any, **scenario: Any) -> list[str]:
    """The kinds of it."""
    return [finding.kind for finding in found(reference, *lines, **scenario)]


def booked(passenger: str, payment: str, outcome: str = "ok", bags: int = 0) -> Any:
    """A booking, or the attempt at one."""
    arguments = {"flight": "HA23", "passenger": passenger, "payment": payment, "bags": bags}
    return call("book", arguments, outcome, None if outcome == "ok" else "the payment does not add up")


THREE = [
    {"book": {"flight": "HA23", "passenger": name, "payment": card, "bags": 0}}
    for name, card in (("Mohamed", "card_1"), ("Aarav", "card_2"), ("Evelyn", "card_3"))
]


def test_five_attempts_at_one_booking_are_one_booking_and_the_two_others_are_missing() -> None:
    tries = [booked("Mohamed", "card_1", "refused", bags=n) for n in (5, 4, 3, 2, 1)]
    shown = found(THREE, *tries)
    assert [one.kind for one in shown] == ["wrong_arguments", "missing_call", "missing_call"]
    assert shown[0].events == (5,), "the last attempt is the one that stands"
    assert "bags is 1, wanted 0" in shown[0].sentence


def test_a_refusal_that_was_made_good_leaves_nothing_behind() -> None:
    tries = [booked("Mohamed", "card_9", "refused"), booked("Mohamed", "card_1")]
    assert kinds(THREE, *tries, booked("Aarav", "card_2"), booked("Evelyn", "card_3")) == []


def test_a_right_call_that_was_refused_because_it_came_too_late_is_out_of_order() -> None:
    reference = [{"move": {"code": "B12", "day": "may"}}, {"swap": {"code": "B12", "item": "i7"}}]
    late = call("move", {"code": "B12", "day": "may"}, "refused", "already swapped")
    (one,) = found(reference, call("swap", {"code": "B12", "item": "i7"}), late)
    assert (one.kind, one.events) == ("out_of_order", (1, 2))


def test_sharing_what_the_whole_case_is_about_does_not_make_a_call_a_wrong_tool() -> None:
    reference = [{"get_booking": {"code": "B12"}}, {"swap": {"code": "B12", "item": "i7"}}]
    assert kinds(reference, call("get_booking", {"code": "B12"}), call("move", {"code": "B12", "day": "may"})) == [
        "redundant_call",
        "missing_call",
    ]
    same_thing = call("give_back", {"code": "B12", "item": "i7"})
    assert kinds(reference, call("get_booking", {"code": "B12"}), same_thing) == ["wrong_tool"]


def test_another_look_stands_for_a_look_only_at_the_very_same_thing() -> None:
    reference = [{"get_booking": {"code": "B12"}}]
    assert kinds(reference, call("get_bill", {"code": "B12"})) == ["wrong_tool"]
    assert kinds(reference, call("get_bill", {"code": "B13"})) == ["missing_call"]


SWAP = {"swap": {"code": "B12", "item": "i7"}}
SWAPPED_WRONG = call("swap", {"code": "B12", "item": "i8"})


@pytest.mark.parametrize(
    ("step", "counts"),
    [
        ({"calculate": {"expression": "1 + 1"}}, False),
        ({"search": {"origin": "JFK", "destination": "ATL", "date": "2024-05-22"}}, False),
        ({"get_booking": {"code": "B12"}}, True),
        ({"get_booking": {"code": "B99"}}, False),
        ({"transfer_to_human": {"summary": "cannot be done here"}}, True),
    ],
)
def test_a_look_left_out_counts_only_where_it_bears_on_what_went_wrong(step: Any, counts: bool) -> None:
    assert ("missing_call" in kinds([step, SWAP], SWAPPED_WRONG)) is counts


def test_a_look_left_out_counts_where_nothing_else_went_wrong_unless_it_only_reckons() -> None:
    look = {"search": {"origin": "JFK", "destination": "ATL", "date": "2024-05-22"}}
    done = call("swap", {"code": "B12", "item": "i7"})
    assert kinds([look, SWAP], done) == ["missing_call"]
    assert kinds([{"calculate": {"expression": "1 + 1"}}, SWAP], done) == []
    asked = {"says": ["abracadabra"], "calls": ["calculate"]}
    assert kinds([{"calculate": {"expression": "1 + 1"}}, SWAP], done, goal=asked) == ["missing_call"]


def test_looking_something_up_once_is_enough() -> None:
    look = {"get_booking": {"code": "B12"}}
    assert kinds([look, SWAP, look], call("get_booking", {"code": "B12"}), SWAPPED_WRONG) == ["wrong_arguments"]


def test_words_that_the_policy_quotes_are_no_free_text() -> None:
    reference = [{"cancel": {"code": "B12", "reason": "no longer needed"}}]

    def cancelled(reason: Any) -> Any:
        return call("cancel", {"code": "B12", "reason": reason})

    (one,) = found(reference, cancelled("ordered by mistake"))
    assert one.sentence.endswith("reason is 'ordered by mistake', wanted 'no longer needed'")
    for other in ("I do not need it any more", ["no longer needed"], None):
        assert kinds(reference, cancelled(other)) == []


def test_of_several_references_the_nearest_is_held_against_the_session() -> None:
    other = [{"get_booking": {"code": "B12"}}, {"move": {"code": "B12", "day": "may"}}]
    lines = (call("get_booking", {"code": "B12"}), call("move", {"code": "B12", "day": "june"}))
    assert kinds([SWAP], *lines) == ["redundant_call", "missing_call"]
    (one,) = found([SWAP], *lines, references=[other])
    assert (one.kind, one.where) == (
        "wrong_arguments",
        "reference 2, step 2: move(code='B12', day='may')",
    )


def test_a_path_without_steps_says_that_nothing_was_to_be_done() -> None:
    moved = call("move", {"code": "B12", "day": "may"})
    assert kinds([], moved) == []
    assert kinds([], moved, references=[[]]) == ["redundant_call"]
    assert kinds([], call("get_booking", {"code": "B12"}), references=[[]]) == []


def test_a_step_left_out_of_the_shop_still_shows() -> None:
    assert [one.kind for one in tool_errors(told(HELLO, FIND, LOOK, "agent: W1001 is pending."))] == ["missing_call"]


LETTERS = st.sampled_from("abc")
PATHS = st.lists(st.one_of(LETTERS, st.lists(LETTERS, min_size=2, max_size=3)), min_size=1, max_size=4)


def orders(path: list[Any]) -> list[list[str]]:
    """Every sequence that a partial order of letters allows."""
    every: list[list[str]] = [[]]
    for one in path:
        every = [[*before, *group] for before in every for group in set(permutations(one))]
    return every


def common(left: list[str], right: list[str]) -> int:
    """Length of a longest common subsequence, by trying."""
    if not left or not right:
        return 0
    if left[0] == right[0]:
        return 1 + common(left[1:], right[1:])
    return max(common(left[1:], right), common(left, right[1:]))


def lettered(path: list[Any], calls: list[str]) -> Episode:
    """A session whose calls and steps are letters."""
    steps = [
        {"move": {"code": one}} if isinstance(one, str) else {"any_order": [{"move": {"code": c}} for c in one]}
        for one in path
    ]
    case = {"scenario": "s", "wants": "x", "goal": {"says": ["x"]}, "reference": steps}
    return story(*(call("move", {"code": one}) for one in calls), scenario=case, card=DESK)


@settings(deadline=None, max_examples=150)
@given(PATHS, st.lists(LETTERS, max_size=6))
def test_as_many_exact_calls_as_there_are_and_as_many_in_order_as_any_allowed_order_has(
    path: list[Any], calls: list[str]
) -> None:
    matches = [match for match in align(lettered(path, calls)).matches if match.how == "exact"]
    letters = [letter for one in path for letter in one]
    assert len(matches) == sum(min(letters.count(one), calls.count(one)) for one in "abc")
    assert sum(match.in_order for match in matches) == max(common(calls, order) for order in orders(path))


@settings(deadline=None, max_examples=60)
@given(PATHS, PATHS, st.lists(LETTERS, max_size=6))
def test_no_other_reference_is_nearer_than_the_one_that_was_chosen(
    one: list[Any], other: list[Any], calls: list[str]
) -> None:
    first, second = lettered(one, calls), lettered(other, calls)
    both = {**first.scenario.as_json, "references": [second.scenario.as_json["reference"]]}
    chosen = align(story(*first.events[1:-1], scenario=both, card=DESK))
    alone = [align(episode) for episode in (first, second)]
    assert far(first.card, chosen) == min(far(first.card, alignment) for alignment in alone)


def test_laying_calls_beside_nothing_finds_nothing() -> None:
    steps = wanted_calls([Step.model_validate({"move": {"code": "a"}})])
    aligned = beside(story(card=CARD).card, (), steps)
    assert (aligned.matches, aligned.missing, aligned.extra) == ((), steps, ())
    assert align(story(scenario={**SCENARIO, "reference": []})).missing == ()
