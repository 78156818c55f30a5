"""Domains drafted from recorded sessions: calls become tools, answers the world, users personas, passes cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simkit import Refused, api, cli
from simkit.design.draft.cases.recorded import telling_line
from simkit.play.world import Start, World
from simkit.spec.files import read_domain


def call(name: str, **arguments: Any) -> dict[str, Any]:
    """An assistant's message with one call."""
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": function}]}


def gave(value: Any) -> dict[str, Any]:
    """A tool's answer."""
    return {"role": "tool", "tool_call_id": "c", "content": json.dumps(value)}


def talk(*messages: Any, reward: float = 1.0) -> str:
    """A line of an `openai-messages` file."""
    said = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages]
    return json.dumps({"messages": said, "metadata": {"reward": reward}}) + "\n"


def bye(text: str) -> dict[str, Any]:
    """The assistant's last words."""
    return {"role": "assistant", "content": text}


TICKET = {"ticket_id": "T-77", "status": "open", "topic": "printer on fire"}
TALKS = (
    talk(
        "My printer ticket T-77 can be closed.",
        call("get_ticket", ticket_id="T-77"),
        gave(TICKET),
        call("close_ticket", ticket_id="T-77", reason="solved"),
        gave({"ticket_id": "T-77", "status": "closed"}),
        bye("It has been closed: solved."),
        "solved, thanks",
    ),
    talk(
        "Hi there!",
        bye("Hello"),
        "How far is T-80?",
        call("get_ticket", ticket_id="T-80"),
        gave({**TICKET, "ticket_id": "T-80"}),
        bye("open"),
    ),
    talk("Close T-81", call("close_ticket", ticket_id="T-81", reason="none"), gave("no"), bye("Done"), reward=0),
)


def test_recorded_sessions_become_a_domain_that_holds(capsys: pytest.CaptureFixture[str]) -> None:
    Path("desk.jsonl").write_text("".join(TALKS), encoding="utf-8")

    with pytest.raises(SystemExit) as left:
        cli.main(["draft", "domain", "desk", "--traces", "desk.jsonl", "--format", "openai-messages"])

    assert left.value.code == 0, capsys.readouterr().err
    checked = api.check("scenarios/desk")
    assert checked.problems == ()
    cases = {case.scenario.scenario: case.scenario for case in checked.pack.cases}
    closed = cases["desk-recorded-1"]
    assert closed.goal.world["tickets.T-77.status"].value == "closed"
    assert [step.tool for step in closed.steps] == ["get_ticket", "close_ticket"]
    assert closed.knows == {"ticket_id": "T-77", "reason": "solved"}
    assert closed.script[0] == "My printer ticket T-77 can be closed."
    assert (cases["desk-recorded-2"].wants, cases["desk-recorded-2"].script[0]) == ("How far is T-80", "Hi there!")
    assert "desk-recorded-3" not in cases  # it did not pass
    assert closed.personas[0] in {persona.persona for persona in checked.pack.personas}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["Hi", "Good morning!", "Close T-77."], "Close T-77."),
        (["Hello, close T-77.", "Now."], "Hello, close T-77."),
        (["Hey.", "hello there"], "Hey."),
        (["Hi-fi repair, please."], "Hi-fi repair, please."),
    ],
)
def test_a_case_begins_with_the_first_words_that_say_something(lines: list[str], told: str) -> None:
    assert telling_line(lines) == told


def test_a_draft_that_cannot_be_checked_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    Path("desk.jsonl").write_text(TALKS[1], encoding="utf-8")
    Path("personas").mkdir()
    Path("personas/plain.yaml").write_text("persona: plain\nmaner: Polite.\n", encoding="utf-8")

    with pytest.raises(SystemExit) as left:
        cli.main(["draft", "domain", "desk", "--traces", "desk.jsonl", "--format", "openai-messages"])

    assert left.value.code == 2
    assert "did you mean 'manner'" in capsys.readouterr().err
    assert not Path("scenarios/desk").exists()


def test_what_was_recorded_is_answered_again_and_kept() -> None:
    Path("desk.jsonl").write_text("".join(TALKS), encoding="utf-8")
    with pytest.raises(SystemExit):
        cli.main(["draft", "domain", "desk", "--traces", "desk.jsonl", "--format", "openai-messages"])
    domain = read_domain(Path("scenarios/desk"))
    world, tools = (
        World(Start(domain.tables, domain.card.now)),
        {name: one for (_, name), one in domain.functions.items()},
    )

    assert tools["get_ticket"](world, ticket_id="T-77")["topic"] == "printer on fire"
    assert tools["close_ticket"](world, ticket_id="T-77", reason="solved") == {"ticket_id": "T-77", "status": "closed"}
    assert tools["get_ticket"](world, ticket_id="T-77")["status"] == "closed"
    with pytest.raises(Refused, match="nothing was recorded for close_ticket"):
        tools["close_ticket"](world, ticket_id="T-80", reason="solved")


def test_a_run_of_ones_own_becomes_a_domain_too() -> None:
    with pytest.raises(SystemExit):
        cli.main(["new", "domain", "pharmacy"])
    api.run(api.load("scenarios/pharmacy"), out="first")

    with pytest.raises(SystemExit) as left:
        cli.main(["draft", "domain", "again", "--traces", "first"])

    assert left.value.code == 0
    checked = api.check("scenarios/again")
    assert checked.problems == ()
    assert any(case.scenario.tags == ("recorded",) for case in checked.pack.cases)
