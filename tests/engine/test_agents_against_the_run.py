"""Agents that would take the whole run down with them: what is theirs is theirs, and the rest is one line."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from contextvars import Context
from pathlib import Path

import pytest

import simkit
from simkit.errors import UsageError
from simkit.play.agent import Turn


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


def test_an_error_whose_message_ends_the_process_is_the_agents_failure(shop: Path) -> None:
    async def agent(turn: Turn) -> str:
        raise Unspeakable

    ((episode, score),) = simkit.run(shop, agent).scored

    assert score.outcome == "fail"
    assert episode.failures[0].error.startswith("Unspeakable: (its message cannot be shown) (")


def _stop() -> None:
    asyncio.get_running_loop().stop()


def _cancel() -> None:
    for task in asyncio.all_tasks():
        task.cancel()


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (_stop, "RuntimeError: the event loop is not an agent's to stop: all sessions share it (test_agents_against"),
        (_cancel, "CancelledError"),
    ],
)
def test_an_agent_that_would_end_the_event_loop_ends_its_own_session_only(
    shop: Path, harm: Callable[[], None], error: str
) -> None:
    async def agent(turn: Turn) -> str:
        await asyncio.sleep(0)
        if turn.session.endswith("/1"):
            harm()
            await asyncio.sleep(0)
        return "Is there anything else?"

    played = dict(enumerate(simkit.run(shop, agent, trials=4, at_once=4).scored))

    assert played[1][0].failures[0].error.startswith(error)
    assert played[1][0].ended.reason == "agent_failed"
    assert [played[trial][0].ended.reason for trial in (0, 2, 3)] == ["user_closed"] * 3


@pytest.mark.parametrize(("harm", "what"), [(_stop, "stopped"), (_cancel, "cancelled every task of")])
def test_code_that_hides_whose_it_is_and_ends_the_event_loop_is_told_in_one_line_and_the_run_goes_on_later(
    shop: Path, tmp_path: Path, harm: Callable[[], None], what: str
) -> None:
    harms = [harm]

    async def agent(turn: Turn) -> str:
        if harms:
            Context().run(harms.pop())
            await asyncio.sleep(0)
        return "Is there anything else?"

    with pytest.raises(UsageError) as told:
        simkit.run(shop, agent, trials=4, out=tmp_path / "run")
    again = simkit.run(shop, agent, trials=4, out=tmp_path / "run", resume=True)

    assert str(told.value).startswith(f"an agent, user or tool {what} the event loop")
    assert "--isolate" in str(told.value) and "\n" not in str(told.value)
    assert len(again.scored) == 4


def test_an_agent_that_lets_python_recurse_less_leaves_the_process_as_it_was(shop: Path) -> None:
    before = sys.getrecursionlimit()

    async def agent(turn: Turn) -> str:
        sys.setrecursionlimit(before - 100)
        return "Is there anything else?"

    simkit.run(shop, agent)

    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize("more", [[], ["--isolate"], ["--workers", "2"]], ids=["here", "isolated", "workers"])
def test_the_file_of_an_agent_may_import_what_lies_beside_it(shop: Path, tmp_path: Path, more: list[str]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "words_of_mine.py").write_text("LAST = 'My neighbour says: anything else?'\n")
    (tmp_path / "mine" / "bot.py").write_text(
        "from words_of_mine import LAST\n\nasync def agent(turn):\n    return LAST\n"
    )
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", str(tmp_path / "mine/bot.py:agent")]

    out = tmp_path / "run"
    ended = subprocess.run([*command, *more, "--fail-under", "0", "--out", str(out)], capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr
    texts = {said.text for episode, _ in simkit.open_run(out).scored for said in episode.agent_texts}
    assert texts == {"My neighbour says: anything else?"}
