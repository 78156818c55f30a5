"""The unit of work that everybody does, and how it is measured. Needs nothing but Python, so that peers can use it too.

One session: eight times, a user's model answers, the agent's model asks for an order, a tool looks it up, and the
agent's model answers from it: 24 model calls and 8 tool calls. A model is a wait of `latency` seconds and a fixed
answer. A scorer then looks for the order's status in what the agent said.
"""

from __future__ import annotations

import asyncio
import copy
import json
import resource
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

TURNS = 8
ORDER = {"product": "Arden lamp", "status": "paid", "total": 129.0}
ORDERS = {"W1": ORDER}
ASK = "How is my order W1 doing? I ask again."


class Work(NamedTuple):
    """What is asked for on the command line: SESSIONS AT_ONCE LATENCY."""

    sessions: int
    at_once: int
    latency: float


class Done(NamedTuple):
    """What came of it: both must be what the work asks for, or the figure is void."""

    passed: int
    calls: int


Chat = list[dict[str, Any]]
"""Messages in the form of chat completions."""


async def user_model(messages: Chat, latency: float) -> str:
    """The language model that plays the user."""
    await asyncio.sleep(latency)
    return ASK


async def agent_model(messages: Chat, latency: float) -> dict[str, Any]:
    """The agent's language model: asks for the order, then answers from what the tool gave."""
    await asyncio.sleep(latency)
    if messages[-1]["role"] == "tool":
        return {"role": "assistant", "content": f"Your order is {json.loads(messages[-1]['content'])['status']}."}
    function = {"name": "get_order", "arguments": '{"order_id": "W1"}'}
    call = {"id": f"call_{len(messages)}", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


async def agent(messages: Chat, call: Callable[[str, dict[str, Any]], Awaitable[Any]], latency: float) -> str:
    """The agent, the same for everybody: a loop over its model. What it adds to the conversation it adds to
    `messages`; `call` makes a tool call."""
    while (message := await agent_model(messages, latency)).get("tool_calls"):
        messages.append(message)
        for asked in message["tool_calls"]:
            found = await call(asked["function"]["name"], json.loads(asked["function"]["arguments"]))
            messages.append({"role": "tool", "tool_call_id": asked["id"], "content": json.dumps(found)})
    messages.append(message)
    return str(message["content"])


class Desk:
    """The tools of one session, for those who have none of their own."""

    def __init__(self) -> None:
        self.calls = 0

    async def call(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Look the order up: a copy, because nobody may change it."""
        assert name == "get_order"
        self.calls += 1
        return copy.deepcopy(ORDERS[arguments["order_id"]])


def passed(texts: Iterable[str]) -> bool:
    """The scorer: whether an answer of the agent has the order's status."""
    return any("paid" in text for text in texts)


def peak_mb() -> float:
    """The most memory that this process had, in MB of 10^6 bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def measure(play: Callable[[Work], Done], warm: int = 10) -> None:
    """Play a little to warm up, then the work, and print what it cost as JSON.

    CPU is of all threads of the process. Memory of the warmed-up process is taken off nothing: both are printed.
    """
    work = Work(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
    play(Work(warm, min(warm, work.at_once), 0.0))
    before, cpu, wall = peak_mb(), time.process_time(), time.perf_counter()
    done = play(work)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if done != (work.sessions, work.sessions * TURNS):
        raise SystemExit(f"not the work: {done} for {work}")
    found = {"cpu": cpu, "wall": wall, "before_mb": before, "peak_mb": peak_mb(), "threads": threading.active_count()}
    print(json.dumps(work._asdict() | found))


async def bounded(sessions: int, at_once: int, session: Callable[[int], Any]) -> list[Any]:
    """That many sessions, so many at once: for peers that leave this to the caller."""
    gate = asyncio.Semaphore(at_once)

    async def one(number: int) -> Any:
        async with gate:
            return await session(number)

    return await asyncio.gather(*(one(number) for number in range(sessions)))
