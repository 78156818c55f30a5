"""What model calls may spend: reserved before, booked after, never exceeded, and known again after a kill."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import pytest
from chatserver import ChatServer, Request, calls, says, serving
from tinyshop import write_shop

import simkit
from simkit.errors import UsageError
from simkit.llm.budget import Budget, Spend, Spent, caps
from simkit.llm.prices import Prices
from simkit.runs import open_run, run
from simkit.spending import ModelTerms
from simkit.trace.events import ModelCalled

PRICE = ("openai/tiny=1000,1000",)
"""A tenth of a cent a token: a call of 10 tokens in and 2 out costs 0.012 USD."""
CALL = 0.012


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server that OPENAI_BASE_URL names; its model looks the order up and then says one line for ever."""
    with serving(looking) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        monkeypatch.setenv("SIMKIT_MODEL_OUTPUT_TOKENS", "100")
        yield chat


def looking(request: Request) -> dict[str, Any]:
    """Look the order up once in each session, then ask on."""
    called = any(message["role"] == "tool" for message in request["messages"])
    return says("Is there anything else?") if called else calls(("get_order", '{"order_id": "W1"}'))


def play(folder: Path, out: Path, *, trials: int = 1, resume: bool = False, **terms: Any) -> Any:
    """The shop's scenario against the server's model, on these terms."""
    pack = simkit.load(folder)
    models = ModelTerms(**terms)
    return run(pack, "model:openai/tiny", trials=trials, at_once=100, out=out, resume=resume, models=models)


def test_a_hundred_sessions_at_once_never_spend_more_than_the_budget(
    shop: Path, tmp_path: Path, server: ChatServer
) -> None:
    played = play(shop, tmp_path / "run", trials=100, max_cost=("4",), price=PRICE)

    summary = played.summary()
    assert 0 < len(server.requests) * CALL <= 4
    assert summary.cost["usd"] == pytest.approx(len(server.requests) * CALL)
    assert summary.cost["calls"] == len(server.requests)
    stopped = [score for _, score in played.scored if "budget" in score.reason]
    assert stopped
    assert {score.outcome for score in stopped} == {"invalid"}
    assert "--max-cost 4" in stopped[0].reason
    assert summary.total.sessions + summary.skipped == 100


