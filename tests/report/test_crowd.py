"""What a page knows of all sessions: enough to count any part of the run anew, and nothing twice."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from scored_sessions import small_run, told

from simkit.metrics.session import first_failing_event
from simkit.paths.failures import failures_of
from simkit.paths.matrix import matrix_of
from simkit.paths.states import VIEWS, state_sequence
from simkit.report import crowd, page
from simkit.report.page import Page
from simkit.report.summary import Scored, in_order, summarise


def index_of(sessions: list[Scored]) -> dict[str, object]:
    found = Page(summarise("demo", sessions))
    for episode, score in in_order(sessions):
        found.add(episode, score)
    return found.index()


def test_every_part_of_a_run_can_be_counted_from_the_walks() -> None:
    """For each persona, under each view: the walks on the page give the matrix of that persona's sessions."""
    sessions = in_order(small_run())
    index = index_of(sessions)
    names, kinds, of = (index["crowd"][name] for name in ("names", "kinds", "of"))
    for view, told_of in index["views"].items():
        states, walks, walk = told_of["states"], told_of["walks"], told_of["walk"]
        for persona in names["persona"]:
            chosen = [i for i, kind in enumerate(of) if names["persona"][kinds[kind][0]] == persona]
            pairs = Counter(pair for i in chosen for pair in pairwise(walks[walk[i]]))
            own = [(episode, score) for episode, score in sessions if score.persona == persona]
            matrix = matrix_of([state_sequence(episode, VIEWS[view], score.outcome) for episode, score in own], view)
            assert pairs.total() == matrix.transitions
            assert all(matrix[states[a], states[b]] == n for (a, b), n in pairs.items())


def test_first_failures_are_those_of_the_failure_matrix() -> None:
    """With the session, the event, and how many steps were good before."""
    sessions = in_order(small_run())
    view = index_of(sessions)["views"]["tool"]
    read = failures_of([(e, first_failing_event(s), s.outcome) for e, s in sessions], VIEWS["tool"])
    named = [(view["states"][row], view["states"][column], event) for _, row, column, _, event in view["failures"]]
    assert named == [(one.row, one.column, one.event) for one in read.failures]
    assert [sessions[one[0]][1].session for one in view["failures"]] == [one.session for one in read.failures]
    for session, row, _, good, _ in view["failures"]:
        assert view["walks"][view["walk"][session]][good - 1] == row


def test_a_failure_that_a_person_marked_has_no_event_but_a_step() -> None:
    """The states are the person's own words, which no walk need hold."""
    marks = ["judged last_success_state: get_order:ok", "judged first_failure_state: promised too much"]
    call = 'call get_order {"id": "W1"} -> ok'
    sessions = [told("user: Hello.", call, "agent: All is well.", "user(close): Bye.", *marks, outcome="fail")]
    view = index_of(sessions)["views"]["tool"]
    [[session, row, column, good, event]] = view["failures"]
    assert (session, view["states"][row], view["states"][column]) == (0, "get_order:ok", "promised too much")
    assert (good, event) == (2, None)


def test_what_sessions_share_stands_in_the_page_once() -> None:
    """A thousand equal sessions have one walk, one kind and each name once."""
    index = index_of([told("user: Hello.", "agent: Hello.", trial=n) for n in range(1000)])
    assert len(index["crowd"]["kinds"]) == 1
    assert index["crowd"]["names"]["scenario"] == ["late-refund"]
    assert index["crowd"]["of"] == [0] * 1000
    assert len(index["views"]["act"]["walks"]) == 1


def test_a_run_beyond_the_page_s_room_is_told_without_filters(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Its figures are of all sessions all the same."""
    monkeypatch.setattr(page, "MOST", 3)
    index = index_of(small_run())
    assert index["crowd"] is None
    assert "walks" not in index["views"]["tool"]
    assert crowd.MOST >= 10_000
