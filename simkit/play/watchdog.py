"""The watchdog: agents run in one event loop with everybody else, and one that does not let go of it is interrupted.

An agent's code runs in steps, from one `await` to the next. The watchdog is told when a step begins and ends, so it
knows at any moment whose code keeps the loop, and no other code is ever interrupted. Once the agent's turn is over its
time, the watchdog's thread raises `Interrupted` in that code: by a signal where the loop runs in the main thread (that
also ends `time.sleep` and reads from sockets), else as an asynchronous exception, which has to wait until a call into C
returns. What others lost while the loop was kept from them is added to their deadlines.

An agent that swallows its cancellation is cancelled a second time, and then never run again.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from functools import partial
from math import inf
from time import monotonic
from types import FrameType, TracebackType
from typing import Any
from weakref import WeakSet

import anyio
import anyio.lowlevel

from simkit.play.blame import trace_into, trace_to
from simkit.play.eventloop import current_task, end, free_signal, own_decimals, own_tasks, raise_in
from simkit.play.leftovers import counted
from simkit.play.recording import waker

EVERY = 0.1
"""Seconds between two looks of the watchdog."""
STALL = 0.05
"""Seconds: a step that takes longer has kept the others waiting."""
OVERDUE = 0.5
"""Seconds beyond its deadline after which a turn that hides from cancellation is cut off."""
CANCELLED = 2
"""How often an agent that is late is cancelled before it is never run again."""
_HERE: anyio.lowlevel.RunVar[Watchdog] = anyio.lowlevel.RunVar("simkit_watchdog")
PLAYING: ContextVar[Leash | None] = ContextVar("simkit_playing", default=None)
"""In an agent's code, and in the tasks and threads that it starts: its session's leash."""


class Interrupted(BaseException):
    """Raised in an agent's code that is late and does not let go. Not an Exception, so that few agents catch it."""


class Leash:
    """One session's agent: whose code it is, and until when it may run."""

    def __init__(self, watchdog: Watchdog, name: str) -> None:
        self.watchdog, self.name = watchdog, name
        self.outside: Context = copy_context()
        """Where the session's tools run: what the agent sets does not reach them."""
        self.outside.run(PLAYING.set, self)
        self.context: Context = self.outside.copy()
        """Where the agent's code runs: what it sets there no other session sees."""
        self.context.run(own_decimals)
        self.due = self.ends = inf
        """When its turn, and when its session is over its time, by the watchdog's clock."""
        self.in_turn = False
        self.task = watchdog.task()
        """The asyncio task in which the session is played; None in another event loop."""
        self.scope: anyio.CancelScope
        """What the session is played in, from `play_in` on."""
        self.is_async: bool | None = None
        """Whether its agent is; None until it was asked."""
        self.expired = False
        """Whether the session was cancelled because a turn was over its time."""
        self.where: TracebackType | None = None
        """Where it hung, once it did."""
        self.abandoned = False
        """Whether some of its code could not be ended."""
        self.cut: Callable[[], None] | None = None

    def let_go(self) -> None:
        """The session is over: the contexts hold the leash, and it holds them no longer."""
        self.outside = self.context = Context()
        self.watchdog.waiting.pop(self, None)

    @property
    def late(self) -> bool:
        return self.watchdog.now() >= self.due

    def play_in(self, scope: anyio.CancelScope, seconds: float = inf) -> None:
        """The session whose agent this is begins, in `scope`, which is cancelled after so many seconds."""
        self.scope = scope
        self.due = self.ends = self.watchdog.now() + seconds
        self.watchdog.waiting[self] = None

    def begin(self, seconds: float) -> None:
        """A turn begins that may take `seconds`."""
        self.due, self.where, self.in_turn = min(self.watchdog.now() + seconds, self.ends), None, True
        self.watchdog.waiting[self] = None

    def end(self) -> None:
        """The turn is over."""
        self.due, self.cut, self.in_turn = self.ends, None, False

    def expire(self) -> None:
        """Cancel a turn that is over its time, and with it the session: it has no other turn after that one."""
        if self.late:
            self.expired = True
            self.scope.cancel()

    def hung(self, error: BaseException) -> None:
        """Where it was when it was cancelled or interrupted, unless that is known better."""
        if self.where is None and isinstance(error, Interrupted | self.watchdog.cancelled):
            self.where = error.__traceback__


