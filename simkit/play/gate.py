"""The agent's way to its tools: open during its turn, shut for good once a limit was reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from simkit.errors import SimkitError
from simkit.play.agent import CallTool, ToolResult
from simkit.play.watchdog import Watchdog
from simkit.trace.events import EndReason


class Over(Exception):
    """The session ends here."""

    def __init__(self, reason: EndReason, why: str = "") -> None:
        self.reason: EndReason = reason
        self.why = why
        """Which limit of the run ended it, where it was not the session's own doing."""


class Halted(Exception):
    """The run is to stop: the session has not ended, and can be gone on with."""


class Unkept(BaseException):
    """The store failed. Not an Exception, so that no agent can catch it and go on to pay for what is not kept."""

    def __init__(self, error: SimkitError) -> None:
        self.error = error


class Gate:
    """The agent's way to its tools: open during its turn only, and shut for good once a limit was reached."""

    def __init__(self, call: CallTool, pay: Callable[..., Awaitable[dict[str, Any]]], watchdog: Watchdog) -> None:
        self._call, self._pay, self._watchdog, self.open = call, pay, watchdog, True
        self.over: Over | Halted | None = None
        """Why the session does not go on, if a call went beyond a limit or the run is to stop."""

    async def __call__(self, name: str, arguments: Any, node: str | None) -> ToolResult:
        """Call a tool, if the gate is open."""
        if not self.open:
            return ToolResult("refused", "the turn is over")
        running = self._watchdog.leave()
        try:
            return await self._call(name, arguments, node)
        except Over as over:
            # An agent that catches everything must not be able to go on calling.
            self.over, self.open = over, False
            raise
        finally:
            self._watchdog.running = running

    async def once(self, *request: Any, **how: Any) -> dict[str, Any]:
        """Make a paid call, if the gate is open."""
        if not self.open:
            raise RuntimeError("the turn is over")
        try:
            return await self._pay(*request, **how)
        except (Over, Halted) as over:
            self.over, self.open = over, False
            raise

    def told(self, keep: Callable[..., None], *what: Any) -> None:
        """Keep what the agent says of itself, if the gate is open."""
        if self.open:
            running = self._watchdog.leave()
            try:
                keep(*what)
            finally:
                self._watchdog.running = running

    def close(self) -> None:
        """The turn is over; later calls do nothing."""
        self.open = False
