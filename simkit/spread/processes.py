"""Workers as processes of this machine, one line of JSON a message over their standard streams."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio
from anyio.abc import Process

from simkit.spread.desk import Gone, Hire, Link
from simkit.spread.plan import Plan
from simkit.trace.events import Boundary


def processes(plan: Plan) -> Hire:
    """What starts a worker process. It has its own session, so that an interrupt at the terminal reaches only us."""

    @asynccontextmanager
    async def hire() -> AsyncIterator[Link]:
        command = [sys.executable, "-m", "simkit.spread.worker"]
        process = await anyio.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None, start_new_session=True
        )
        try:
            async with anyio.create_task_group() as group:
                line = _Line(process)
                line.tell(plan.to_json().encode() + b"\n")
                group.start_soon(line.send)
                yield line
                group.cancel_scope.cancel()
        finally:
            if process.returncode is None:
                process.kill()
            with anyio.CancelScope(shield=True):
                await process.aclose()

    return hire


class _Line:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._out, self._queued = anyio.create_memory_object_stream[bytes](math.inf)
        self._rest = b""

    def tell(self, data: bytes) -> None:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):  # it is dead, which `hear` says
            self._out.send_nowait(data)

    async def send(self) -> None:
        """Send what was told, in order, as fast as the worker takes it."""
        assert self._process.stdin is not None
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError), self._queued, self._out:
            async for data in self._queued:
                await self._process.stdin.send(data)

    async def hear(self) -> bytes:
        assert self._process.stdout is not None
        while True:
            try:
                data = await self._process.stdout.receive(1 << 20)
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                raise await self._gone() from None
            whole, newline, rest = (self._rest + data).rpartition(b"\n")
            self._rest = rest
            if newline:
                return whole + newline

    async def _gone(self) -> Gone:
        with anyio.move_on_after(5):
            await self._process.wait()
        code = self._process.returncode
        # Whoever is killed from outside is not to blame; who exits or crashes by itself is.
        killed = code is None or code in (-9, -15)
        boundary: Boundary = "simkit" if killed else "agent"
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"exited with {code}"
        return Gone(f"a worker process {how}", boundary)
