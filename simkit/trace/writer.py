"""The one writer of a run: a thread that takes what was recorded off a bounded queue and commits it in groups.

Recording costs an event's JSON and a put on the queue; the rest of the work and the disk's time are the thread's. When
a write fails, nothing more is accepted: whoever records next gets the StoreError, so nobody goes on paying for what
is not kept.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from simkit.errors import StoreError
from simkit.trace.canonical import canonical_line
from simkit.trace.events import plain
from simkit.trace.log import SessionKey
from simkit.trace.manifest import cannot_write

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

WAITING = 10_000
"""Entries that may wait for the disk before recording has to wait for it too."""
GROUP = 5_000
"""Entries that are committed together, at most."""
LINGER = 0.05
"""Seconds for which an entry waits for company, unless somebody waits for the disk."""


class Opened(NamedTuple):
    """A session's first event is about to come."""

    session: int
    key: SessionKey
    domain: str


class Named(NamedTuple):
    """Values that the body of the event to come names by digest."""

    blobs: Sequence[tuple[str, str]]
    """Digest and text of each."""


class Happened(NamedTuple):
    """An event of a session: the row that it becomes."""

    session: int
    seq: int
    kind: str
    body: str
    at: float
    took: float
    cost: float | None


class Intended(NamedTuple):
    """Something that is about to be paid for or changed."""

    session: int
    ordinal: int
    kind: str
    body: Any


class Settled(NamedTuple):
    """What was intended is done, and its result recorded."""

    session: int
    ordinal: int
    result: Any = None


class Cut(NamedTuple):
    """What a session recorded from an event on does not hold any more."""

    session: int
    seq: int


class Durable(NamedTuple):
    """Somebody wants to hear, from the writer's thread, that all before it is durable (or that writing failed)."""

    call: Callable[[], None]


class Finished(NamedTuple):
    """A session came to its end."""

    session: int
    digest: str
    events: int


Entry = Opened | Named | Happened | Intended | Settled | Cut | Finished | Durable | None
"""None ends the writer."""


@dataclass
class _Group:
    """The rows of one commit."""

    blobs: dict[str, str] = field(default_factory=dict)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    intents: list[dict[str, Any]] = field(default_factory=list)
    settled: list[dict[str, Any]] = field(default_factory=list)
    cuts: list[dict[str, Any]] = field(default_factory=list)
    finished: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[Callable[[], None]] = field(default_factory=list)
    """Who wants to hear that it is durable."""
    others: list[Entry] = field(default_factory=list)
    """What is neither an event nor somebody who waits, and becomes rows by `add`."""

    def add(self, entry: Entry) -> None:
        """Make rows of one of `others`."""
        match entry:
            case Named(blobs):
                self.blobs.update(blobs)
            case Opened(session, key, domain):
                named = {"id": session, **key._asdict(), "domain": domain}
                self.sessions.append({**named, "finished": False, "digest": "", "events": 0})
            case Intended(session, ordinal, kind, body):
                row = {"session": session, "ordinal": ordinal, "kind": kind, "body": canonical_line(plain(body))}
                self.intents.append(row)
            case Settled(session, ordinal, result):
                text = None if result is None else canonical_line(plain(result))
                self.settled.append({"of_session": session, "of_ordinal": ordinal, "with_result": text})
            case Cut(session, seq):
                self.cuts.append({"of_session": session, "from_seq": seq})
            case Finished(session, digest, events):
                self.finished.append({"of_session": session, "with_digest": digest, "with_events": events})


