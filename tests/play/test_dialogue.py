"""Whose move it is: the table, and that nothing gets round it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.errors import IllegalMove
from simkit.play.dialogue import MOVES, after, diagram, move_of
from simkit.trace.events import (
    AgentSaid,
    Ended,
    Event,
    Failed,
    Injected,
    Judged,
    ModelCalled,
    NodeEntered,
    ToolCalled,
    UserSaid,
)

EVENTS: list[Event] = [
    UserSaid(seq=0, text="hi"),
    UserSaid(seq=0, text="bye", closing=True),
    AgentSaid(seq=0, text="hello"),
    ToolCalled(seq=0, tool="t", outcome="ok"),
    ToolCalled(seq=0, tool="t", outcome="ok", by="user"),
    NodeEntered(seq=0, node="n"),
    Injected(seq=0, fault="loop", how="added"),
    ModelCalled(seq=0, role="agent", model="m"),
    Judged(seq=0, question="q", verdict=True),
    Failed(seq=0, boundary="agent", error="e"),
    Ended(seq=0, reason="user_closed"),
]


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_whatever_is_accepted_stands_in_the_table_and_whatever_is_not_raises(events: list[Event]) -> None:
    state = "user"
    for event in events:
        if move_of(event) in MOVES[state]:
            state = after(state, event)
        else:
            with pytest.raises(IllegalMove, match="while it is"):
                after(state, event)


def test_after_the_end_nothing_happens() -> None:
    for event in EVENTS:
        with pytest.raises(IllegalMove):
            after("over", event)


def test_an_agent_cannot_speak_out_of_turn() -> None:
    with pytest.raises(IllegalMove, match="'agent_said' while it is 'user'"):
        after("user", EVENTS[2])


def test_every_state_leads_to_the_end_and_the_picture_shows_every_move() -> None:
    moves = sum(len(targets) for targets in MOVES.values())

    assert diagram().count(" --> ") == moves + 2
    for state in MOVES:
        seen, todo = {state}, [state]
        while todo:
            for target in MOVES[todo.pop()].values():
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        assert "over" in seen
