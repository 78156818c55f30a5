"""What the watchdog needs of event loops, threads and signals, none of which has an even surface."""

from __future__ import annotations

import ctypes
import decimal
import signal
import threading
from collections.abc import Awaitable, Callable
from contextvars import Context
from functools import partial
from typing import Any, Protocol

import anyio

from simkit.play.blame import awaited


def own_tasks(loop: Any, watched: Callable[[Any, Context | None], Any]) -> Callable[[], None]:
    """See to it that every coroutine of which asyncio makes a task is first shown to `watched`, with its context (None:
    the present one); what that returns is run in its place. What undoes it."""
    if not hasattr(loop, "set_task_factory"):
        return lambda: None
    import asyncio

    before = loop.get_task_factory()
    make = before or (lambda loop, coroutine, **how: asyncio.Task(coroutine, loop=loop, **how))

    def factory(loop: Any, coroutine: Any, **how: Any) -> Any:
        instead = watched(coroutine, how.get("context")) if asyncio.iscoroutine(coroutine) else None
        return make(loop, coroutine if instead is None else instead, **how)

    loop.set_task_factory(factory)
    return lambda: loop.set_task_factory(before)


def current_task(loop: Any) -> Callable[[], Any]:
    """What tells the present asyncio task; None in other event loops."""
    if not hasattr(loop, "set_task_factory"):
        return lambda: None
    import asyncio

    return asyncio.current_task


def cancelling(task: Any) -> int:
    """How often asyncio was asked to cancel a task; 0 where it is none of asyncio's."""
    return task.cancelling() if task is not None else 0


class Meeting(Protocol):
    """Where several wait for the same moment."""

    def wait(self) -> Awaitable[Any]: ...

    def set(self) -> Any: ...


class _Futures:
    """A meeting of asyncio's tasks: each waits for a future of its own, with nothing in between, since each may be
    cancelled by itself."""

    def __init__(self, loop: Any) -> None:
        self._future: Callable[[], Any] = loop.create_future
        self._waiting: list[Any] = []

    def wait(self) -> Awaitable[Any]:
        """Over once the moment has come. Nobody asks after that."""
        future = self._future()
        self._waiting.append(future)
        return future  # type: ignore[no-any-return]

    def set(self) -> None:
        """The moment has come."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)


def meeting(loop: Any) -> Callable[[], Meeting]:
    """What makes meetings in that event loop."""
    return partial(_Futures, loop) if hasattr(loop, "create_future") else anyio.Event


def leave_scopes(task: Any, outer: anyio.CancelScope) -> None:
    """Leave the cancel scopes in which an abandoned coroutine hangs: they are still the present ones of the task.
    `task`: of asyncio; None where trio is the event loop."""
    if task is None:
        from trio.lowlevel import current_task as trio_task

        ours = outer._CancelScope__original  # type: ignore[attr-defined]
        while (status := trio_task()._cancel_status) is not None and status._scope is not ours:  # type: ignore[attr-defined]
            status._scope._close(None)
        return
    from anyio._backends._asyncio import _task_states

    # There is no public way to them, and anyio would refuse to leave our own scope before.
    while (state := _task_states.get(task)) and state.cancel_scope not in (None, outer):
        state.cancel_scope.__exit__(None, None, None)  # type: ignore[union-attr]


def raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Raise in another thread's Python code; None: take back what has not been raised yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)


def free_signal() -> signal.Signals | None:
    """A signal that nobody uses, if this is the main thread of a POSIX process. SIGURG is ignored where no one asked
    for it, so that one that comes late does no harm."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_kill"):
        return None
    return signal.SIGURG if signal.getsignal(signal.SIGURG) in (signal.SIG_DFL, signal.SIG_IGN) else None


def own_decimals() -> None:
    """Give the present context decimals of its own: a copied one shares them, and people change them in place."""
    decimal.setcontext(decimal.getcontext().copy())


def end(coroutine: Any, run: Callable[..., Any], times: int) -> bool:
    """Close a coroutine and all that it waits for, by `run`; whether they let themselves be closed in so many times."""
    nested = list(awaited(coroutine))
    for one in nested:
        for _ in range(times):
            try:
                run(one.close)
                break
            except BaseException:
                continue
    left = [one for one in nested if one.cr_frame is not None]
    for one in left:
        # Kept for ever: were it dropped, be it when the process ends, it would be closed and run once more.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(one))
    return not left
