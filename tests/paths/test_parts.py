"""Joined and named views: what they say of an event."""

from __future__ import annotations

import pytest
from storylog import story

from simkit.errors import UsageError
from simkit.paths.parts import refuse_unknown_arguments
from simkit.paths.states import state_sequence, step_sequence, view, within_turns

TOOLS = [
    {"name": name, "effect": effect, "description": "", "parameters": {}}
    for name, effect in (("find", "read"), ("refund", "write"))
]
SESSION = story(
    "user(inform): I'd like a refund.",
    'call find {"order": "W1"} -> ok',
    "agent: To your card?",
    "user(affirm): Yes.",
    'call refund {"to": "card", "order": "W1"} -> refused "no"',
    'call refund {"to": "bank", "order": "W1", "amount": 5} -> ok',
    "user call check_mail -> ok",
    card={"tools": TOOLS},
)


def labels(by: str) -> tuple[str, ...]:
    return state_sequence(SESSION, view(by), "pass")[1:-1]


@pytest.mark.parametrize(
    ("by", "states"),
    [
        ("call", ("find", "refund", "refund", "user.check_mail")),
        ("call+outcome", ("find|ok", "refund|refused", "refund|ok", "user.check_mail|ok")),
        ("tool+phase", ("find:ok|before", "refund:refused|during", "refund:ok|during", "user.check_mail:ok|after")),
        ("call+arg.to", ("find|-", "refund|card", "refund|bank", "user.check_mail|-")),
        ("call+arg.order", ("find|id", "refund|id", "refund|id", "user.check_mail|-")),
        ("args", ("(order)", "(order, to)", "(amount, order, to)", "()")),
        ("refunds=call+arg.amount", ("find|-", "refund|-", "refund|number", "user.check_mail|-")),
    ],
)
def test_a_joined_view_says_what_its_parts_say(by: str, states: tuple[str, ...]) -> None:
    assert labels(by) == states


def test_the_first_part_says_which_events_are_states() -> None:
    assert len(labels("act+phase")) == 7
    assert labels("act+outcome")[:2] == ("user.inform", "find:ok|ok")


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("tool+fase", "no state view 'fase'; did you mean 'phase'?"),
        ("tool+", "no state view ''"),
        ("=tool", "write NAME=VIEW"),
        ("name=", "write NAME=VIEW"),
    ],
)
def test_what_is_no_view_is_refused_with_its_cure(by: str, message: str) -> None:
    with pytest.raises(UsageError) as refusal:
        view(by)

    assert message in str(refusal.value)


def test_a_transition_belongs_to_the_turn_of_what_it_leads_to() -> None:
    steps = step_sequence(SESSION, view("call"), "pass")

    assert within_turns(SESSION, steps, {1}) == [("START", "find")]
    assert within_turns(SESSION, steps, {2})[0] == ("find", "refund")
    assert within_turns(SESSION, steps, {0, 3}) == []


def test_an_argument_that_no_tool_has_is_refused_with_those_that_there_are() -> None:
    refuse_unknown_arguments("call+arg.to+arg.amount", [SESSION])
    with pytest.raises(UsageError, match=r"--by arg\.amuont: no tool of the run has it; did you mean 'amount'\?"):
        refuse_unknown_arguments("call+arg.to+arg.amuont", [SESSION])
    with pytest.raises(UsageError, match=r"arg\.zzz: no tool of the run has it; known: amount, order, to$"):
        refuse_unknown_arguments("money=call+arg.zzz", [SESSION])
