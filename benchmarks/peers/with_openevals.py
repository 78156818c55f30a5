"""openevals at the work: its asynchronous multi-turn simulation, concurrency left to the caller."""

from __future__ import annotations

import asyncio
import os
from typing import Any

os.environ["LANGSMITH_TRACING"] = "false"

from openevals.simulators import run_multiturn_simulation_async
from work import TURNS, Desk, Done, Work, agent, bounded, measure, passed, user_model


async def suite(work: Work) -> Done:
    """Every session, with the scorer as trajectory evaluator."""
    desks = [Desk() for _ in range(work.sessions)]

    async def session(number: int) -> bool:
        trajectory: list[dict[str, Any]] = []

        async def user(messages: Any, **_: Any) -> dict[str, Any]:
            return {"role": "user", "content": await user_model(messages, work.latency)}

        async def app(message: dict[str, Any], **_: Any) -> dict[str, Any]:
            trajectory.append({"role": "user", "content": message["content"]})
            return {"role": "assistant", "content": await agent(trajectory, desks[number].call, work.latency)}

        async def scorer(*, outputs: Any, **_: Any) -> dict[str, Any]:
            texts = [one["content"] for one in outputs if one["role"] == "assistant"]
            return {"key": "status", "score": passed(texts), "comment": None}

        result = await run_multiturn_simulation_async(
            app=app, user=user, max_turns=TURNS, trajectory_evaluators=[scorer]
        )
        return bool(result["evaluator_results"][0]["score"])

    scores = await bounded(work.sessions, work.at_once, session)
    return Done(sum(scores), sum(desk.calls for desk in desks))


if __name__ == "__main__":
    measure(lambda work: asyncio.run(suite(work)))