class Watchdog:
    """Watches one event loop."""

    def __init__(self) -> None:
        self.token = anyio.lowlevel.current_token()
        self.cancelled = anyio.get_cancelled_exc_class()
        self.wake = waker()
        self.task = current_task(self.token.native_token)
        """The present asyncio task; None where the event loop is another."""
        self.running: Leash | None = None
        """Whose code runs in the loop at this moment; None: nobody's, or simkit's own."""
        self.since = 0.0
        self.lost = 0.0
        """Seconds for which somebody's code kept the loop from everybody else, who get them back."""
        self.waiting: dict[Leash, None] = {}
        self.loop_thread = threading.get_ident()
        self.tasks: WeakSet[Steps] = WeakSet()
        """What agents run in asyncio tasks of their own."""
        self._ordered: Leash | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._signal = free_signal()

    @classmethod
    @contextmanager
    def on_guard(cls) -> Iterator[Watchdog]:
        """A watchdog for the present event loop: the one that is there, or a new one until the end of this."""
        if (there := _HERE.get(None)) is not None:
            yield there
            return
        self = cls()
        before = signal.signal(self._signal, self._heard) if self._signal else None
        thread = threading.Thread(target=self._watch, name="simkit-watchdog", daemon=True)
        thread.start()
        kept = _HERE.set(self)
        undo = own_tasks(self.token.native_token, self._watched)
        try:
            with counted(self.tasks):
                yield self
        finally:
            undo()
            for steps in self.tasks:
                steps.doomed = True
            _HERE.reset(kept)
            self._ended.set()
            thread.join()
            if self._signal:
                signal.signal(self._signal, before)

    def now(self) -> float:
        """Seconds of the monotonic clock, without those that were lost."""
        return monotonic() - self.lost

    def leave(self) -> Leash | None:
        """simkit's own code runs now, though an agent called it, and must not be interrupted. Whose code ran: `running`
        is to be set to it afterwards."""
        running, self.running = self.running, None
        if self._ordered is not None:
            self._call_off()
        return running

    def step(self, leash: Leash, code: Callable[..., Any], *arguments: Any) -> Any:
        """Run a step of an agent's code."""
        before, since, began = self.running, self.since, monotonic()
        try:
            self.since = began
            self.running = leash
            return code(*arguments)
        finally:
            self.running, self.since = before, since
            if self._ordered is not None:
                self._call_off()
            if (took := monotonic() - began) > STALL and before is None:
                self.lost += took
                leash.due -= took
                leash.ends -= took

    def _watched(self, coroutine: Any, context: Context | None) -> Steps | None:
        leash = PLAYING.get() if context is None else context.get(PLAYING)
        if leash is None or leash.watchdog is not self:
            return None
        steps = Steps(coroutine, leash, inside=False)
        self.tasks.add(steps)
        return steps

    def _watch(self) -> None:
        while not self._ended.wait(EVERY):
            now = self.now()
            leash = self.running
            if leash is not None and now > leash.due and monotonic() - self.since > EVERY:
                self._interrupt(leash)
            for other in list(self.waiting):
                if now > other.due and other is not leash:
                    self._remind(other, now)

    def _remind(self, leash: Leash, now: float) -> None:
        if not leash.expired:
            self.wake(leash.expire)
        elif now > leash.due + OVERDUE and (cut := leash.cut) is not None:
            self.wake(cut)

    def _interrupt(self, leash: Leash) -> None:
        with self._lock:
            self._ordered = leash
            # The loop's thread sets `running` first and looks at `_ordered` then; here it is the other way round.
            if self.running is not leash:
                self._ordered = None
            elif self._signal:
                signal.pthread_kill(self.loop_thread, self._signal)
            else:
                leash.where = trace_to(sys._current_frames().get(self.loop_thread))
                raise_in(self.loop_thread, Interrupted)

    def _call_off(self) -> None:
        with self._lock:
            self._ordered = None
            if not self._signal:
                raise_in(self.loop_thread, None)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        leash = self._ordered
        if leash is not None and leash is self.running:
            self._ordered, leash.where = None, trace_to(frame)
            raise Interrupted


class Steps(Coroutine[Any, Any, Any]):
    """An agent's coroutine, run under the watchdog's eyes and in its session's context."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], leash: Leash, *, inside: bool = True) -> None:
        self.coroutine, self.leash, self.watchdog = coroutine, leash, leash.watchdog
        enter = (leash.context.run,) if inside else ()
        self._step = partial(self.watchdog.step, leash, *enter)
        self._send = coroutine.send
        self._cancelled = 0
        self._cut: Any = None
        self.doomed = False
        """Whether it is to end at its next cancellation, whatever it does."""
        if inside:
            leash.cut = self.cut

    def send(self, value: Any) -> Any:
        """Run to the next `await`."""
        if value is not None and isinstance(error := getattr(value, "error", None), self.watchdog.cancelled):
            self._count(error)  # so trio cancels: what it sends holds the error
        return self._step(self._send, value)

    def throw(self, error: Any, value: Any = None, trace: Any = None) -> Any:
        """Go on with an error; with one cancellation too many, never again."""
        error = error if value is None else value
        if self._cut is not None:
            self._cut.uncancel()
            self.close()
            raise Interrupted
        self._count(error)
        return self._step(self.coroutine.throw, error)

    def _count(self, error: BaseException) -> None:
        if not isinstance(error, self.watchdog.cancelled):
            self._cancelled = 0
            return
        self._cancelled += 1
        enough = CANCELLED if self.leash.late or not self.leash.in_turn else 5 * CANCELLED
        if self.doomed or self._cancelled > enough:
            self.close()
            raise error

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to run."""
        return self.coroutine.cr_frame is None

    def cut(self) -> None:
        """Never run it again, from its next moment on: for a turn that shields itself from cancellation."""
        if self.leash.late and self._cut is None and self.leash.task is not None:
            self._cut = self.leash.task
            self._cut.cancel()

    def close(self) -> None:
        """End it, or never run it again."""
        self.leash.where = self.leash.where or trace_into(self.coroutine)
        if not end(self.coroutine, self._step, CANCELLED):
            self.leash.abandoned = True

    def __await__(self) -> Generator[Any, Any, Any]:
        # A generator: Python goes on with one sooner than it calls methods of ours.
        step, send = self._step, self._send
        try:
            waits_for = step(send, None)
            while True:
                try:
                    value = yield waits_for
                except GeneratorExit:
                    self.close()
                    raise
                except BaseException as error:
                    waits_for = self.throw(error)
                else:
                    waits_for = step(send, None) if value is None else self.send(value)
        except StopIteration as ended:
            return ended.value

    def __getattr__(self, name: str) -> Any:
        return getattr(self.coroutine, name)
