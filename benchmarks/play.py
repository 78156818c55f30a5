"""What playing costs: simkit beside a bare asyncio loop that does the same work, in one run.

    python benchmarks/play.py [SESSIONS]

The same work: a user says eight lines, and an agent answers each but the last after one call of a tool that looks an
order up and copies it. Besides, simkit validates arguments, keeps the world and makes events (`playing alone`), and
writes them to the store and scores the session (`stored and scored`); the bare loop does nothing of that. CPU seconds
of the process, median of five runs, the kinds taking turns.
"""

from __future__ import annotations

import asyncio
import copy
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from tiny_desk import ORDER, TURNS, write_desk

import simkit
from simkit import Turn
from simkit.play.recording import Unrecorded
from simkit.play.suite import Cast, play_suite, sittings
from simkit.spec.files import Pack
from simkit.users.resolve import resolve_user

RUNS = 5


async def ask(turn: Turn) -> str:
    """The agent: one call a turn."""
    order = await turn.call("get_order", order_id="W1")
    return f"It is {order.value['status']}."


def graph(tools: list[Any]) -> Any:
    """The same agent as a LangGraph graph of one node."""
    from langchain_core.messages import AIMessage
    from langgraph.graph import END, START, MessagesState, StateGraph

    async def node(state: MessagesState) -> dict[str, Any]:
        order = await tools[0].ainvoke(
            {"type": "tool_call", "id": "1", "name": "get_order", "args": {"order_id": "W1"}}
        )
        return {"messages": [AIMessage(f"It is {order.artifact.value['status']}.")]}

    built = StateGraph(MessagesState)
    built.add_node("node", node)
    built.add_edge(START, "node")
    built.add_edge("node", END)
    return built.compile()


async def bare_session(world: dict[str, Any]) -> list[tuple[str, str]]:
    """The conversation without simkit: eight lines, a call and an answer to each but the last."""

    async def get_order(order_id: str) -> dict[str, Any]:
        return copy.deepcopy(world["orders"][order_id])

    async def answer(text: str) -> str:
        return f"It is {(await get_order('W1'))['status']}."

    said = []
    for number in range(1, TURNS + 1):
        said.append(("user", f"How is my order W1 doing? I ask for the time number {number}."))
        if number < TURNS:
            said.append(("agent", await answer(said[-1][1])))
    return said


async def bare(sessions: int) -> None:
    """That many of them, 64 at a time."""
    world, waiting = {"orders": {"W1": ORDER}}, iter(range(sessions))

    async def worker() -> None:
        for _ in waiting:
            await bare_session(world)

    await asyncio.gather(*(worker() for _ in range(64)))


async def played(desk: Pack, user: str) -> None:
    """simkit's sessions alone: nothing kept, nothing scored."""
    domain = desk.domains[0].name
    cast = Cast({domain: ("ask", lambda part: ask)}, resolve_user(user))
    todo = sittings(desk.cases, cast, trials=[0], seed=0, versions={})
    await play_suite(todo, cast, at_once=64, recorder=lambda key: Unrecorded(), done=lambda log: None)


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process, all threads."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main(sessions: int = 200) -> None:
    """Interleave, take medians, print a table."""
    with tempfile.TemporaryDirectory() as folder:
        desk = simkit.load(write_desk(Path(folder) / "desk", sessions))
        kinds: dict[str, tuple[Callable[[], object], int]] = {
            "bare asyncio loop": (lambda: asyncio.run(bare(sessions)), sessions * TURNS),
            "simkit, playing alone": (lambda: asyncio.run(played(desk, "scripted")), sessions * TURNS),
            "simkit, stored and scored": (lambda: simkit.run(desk, ask, user="scripted"), sessions * TURNS),
            "simkit, stored and scored, LangGraph agent of one node": (
                lambda: simkit.run(desk, graph, user="scripted"),
                sessions * TURNS,
            ),
        }
        agenda = simkit.run(desk, ask).summary().total.turns
        kinds["simkit, playing alone, agenda user"] = (lambda: asyncio.run(played(desk, "agenda")), agenda)
        kinds["simkit, stored and scored, agenda user"] = (lambda: simkit.run(desk, ask), agenda)
        found: dict[str, list[float]] = {name: [] for name in kinds}
        for work, _ in kinds.values():
            work()
        for _ in range(RUNS):
            for name, (work, turns) in kinds.items():
                found[name].append(cpu_seconds(work) / turns)
    base = median(found["bare asyncio loop"])
    print(f"| {sessions} sessions | CPU microseconds a user turn | times the bare loop | user turns a CPU second |")
    print("|---|---|---|---|")
    for name, seconds in found.items():
        middle = median(seconds)
        print(f"| {name} | {middle * 1e6:,.0f} | {middle / base:,.0f} | {1 / middle:,.0f} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
