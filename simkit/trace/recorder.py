"""Takes down one session for the store's writer, and what it is about to pay for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simkit.trace.canonical import body_of, shared
from simkit.trace.events import SHARED, Event, Started
from simkit.trace.log import Beside, SessionHash, SessionKey
from simkit.trace.writer import Cut, Happened, Intended, Named, Opened, Settled, Writer

AT_ONCE = Beside()
_row = tuple.__new__


class Recorder:
    """Takes down one session. Not for several threads at once; many recorders of one store may interleave."""

    __slots__ = ("_hash", "_intents", "_opened", "_put", "_writer", "events", "key", "session")

    def __init__(
        self, writer: Writer, session: int, key: SessionKey, *, opened: bool = False, events: int = 0, intents: int = 0
    ) -> None:
        self._writer, self._put, self.session, self.key = writer, writer.put, session, key
        self._opened, self._intents = opened, intents
        self.events = events
        self._hash = None if events else SessionHash(key)

    def record(self, event: Event, beside: Beside = AT_ONCE) -> None:
        """Keep the session's next event. Does not wait for the disk. Raises StoreError if an earlier write failed."""
        if type(event) is Started:
            if not self._opened:
                self._put(Opened(self.session, self.key, str(event.domain.get("domain", ""))))
            self._put(Named(tuple(shared(getattr(event, name)) for name in SHARED)))
        body = body_of(event)
        # Made as the tuple that it is: a named tuple's own way takes three times as long.
        self._put(_row(Happened, (self.session, event.seq, event.kind, body, *beside)))
        if self._hash is not None:
            self._hash.add(body)
        self.events += 1

    def intend(self, kind: str, body: Any) -> int:
        """Say what is about to be paid for or changed (`body`: JSON). `Store.flush` waits until that is durable.

        Returns the intent's number in its session, to be given to `settle` once the result is recorded.
        """
        ordinal, self._intents = self._intents, self._intents + 1
        self._put(Intended(self.session, ordinal, kind, body))
        return ordinal

    def settle(self, intent: int, result: Any = None) -> None:
        """Say that what was intended is done, and what it gave (JSON), so that nobody pays for it again."""
        self._put(Settled(self.session, intent, result))

    def cut(self, seq: int) -> None:
        """Take back every event from number `seq` on."""
        self._put(Cut(self.session, seq))
        self.events = seq
        self._hash = None if seq else SessionHash(self.key)

    @property
    def digest(self) -> str | None:
        """The digest of the log so far, where all of it passed through here; None in a session that goes on."""
        return None if self._hash is None else self._hash.digest()

    def when_durable(self, call: Callable[[], None]) -> None:
        """Have `call` called, from another thread, once all that was recorded is durable (or writing failed)."""
        self._writer.when_durable(call)

    def check(self) -> None:
        """Raises StoreError if a write failed."""
        if self._writer.failure:
            raise self._writer.failure
