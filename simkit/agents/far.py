"""The process in which an isolated agent plays one session: turns come in and calls go out, as lines of JSON."""

from __future__ import annotations

import json
import math
import os
import random
import threading
from pathlib import Path
from typing import Any

import anyio

from simkit.agents.resolve import resolve_agent
from simkit.play.agent import Agent, AgentMaker, Fault, Message, Part, ToolResult, Turn, made, reply
from simkit.play.blame import said, where
from simkit.play.recording import waker
from simkit.play.watchdog import Leash, Watchdog
from simkit.spec.domain import Card, Domain, Tool
from simkit.trace.log import SessionKey


class Far:
    """The other side: one process, one session, one agent."""

    def __init__(self, outward: int) -> None:
        self.outward = outward
        self.waiting: dict[int, tuple[anyio.Event, list[dict[str, Any]]]] = {}
        self.turns_in, self.turns_out = anyio.create_memory_object_stream[dict[str, Any]](math.inf)
        self.wake = waker()

    def listen(self, inward: int) -> None:
        """Read lines until there are no more, in a thread of its own: then nobody wants this process any more."""
        with os.fdopen(inward, "rb") as lines:
            for line in lines:
                heard = json.loads(line)
                self.wake(lambda heard=heard: self._heard(heard))
        os._exit(0)

    def _heard(self, heard: dict[str, Any]) -> None:
        if "outcome" not in heard:
            self.turns_in.send_nowait(heard)
            return
        done, result = self.waiting.pop(heard["id"])
        result.append(heard)
        done.set()

    def say(self, kind: str, **what: Any) -> None:
        """Write a line."""
        data = memoryview(json.dumps({"kind": kind, **what}, default=repr).encode() + b"\n")
        while data:
            data = data[os.write(self.outward, data) :]

    async def call(self, name: str, arguments: Any, node: str | None) -> ToolResult:
        """Have the other side call a tool."""
        number = id(done := anyio.Event())
        result = (self.waiting.setdefault(number, (done, [])))[1]
        self.say("call", id=number, name=str(name), arguments=arguments, node=node)
        await done.wait()
        return ToolResult(result[0]["outcome"], result[0]["value"])

    def turn(self, heard: dict[str, Any], leash: Leash) -> Turn:
        """A turn as the agent is to see it."""
        return Turn(
            text=heard["text"],
            history=tuple(Message(role, text) for role, text in heard["history"]),
            policy=heard["policy"],
            now=heard["now"],
            session=heard["session"],
            _seeded=lambda: _random(*heard["random"]),
            _tools=lambda: tuple(Tool.model_validate(tool) for tool in heard["tools"]),
            _call=self.call,
            _enter=lambda node: self.say("node", node=str(node)),
            _observe=lambda *call: self.say("observed", call=call),
            _note=lambda model, usage: self.say("model", model=str(model), usage=usage),
            _token=leash.watchdog.token,
        )

    async def serve(self) -> None:
        """Play the session."""
        hello = await self.turns_out.receive()
        with Watchdog.on_guard() as watchdog:
            leash = Leash(watchdog, str(SessionKey(**hello["key"])))
            agent: Agent | None = None
            with anyio.CancelScope() as scope, leash.session(scope):
                async for heard in self.turns_out:
                    try:
                        agent = agent or made(lambda part: _resolved(hello)(part), _part(hello), leash, math.inf)
                        self.say("answer", text=await reply(agent, self.turn(heard, leash), leash, math.inf))
                    except Fault as fault:
                        error = fault.error
                        self.say("raised", type=type(error).__name__, text=said(error) + where(error.__traceback__))


def _random(version: int, numbers: list[int], gauss: float | None) -> random.Random:
    generator = random.Random()
    generator.setstate((version, tuple(numbers), gauss))
    return generator


def _part(hello: dict[str, Any]) -> Part:
    nothing: Any = None  # what no agent but `reference` looks at stays on the other side
    return Part(SessionKey(**hello["key"]), nothing, nothing, Card.model_validate(hello["card"]), hello["seed"])


def _resolved(hello: dict[str, Any]) -> AgentMaker:
    return resolve_agent(hello["ref"], Domain(Card.model_validate(hello["card"]), Path(), {}, {}))[1]


async def _main() -> None:
    inward, outward = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what the agent prints is not what it says
    far = Far(outward)
    threading.Thread(target=far.listen, args=(inward,), daemon=True).start()
    await far.serve()


if __name__ == "__main__":
    anyio.run(_main)
