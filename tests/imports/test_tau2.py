"""tau2-bench's files are read as they were written: both sides' calls, nested results, and every way to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tau2file import FREE, GATE, INFO, LEND, LENT, LIBRARY, NOTHING, answers, asks, results, said, simulation, write

from simkit.api import import_run
from simkit.errors import FileError
from simkit.imports.tau2.files import read
from simkit.metrics.score import Outcome
from simkit.trace.log import Log


def logs(folder: Path, value: Any = LIBRARY) -> dict[str, Log]:
    """Task id -> the log of its first trial."""
    return {str(log.started.scenario["benchmark"]["task"]): log for log in read(write(folder, value))}


def lines(log: Log) -> list[str]:
    """What a reader of the conversation sees."""
    shown = []
    for event in log:
        if event.kind in ("user_said", "agent_said"):
            shown.append(f"{event.kind[:-5]}: {event.text}")  # type: ignore[union-attr]
        elif event.kind == "tool_called":
            shown.append(f"{event.by} {event.tool} {event.outcome} {json.dumps(event.result)}")  # type: ignore[union-attr]
    return shown


def test_several_results_in_one_message_go_to_their_calls_whatever_their_order(tmp_path: Path) -> None:
    assert lines(logs(tmp_path)[LEND["id"]]) == [
        "agent: Hi! How can I help you today?",
        "user: The Tin Kite, please. My card is K7.",
        'agent find_book ok {"book": "B1", "price": 1200}',
        'agent get_card ok {"card": "K7", "fine": 0}',
        "agent: One moment.",
        'agent lend_book refused "Error: the card is full"',
        'agent lend_book ok "lent"',
        "agent: Done. Its price is 1,200 cents.",
        "user: Thank you.",
    ]


def test_a_call_by_the_user_is_theirs_and_is_an_error_only_if_tau2_says_so(tmp_path: Path) -> None:
    log = logs(tmp_path)["gate"]

    assert lines(log)[3:] == ['user open_gate ok "Error in no way: it is open"', "user: It is open."]
    assert [event.closing for event in log if event.kind == "user_said"] == [False, True]
    tools = {(tool["by"], tool["name"]): tool["effect"] for tool in log.started.domain["tools"]}
    assert tools == {
        ("agent", "find_book"): "read",
        ("agent", "get_card"): "read",
        ("agent", "lend_book"): "write",
        ("user", "open_gate"): "write",
    }


def test_a_task_is_a_scenario_with_its_gold_path(tmp_path: Path) -> None:
    log = logs(tmp_path)[LEND["id"]]
    scenario = log.started.scenario

    assert (log.session.scenario, log.started.agent) == ("lend-two_books-late-5fc206d0", "a-model")
    assert scenario["wants"] == "You want to borrow The Tin Kite.\n\nBe brief."
    assert scenario["knows"] == {"known_info": "Your card is K7."}
    assert [step["tool"] or step["say"] for step in scenario["reference"]] == ["find_book", "lend_book", "1200"]
    assert log.started.domain["domain"] == "tau2-library"
    assert log.started.domain["policy"] == "Lend to card holders."


@pytest.mark.parametrize(
    ("end", "reason", "outcome"),
    [
        ("max_steps", "turn_limit", "fail"),
        ("timeout", "time_limit", "fail"),
        ("too_many_errors", "agent_failed", "fail"),
        ("agent_error", "agent_failed", "fail"),
        ("context_window_exceeded", "agent_failed", "fail"),
        ("user_error", "user_failed", "invalid"),
        ("infrastructure_error", "model_failed", "invalid"),
        ("unexpected_error", "model_failed", "invalid"),
        ("something_new", "recorded", "fail"),
    ],
)
def test_an_early_end_is_told_with_whose_fault_it_was(end: str, reason: str, outcome: Outcome, tmp_path: Path) -> None:
    """A conversation that was cut off between a call and its result is read as far as it goes."""
    cut = [*LENT[:2], asks("assistant", ("c1", "find_book", {"title": "x"}))]
    one = simulation("nothing", cut, {"reward": 0.0}, end=end)
    run = import_run("tau2", write(tmp_path, results([NOTHING], [one])), tmp_path / "run")

    ((episode, score),) = run.scored
    assert episode.ended is not None and episode.ended.reason == reason
    assert [call.result for call in episode.log.calls] == ["no result was recorded"]
    assert score.outcome == outcome


def test_who_works_alone_is_told_by_the_ticket_and_stops_by_itself(tmp_path: Path) -> None:
    alone = [
        asks("assistant", ("c1", "find_book", {"title": "x"})),
        answers("c1", "B1"),
        said("assistant", "###STOP###"),
    ]
    one = simulation("nothing", alone, {"reward": 1.0}, end="agent_stop")
    log = logs(tmp_path, results([{**NOTHING, "ticket": "Find x."}], [one]))["nothing"]

    assert lines(log) == ["user: Find x.", 'agent find_book ok "B1"']


def test_who_works_alone_makes_the_users_gold_calls_too(tmp_path: Path) -> None:
    gate = {**GATE, "ticket": "Open the gate."}
    one = simulation("gate", [said("assistant", "###STOP###")], {"reward": 0.0}, end="agent_stop")

    def gold(*simulations: Any) -> list[tuple[str, str]]:
        scenario = logs(tmp_path, results([gate, NOTHING], list(simulations)))["gate"].started.scenario
        return [(step["by"], step["tool"]) for step in scenario["reference"]]

    assert gold(one) == [("agent", "open_gate")]
    talk = [said("user", "Hello."), said("assistant", "Hello."), said("user", "###STOP###")]
    assert gold(one, simulation("nothing", talk, {"reward": 1.0})) == [("user", "open_gate")]


def test_a_word_that_stops_is_only_taken_out_where_it_stopped(tmp_path: Path) -> None:
    talk = [said("user", "What does ###STOP### mean?"), said("assistant", "No idea."), said("user", "###STOP###")]
    log = logs(tmp_path, results([NOTHING], [simulation("nothing", talk, None)]))["nothing"]

    assert lines(log) == ["user: What does ###STOP### mean?", "agent: No idea.", "user: "]


def test_tasks_alone_are_sessions_that_nobody_played(tmp_path: Path) -> None:
    for number, content in enumerate(([LEND, NOTHING], {"tasks": [LEND, NOTHING]})):
        run = import_run("tau2", write(tmp_path, content, f"tasks-{number}.json"), tmp_path / f"run-{number}")
        found = run.summary().to_json()
        assert (found["sessions"], found["errored"], found["pass_rate"]) == (2, 2, None)
        assert found["null_agent"] == {"passed": 1, "scenarios": 2, "pass_rate": 0.5}


def test_simulations_in_a_folder_of_their_own_are_found(tmp_path: Path) -> None:
    path = write(tmp_path, {"info": INFO, "tasks": [LEND, GATE], "simulation_index": []})
    for one in LIBRARY["simulations"][:2]:
        write(tmp_path, one, f"simulations/{one['task_id'][:4]}.json")

    assert sorted(log.session.scenario for log in read(path)) == ["gate", "lend-two_books-late-5fc206d0"]


def test_trials_are_numbered_as_they_stand_where_the_file_does_not_say(tmp_path: Path) -> None:
    one = simulation("free", LENT, None)
    found = [log.session.trial for log in read(write(tmp_path, results([FREE], [one, one, {**one, "trial": 7}])))]

    assert found == [0, 1, 7]


def test_a_result_file_without_simulations_leaves_no_run(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="holds no session"):
        import_run("tau2", write(tmp_path, results([LEND], [])), tmp_path / "run")
    assert not (tmp_path / "run").exists()
