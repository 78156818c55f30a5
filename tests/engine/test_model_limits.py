"""Every limit is told, with its value and where to change it; what model calls cost is told in a line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from chatserver import says, serving

from simkit.llm.patience import Patience
from simkit.metrics.cost import cost_line
from simkit.runs import open_run
from simkit.spec.scenario import Limits


def simkit(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line."""
    command = [sys.executable, "-m", "simkit.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_all_limits_are_told_and_the_environment_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMKIT_MODEL_TRIES", "2")

    told = {limit["name"]: limit for limit in json.loads(simkit("explain-limits", "--json").stdout)}

    assert {f"session, {name}" for name in Limits.model_fields} < set(told)
    assert {f"model call, {name}" for name in Patience.numbers()} < set(told)
    assert told["model call, tries"]["value"] == "2"
    assert told["model call, tries"]["change"] == "SIMKIT_MODEL_TRIES"
    assert all(limit["ends"] for limit in told.values())


def test_explain_limits_for_people_is_a_table() -> None:
    lines = simkit("explain-limits").stdout.splitlines()

    assert lines[0].split() == ["limit", "value", "change", "it", "by", "what", "it", "ends"]
    assert any(line.startswith("run, max-cost ") and "--max-cost" in line for line in lines)


def test_the_command_line_takes_budgets_and_tells_what_was_skipped(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda request: says("Anything else?")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run = ("run", str(shop), "--agent", "model:openai/tiny", "--trials", "3", "--at-once", "1")
        refused = simkit(*run, "--out", "a", "--max-cost", "1")
        assert (refused.returncode, server.requests) == (2, [])
        assert "--price openai/tiny=IN,OUT" in refused.stderr

        stopped = simkit(*run, "--out", "a", "--max-model-calls", "1", "--price", "openai/tiny=1,2", "--json")

    told = json.loads(stopped.stdout)
    reasons = [score.reason for _, score in open_run(Path("runs/a")).scored]
    assert stopped.returncode == 1
    assert (told["sessions"], told["errored"], told["skipped"]) == (2, 1, 1)
    assert told["cost"]["calls"] == len(server.requests) == 1
    assert told["cost"]["usd"] == pytest.approx(14e-6)
    assert "stopped by a budget: the run's budget is used up: --max-model-calls 1" in reasons


def test_the_line_for_people_says_what_is_known_and_what_is_not() -> None:
    used = {"calls": 1204, "tokens_in": 2_010_000, "tokens_out": 81_200, "unpriced": 0, "estimated": 3}
    roles = {"agent": {"usd": 2.9}, "user": {"usd": 0.31}}
    unknown = {"calls": 1, "tokens": 9000, "usd": 0.004}

    assert cost_line({}) == ""
    assert cost_line({**used, "usd": 3.21, "by_role": roles, "unknown": unknown}) == (
        "1,204 calls, 2,010,000 tokens in, 81,200 out: 3.21 USD (agent 2.90, user 0.31); "
        "3 calls with an estimate of their tokens; 1 calls without an answer, at most 0.004 USD more"
    )
    assert cost_line({**used, "usd": None, "by_role": roles}).endswith("81,200 out: price not known")
