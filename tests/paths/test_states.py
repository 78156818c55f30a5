"""What counts as a state, and the way of one session from START to its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from storylog import call, story

from simkit.errors import FileError, UsageError
from simkit.paths.states import VIEWS, Visit, act, in_order, node, state_sequence, step_sequence, tool, view, world

REFUND = story(
    "user(inform): I'd like a refund for W1001.",
    "node lookup",
    'call get_order {"order_id": "W1001"} -> ok {"status": "delivered"}',
    "agent: Shall I refund it?",
    "user: Yes, please.",
    'call refund {"order_id": "W1001"} -> refused "not yet delivered"',
    'call refund {"order_id": "W1001"} -> ok true @ffee0123456789',
    "user call toggle_wifi -> ok",
    "user(close): Bye.",
    world="aabbccddeeff0011",
)


def test_under_tool_a_session_is_its_calls_with_their_outcomes_and_talk_is_no_state() -> None:
    assert state_sequence(REFUND, tool, "pass") == (
        "START",
        "get_order:ok",
        "refund:refused",
        "refund:ok",
        "user.toggle_wifi:ok",
        "END:pass",
    )


def test_under_world_a_session_starts_in_the_domains_world_and_each_call_leads_somewhere() -> None:
    assert step_sequence(REFUND, world, "fail") == (
        Visit("START", 0),
        Visit("aabbccdd", 0),
        Visit("aabbccdd", 3, "get_order:ok"),
        Visit("aabbccdd", 6, "refund:refused"),
        Visit("ffee0123", 7, "refund:ok"),
        Visit("ffee0123", 8, "user.toggle_wifi:ok"),
        Visit("END:fail", 10),
    )


def test_without_a_recorded_world_there_is_nothing_between_start_and_end() -> None:
    assert state_sequence(story("call get_order -> ok"), world, "unknown") == ("START", "END:unknown")


def test_under_node_a_session_is_the_nodes_that_the_agents_graph_entered() -> None:
    assert state_sequence(REFUND, node, "pass") == ("START", "lookup", "END:pass")


def test_under_act_talk_is_a_state_by_what_it_does_and_noted_acts_win_over_wording() -> None:
    assert state_sequence(REFUND, act, "pass") == (
        "START",
        "user.inform",
        "get_order:ok",
        "agent.confirm",
        "user.affirm",
        "refund:refused",
        "refund:ok",
        "user.toggle_wifi:ok",
        "user.close",
        "END:pass",
    )


def test_every_state_names_the_event_that_proves_it() -> None:
    visits = step_sequence(REFUND, tool, "pass")

    assert [REFUND.events[visit.event].kind for visit in visits] == ["started", *["tool_called"] * 4, "ended"]


def test_an_unfinished_session_ends_at_its_last_event() -> None:
    unfinished = story("user: Hello.", "call get_order -> ok", ended=False)

    assert step_sequence(unfinished, tool, "unknown")[-1] == Visit("END:unknown", 2)


@pytest.mark.parametrize("name", ["START", "END:pass", "END:"])
def test_a_node_named_like_a_start_or_an_end_cannot_pass_for_one(name: str) -> None:
    assert state_sequence(story(f"node {name}"), node, "fail") == ("START", f"state {name}", "END:fail")


def test_a_tool_called_END_cannot_forge_the_end_of_a_session() -> None:
    assert state_sequence(story(call("END", outcome="ok")), tool, "fail") == ("START", "state END:ok", "END:fail")


def test_states_stand_in_order_of_first_visit_with_start_first_and_ends_last() -> None:
    states = ["b:ok", "END:unknown", "START", "a:ok", "END:aborted", "b:ok", "END:fail", "END:pass"]

    assert in_order(states) == ("START", "b:ok", "a:ok", "END:pass", "END:fail", "END:unknown", "END:aborted")


@pytest.mark.parametrize("name", VIEWS)
def test_shipped_views_are_found_by_name(name: str) -> None:
    assert view(name) is VIEWS[name]


def test_a_view_of_somebodys_own_is_a_function_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "def failing(event, episode):\n    return 'bad' if getattr(event, 'outcome', 'ok') != 'ok' else None\n"
    )

    assert state_sequence(REFUND, view(f"{file}:failing"), "pass") == ("START", "bad", "END:pass")
    assert view("simkit.paths.states:tool") is tool


def test_references_that_lead_nowhere_say_what_would_be_right(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def failing(event, episode):\n    return None\n")

    with pytest.raises(UsageError, match=r"no state view 'tols'; did you mean 'tool'\?"):
        view("tols")
    with pytest.raises(UsageError, match=r"no function 'failin' .*did you mean 'failing'\?"):
        view(f"{file}:failin")
    with pytest.raises(UsageError, match="no module 'nowhere_at_all'"):
        view("nowhere_at_all:view")
    with pytest.raises(FileError, match=r"absent\.py:1:1: is not a Python file"):
        view(f"{tmp_path / 'absent.py'}:view")


def test_a_view_that_raises_or_returns_no_text_is_named_with_the_event() -> None:
    with pytest.raises(UsageError, match=r"'broken', event 0 of late-refund/plain/0: raised ZeroDivisionError"):
        state_sequence(REFUND, broken, "pass")
    with pytest.raises(UsageError, match=r"event 0 of .*: returned int; a state view returns text or None"):
        state_sequence(REFUND, lambda event, episode: event.seq, "pass")  # type: ignore[arg-type,return-value]


def broken(event: object, episode: object) -> str:
    return str(1 / 0)
