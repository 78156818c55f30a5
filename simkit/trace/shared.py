"""A run on a server that several workers write to at once: who may write which session, and nothing kept twice.

The coordinator claims a session for a worker, which gives the session its number and counts its attempts; the claim
goes to the worker with the session. A worker's every commit holds on to the claims of the sessions in it, and fails as
a whole where one was claimed anew meanwhile: so a worker that is only thought to be dead, and wakes up, cannot mix its
events with those of the one that took over. Rows go in by (session, seq) and (session, ordinal), and a row that is
there already stays as it is: a commit that is sent again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from simkit.errors import StoreError, UsageError
from simkit.trace import manifest as folders
from simkit.trace.log import Log, SessionKey
from simkit.trace.reading import reported
from simkit.trace.recorder import Recorder
from simkit.trace.store import Store
from simkit.trace.writer import Finished, Writer

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from simkit.trace.writer import _Group


class Claim(NamedTuple):
    """Leave to write one session, until somebody else gets it."""

    key: SessionKey
    number: int
    attempt: int
    """Counts from 1; a later one ends this claim."""
    events: int = 0
    """How many events are kept already."""
    intents: int = 0
    finished: bool = False


class SharedRun:
    """A run on a server, as one of several processes that write to it."""

    def __init__(self, url: str) -> None:
        """Raises UsageError for a URL that names no server, StoreError where it has no such run."""
        if url.startswith("sqlite"):
            raise UsageError(f"{url}: several workers cannot write to one file; give a folder, or a server's URL")
        self.store = Store.open(url)
        """The run, to be read."""
        self._engine = self.store._engine
        self._writer = _SharedWriter(self._engine, self.store.place)

    def claim(self, key: SessionKey, domain: str) -> Claim:
        """Claim a session, new or begun, and end all earlier claims to it."""
        from simkit.trace import tables

        with reported(self.store.place, folders.cannot_write), self._engine.begin() as connection:
            return Claim(key, *tables.claim(connection, key, domain))

    def recorder(self, claim: Claim) -> Recorder:
        """What takes the session down, from where its claim found it."""
        self._writer.claims[claim.number] = claim.attempt
        counts = {"events": claim.events, "intents": claim.intents}
        return Recorder(self._writer, claim.number, claim.key, opened=True, **counts)

    def finish(self, claim: Claim, log: Log) -> None:
        """Say that a session came to its end."""
        self._writer.put(Finished(claim.number, log.digest, len(log)))

    def flush(self) -> None:
        """Wait until all that was recorded is durable. Raises StoreError if any write failed."""
        self._writer.flush()

    def when_durable(self, call: Callable[[], None]) -> None:
        """Have `call` called, from another thread, once all that was recorded is durable (or writing failed)."""
        self._writer.when_durable(call)

    def check(self) -> None:
        """Raises StoreError if a write failed."""
        if self._writer.failure:
            raise self._writer.failure

    def close(self) -> None:
        """Write all that was recorded and let go of the server."""
        self._writer.close()


class _SharedWriter(Writer):
    """Writes only what it holds claims to."""

    def __init__(self, engine: Engine, place: str) -> None:
        super().__init__(engine, place)
        self.claims: dict[int, int] = {}
        """Session number -> attempt."""

    def _insert(self, connection: Connection, group: _Group) -> None:
        from simkit.trace import rows, tables

        numbers = {event.session for event in group.events} | {row["session"] for row in group.intents}
        numbers |= {row["of_session"] for row in (*group.settled, *group.cuts, *group.finished)}
        held = {number: self.claims[number] for number in numbers}
        if tables.hold(connection, held) != numbers:
            raise StoreError("another worker has taken over")
        new = [{"digest": key, "body": body} for key, body in group.blobs.items() if key not in self._known]
        for statement, some in (
            # In order, so that two workers that add the same ones wait for each other one way only.
            (tables.keep_once(tables.BLOBS), sorted(new, key=lambda row: row["digest"])),
            (tables.CUT_EVENTS, group.cuts),
            (tables.keep_once(tables.EVENTS), group.events),
            (tables.keep_once(tables.INTENTS), group.intents),
            (tables.SETTLE_INTENTS, group.settled),
            (tables.FINISH_SESSIONS, group.finished),
        ):
            if some:
                rows.execute(connection, statement, some)
        self._known.update(group.blobs)
        for row in group.finished:
            self.claims.pop(row["of_session"], None)
