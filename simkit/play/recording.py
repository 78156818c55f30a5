"""What a session hands over to be kept: where events go, and how much of a text is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from anyio.lowlevel import RunVar, current_token

from simkit.errors import SimkitError
from simkit.play.eventloop import Meeting, meeting
from simkit.trace.events import Event
from simkit.trace.log import Beside

MAX_TEXT = 200_000
"""Characters of one message that are kept; a longer one ends with a marker that says so."""


class Recorder(Protocol):
    """Where events go. `intend` and `settle` frame a call that costs money; `cut` takes back what does not hold;
    `check` raises where something could not be kept."""

    def record(self, event: Event, beside: Beside = Beside()) -> None: ...

    def intend(self, kind: str, body: dict[str, Any]) -> int: ...

    def settle(self, intent: int, result: Any = None) -> None: ...

    def cut(self, seq: int) -> None: ...

    def when_durable(self, call: Callable[[], None]) -> None: ...

    def check(self) -> None: ...


class Unrecorded:
    """A recorder that keeps nothing."""

    def record(self, event: Event, beside: Beside = Beside()) -> None:
        """Forget it."""

    def intend(self, kind: str, body: dict[str, Any]) -> int:
        """Nothing to write down."""
        return 0

    def settle(self, intent: int, result: Any = None) -> None:
        """Nothing was written down."""

    def cut(self, seq: int) -> None:
        """Nothing to take back."""

    def when_durable(self, call: Callable[[], None]) -> None:
        """As durable as it gets."""
        call()

    def check(self) -> None:
        """Nothing can fail."""


class Waker:
    """Runs functions in one event loop, from any thread and without waiting for them: all that have come in by the
    time the loop looks, in one go, since to rouse a loop is a call of the operating system."""

    def __init__(self) -> None:
        native: Any = current_token().native_token
        self._soon = getattr(native, "call_soon_threadsafe", None) or native.run_sync_soon
        self._waiting: deque[Callable[[], None]] = deque()
        self._roused = False

    def __call__(self, function: Callable[[], None]) -> None:
        """Run `function` soon."""
        self._waiting.append(function)
        if not self._roused:
            self._roused = True
            # A loop that is gone has nobody left to wake.
            with suppress(RuntimeError):
                self._soon(self._run)

    def _run(self) -> None:
        # First, so that what comes in from here on rouses the loop again.
        self._roused = False
        while self._waiting:
            self._waiting.popleft()()


_WAKER: RunVar[Waker] = RunVar("simkit waker")


def waker() -> Waker:
    """The waker of the present event loop."""
    found = _WAKER.get(None)
    if found is None:
        found = Waker()
        _WAKER.set(found)
    return found


class Barrier:
    """Lets all that ask in one turn of the event loop wait for the disk together."""

    def __init__(self, wake: Callable[[Callable[[], None]], None]) -> None:
        self._wake = wake
        self._meet = meeting(current_token().native_token)
        self._next: Meeting | None = None

    def durable(self, recorder: Recorder) -> Awaitable[Any]:
        """Over once all that any recorder of the run took down so far is on the disk, or writing failed."""
        if self._next is None:
            self._next = self._meet()
            # In the loop's next turn, so that whoever is still to have their say in this one is in time for it.
            self._wake(partial(self._ask, recorder))
        return self._next.wait()

    def _ask(self, recorder: Recorder) -> None:
        assert self._next is not None
        waiting, self._next = self._next, None
        try:
            recorder.when_durable(partial(self._wake, waiting.set))
        except SimkitError:
            waiting.set()  # whoever waits looks whether it failed


def clipped(text: str) -> str:
    """`text`, cut with a visible marker where it is longer than is kept."""
    if len(text) <= MAX_TEXT:
        return text
    return text[:MAX_TEXT] + f" [… cut by simkit: {len(text) - MAX_TEXT} more characters]"
