"""The agent under test: `async (turn) -> str`. Everything else is an adapter to that.

    async def my_agent(turn: Turn) -> str:
        order = await turn.call("get_order", order_id="W1001")
        return f"It is {order.value['status']}." if order.ok else order.text

A plain function `(turn) -> str` works too: it runs in a worker thread and calls `turn.call_sync(...)`.
"""

from __future__ import annotations

import inspect
import math
import random
import signal
import threading
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol, TypeVar

import anyio
import anyio.from_thread
import anyio.lowlevel

from simkit.play.eventloop import cancelling, leave_scopes
from simkit.play.threads import in_thread
from simkit.play.watchdog import Interrupted, Leash, Steps, Watchdog
from simkit.spec.domain import Card, Tool
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.events import Outcome, answer
from simkit.trace.log import SessionKey

T = TypeVar("T")
_new, _set = object.__new__, object.__setattr__


@dataclass(frozen=True, slots=True)
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
        return answer(self.outcome, self.value)


def quickly(kind: type[T], **fields: Any) -> T:
    """A frozen dataclass without slots, of all its fields. Its own way sets one after the other, in twice the time."""
    value = _new(kind)
    _set(value, "__dict__", fields)
    return value


CallTool = Callable[..., Awaitable[ToolResult]]
NoteModel = Callable[[str, dict[str, int]], None]


def unnoted(model: str, usage: dict[str, int]) -> None:
    """Where nobody records which models answer."""


class Desk(Protocol):
    """What a turn asks its session for, besides calls."""

    token: Any
    """Of the event loop that it is played in."""

    def seeded(self) -> random.Random: ...

    def tools(self) -> tuple[Tool, ...]: ...

    def entered(self, node: str) -> None: ...

    def observed(self, name: str, arguments: Any, outcome: Outcome, result: Any, node: str | None) -> None: ...

    def noted(self, model: str, usage: dict[str, int]) -> None: ...

    def injected(self, fault: str, how: Any, rule: str, instead: Any) -> None: ...

    def once(self, *request: Any, **how: Any) -> Awaitable[dict[str, Any]]: ...


@dataclass(frozen=True)
class Turn:
    """What an agent gets when it is its move."""

    text: str
    """What the user just said."""
    history: tuple[Message, ...]
    """The conversation so far, the user's latest message included."""
    policy: str
    """The domain's policy, as the agent is to follow it."""
    now: str
    """The moment at which the session takes place, ISO 8601."""
    session: str
    """The session's name: use it as a thread id."""
    _call: CallTool = field(repr=False)
    _desk: Desk = field(repr=False)

    @cached_property
    def random(self) -> random.Random:
        """Seeded for this turn of this session: the only randomness that keeps a run reproducible."""
        return self._desk.seeded()

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """The tools that the agent may call: this session's own copies."""
        return self._desk.tools()

    async def call(self, name: str, /, **arguments: Any) -> ToolResult:
        """Call a tool by name. Never raises for what the tool does: look at the result's outcome."""
        return await self._call(name, arguments, None)

    async def call_json(self, name: str, arguments: Any, *, node: str | None = None) -> ToolResult:
        """Call a tool with arguments as a model wrote them: an object, or JSON text (`malformed` if it is not)."""
        return await self._call(name, arguments, node)

    def call_sync(self, name: str, /, **arguments: Any) -> ToolResult:
        """`call` for an agent that is a plain function."""
        return anyio.from_thread.run(self._call, name, arguments, None, token=self._desk.token)

    async def once(
        self,
        request: Any,
        ask: Callable[[], Awaitable[dict[str, Any]]],
        *,
        model: str = "",
        most: tuple[int, int] = (0, 0),
        slot: AbstractAsyncContextManager[Any] | None = None,
    ) -> dict[str, Any]:
        """Make a call that costs money so that nobody pays for it twice: what `ask()` gives, or gave to the same
        `request` (JSON) before this session was interrupted. The answer is JSON; its `model` and `usage`
        (`{"input_tokens": 812, "output_tokens": 40}`) are recorded, so there is no need for `note_model`.

        `model`: PROVIDER/NAME, for its price. `most`: tokens in and out that it can cost at most, for budgets.
        `slot`: entered before it is asked. Raises what `ask` raises.
        """
        return await self._desk.once(request, ask, model=model, most=most, slot=slot)

    def enter_node(self, node: str) -> None:
        """Record that the agent's own graph entered a node."""
        self._desk.entered(node)

    def note_model(self, model: str, usage: dict[str, int]) -> None:
        """Record that a language model of the agent's answered; `usage` in tokens, as `{"input_tokens": 812}`."""
        self._desk.noted(model, usage)

    def note_fault(self, fault: str, how: str, rule: str = "", instead: Any = None) -> None:
        """Record that a test puts a fault into the next call or words (`simkit.testing.faulty`)."""
        self._desk.injected(fault, how, rule, instead)

    async def call_tampered(self, name: str, arguments: Any, node: str | None, tamper: Any) -> ToolResult:
        """A call that comes to what `tamper(perform)` makes of it (`toolbox.Tamper`), recorded so; None: as it is."""
        return await self._call(name, arguments, node, *(() if tamper is None else (tamper,)))

    def observe_call(self, name: str, arguments: Any, outcome: Outcome, result: Any, node: str | None = None) -> None:
        """Record a call that the agent made with tools of its own, beside the session's."""
        self._desk.observed(name, arguments, outcome, result, node)


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


