"""Circles: runs, ping-pong, the same call again."""

from __future__ import annotations

import pytest
from storylog import story

from simkit.paths.chain.loops import PingPong, SameCall, SameCalls, longest_runs, loops, ping_pongs
from simkit.paths.states import START
from simkit.paths.walks import walks_of_states

WALKS = walks_of_states(
    [
        (START, "find", "find", "find", "book", "END:pass"),
        (START, "find", "book", "find", "book", "find", "END:fail"),
        (START, "book", "book", "END:pass"),
    ],
    "tool",
)


def test_runs_end_with_their_session() -> None:
    assert longest_runs(WALKS) == {START: 1, "find": 3, "book": 2, "END:pass": 1, "END:fail": 1}


def test_a_loop_tells_its_runs_and_how_often_a_session_comes_back() -> None:
    found = {loop.state: loop for loop in loops(WALKS)}

    assert set(found) == {"find", "book"}
    assert (found["find"].visits, found["find"].runs, found["find"].longest) == (6, 4, 3)
    assert found["find"].mean == 1.5
    assert found["find"].amplification > found["book"].amplification > 1


@pytest.mark.parametrize("stays", [0.05, 0.1, 0.2, 0.5, 0.8])
def test_a_chain_has_at_most_one_run_in_twenty_that_is_longer_than_chance(stays: float) -> None:
    """The very law that a chain has: of so many runs, stays ** n go on for longer than n."""
    many = 1000
    longer = [round(many * stays**n) for n in range(60)]
    runs = [n + 1 for n in range(59) for _ in range(longer[n] - longer[n + 1])]
    walks = walks_of_states([(START, *["wait"] * n, "END:pass") for n in runs], "tool")

    (found,) = loops(walks)
    stuck = (*[(START, *["wait"] * n, "END:pass") for n in runs], *[(START, *["wait"] * 99, "END:pass")] * 3)

    assert found.runs == many
    assert 0 < found.long <= 0.05 * many + 1
    assert loops(walks_of_states(stuck, "tool"))[0].long >= 3


def test_ping_pong_is_two_states_in_turns_twice_at_least() -> None:
    assert ping_pongs(WALKS) == (PingPong(("find", "book"), 1, 5),)
    assert ping_pongs(walks_of_states([(START, "a", "b", "a", "END:pass")], "tool")) == ()


def test_the_same_call_counts_only_with_the_same_arguments_and_at_once() -> None:
    again = SameCalls()
    for lines in (
        [
            'call find {"id": 1, "x": 2} -> ok',
            'call find {"x": 2, "id": 1} -> ok',
            'call find {"id": 1, "x": 2} -> error',
        ],
        ['call find {"id": 1} -> ok', 'call find {"id": 2} -> ok', 'call find {"id": 1} -> ok'],
        ["call find -> ok", "call book -> ok", "call find -> ok"],
        ["call book -> ok", "agent: Once more.", "call book -> ok"],
    ):
        again.of(story(*lines))

    assert again.found() == (SameCall("find", 1, 3), SameCall("book", 1, 2))
