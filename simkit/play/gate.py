"""The agent's way to its tools: open during its turn, shut for good once a limit was reached."""

from __future__ import annotations

from typing import Any

from simkit.play.agent import CallTool, ToolResult
from simkit.trace.events import EndReason


class Over(Exception):
    """The session ends here."""

    def __init__(self, reason: EndReason) -> None:
        self.reason: EndReason = reason


class Gate:
    """The agent's way to its tools: open during its turn only, and shut for good once a limit was reached."""

    def __init__(self, call: CallTool) -> None:
        self._call, self.open = call, True
        self.over: EndReason | None = None
        """Why the session is over, if a call went beyond a limit."""

    async def __call__(self, name: str, arguments: Any, node: str | None) -> ToolResult:
        """Call a tool, if the gate is open."""
        if not self.open:
            return ToolResult("refused", "the turn is over")
        try:
            return await self._call(name, arguments, node)
        except Over as over:
            # An agent that catches everything must not be able to go on calling.
            self.over, self.open = over.reason, False
            raise

    def close(self) -> None:
        """The turn is over; later calls do nothing."""
        self.open = False