class Fault(Exception):
    """What the agent did wrong: `error`, as it is to be told."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


async def reply(agent: Agent, turn: Turn, leash: Leash, seconds: float) -> str:
    """The agent's answer, whether it is async or not, within so many seconds. A session has one agent.

    Raises Fault for whatever else the agent does, and TimeoutError where it outlasts its session. A cancellation goes
    through, unless the agent made it up.
    """
    answer, error, began, cancelled_before = None, None, time.monotonic(), cancelling(leash.task)
    leash.begin(seconds)
    try:
        try:
            if leash.is_async is None:
                leash.is_async = _is_async(agent)
            if leash.is_async:
                answer = await Steps(leash.watchdog.step(leash, leash.context.run, agent, turn), leash)
            else:
                answer, error = await _answer(agent, turn, leash)
        except BaseException as raised:
            leash.hung(raised)
            if _is_ours(raised) and not (leash.expired and isinstance(raised, leash.watchdog.cancelled)):
                raise
            error = raised
        finally:
            if leash.abandoned:
                leave_scopes(leash.task, leash.scope)
        late = leash.late or leash.expired
        if not leash.scope.cancel_called and cancelling(leash.task) > cancelled_before:
            await _calm(leash, cancelled_before)
    finally:
        leash.end()
    if late or isinstance(error, Interrupted):
        if time.monotonic() < began + seconds:
            raise TimeoutError
        raise Fault(TimeoutError(f"no answer within {seconds:g} s").with_traceback(leash.where))
    if error is not None:
        raise Fault(error)
    if not isinstance(answer, str):
        raise Fault(_no_text(answer))
    return str.__str__(answer)


def made(make: AgentMaker, part: Part, leash: Leash, seconds: float) -> Agent:
    """The agent of one session. Raises Fault for whatever its maker raises, and where it takes too long."""
    leash.begin(seconds)
    try:
        return leash.watchdog.step(leash, leash.context.run, make, part)  # type: ignore[no-any-return]
    except Interrupted:
        raise Fault(TimeoutError(f"no agent was made within {seconds:g} s").with_traceback(leash.where)) from None
    except BaseException as error:
        if _is_ours(error):
            raise
        raise Fault(error) from None
    finally:
        leash.end()


async def _answer(agent: Agent, turn: Turn, leash: Leash) -> tuple[Any, BaseException | None]:
    """What a plain function answers, run in a thread."""
    answer, error = await in_thread(agent, turn, leash)
    if inspect.isawaitable(answer):
        answer = await Steps(answer if inspect.iscoroutine(answer) else _awaited(answer), leash)
    return answer, error


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer


def _no_text(answer: Any) -> TypeError:
    if inspect.iscoroutine(answer):
        answer.close()  # else Python warns that it was never awaited
    return TypeError(f"the agent answered with {type(answer).__name__}; it must answer with text (str)")


def _is_ours(error: BaseException) -> bool:
    """Whether it is not the agent that made this up: a cancellation of ours, somebody's Ctrl-C, the loop's end."""
    if isinstance(error, anyio.get_cancelled_exc_class()):
        return anyio.current_effective_deadline() == -math.inf
    if isinstance(error, KeyboardInterrupt):
        return _is_a_signal(error)
    codes = {frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)}
    return isinstance(error, GeneratorExit) and Watchdog.step.__code__ not in codes


def _is_a_signal(error: KeyboardInterrupt) -> bool:
    """Whether a handler of signals raised this, and not an agent."""
    if threading.current_thread() is not threading.main_thread():
        return False
    handler: Any = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        return True
    code = getattr(getattr(handler, "func", handler), "__code__", None)
    return any(frame.f_code is code for frame, _ in traceback.walk_tb(error.__traceback__))


async def _calm(leash: Leash, before: int) -> None:
    """Take back that an agent asked asyncio to cancel the task in which its session is played."""
    while cancelling(leash.task) > before:
        leash.task.uncancel()
    try:
        await anyio.lowlevel.checkpoint()
    except anyio.get_cancelled_exc_class():
        if anyio.current_effective_deadline() == -math.inf:
            raise


def _is_async(agent: Agent) -> bool:
    target = inspect.unwrap(agent)
    target = getattr(target, "func", target)
    return inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(type(target).__call__)
