"""The event loop that all sessions of a run share, and that none of their agents may end.

asyncio lets any code stop its loop and cancel every task in it. Here the code of an agent (or of a tool that it calls)
can do neither to others: to stop the loop raises an error in that code, and a cancellation reaches the agent's own
tasks and the session that it is in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import TYPE_CHECKING, Any, TypeVar

import anyio

from simkit.errors import UsageError
from simkit.play.watchdog import PLAYING

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


def run_whole(work: Callable[[], Awaitable[T]]) -> T:
    """What comes of `work`, in an event loop of its own. Raises UsageError where somebody ends that loop all the
    same."""
    import asyncio

    try:
        return anyio.run(work, backend_options={"loop_factory": shared_loop})
    except asyncio.CancelledError:
        did = "cancelled every task of"
    except RuntimeError as error:
        if str(error) != "Event loop stopped before Future completed.":
            raise
        did = "stopped"
    raise UsageError(
        f"an agent, user or tool {did} the event loop that all sessions share; mend it, or play the agent with "
        "--isolate; what was recorded is kept: go on with --resume"
    )


def shared_loop() -> asyncio.AbstractEventLoop:
    """A new event loop that keeps agents from what is not theirs."""
    import asyncio

    class Sheltered(asyncio.Task[Any]):
        """A task that is no agent's."""

        def cancel(self, msg: Any = None) -> bool:
            """Ask it to end, unless an agent asks from another session."""
            leash = PLAYING.get()
            return (leash is None or leash.task is self) and super().cancel(msg)

    def made(loop: asyncio.AbstractEventLoop, coroutine: Any, context: Context | None = None, **how: Any) -> Any:
        leash = PLAYING.get() if context is None else context.get(PLAYING)
        kind = Sheltered if leash is None else asyncio.Task
        return kind(coroutine, loop=loop, context=context, **how)

    def stop() -> None:
        if PLAYING.get() is not None:
            raise RuntimeError("the event loop is not an agent's to stop: all sessions share it")
        stop_it()

    loop = asyncio.new_event_loop()
    stop_it, loop.stop = loop.stop, stop  # type: ignore[method-assign]
    loop.set_task_factory(made)
    return loop
