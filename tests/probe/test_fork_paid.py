"""Forks of sessions that models play: recorded answers are not paid for again, and budgets hold for new ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chatserver import ChatServer, Request, calls, says, serving

from simkit import api
from simkit.probe.fork.parent import parent_of
from simkit.probe.fork.plays import Terms
from simkit.probe.fork.result import fork
from simkit.spending import ModelTerms
from simkit.trace.events import ModelCalled, UserSaid

TRIALS = 3


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server whose model looks an order up, then numbers its answers: no two are the same."""
    said: list[int] = []

    def policy(request: Request) -> dict[str, object]:
        if not any(message["role"] == "tool" for message in request["messages"]):
            return calls(("get_order", '{"order_id": "W1"}'))
        said.append(1)
        return says(f"Answer {len(said)}. What is your order number?")

    with serving(policy) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        yield chat


def test_what_was_paid_for_is_not_paid_for_again(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    run = api.run(shop, "model:openai/tiny", out=tmp_path / "run", paths=[str(shop)])
    parent = parent_of(run.store, "cancel-lamp")
    users = [event.seq for event in parent.log if isinstance(event, UserSaid)]
    before, asked = len(server.requests), sum(isinstance(one, ModelCalled) for one in parent.log.events[: users[2]])

    found = fork(parent, users[2], terms=Terms(trials=TRIALS))

    logs = list(found.run.logs())
    new = sum(isinstance(one, ModelCalled) for log in logs for one in log.events[users[2] :])
    assert asked == 3  # a call, and an answer in each of two turns
    assert not found.was.diverged
    assert len(server.requests) - before == new > 0
    assert all(log.events[1 : users[2]] == parent.log.events[1 : users[2]] for log in logs)
    assert len({log.digest for log in logs}) == TRIALS
    # The model is shown its own recorded calls again, and not the bare conversation.
    assert any(message["role"] == "tool" for message in server.requests[-1]["messages"])


def test_a_budget_of_the_fork_stops_what_would_be_paid_for(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    run = api.run(shop, "model:openai/tiny", out=tmp_path / "run", paths=[str(shop)])
    parent = parent_of(run.store, "cancel-lamp")
    users = [event.seq for event in parent.log if isinstance(event, UserSaid)]
    before = len(server.requests)

    found = fork(parent, users[2], terms=Terms(trials=TRIALS, models=ModelTerms(max_model_calls=("1",)), at_once=1))

    assert len(server.requests) == before + 1
    assert (found.was.n, found.restored) == (0, False)
    assert len(found.was.scores) + found.was.skipped == TRIALS


def test_answers_of_a_run_that_a_cassette_answered_come_from_the_cassette(
    shop: Path, tmp_path: Path, server: ChatServer
) -> None:
    terms = (ModelTerms(record=tmp_path / "tape.jsonl"), ModelTerms(replay=tmp_path / "tape.jsonl"))
    for name, models in zip(("first", "again"), terms, strict=True):
        api.run(shop, "model:openai/tiny", out=tmp_path / name, paths=[str(shop)], models=models)
    parent = parent_of(tmp_path / "again", "cancel-lamp")
    third = [event.seq for event in parent.log if isinstance(event, UserSaid)][2]
    before = len(server.requests)

    found = fork(parent, third, terms=Terms(trials=1))

    (log,) = found.run.logs()
    assert not found.was.diverged
    assert len(server.requests) - before == sum(isinstance(one, ModelCalled) for one in log.events[third:]) > 0