class Writer:
    """Starts its thread with the first entry, so a run that is only read has none."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine, self._place = engine, place
        self._queue: queue.SimpleQueue[Entry] = queue.SimpleQueue()
        self._taken = threading.Event()
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self._known: set[str] = set()
        self._starting = threading.Lock()
        self._closed = False
        self._takes = False
        """Whether the thread runs."""
        self.failure: StoreError | None = None

    def put(self, entry: Entry) -> None:
        """Hand over an entry. Waits only while the queue is full. Raises StoreError if an earlier write failed."""
        if self.failure or not self._takes:
            self._make_ready()
        if self._queue.qsize() >= WAITING:
            self._wait_for_room()
        self._queue.put(entry)

    def _make_ready(self) -> None:
        if self.failure:
            raise self.failure
        if self._closed:
            raise StoreError(f"{self._place}: is closed; record before close()")
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="simkit-writer", daemon=True)
                self._thread.start()
            self._takes = True

    def _wait_for_room(self) -> None:
        self._taken.clear()
        if self._queue.qsize() >= WAITING:
            self._taken.wait()

    def flush(self) -> None:
        """Wait until all that was handed over is durable. Raises StoreError if any write failed."""
        if self._thread is not None:
            done = threading.Event()
            self.when_durable(done.set)
            done.wait()
        if self.failure:
            raise self.failure

    def when_durable(self, call: Callable[[], None]) -> None:
        """Have `call` called from the writer's thread once all that was handed over is durable, or writing failed."""
        if self._thread is None:
            call()
            return
        self._queue.put(Durable(call))
        self._hurry.set()

    def close(self) -> None:
        """Write all that was handed over and end the thread. Raises StoreError if any write failed."""
        with self._starting:
            thread, self._thread, self._closed, self._takes = self._thread, None, True, False
        if thread is not None:
            self._queue.put(None)
            self._hurry.set()
            thread.join()
        if self.failure:
            raise self.failure

    def _run(self) -> None:
        last = False
        while not last:
            group = _Group()
            entries = self._next()
            group.events = [entry for entry in entries if type(entry) is Happened]
            for entry in entries if len(group.events) < len(entries) else ():
                if type(entry) is Happened:
                    continue
                if type(entry) is Durable:
                    group.waiting.append(entry.call)
                elif entry is None:
                    last = True
                else:
                    group.others.append(entry)
            if not self.failure:
                self._write(group)
            for call in group.waiting:
                call()
        self._leave()

    def _next(self) -> list[Entry]:
        entries = [self._queue.get()]
        self._hurry.wait(LINGER)
        self._hurry.clear()  # first, so that who asks from here on is not overlooked
        more, take = self._queue.qsize(), self._queue.get_nowait
        entries += [take() for _ in range(min(more, GROUP - 1))]
        if more >= GROUP:
            self._hurry.set()
        self._taken.set()
        return entries

    def _write(self, group: _Group) -> None:
        try:
            for entry in group.others:
                group.add(entry)
            connection = self._connected()
            with connection.begin():
                self._insert(connection, group)
        except Exception as error:
            self.failure = cannot_write(self._place, getattr(error, "orig", None) or error)

    def _connected(self) -> Connection:
        from simkit.trace import tables

        if self._connection is None:
            self._connection = self._engine.connect()
            with self._connection.begin():
                self._known = tables.known_blobs(self._connection)
        return self._connection

    def _leave(self) -> None:
        try:
            if self._connection is not None:
                self._connection.close()
        except Exception as error:
            self.failure = self.failure or cannot_write(self._place, error)

    def _insert(self, connection: Connection, group: _Group) -> None:
        from simkit.trace import rows, tables

        new = [{"digest": key, "body": body} for key, body in group.blobs.items() if key not in self._known]
        for statement, some in (
            (tables.INSERT_BLOBS, new),
            (tables.INSERT_SESSIONS, group.sessions),
            (tables.CUT_EVENTS, group.cuts),
            (tables.INSERT_EVENTS, group.events),
            (tables.INSERT_INTENTS, group.intents),
            (tables.SETTLE_INTENTS, group.settled),
            (tables.FINISH_SESSIONS, group.finished),
        ):
            if some:
                rows.execute(connection, statement, some)
        self._known.update(group.blobs)
