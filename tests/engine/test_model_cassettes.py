"""Cassettes: a run's model traffic recorded, and played back with nobody asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatserver import ChatServer, sends, serving
from test_model_resume import both, lines

from simkit.errors import FileError, UsageError
from simkit.runs import run
from simkit.spending import ModelTerms


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server that OPENAI_BASE_URL names."""
    with serving(both) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        monkeypatch.setenv("SIMKIT_MODEL_FIRST", "0")
        yield chat


def play(shop: Path, out: Path, trials: int = 3, **terms: Any) -> Any:
    """Both roles by the model, on these terms."""
    models = ModelTerms(**terms)
    return run(str(shop), "model:openai/tiny", user="llm:openai/tiny", trials=trials, out=out, models=models)


def test_a_replay_asks_nobody_needs_no_key_and_reads_the_same(
    shop: Path, tmp_path: Path, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.broken(sends(503), sends(429), sends(400))
    tape = tmp_path / "tape.jsonl"
    play(shop, tmp_path / "live", record=tape)
    paid = len(server.requests)
    monkeypatch.delenv("OPENAI_BASE_URL")

    again = play(shop, tmp_path / "again", replay=tape)

    assert len(server.requests) == paid == len(tape.read_text().splitlines())
    assert lines(tmp_path / "again") == lines(tmp_path / "live")
    assert again.summary().total.errored == 1
    assert again.summary().cost["usd"] in (None, 0.0)


def test_a_changed_prompt_is_a_miss_that_says_what_changed(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    tape = tmp_path / "tape.jsonl"
    play(shop, tmp_path / "live", trials=1, record=tape)
    paid = len(server.requests)
    policy = shop / "policy.md"
    policy.write_text(policy.read_text().replace("Ask before you cancel.", "Ask twice before you cancel."))

    missed = play(shop, tmp_path / "missed", trials=1, replay=tape)

    (_, score), *_ = missed.scored
    assert score.outcome == "invalid"
    assert "not_recorded: " in score.reason
    assert "differs at messages[0].content: recorded '…" in score.reason
    assert "twice" in score.reason
    assert len(server.requests) == paid


def test_on_a_miss_the_model_may_be_asked(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    tape = tmp_path / "tape.jsonl"
    play(shop, tmp_path / "live", trials=1, record=tape)
    paid = len(server.requests)

    more = play(shop, tmp_path / "more", trials=2, replay=tape, on_miss="live")

    assert more.summary().total.errored == 0
    assert len(server.requests) == 2 * paid


@pytest.mark.parametrize("text", ["{", "[]", '{"session": "a"}', "[" * 100_000])
def test_what_is_no_cassette_is_one_line(shop: Path, tmp_path: Path, server: ChatServer, text: str) -> None:
    tape = tmp_path / "tape.jsonl"
    tape.write_text(text)

    with pytest.raises(FileError, match=r"tape.jsonl:1:1: is no line of a cassette"):
        play(shop, tmp_path / "run", replay=tape)


def test_a_cassette_is_never_overwritten_and_holds_no_key(
    shop: Path, tmp_path: Path, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-0123456789")
    server.broken(sends(401, '{"error": {"message": "bad key sk-secret-0123456789"}}'))
    tape = tmp_path / "tape.jsonl"
    play(shop, tmp_path / "live", trials=1, record=tape)

    with pytest.raises(UsageError, match="is there already"):
        play(shop, tmp_path / "again", record=tape)

    assert "sk-secret" not in tape.read_text()
    assert json.loads(tape.read_text().splitlines()[0])["failed"]["kind"] == "auth"
