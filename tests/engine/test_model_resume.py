"""A run that is killed while models are called: finished calls are not paid for again, and nothing reads different."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatserver import ChatServer, Request, calls, says, serving

from simkit.runs import open_run, run

LINES = ("To cancel my lamp, please.", "It is W1.", "Yes, do.", "Thanks, bye.")


def both(request: Request) -> dict[str, Any]:
    """Agent and user in one model: the agent looks the order up in each turn, the user has four lines."""
    messages = request["messages"]
    if "response_format" in request:
        spoken = sum(message["role"] == "assistant" for message in messages)
        said = {"text": LINES[spoken], "closing": spoken == len(LINES) - 1, "use": None}
        return says(json.dumps(said))
    if messages[-1]["role"] == "tool":
        return says(f"It is known, number {len(messages)}. Anything else?")
    return calls(("get_order", '{"order_id": "W1"}'))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server that OPENAI_BASE_URL names."""
    with serving(both) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        yield chat


def lines(out: Path) -> list[str]:
    """A run's canonical export."""
    return [line for log in open_run(out).logs() for line in log.lines()]


@pytest.mark.parametrize("at", [1, 3, 4, 7])
def test_a_killed_run_asks_again_only_what_was_under_way(
    shop: Path, tmp_path: Path, server: ChatServer, at: int
) -> None:
    run(str(shop), "model:openai/tiny", user="llm:openai/tiny", out=tmp_path / "whole")
    whole = len(server.requests)
    server.requests.clear()
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", "model:openai/tiny"]
    process = subprocess.Popen(
        [*command, "--user", "llm:openai/tiny", "--out", str(tmp_path / "run")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def deadly(request: Request) -> dict[str, Any]:
        if len(server.requests) == at:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        return both(request)

    server.policy = deadly
    assert process.wait(60) == -signal.SIGKILL
    resumed = run(str(shop), "model:openai/tiny", user="llm:openai/tiny", out=tmp_path / "run", resume=True)

    assert whole == 10
    assert len(server.requests) == whole + 1
    assert lines(tmp_path / "run") == lines(tmp_path / "whole")
    unknown = resumed.summary().cost["unknown"]
    assert unknown["calls"] == 1
    assert unknown["tokens"] > 8192


AGENT = """
import anyio
import os
from pathlib import Path

async def agent(turn):
    async def ask(word):
        with Path("asked").open("a") as file:
            file.write(word + "\\n")
        return {"word": word, "model": "mine", "usage": {"input_tokens": 3, "output_tokens": 1}}

    first = await turn.once({"ask": "a", "of": turn.text}, lambda: ask("first"))
    if not Path("died").exists() and len(turn.history) > 1:
        Path("died").touch()
        await anyio.sleep(0.5)  # until what was answered is on the disk
        os._exit(9)
    second = await turn.once({"ask": "b", "of": turn.text}, lambda: ask("second"))
    return f"{first['word']} {second['word']}: what is your order number?"
"""


def test_an_agent_of_ones_own_pays_once_too(shop: Path, tmp_path: Path) -> None:
    Path("mine.py").write_text(AGENT)
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", "mine.py:agent", "--out", "./run"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": 60}

    killed = subprocess.run(command, **quiet)
    subprocess.run([*command, "--resume"], **quiet)

    asked = Path("asked").read_text().split()
    assert killed.returncode == 9
    assert asked == ["first", "second"] * (len(asked) // 2)
    assert len(asked) > 2
    assert open_run("./run").summary().cost["by_role"]["agent"]["calls"] == len(asked)
