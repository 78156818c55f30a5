"""What a model call costs the machine that makes it: simkit's way beside the openai SDK and LangChain's ChatOpenAI.

    python benchmarks/model_calls.py [CALLS]

A stub on this machine answers at once, in a process of its own. Each call sends a chat of ten messages and one tool, 20
at a time. CPU microseconds of the calling process a call, median of five runs, the kinds taking turns. All three make
the same text of the answer.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from simkit.llm import ChatMessage, open_model
from simkit.spec.domain import Tool

RUNS = 5
AT_ONCE = 20
SAID = "It is on its way and will be with you by Tuesday. " * 4
PARAMETERS = {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}
TOOL = Tool(name="get_order", description="Look up an order.", parameters=PARAMETERS, effect="read")
CHAT = [("system", "You are the agent of a shop. " * 20)] + [(("user", "assistant")[at % 2], SAID) for at in range(9)]

Call = Callable[[], Awaitable[str]]


class Stub(asyncio.Protocol):
    """Answers every request with the same chat completion."""

    def connection_made(self, transport: Any) -> None:
        """Somebody is there."""
        self.transport, self.read = transport, b""
        choice = {"index": 0, "message": {"role": "assistant", "content": SAID}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 700, "completion_tokens": 40, "total_tokens": 740}
        reply = {"id": "r", "object": "chat.completion", "created": 0, "model": "tiny", "usage": usage}
        body = json.dumps({**reply, "choices": [choice]}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.reply = head.encode() + body

    def data_received(self, data: bytes) -> None:
        """More of a request, or all of it."""
        self.read += data
        head, _, body = self.read.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if b"\r\n\r\n" in self.read and len(body) >= length:
            self.read = body[length:]
            self.transport.write(self.reply)


def serve(port: Connection) -> None:
    """Run the stub until somebody ends the process."""

    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


def simkit_call() -> Call:
    """As simkit's agent and user call a model, without a session."""
    model = open_model("openai/tiny")
    messages = [ChatMessage(role, text) for role, text in CHAT]

    async def call() -> str:
        return (await model(messages, tools=[TOOL])).text

    return call


def openai_call() -> Call:
    """The openai SDK."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI()
    messages = [{"role": role, "content": text} for role, text in CHAT]
    function = {"name": TOOL.name, "description": TOOL.description, "parameters": PARAMETERS}
    tools = [{"type": "function", "function": function}]

    async def call() -> str:
        reply = await client.chat.completions.create(model="tiny", messages=messages, tools=tools)
        return reply.choices[0].message.content

    return call


def langchain_call() -> Call:
    """LangChain's ChatOpenAI."""
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
    from langchain_openai import ChatOpenAI

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    function = {"name": TOOL.name, "description": TOOL.description, "parameters": PARAMETERS}
    model = ChatOpenAI(model="tiny").bind_tools([{"type": "function", "function": function}])
    messages = [kinds[role](text) for role, text in CHAT]

    async def call() -> str:
        return str((await model.ainvoke(messages)).text)

    return call


KINDS = {"simkit": simkit_call, "openai SDK": openai_call, "ChatOpenAI": langchain_call}


async def cost(call: Call, calls: int) -> float:
    """CPU microseconds a call; what is made once (connections, schemas) is made before."""
    await asyncio.gather(*(call() for _ in range(AT_ONCE)))
    left = iter(range(calls))

    async def one_after_the_other() -> None:
        for _ in left:
            assert await call() == SAID

    began = time.process_time()
    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    return 1e6 * (time.process_time() - began) / calls


async def compared(calls: int) -> dict[str, list[float]]:
    """The costs of all kinds, run by run, in one event loop: the other two keep their connections for good."""
    ways = {name: make() for name, make in KINDS.items()}
    found: dict[str, list[float]] = {name: [] for name in KINDS}
    for _ in range(RUNS):
        for name, call in ways.items():
            found[name].append(await cost(call, calls))
    return found


def main(calls: int = 400) -> None:
    """The runs are interleaved, so that whatever else the machine does hits all alike."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    os.environ |= {"OPENAI_BASE_URL": f"http://127.0.0.1:{ours.recv()}/v1", "OPENAI_API_KEY": "none"}
    found = asyncio.run(compared(calls))
    server.kill()
    least = median(found["simkit"])
    print(f"| {calls} calls, {AT_ONCE} at once | CPU microseconds a call | least | most | times simkit |")
    print("|---|---|---|---|---|")
    for name, each in found.items():
        row = f"{median(each):,.0f} | {min(each):,.0f} | {max(each):,.0f} | {median(each) / least:.1f}"
        print(f"| {name} | {row} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
