"""langwatch-scenario at the work: user and agent as adapters, its script of eight turns, the scorer as last step.

Nothing is sent anywhere: there is no key, and the address is one where nobody listens.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

os.environ |= {"LANGWATCH_API_KEY": "", "LANGWATCH_ENDPOINT": "http://127.0.0.1:9", "SCENARIO_HEADLESS": "true"}

import scenario
from work import TURNS, Desk, Done, Work, agent, bounded, measure, passed, user_model


def parties(work: Work, desk: Desk) -> list[scenario.AgentAdapter]:
    """User and agent of one session."""

    class Customer(scenario.AgentAdapter):  # type: ignore[misc]
        role = scenario.AgentRole.USER

        async def call(self, input: scenario.AgentInput) -> Any:
            return {"role": "user", "content": await user_model([], work.latency)}

    class Clerk(scenario.AgentAdapter):  # type: ignore[misc]
        role = scenario.AgentRole.AGENT

        async def call(self, input: scenario.AgentInput) -> Any:
            return await agent([dict(one) for one in input.messages], desk.call, work.latency)

    return [Customer(), Clerk()]


async def suite(work: Work) -> Done:
    """Every session."""
    desks = [Desk() for _ in range(work.sessions)]

    async def session(number: int) -> bool:
        result = await scenario.arun(
            name=f"desk {number}",
            description="Ask for the order's status.",
            agents=parties(work, desks[number]),
            script=[step() for _ in range(TURNS) for step in (scenario.user, scenario.agent)] + [scenario.succeed()],
            max_turns=TURNS + 1,
            verbose=False,
        )
        texts = [one.get("content") or "" for one in result.messages if one["role"] == "assistant"]
        return bool(result.success) and passed(texts)

    scores = await bounded(work.sessions, work.at_once, session)
    return Done(sum(scores), sum(desk.calls for desk in desks))


if __name__ == "__main__":
    measure(lambda work: asyncio.run(suite(work)), warm=2)
