"""The floor: the work on a bare anyio task group. It validates, limits and survives nothing.

With `recorded` after the work it also writes down what happens, in the plainest way there is: a line of JSON for every
event, into a file that nobody waits for.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TextIO

import anyio
from work import TURNS, Chat, Desk, Done, Work, agent, measure, passed, user_model


async def session(number: int, latency: float, file: TextIO | None) -> tuple[Chat, int]:
    """The conversation, and the number of calls."""
    said: Chat = []
    desk = Desk()

    def record(kind: str, **what: Any) -> None:
        if file is not None:
            file.write(json.dumps({"session": number, "kind": kind, **what}) + "\n")

    async def call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        result = await desk.call(name, arguments)
        record("tool_called", tool=name, arguments=arguments, result=result)
        return result

    for _ in range(TURNS):
        said.append({"role": "user", "content": await user_model(said, latency)})
        record("user_said", text=said[-1]["content"])
        record("agent_said", text=await agent(said, desk.call if file is None else call, latency))
    return said, desk.calls


async def suite(work: Work, file: TextIO | None = None) -> Done:
    kept: list[tuple[Chat, int]] = []
    waiting = iter(range(work.sessions))

    async def worker() -> None:
        for number in waiting:
            kept.append(await session(number, work.latency, file))

    async with anyio.create_task_group() as group:
        for _ in range(work.at_once):
            group.start_soon(worker)
    scored = [passed(one["content"] or "" for one in said if one["role"] == "assistant") for said, _ in kept]
    return Done(sum(scored), sum(calls for _, calls in kept))


def play(work: Work) -> Done:
    with tempfile.TemporaryDirectory() as folder:
        recorded = len(sys.argv) > 4 and sys.argv[4] == "recorded"
        with (Path(folder) / "events.jsonl").open("w", encoding="utf-8") if recorded else nullcontext() as file:
            return anyio.run(suite, work, file)


if __name__ == "__main__":
    measure(play)
