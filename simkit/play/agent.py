"""The agent under test: `async (turn) -> str`. Everything else is an adapter to that.

    async def my_agent(turn: Turn) -> str:
        order = await turn.call("get_order", order_id="W1001")
        return f"It is {order.value['status']}." if order.ok else order.text

A plain function `(turn) -> str` works too: it runs in a worker thread and calls `turn.call_sync(...)`.
"""

from __future__ import annotations

import inspect
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import anyio
import anyio.from_thread
import anyio.to_thread

from simkit.spec.domain import Card, Tool
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.events import Outcome
from simkit.trace.log import SessionKey


@dataclass(frozen=True)
class Message:
    """One line of the conversation."""

    role: Literal["user", "agent"]
    text: str


@dataclass(frozen=True)
class ToolResult:
    """How a call went, and what it gave."""

    outcome: Outcome
    value: Any
    """The tool's answer; the reason as text where it did not go well."""

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"

    @property
    def text(self) -> str:
        """The answer as a language model would be shown it."""
        if self.ok:
            return self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False)
        return f"Error ({self.outcome}): {self.value}"


CallTool = Callable[[str, Any, str | None], Awaitable[ToolResult]]
NoteModel = Callable[[str, dict[str, int]], None]


def unnoted(model: str, usage: dict[str, int]) -> None:
    """Where nobody records which models answer."""


@dataclass(frozen=True)
class Turn:
    """What an agent gets when it is its move."""

    text: str
    """What the user just said."""
    history: tuple[Message, ...]
    """The conversation so far, the user's latest message included."""
    tools: tuple[Tool, ...]
    """The tools that the agent may call."""
    policy: str
    """The domain's policy, as the agent is to follow it."""
    now: str
    """The moment at which the session takes place, ISO 8601."""
    session: str
    """The session's name: use it as a thread id."""
    random: random.Random = field(repr=False)
    """Seeded for this session: the only randomness that keeps a run reproducible."""
    _call: CallTool = field(repr=False)
    _enter: Callable[[str], None] = field(repr=False)
    _observe: Callable[..., None] = field(repr=False)
    _note: NoteModel = field(default=unnoted, repr=False)

    async def call(self, name: str, /, **arguments: Any) -> ToolResult:
        """Call a tool by name. Never raises for what the tool does: look at the result's outcome."""
        return await self._call(name, arguments, None)

    async def call_json(self, name: str, arguments: Any, *, node: str | None = None) -> ToolResult:
        """Call a tool with arguments as a model wrote them: an object, or JSON text (`malformed` if it is not)."""
        return await self._call(name, arguments, node)

    def call_sync(self, name: str, /, **arguments: Any) -> ToolResult:
        """`call` for an agent that is a plain function."""
        return anyio.from_thread.run(self._call, name, arguments, None)

    def enter_node(self, node: str) -> None:
        """Record that the agent's own graph entered a node."""
        self._enter(node)

    def note_model(self, model: str, usage: dict[str, int]) -> None:
        """Record that a language model of the agent's answered; `usage` in tokens, as `{"input_tokens": 812}`."""
        self._note(model, usage)

    def observe_call(self, name: str, arguments: Any, outcome: Outcome, result: Any, node: str | None = None) -> None:
        """Record a call that the agent made with tools of its own, beside the session's."""
        self._observe(name, arguments, outcome, result, node)


Agent = Callable[[Turn], Awaitable[str] | str]


@dataclass(frozen=True)
class Part:
    """What somebody who makes an agent for one session may know. Only `reference` looks at the scenario."""

    key: SessionKey
    scenario: Scenario
    persona: Persona
    card: Card
    seed: int


AgentMaker = Callable[[Part], Agent]
"""Makes the agent of one session. For a stateless function: `lambda part: function`."""


async def reply(agent: Agent, turn: Turn) -> str:
    """The agent's answer, whether it is async or not. Raises TypeError for an answer that is not text."""
    if _is_async(agent):
        answer = await agent(turn)  # type: ignore[misc]
    else:
        answer = await anyio.to_thread.run_sync(agent, turn, abandon_on_cancel=True)
        if inspect.isawaitable(answer):
            answer = await answer
    if not isinstance(answer, str):
        raise TypeError(f"the agent answered with {type(answer).__name__}; it must answer with text (str)")
    return str(answer)


def _is_async(agent: Agent) -> bool:
    target = inspect.unwrap(agent)
    target = getattr(target, "func", target)
    return inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(type(target).__call__)
