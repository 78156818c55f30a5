"""What several processes may spend together, and what they record: as in one process."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from chatserver import ChatServer, Request, serving
from test_model_resume import both, lines

from simkit.errors import FileError, UsageError
from simkit.runs import run
from simkit.spending import ModelTerms

PRICE = ("openai/tiny=1000,1000",)
"""A tenth of a cent a token: a call of 10 tokens in and 2 out costs 0.012 USD."""
CALL = 0.012


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server that OPENAI_BASE_URL names, in this process and in its workers."""
    with serving(both) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        monkeypatch.setenv("SIMKIT_MODEL_OUTPUT_TOKENS", "100")
        yield chat


def play(shop: Path, out: Path, *, trials: int = 6, resume: bool = False, workers: int = 2, **terms: Any) -> Any:
    """Both roles by the model, on these terms, by two worker processes."""
    who = {"agent": "model:openai/tiny", "user": "llm:openai/tiny"}
    given = {"trials": trials, "out": out, "resume": resume, "workers": workers, "at_once": 8}
    return run(str(shop), **who, **given, models=ModelTerms(**terms))


def test_workers_together_never_spend_more_than_the_budget(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    played = play(shop, tmp_path / "run", trials=30, max_cost=("5",), price=PRICE)

    summary = played.summary()
    assert 0 < len(server.requests) * CALL <= 5
    assert summary.cost["usd"] == pytest.approx(len(server.requests) * CALL)
    assert summary.cost["calls"] == len(server.requests)
    assert summary.cost["unknown"]["calls"] == 0
    stopped = [score.reason for _, score in played.scored if "budget" in score.reason]
    assert stopped
    assert "--max-cost 5" in stopped[0]
    assert summary.total.sessions + summary.skipped == 30


def test_a_budget_stops_workers_to_the_call_and_raised_they_go_on(
    shop: Path, tmp_path: Path, server: ChatServer
) -> None:
    play(shop, tmp_path / "whole", workers=1)
    whole = len(server.requests)
    server.requests.clear()

    first = play(shop, tmp_path / "run", max_model_calls=("7",))
    asked = len(server.requests)
    play(shop, tmp_path / "run", resume=True, max_model_calls=("9",))
    more = len(server.requests)
    last = play(shop, tmp_path / "run", resume=True, max_model_calls=("user=1000",))

    assert (asked, more, len(server.requests)) == (7, 9, whole)
    assert first.summary().total.errored > 0
    assert last.summary().skipped == 0
    assert lines(tmp_path / "run") == lines(tmp_path / "whole")


def test_what_killed_workers_had_under_way_is_booked_at_its_most(
    shop: Path, tmp_path: Path, server: ChatServer
) -> None:
    play(shop, tmp_path / "whole", workers=1)
    whole = len(server.requests)
    server.requests.clear()
    killed: list[int] = []

    def deadly(request: Request) -> dict[str, Any]:
        if len(server.requests) >= 9 and not killed:
            killed.extend(_workers())
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.2)
        return both(request)

    server.policy = deadly
    played = play(shop, tmp_path / "run", max_cost=("100",), price=PRICE)

    unknown = played.summary().cost["unknown"]
    assert lines(tmp_path / "run") == lines(tmp_path / "whole")
    assert killed
    assert unknown["calls"] >= 1
    assert whole < len(server.requests) <= whole + unknown["calls"]
    assert played.summary().cost["calls"] == whole


def _workers() -> Iterator[int]:
    """The worker processes that this one started."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and b"simkit.spread.worker" in (place / "cmdline").read_bytes():
                yield int(place.name)


def test_a_scenarios_own_budget_holds_in_a_worker(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    case = shop / "case.yaml"
    case.write_text(case.read_text() + "limits: {cost: 1.5}\n")

    played = play(shop, tmp_path / "run", trials=3, price=PRICE)

    assert {score.reason for _, score in played.scored} == {
        "stopped by a budget: the session's budget is used up: limits.cost 1.5"
    }
    assert played.summary().cost["usd"] == pytest.approx(len(server.requests) * CALL)
    assert played.summary().skipped == 0


def test_time_is_up_for_all_workers(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    def slow(request: Request) -> dict[str, Any]:
        time.sleep(0.2)
        return both(request)

    server.policy = slow
    played = play(shop, tmp_path / "run", trials=40, max_seconds=3.0)

    reasons = {score.reason for _, score in played.scored if score.outcome == "invalid"}
    assert reasons <= {"stopped by a budget: the run's budget is used up: --max-seconds 3"}
    assert played.summary().skipped > 0
    assert played.summary().total.sessions + played.summary().skipped == 40


def test_what_workers_record_one_process_plays_back_and_the_other_way_round(
    shop: Path, tmp_path: Path, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_many, by_one = tmp_path / "many.jsonl", tmp_path / "one.jsonl"
    play(shop, tmp_path / "live", trials=3, record=by_many)
    paid = len(server.requests)
    monkeypatch.delenv("OPENAI_BASE_URL")

    alone = play(shop, tmp_path / "alone", trials=3, workers=1, replay=by_many, record=by_one)
    many = play(shop, tmp_path / "many", trials=3, replay=by_one)

    assert len(server.requests) == paid
    assert sorted(by_many.read_text().splitlines()) == sorted(by_one.read_text().splitlines())
    assert len(by_many.read_text().splitlines()) == paid
    assert lines(tmp_path / "alone") == lines(tmp_path / "many") == lines(tmp_path / "live")
    assert (alone.summary().cost["usd"] or 0, many.summary().cost["usd"] or 0) == (0, 0)


def test_a_cassette_goes_wrong_in_workers_as_it_does_in_one_process(
    shop: Path, tmp_path: Path, server: ChatServer
) -> None:
    tape = tmp_path / "tape.jsonl"
    play(shop, tmp_path / "live", trials=1, record=tape)
    paid = len(server.requests)

    missed = play(shop, tmp_path / "missed", trials=2, replay=tape)
    with pytest.raises(UsageError, match="is there already"):
        play(shop, tmp_path / "again", record=tape)
    tape.write_text("{")
    with pytest.raises(FileError, match="is no line of a cassette"):
        play(shop, tmp_path / "broken", replay=tape)

    assert [score.outcome for _, score in missed.scored][1:] == ["invalid"]
    assert "not_recorded: " in [score.reason for _, score in missed.scored][1]
    assert len(server.requests) == paid
    assert json.loads((tmp_path / "missed" / "run.json").read_text())["models"]["replay"] == str(tape)