def test_sessions_that_a_budget_stopped_go_on_when_it_is_raised(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    whole = play(shop, tmp_path / "whole", trials=6)
    paid = len(server.requests)
    server.requests.clear()

    first = play(shop, tmp_path / "run", trials=6, max_model_calls=("7",))
    asked = len(server.requests)
    again = play(shop, tmp_path / "run", trials=6, resume=True, max_model_calls=("1000",))

    assert asked == 7
    assert first.summary().total.errored > 0
    assert len(server.requests) == paid
    assert again.summary().digest == whole.summary().digest
    assert again.summary().skipped == 0


def test_what_was_spent_before_a_resume_counts(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    play(shop, tmp_path / "run", trials=6, max_model_calls=("7",))

    play(shop, tmp_path / "run", trials=6, resume=True, max_model_calls=("9",))

    assert len(server.requests) == 9


def test_a_price_that_nobody_knows_is_a_refusal_to_start(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    with pytest.raises(UsageError, match="--price openai/tiny=IN,OUT"):
        play(shop, tmp_path / "run", max_cost=("5",))

    assert server.requests == []
    assert not (tmp_path / "run").exists()


def test_a_scenario_can_limit_what_its_sessions_cost(tmp_path: Path, server: ChatServer) -> None:
    folder = write_shop(tmp_path / "dear")
    case = folder / "case.yaml"
    case.write_text(case.read_text() + "limits: {cost: 0.5}\n")

    with pytest.raises(UsageError, match=r"limits\.cost of scenario 'cancel-lamp'"):
        play(folder, tmp_path / "unpriced")
    played = play(folder, tmp_path / "run", trials=3, price=PRICE)

    assert {score.reason for _, score in played.scored} == {
        "stopped by a budget: the session's budget is used up: limits.cost 0.5"
    }
    assert played.summary().skipped == 0


def test_a_role_has_its_own_budget_and_time_is_one_too(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    user = play(shop, tmp_path / "user", max_model_calls=("user=0",))
    agent = play(shop, tmp_path / "agent", max_model_calls=("agent=0",))
    late = play(shop, tmp_path / "late", trials=3, max_seconds=0.0)

    assert user.summary().cost["calls"] == len(server.requests) > 0
    assert agent.summary().cost["calls"] == 0
    assert (late.summary().total.sessions, late.summary().skipped) == (0, 3)


def test_usage_and_cost_stand_beside_each_call_and_are_summed_by_role(
    shop: Path, tmp_path: Path, server: ChatServer
) -> None:
    played = play(shop, tmp_path / "run", price=PRICE)

    log = next(open_run(tmp_path / "run").logs())
    costs = [log.beside[event.seq].cost for event in log.events if isinstance(event, ModelCalled)]
    assert costs == [CALL] * len(server.requests)
    assert all("cost" not in json.loads(line) for line in log.lines())
    told = played.summary().to_json()["cost"]
    assert told["by_role"]["agent"]["tokens_in"] == told["tokens_in"] == 10 * len(server.requests)
    assert told["unknown"] == {"calls": 0, "tokens": 0, "usd": 0.0}


@pytest.mark.parametrize("text", ["x", "-1", "NaN", "judges=1", ""])
def test_a_budget_that_is_none_is_one_line(text: str) -> None:
    with pytest.raises(UsageError, match="--max-cost"):
        caps([text])


@pytest.mark.parametrize("text", ["openai/tiny", "openai/tiny=1", "=1,2", "openai/tiny=a,b", "openai/tiny=-1,2"])
def test_a_price_that_is_none_is_one_line(text: str) -> None:
    with pytest.raises(UsageError, match="write MODEL=IN,OUT"):
        Prices.of([text], {})


def test_prices_come_from_the_option_then_the_file_then_the_table(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text("openai/a: [1, 2]\nopenai/b: [0.5, '0.25']\n")
    prices = Prices.of(["openai/a=3,4"], {"SIMKIT_PRICES": str(file)})
    usage = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}

    assert prices.cost("openai/a", usage) == 7
    assert prices.cost("langchain:openai/b", usage) == Decimal("0.75")
    assert prices.cost("openai/gpt-5-mini", usage) == Decimal("2.25")
    assert prices.cost("openai/nonsense", usage) is None


def test_a_call_waits_for_what_others_hold_and_is_refused_when_it_never_fits() -> None:
    budget = Budget(caps(calls=["2"]))
    one = Spend(calls=1)
    told: list[str] = []

    async def call(name: str, seconds: float) -> None:
        try:
            await budget.reserve(name, "agent", one)
        except Spent as spent:
            told.append(f"{name} refused: {spent}")
            return
        told.append(f"{name} begins")
        await anyio.sleep(seconds)
        budget.settle(name, "agent", one, Spend() if name == "a" else one)

    async def all_of_them() -> None:
        async with anyio.create_task_group() as group:
            for name, seconds in (("a", 0.05), ("b", 0.1), ("c", 0.1), ("d", 0.1)):
                group.start_soon(call, name, seconds)

    anyio.run(all_of_them)

    assert told == ["a begins", "b begins", "c begins", "d refused: --max-model-calls 2"]


def test_the_time_that_a_run_took_before_it_was_killed_counts(shop: Path, tmp_path: Path, server: ChatServer) -> None:
    def slow(request: Request) -> dict[str, Any]:
        time.sleep(0.25)
        return looking(request)

    server.policy = slow
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", "model:openai/tiny", "--at-once", "1"]
    command += ["--out", str(tmp_path / "run"), "--trials", "40", "--max-seconds", "300"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while "seconds" not in (terms := _manifest(tmp_path / "run")) or terms["seconds"] < 2:
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
    took, asked = _manifest(tmp_path / "run")["seconds"], len(server.requests)

    late = play(shop, tmp_path / "run", trials=40, resume=True, max_seconds=took)
    again = _manifest(tmp_path / "run")["seconds"]

    assert len(server.requests) == asked
    assert late.summary().skipped > 0
    assert again > took


def _manifest(out: Path) -> dict[str, Any]:
    file = out / "run.json"
    return json.loads(file.read_text()) if file.exists() else {}
