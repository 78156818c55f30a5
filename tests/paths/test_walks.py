"""Walks keep every session apart, and say what the matrix says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.paths.matrix import matrix_of
from simkit.paths.states import END, ENDINGS, START, Visit
from simkit.paths.walks import walks_of, walks_of_states
from simkit.trace.log import SessionKey

inner = st.lists(st.sampled_from(["get:ok", "get:error", "put:ok"]), max_size=6)
sessions = st.builds(lambda steps, end: (START, *steps, END + end), inner, st.sampled_from(ENDINGS))
runs = st.lists(sessions, max_size=8)


@given(runs)
@settings(deadline=None)
def test_walks_are_the_sessions_and_count_to_their_matrix(run: list[tuple[str, ...]]) -> None:
    walks = walks_of_states(run, "tool")

    assert [walks.states_of(number) for number in range(len(walks))] == run
    assert walks.outcomes == tuple(session[-1].removeprefix(END) for session in run)
    assert walks.matrix() == matrix_of(run, "tool")


@given(runs.filter(bool), st.data())
@settings(deadline=None)
def test_sessions_can_be_chosen_in_any_order_and_more_than_once(
    run: list[tuple[str, ...]], data: st.DataObject
) -> None:
    walks = walks_of_states(run, "tool")
    chosen = data.draw(st.lists(st.integers(0, len(run) - 1), max_size=10))

    some = walks.only(chosen)

    assert [some.states_of(number) for number in range(len(some))] == [run[number] for number in chosen]
    assert some.keys == tuple(walks.keys[number] for number in chosen)


def test_each_step_keeps_the_number_of_its_event() -> None:
    visits = [Visit(START, 0), Visit("get:ok", 3), Visit("END:pass", 9)]

    walks = walks_of([(SessionKey("refund", "novice", 1), visits)], "tool")

    assert walks.events_of(0) == [0, 3, 9]
    assert walks.passed.tolist() == [True]


@pytest.mark.parametrize("states", [("get:ok", "END:pass"), (START, "get:ok"), (START,)])
def test_half_a_session_is_refused(states: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="does not go from START"):
        walks_of_states([states], "tool")
