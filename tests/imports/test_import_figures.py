"""Real recordings of others, where they stand beside the checkout: the figures that were published about them."""

from __future__ import annotations

from collections import Counter
from math import comb, isclose
from pathlib import Path

import pytest

from simkit.imports.formats import reader
from simkit.metrics.benchmarks.tau2 import component, rewarded
from simkit.metrics.null_agent import passes_untouched
from simkit.metrics.session import score_session
from simkit.paths.episode import episodes
from simkit.trace.events import Judged
from simkit.trace.log import Log
from simkit.trace.store import Store

AIRLINE = "tau-bench-airline-gpt-4o.json"
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


@pytest.mark.parametrize(
    ("file", "sessions", "reward", "own_calls", "user_calls"),
    [
        ("airline-gpt-4.1.json", 20, 0.5, 148, 0),
        ("retail-gpt-4.1.json", 40, 0.85, 299, 0),
        ("telecom-gpt-4.1.json", 40, 0.45, 207, 482),
        ("telecom-solo-gpt-4.1-4trials.json", 20, 0.8, 192, 0),
    ],
)
def test_tau2_rewards_are_rederived_check_by_check(
    file: str, sessions: int, reward: float, own_calls: int, user_calls: int
) -> None:
    """From the checks and, where the rule needs nothing but the conversation, from that too; and all are recorded."""
    logs = recorded("tau2", f"tau2/{file}")
    assert Counter(call.by for log in logs for call in log.calls) == Counter(agent=own_calls, user=user_calls)
    found = [rewarded(episode, score_session(episode)) for episode in episodes(logs)]
    assert len(found) == sessions and all(one.counted for one in found)
    assert isclose(sum(one.reward or 0.0 for one in found) / sessions, reward)
    assert [one.reward for one in found] == [verdict(log, "reward") for log in logs]
    assert {part.by_rule == part.reward for one in found for part in one.components if part.by_rule is not None} <= {
        True
    }
    assert not [one for one in found for difference in one.differences if difference.about != "tool use"]


def test_every_recorded_check_of_an_action_or_of_words_follows_from_the_conversation() -> None:
    """Also those outside of the reward's basis: 240 readings, none apart."""
    seen = 0
    for file in ("airline-gpt-4.1", "retail-gpt-4.1", "telecom-gpt-4.1", "telecom-solo-gpt-4.1-4trials"):
        for episode in episodes(recorded("tau2", f"tau2/{file}.json")):
            for name in ("ACTION", "COMMUNICATE"):
                part = component(episode, name, episode.scenario.benchmark["criteria"])
                assert part.reward == part.by_rule, (episode.log.session, name)
                seen += 1
    assert seen == 240


def test_doing_nothing_passes_38_percent_of_the_airline_tasks() -> None:
    tasks = {episode.scenario.scenario: episode for episode in episodes(recorded("tau-bench", AIRLINE))}
    assert Counter(passes_untouched(episode) for episode in tasks.values()) == {True: 19, False: 31}


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("airline-gpt-4.1.json", {True: 6, False: 14}),
        ("retail-gpt-4.1.json", {True: 1, False: 39}),
        ("telecom-gpt-4.1.json", {None: 28, False: 12}),
        ("telecom-solo-gpt-4.1-4trials.json", {None: 20}),
    ],
)
def test_doing_nothing_on_tau2_tasks(file: str, found: dict[bool | None, int]) -> None:
    """An assertion on an environment that the file does not hold cannot be told."""
    assert Counter(map(passes_untouched, episodes(recorded("tau2", f"tau2/{file}")))) == found
