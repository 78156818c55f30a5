"""docs/recorded-sessions.md says what benchmarks/recorded_sessions.py finds in the recordings, wherever those are."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/recorded-sessions.md").read_text(encoding="utf-8")
DATA = ROOT.parent / "shared/data"
AIRLINE, LABELLED = DATA / "tau-bench-airline-gpt-4o.json", DATA / "agentrx/retail-failures-labelled.json"
recorded = pytest.mark.skipif(not AIRLINE.exists(), reason="the recorded sessions are not beside this checkout")
TAU2 = [DATA / "tau2" / f"{name}.json" for name in ("airline-gpt-4.1", "retail-gpt-4.1", "telecom-gpt-4.1")]
TAU2 += [DATA / "tau2/telecom-solo-gpt-4.1-4trials.json"]
tau2 = pytest.mark.skipif(not all(map(Path.exists, TAU2)), reason="the τ² sessions are not beside this checkout")
labelled = pytest.mark.skipif(not LABELLED.exists(), reason="the labelled sessions are not beside this checkout")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The benchmark, as a module."""
    spec = importlib.util.spec_from_file_location("recorded_sessions", ROOT / "benchmarks/recorded_sessions.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(part: str) -> list[str]:
    """The rows of one generated table of the page."""
    found = re.search(rf"<!-- {part}: begin -->\n(.*?)<!-- {part}: end -->", PAGE, re.DOTALL)
    assert found is not None
    return found[1].strip().splitlines()


def test_a_message_is_found_for_every_event(script: ModuleType) -> None:
    call = {"function": {"name": "look", "arguments": "{}"}}
    messages = [
        {"role": "system", "content": "policy"},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "one moment", "tool_calls": [call, call]},
        {"role": "tool", "content": "a"},
        {"role": "tool", "content": "b"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "assistant", "content": "done"},
    ]
    assert script.steps_of(messages) == [1, 2, 3, 3, 3, 6, 7]


@recorded
def test_the_airline_tables_are_what_the_script_prints(script: ModuleType) -> None:
    sessions = script.scored(AIRLINE)
    assert "\n".join(script.table(sessions)).splitlines() == shown("airline")
    rows = [f"| {form} | {caught} | {of} |" for form, (caught, of) in script.noticed(sessions).items()]
    assert rows == shown("invented")[2:]


@labelled
def test_the_agreement_is_what_the_script_prints(script: ModuleType) -> None:
    every = list(script.opinions(LABELLED))
    assert [f"| {what} | {number} |" for what, number in script.agreement(every).items()] == shown("agentrx")[2:]
    apart = [one.session for one in every if one.our_step != one.step]
    assert apart == re.findall(r"^\| (task-\d+) \|", PAGE, re.MULTILINE), "each disagreement is explained"


@tau2
def test_the_tau2_table_is_what_the_script_prints_and_no_user_is_blamed(script: ModuleType) -> None:
    files = [script.scored(file) for file in TAU2]
    assert "\n".join(script.table(*files)).splitlines() == shown("tau2")
    failed = [(episode, score) for sessions in files for episode, score in sessions if not score.passed]
    assert {score.blame.culprit for _, score in failed} == {"agent"}
    (telecom, alone) = files[2:]
    unseen = [script.undone(episode) for episode, score in telecom if not score.passed and not score.findings]
    assert [("toggle_roaming" in tools, "toggle_data_saver_mode" in tools) for tools in unseen].count(
        (True, False)
    ) == 7
    assert all(call.by == "agent" for episode, _ in alone for call in episode.log.calls)
    passed_with = [score.scenario for sessions in files for _, score in sessions if score.passed and score.findings]
    assert passed_with == ["27"]


@tau2
def test_dual_control_is_not_held_against_the_agent(script: ModuleType) -> None:
    """No finding rests on a user's call, nor on a gold call that is the user's to make."""
    for episode, score in script.scored(TAU2[2]):
        users = {call.seq for call in episode.log.calls if call.by == "user"}
        tools = {step.tool for step in episode.scenario.reference if step.by == "user"}
        for one in score.findings:
            assert not users.intersection(one.events) or one.kind == "missing_call", one
            assert one.sentence.split("(", 1)[0] not in tools, one
