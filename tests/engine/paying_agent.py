"""Agents that pay for what they say: over plain HTTP, to the service whose port is in PAY_PORT."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
from typing import Any, TypedDict

import anyio
import anyio.to_thread


def pay(session: str, turn: int, step: int) -> str:
    """One paid call, with an id of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PAY_PORT"]), timeout=60)
    try:
        body = json.dumps({"session": session, "turn": turn, "step": step})
        connection.request("POST", "/", body)
        return json.loads(connection.getresponse().read())["text"]
    finally:
        connection.close()


def agent(turn: Any) -> str:
    """Looks an order up and cancels it, over three turns, and pays twice in each."""
    number = sum(message.role == "user" for message in turn.history)
    first = pay(turn.session, number, 1)
    if number == 1:
        return f"Could you tell me your order number? ({first})"
    tool = "get_order" if number == 2 else "cancel_order"
    done = turn.call_sync(tool, order_id="W1")
    second = pay(turn.session, number, 2)
    asked = "Shall I cancel it?" if number == 2 else "It is cancelled. Anything else?"
    return f"It costs $129 and is {done.value.get('status', '') if done.ok else 'lost'}. {asked} ({first}, {second})"


def mortal(turn: Any) -> str:
    """Takes its process with it, in one turn of one session."""
    number = sum(message.role == "user" for message in turn.history)
    pay(turn.session, number, 1)
    if os.environ.get("DIE_IN") == f"{turn.session}#{number}":
        os.kill(os.getpid(), signal.SIGKILL)
    return "Could you tell me your order number?" if number == 1 else "Anything else?"


def rude(turn: Any) -> str:
    """Does not help."""
    print("Not my department.")
    return "No."


async def deaf(turn: Any) -> str:
    """Catches whatever is raised at it, and pays on."""
    number = sum(message.role == "user" for message in turn.history)
    for step in range(1, 4):
        try:
            await anyio.to_thread.run_sync(pay, turn.session, number, step)
            await turn.call("get_order", order_id="W1")
        except BaseException:
            if anyio.get_current_task().has_pending_cancellation():
                raise
    return "Could you tell me your order number?" if number < 3 else "Anything else?"


async def deaf_tasks(turn: Any) -> str:
    """Calls from tasks of its own, whose failures it does not look at."""
    number = sum(message.role == "user" for message in turn.history)
    for step in range(1, 4):
        await anyio.to_thread.run_sync(pay, turn.session, number, step)
        await asyncio.gather(turn.call("get_order", order_id="W1"), return_exceptions=True)
        async with anyio.create_task_group() as group:
            group.start_soon(turn.call, "get_order")
    return "Could you tell me your order number?" if number < 3 else "Anything else?"


class State(TypedDict):
    """What the graph hands on."""

    said: str


async def deaf_graph(turn: Any) -> str:
    """Runs a LangGraph graph, each of whose nodes catches what a node may catch."""
    from langgraph.graph import END, START, StateGraph

    number = sum(message.role == "user" for message in turn.history)

    async def look(state: State) -> State:
        await anyio.to_thread.run_sync(pay, turn.session, number, 1)
        try:
            order = await turn.call("get_order", order_id="W1")
        except Exception:
            return {"said": "Something went wrong."}
        return {"said": str(order.value)}

    graph = StateGraph(State)
    graph.add_node("look", look)
    graph.add_edge(START, "look")
    graph.add_edge("look", END)
    said = (await graph.compile().ainvoke({"said": ""}))["said"]
    return f"{said} Could you tell me your order number?" if number < 3 else "Anything else?"
