"""What a session hands over to be kept: where events go, how much of a text is kept, how a failure is worded."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from simkit.errors import one_line
from simkit.trace.events import Event
from simkit.trace.log import Beside

MAX_TEXT = 200_000
"""Characters of one message that are kept; a longer one ends with a marker that says so."""


class Recorder(Protocol):
    """Where events go. `intend` and `settle` frame a call that costs money; `cut` takes back what does not hold."""

    def record(self, event: Event, beside: Beside = Beside()) -> None: ...

    def intend(self, kind: str, body: dict[str, Any]) -> int: ...

    def settle(self, intent: int, result: Any = None) -> None: ...

    def cut(self, seq: int) -> None: ...

    def when_durable(self, call: Callable[[], None]) -> None: ...


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


def waker() -> Callable[[Callable[[], None]], None]:
    """What runs a function in the present event loop, from any thread and without waiting for it."""
    from anyio.lowlevel import current_token

    native: Any = current_token().native_token
    soon = getattr(native, "call_soon_threadsafe", None) or native.run_sync_soon

    def wake(function: Callable[[], None]) -> None:
        # A loop that is gone has nobody left to wake.
        with suppress(RuntimeError):
            soon(function)

    return wake


def describe(error: BaseException) -> str:
    """`Type: message (file.py:12 in function)`: the innermost frame that is not simkit's, without addresses."""
    here = str(Path(__file__).parent.parent)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(here)]
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name})" if frames else ""
    text = re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", f"{type(error).__name__}: {error}")
    return one_line(text, 400) + where


def clipped(text: str) -> str:
    """`text`, cut with a visible marker where it is longer than is kept."""
    if len(text) <= MAX_TEXT:
        return text
    return text[:MAX_TEXT] + f" [… cut by simkit: {len(text) - MAX_TEXT} more characters]"
