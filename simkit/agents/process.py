"""An agent in processes of its own: nothing that it does there, not even a crash of Python, reaches the run.

Each session gets a process that imports the agent and lasts as long as the session; turns and tool calls are lines of
JSON over its pipes. A process that is late, dies or says something else is killed with its children, and the session
has failed. What the agent prints goes to stderr.

    process:my_agent.py:agent          # or --isolate
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from weakref import finalize

import anyio
import anyio.to_thread

from simkit.play.agent import AgentMaker, Part, Turn
from simkit.play.printed import kept_in

PREFIX = "process:"
MAX_LINE = 16_000_000
"""Bytes of one line that is read from a process."""


def process_agent(ref: str) -> AgentMaker:
    """Agents that play what stands under `ref` (`file.py:name`, `module:name`), each in a process of its own."""
    return lambda part: _Remote(ref, part)


class _Remote:
    """The agent of one session, from this side."""

    def __init__(self, ref: str, part: Part) -> None:
        self.ref, self.part = ref, part
        self.process: subprocess.Popen[bytes] | None = None
        self.end: Callable[[], Any] = lambda: None
        self.rest = b""

    async def __call__(self, turn: Turn) -> str:
        try:
            return await self._turn(turn)
        except BaseException:
            self.end()
            raise

    async def _turn(self, turn: Turn) -> str:
        if self.process is None:
            self.process = _started()
            self.end = finalize(self, _end, self.process)
            part = self.part
            hello = {"ref": self.ref, "key": part.key._asdict(), "seed": part.seed, "card": part.card.as_json}
            await self._send(hello | {"printed": kept_in()})
        await self._send(_as_json(turn))
        while True:
            heard = await self._hear()
            match heard.get("kind"):
                case "call":
                    result = await turn.call_json(heard["name"], heard["arguments"], node=heard["node"])
                    await self._send({"id": heard["id"], "outcome": result.outcome, "value": result.value})
                case "node":
                    turn.enter_node(heard["node"])
                case "model":
                    turn.note_model(heard["model"], heard["usage"])
                case "observed":
                    turn.observe_call(*heard["call"])
                case "answer":
                    return heard["text"]  # type: ignore[no-any-return]
                case "raised":
                    raise type(str(heard["type"]), (Exception,), {})(heard["text"])
                case _:
                    raise ConnectionError("the agent's process said something that is not agreed")

    async def _send(self, value: Any) -> None:
        assert self.process is not None and self.process.stdin is not None
        data = memoryview(json.dumps(value).encode() + b"\n")
        with suppress(BrokenPipeError):  # `_hear` tells how it ended
            while data:
                data = data[await anyio.to_thread.run_sync(self.process.stdin.write, data, abandon_on_cancel=True) :]

    async def _hear(self) -> dict[str, Any]:
        assert self.process is not None and self.process.stdout is not None
        while b"\n" not in self.rest:
            if len(self.rest) > MAX_LINE:
                raise ConnectionError(f"the agent's process said more than {MAX_LINE} bytes at once")
            more = await anyio.to_thread.run_sync(self.process.stdout.read, 65_536, abandon_on_cancel=True)
            if not more:
                code = await anyio.to_thread.run_sync(self.process.wait, abandon_on_cancel=True)
                raise ChildProcessError(f"the agent's process ended ({_how(code)})")
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        heard = json.loads(line)
        if not isinstance(heard, dict):
            raise ConnectionError("the agent's process said something that is not agreed")
        return heard


def _started() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "simkit.agents.far"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, bufsize=0, start_new_session=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _as_json(turn: Turn) -> dict[str, Any]:
    version, numbers, gauss = turn.random.getstate()
    return {
        "text": turn.text,
        "history": [[message.role, message.text] for message in turn.history],
        "tools": [tool.model_dump(mode="json") for tool in turn.tools],
        "policy": turn.policy,
        "now": turn.now,
        "session": turn.session,
        "random": [version, list(numbers), gauss],
    }
