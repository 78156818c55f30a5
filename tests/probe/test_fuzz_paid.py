"""Fuzzing an agent that a model plays: a budget ends it, and what was paid for until then is judged and kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chatserver import ChatServer, Request, calls, says, serving
from tinyshop import write_shop

from simkit.probe.fuzz.session import Terms, fuzz
from simkit.spending import ModelTerms


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server whose model cancels an order at once, and asks nobody."""

    def policy(request: Request) -> dict[str, object]:
        done = [message for message in request["messages"] if message["role"] == "tool"]
        return says("It is cancelled.") if done else calls(("cancel_order", '{"order_id": "W1"}'))

    with serving(policy) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        yield chat


def test_what_was_played_before_the_budget_was_spent_is_judged_and_kept(tmp_path: Path, server: ChatServer) -> None:
    shop, outcomes = write_shop(tmp_path), list[str]()
    terms = Terms("model:openai/tiny", max_sessions=30, models=ModelTerms(max_model_calls=("20",)))

    came = fuzz(shop, tmp_path / "odd", terms, outcomes.append)

    assert came.spent
    assert 10 < len(server.requests) <= 20
    assert 0 < len(outcomes) == came.sessions
    (unasked,) = [one for one in came.found if one.broken.mark.what == "unconfirmed_write"]
    assert Path(unasked.kept.scenario).exists()


def test_that_the_budget_ended_a_session_is_nothing_that_the_agent_broke(tmp_path: Path, server: ChatServer) -> None:
    terms = Terms("model:openai/tiny", max_sessions=30, models=ModelTerms(max_model_calls=("20",)))

    came = fuzz(write_shop(tmp_path), tmp_path / "odd", terms)

    assert not [one for one in came.found if one.broken.mark.what.startswith("crash")]
