"""Agents that would take the whole run down with them: what is theirs is theirs, and the rest is one line."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
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


@pytest.mark.parametrize(("harm", "what"), [(_stop, "stopped"), (_cancel, "cancelled every task of")])
def test_an_agent_that_ends_the_event_loop_is_told_in_one_line_and_the_run_goes_on_later(
    shop: Path, tmp_path: Path, harm: Callable[[], None], what: str
) -> None:
    harms = [harm]

    async def agent(turn: Turn) -> str:
        if harms:
            harms.pop()()
            await asyncio.sleep(0)
        return "Is there anything else?"

    with pytest.raises(UsageError) as told:
        simkit.run(shop, agent, trials=4, out=tmp_path / "run")
    again = simkit.run(shop, agent, trials=4, out=tmp_path / "run", resume=True)

    assert str(told.value).startswith(f"an agent, user or tool {what} the event loop")
    assert "--isolate" in str(told.value) and "\n" not in str(told.value)
    assert len(again.scored) == 4


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
