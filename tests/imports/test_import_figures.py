"""Real recordings of others, where they stand beside the checkout: the figures that were published about them."""

from __future__ import annotations

from collections import Counter
from math import comb, isclose
from pathlib import Path

import pytest

from simkit.imports.formats import reader
from simkit.paths.episode import episodes
from simkit.trace.events import Judged
from simkit.trace.log import Log
from simkit.trace.store import Store

DATA = Path(__file__).resolve().parents[2].parent / "shared/data"


def recorded(name: str, file: str) -> list[Log]:
    path = DATA / file
    if not path.is_file():
        pytest.skip(f"the recorded sessions {file} are not beside this checkout")
    return list(reader(name)(path))


def verdict(log: Log, question: str) -> bool | float | str:
    return next(event.verdict for event in log if isinstance(event, Judged) and event.question == question)


def test_the_recorded_airline_agent_has_its_published_reliability(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        for log in recorded("tau-bench", "tau-bench-airline-gpt-4o.json"):
            store.add(log)
    logs = list(store.logs())
    passed = Counter({log.session.scenario: 0 for log in logs})
    passed.update(log.session.scenario for log in logs if verdict(log, "reward") == 1.0)
    assert len(logs) == 200 and len(passed) == 50
    for k, published in enumerate((0.420, 0.273, 0.220, 0.200), 1):
        figure = sum(comb(won, k) / comb(4, k) for won in passed.values()) / len(passed)
        assert isclose(figure, published, abs_tol=0.0005), k


def test_the_recorded_airline_sessions_are_whole() -> None:
    logs = recorded("tau-bench", "tau-bench-airline-gpt-4o.json")
    calls = [call for log in logs for call in log.calls]
    assert len(calls) == 1164
    assert Counter(call.outcome for call in calls) == {"ok": 1091, "refused": 73}
    assert all(isinstance(call.arguments, dict) for call in calls)
    closing = [event for log in logs for event in log if event.kind == "user_said" and event.closing]
    assert len(closing) == 147 and not any("###" in event.text for event in closing)
    for episode in episodes(logs):
        assert {call.tool for call in episode.agent_calls} <= {tool.name for tool in episode.card.tools}
        assert {step.tool for step in episode.scenario.steps if step.tool} <= {t.name for t in episode.card.tools}
        assert episode.card.policy.startswith("# Airline Agent Policy")
        assert episode.scenario.wants.startswith("You")
    writes = {tool.name for tool in episode.card.tools if tool.effect == "write"}
    assert writes == {
        "book_reservation",
        "cancel_reservation",
        "send_certificate",
        "update_reservation_baggages",
        "update_reservation_flights",
        "update_reservation_passengers",
    }


def test_a_second_domain_of_the_same_format_reads_too() -> None:
    logs = recorded("tau-bench", "agentrx/retail-failures-labelled.json")
    assert len(logs) == 15 and {verdict(log, "reward") for log in logs} == {0.0}


def test_the_labelled_conversations_have_one_failure_each_and_the_call_that_failed() -> None:
    logs = recorded("labeled-traces", "recipe-labeled-traces.jsonl")
    pairs = Counter((verdict(log, "last_success_state"), verdict(log, "first_failure_state")) for log in logs)
    assert len(logs) == sum(pairs.values()) == 96
    assert pairs["PlanToolCalls", "GenRecipeArgs"] == 10
    for log in logs:
        assert {call.tool for call in log.calls if call.outcome == "error"} == {verdict(log, "first_failure_state")}
