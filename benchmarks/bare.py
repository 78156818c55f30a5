"""The floor: the work on a bare anyio task group, in memory. It validates, records, limits and survives nothing."""

from __future__ import annotations

import anyio
from work import TURNS, Chat, Desk, Done, Work, agent, measure, passed, user_model


async def session(latency: float) -> tuple[Chat, int]:
    """The conversation, and the number of calls."""
    said: Chat = []
    desk = Desk()
    for _ in range(TURNS):
        said.append({"role": "user", "content": await user_model(said, latency)})
        await agent(said, desk.call, latency)
    return said, desk.calls


async def suite(work: Work) -> Done:
    kept: list[tuple[Chat, int]] = []
    waiting = iter(range(work.sessions))

    async def worker() -> None:
        for _ in waiting:
            kept.append(await session(work.latency))

    async with anyio.create_task_group() as group:
        for _ in range(work.at_once):
            group.start_soon(worker)
    scored = [passed(one["content"] or "" for one in said if one["role"] == "assistant") for said, _ in kept]
    return Done(sum(scored), sum(calls for _, calls in kept))


if __name__ == "__main__":
    measure(lambda work: anyio.run(suite, work))
