"""Threads for agents that are plain functions: reused, given up when one does not come back, never waited for at exit.

anyio's own worker threads are joined when the process ends, so one agent that never returns would keep it alive.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import anyio

from simkit.play.blame import trace_to
from simkit.play.eventloop import raise_in
from simkit.play.leftovers import AGENT
from simkit.play.watchdog import Interrupted, Leash

_IDLE: list[_Thread] = []
MAX_IDLE = 64


class _Thread:
    def __init__(self) -> None:
        self.inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.lock = threading.Lock()
        self.busy = self.abandoned = False
        self.thread = threading.Thread(target=self._work, name=AGENT, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        try:
            while True:
                self.inbox.get()()
                with self.lock:
                    self.busy = False
                    if self.abandoned or len(_IDLE) >= MAX_IDLE:
                        return
                    self.thread.name = "simkit-idle"
                    _IDLE.append(self)
        except Interrupted:
            return

    def abandon(self, leash: Leash) -> None:
        with self.lock:
            if not self.busy:
                return
            self.abandoned = leash.abandoned = True
            leash.where = leash.where or trace_to(sys._current_frames().get(self.thread.ident or 0))
            raise_in(self.thread.ident or 0, Interrupted)


async def in_thread(function: Callable[..., Any], argument: Any, leash: Leash) -> tuple[Any, BaseException | None]:
    """What a function returns and what it raises, run in a thread and in its session's context.

    Where waiting for it is cancelled, the thread is given up, with an exception that ends what Python code it runs.
    """
    done, outcome, wake = anyio.Event(), [], leash.watchdog.wake
    thread = _IDLE.pop() if _IDLE else _Thread()

    def work() -> None:
        try:
            outcome.append((leash.context.run(function, argument), None))
        except BaseException as error:
            outcome.append((None, error))
        wake(done.set)

    thread.busy, thread.thread.name = True, AGENT
    thread.inbox.put(work)
    try:
        await done.wait()
    except BaseException:
        thread.abandon(leash)
        raise
    return outcome[0]  # type: ignore[no-any-return]
