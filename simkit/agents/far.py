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
from simkit.llm.chat import unminded
from simkit.play.agent import Agent, AgentMaker, Fault, Message, Part, ToolResult, Turn, made, reply
from simkit.play.blame import said, where
from simkit.play.printed import printed_there
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
            _call=self.call,
            _desk=_Desk(self, heard, leash.watchdog.token),
        )

    async def serve(self) -> None:
        """Play the session."""
        hello = await self.turns_out.receive()
        with printed_there(hello["printed"]), Watchdog.on_guard() as watchdog:
            leash = Leash(watchdog, str(SessionKey(**hello["key"])))
            agent: Agent | None = None
            with anyio.CancelScope() as scope:
                leash.play_in(scope)
                async for heard in self.turns_out:
                    try:
                        agent = agent or made(lambda part: _resolved(hello)(part), _part(hello), leash, math.inf)
                        self.say("answer", text=await reply(agent, self.turn(heard, leash), leash, math.inf))
                    except Fault as fault:
                        error = fault.error
                        self.say("raised", type=type(error).__name__, text=said(error) + where(error.__traceback__))


class _Desk:
    """What a turn asks for here that its session, over there, has to know of."""

    def __init__(self, far: Far, heard: dict[str, Any], token: Any) -> None:
        self._say, self._heard, self.token = far.say, heard, token

    def seeded(self) -> random.Random:
        return _random(*self._heard["random"])

    def tools(self) -> tuple[Tool, ...]:
        return tuple(Tool.model_validate(tool) for tool in self._heard["tools"])

    def entered(self, node: str) -> None:
        self._say("node", node=str(node))

    def observed(self, *call: Any) -> None:
        self._say("observed", call=call)

    def noted(self, model: str, usage: dict[str, int]) -> None:
        self._say("model", model=str(model), usage=usage)

    def injected(self, *fault: Any) -> None:
        """Faults are put in on the other side."""

    async def once(self, *request: Any, **how: Any) -> dict[str, Any]:
        return await unminded(*request, **how)


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
