"""The agent's way to its session: open during its turn, shut for good once a limit was reached."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from simkit.errors import SimkitError
from simkit.play.agent import ToolResult
from simkit.play.toolbox import Tamper
from simkit.play.watchdog import Watchdog
from simkit.spec.domain import Tool
from simkit.trace.events import EndReason, Outcome


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


class Behind(Protocol):
    """The session behind the gate, as far as its agent can reach."""

    def called(self, name: str, arguments: Any, node: str | None, tamper: Tamper | None) -> ToolResult: ...

    def paid(self, *request: Any, **how: Any) -> Awaitable[dict[str, Any]]: ...

    def entered(self, node: str) -> None: ...

    def observed(self, name: str, arguments: Any, outcome: Outcome, result: Any, node: str | None) -> None: ...

    def noted(self, model: str, usage: dict[str, int]) -> None: ...

    def injected(self, fault: str, how: Any, rule: str, instead: Any) -> None: ...

    def calls_of(self, tool: str) -> int: ...

    def seeded(self, purpose: str) -> random.Random: ...

    @property
    def tools(self) -> tuple[Tool, ...]: ...


class Gate:
    """The agent's way to its session: open during its turn only, and shut for good once a limit was reached."""

    __slots__ = ("_number", "_session", "_watchdog", "open", "over")

    def __init__(self, session: Behind, watchdog: Watchdog, number: int) -> None:
        self._session, self._watchdog, self._number = session, watchdog, number
        self.open = True
        self.over: Over | Halted | None = None
        """Why the session does not go on, if a call went beyond a limit or the run is to stop."""

    @property
    def token(self) -> Any:
        """Of the event loop that the session is played in."""
        return self._watchdog.token

    async def __call__(self, name: str, arguments: Any, node: str | None, tamper: Tamper | None = None) -> ToolResult:
        """Call a tool, if the gate is open."""
        if not self.open:
            return ToolResult("refused", "the turn is over")
        running = self._watchdog.leave()
        try:
            return self._session.called(name, arguments, node, tamper)
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
            return await self._session.paid(*request, **how)
        except (Over, Halted) as over:
            self.over, self.open = over, False
            raise

    def entered(self, node: str) -> None:
        """Keep that the agent's graph entered a node, if the gate is open."""
        self._told(self._session.entered, node)

    def observed(self, *call: Any) -> None:
        """Keep a call that the agent made with tools of its own, if the gate is open."""
        self._told(self._session.observed, *call)

    def noted(self, model: str, usage: dict[str, int]) -> None:
        """Keep that a model of the agent's answered, if the gate is open."""
        self._told(self._session.noted, model, usage)

    def injected(self, *fault: Any) -> None:
        """Keep that a test puts a fault into what the agent does next, if the gate is open."""
        self._told(self._session.injected, *fault)

    def _told(self, keep: Callable[..., None], *what: Any) -> None:
        if self.open:
            running = self._watchdog.leave()
            try:
                keep(*what)
            finally:
                self._watchdog.running = running

    def calls_of(self, tool: str) -> int:
        """How often the agent has called a tool in this session."""
        return self._session.calls_of(tool)

    def seeded(self) -> random.Random:
        """The turn's own random numbers."""
        return self._session.seeded(f"agent {self._number}")

    def tools(self) -> tuple[Tool, ...]:
        """The tools that the agent may call."""
        return self._session.tools

    def close(self) -> None:
        """The turn is over; later calls do nothing."""
        self.open = False
