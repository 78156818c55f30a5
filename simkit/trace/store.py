"""The store: a run's sessions as they happen, and as logs again.

    with Store.create("nightly", {"seed": 7}) as store:      # runs/nightly/run.json and run.db
        recorder = store.recorder(SessionKey("late-refund", "novice", 0))
        recorder.record(event)
        store.finish(recorder.key, log.digest)
    logs = Store.open("nightly").logs()

A run is a folder that holds all its state and nothing outside of it; a database URL in its place
(`postgresql+psycopg://host/db?run=nightly`) makes a shared server the folder.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Container, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from simkit.errors import StoreError, UsageError, one_line
from simkit.trace import manifest as folders
from simkit.trace.log import Log, SessionKey
from simkit.trace.reading import Intent, Reader, reported
from simkit.trace.recorder import AT_ONCE, Recorder
from simkit.trace.writer import Finished, Writer

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


class Store:
    """One run. Make it with `create`, `temporary` or `open`, and close it (or use it in a `with`)."""

    def __init__(self, engine: Engine, place: str, folder: Path | None, manifest: dict[str, Any]) -> None:
        self.folder = folder
        """Where the run stands; None on a server."""
        self.place = place
        """The folder or the URL, without a password, as messages name it."""
        self._engine, self._manifest = engine, manifest
        self._writer = Writer(engine, place)
        self._reader = Reader(engine, place)
        self._open: dict[SessionKey, Recorder] = {}
        self._numbers: Iterator[int] | None = None
        self._held: int | None = None
        self._lock: Connection | None = None
        self._known: set[SessionKey] = set()

    @classmethod
    def create(cls, run: str | Path, manifest: dict[str, Any]) -> Self:
        """A new run: a name under `runs/`, a path (it has a separator), or a database URL.

        Raises StoreError where a run stands already, or nothing can be written.
        """
        if "://" in str(run):
            return cls._create_on_server(str(run), manifest)
        folder = folders.folder_of(run)
        held = folders.claim(folder)
        store = cls(_connect(folder / folders.DATABASE), str(folder), folder.absolute(), {})
        store._held = held
        with reported(store.place, folders.cannot_write):
            from simkit.trace import tables

            tables.create(store._engine)
        store.update_manifest(**manifest)
        return store

    @classmethod
    def temporary(cls, manifest: dict[str, Any] | None = None) -> Self:
        """A run that nobody wants to keep: in a temporary folder that goes when the store does."""
        above = tempfile.mkdtemp(prefix="simkit-")
        store = cls.create(Path(above) / "run", manifest or {})
        weakref.finalize(store, shutil.rmtree, above, ignore_errors=True)
        return store

    @classmethod
    def open(cls, run: str | Path) -> Self:
        """A run that exists. Raises UsageError for a name that is none, StoreError for a damaged one."""
        if "://" in str(run):
            return cls._open_on_server(str(run))
        folder = folders.find(run)
        manifest = folders.read(folder)
        if not (folder / folders.DATABASE).is_file():
            raise StoreError(f"{folder}: has no {folders.DATABASE}; restore it from a copy, or remove the folder")
        return cls(_connect(folder / folders.DATABASE), str(folder), folder.absolute(), manifest)

    @classmethod
    def resume(cls, run: str | Path) -> Self:
        """A run that exists, to go on with: no other process can until it is closed. Raises as `open`, and
        StoreError at once where another process plays it."""
        store = cls.open(run)
        if store.folder is not None:
            store._held = folders.hold(store.folder)
        else:
            store._lock_on_server()
        store._known = set(store._reader.keys())
        return store

    @classmethod
    def exists(cls, run: str | Path) -> bool:
        """Whether there is a run of that name, path or URL."""
        try:
            cls.open(run)._engine.dispose()
        except (UsageError, folders.NoRun):
            return False
        return True

    @classmethod
    def _create_on_server(cls, url: str, manifest: dict[str, Any]) -> Self:
        from simkit.trace import tables

        engine = _connect(url)
        store = cls(engine, _place(engine), None, {})
        with reported(store.place, folders.no_new_run):
            tables.create(engine)
        store._lock_on_server()
        store.update_manifest(**manifest)
        return store

    def _lock_on_server(self) -> None:
        from simkit.trace import tables

        if self._engine.dialect.name != "postgresql":
            return
        with reported(self.place, folders.cannot_write):
            self._lock = tables.lock(self._engine)
        if self._lock is None:
            raise StoreError(
                f"{self.place}: another process is playing this run; wait for it, or choose another ?run=NAME"
            )

    @classmethod
    def _open_on_server(cls, url: str) -> Self:
        from simkit.trace import tables

        engine = _connect(url)
        place = _place(engine)
        with reported(place, folders.no_run):
            text = tables.manifest(engine)
        return cls(engine, place, None, json.loads(text or "{}"))

    @property
    def manifest(self) -> dict[str, Any]:
        """What run.json says: a copy."""
        return dict(self._manifest)

    def manifest_now(self) -> dict[str, Any]:
        """What it says by now, where another process plays the run. Raises StoreError where it cannot be read."""
        if self.folder is not None:
            self._manifest = folders.read(self.folder)
        else:
            from simkit.trace import tables

            with reported(self.place, folders.no_run):
                self._manifest = json.loads(tables.manifest(self._engine) or "{}")
        return self.manifest

    def update_manifest(self, **changes: Any) -> None:
        """Set some entries of the manifest; it is replaced as a whole, or not at all."""
        changed = {**self._manifest, **changes, "format": folders.FORMAT}
        if self.folder is not None:
            folders.write(self.folder, changed)
        else:
            from simkit.trace import tables

            with reported(self.place, folders.cannot_write):
                tables.insert_or_replace_manifest(self._engine, json.dumps(changed))
        self._manifest = changed

    def recorder(self, key: SessionKey) -> Recorder:
        """The recorder of a session: one that was not recorded before or, in a resumed run, one that goes on."""
        if key in self._known:
            return self._going_on(key)
        if self._numbers is None:
            self._numbers = itertools.count(self._reader.last_session() + 1)
        self._open[key] = Recorder(self._writer, next(self._numbers), key)
        return self._open[key]

    def begun(self) -> set[SessionKey]:
        """Every session that did not come to its end and of which at least one event is kept."""
        return set(self._reader.begun())

    def value(self, digest: str) -> Any:
        """The scenario, persona or domain of that digest; None where no session that is kept was played with it."""
        return self._reader.value(digest)

    def finished(self) -> set[SessionKey]:
        """Every session that came to its end, when the run was resumed."""
        done = self._reader.digests() if self._known else {}
        return {key for key in self._known if str(key) in done}

    def _going_on(self, key: SessionKey) -> Recorder:
        number = self._reader.number(key)
        assert number is not None
        intents = len(self._reader.intents(key))
        events = self._reader.count_events(key)
        recorder = Recorder(self._writer, number, key, opened=True, events=events, intents=intents)
        self._open[key] = recorder
        return recorder

    def digest_of(self, log: Log) -> str:
        """The digest of a log, if it was just recorded here without working it out again."""
        recorder = self._open.get(log.session)
        whole = recorder is not None and recorder.events == len(log)
        return (recorder.digest if recorder is not None and whole else None) or log.digest

    def finish(self, key: SessionKey, digest: str) -> None:
        """Say that a session came to its end, with the digest of its log."""
        recorder = self._open.pop(key)
        self._writer.put(Finished(recorder.session, digest, recorder.events))

    def add(self, log: Log) -> None:
        """Record a whole session that happened elsewhere."""
        recorder = self.recorder(log.session)
        for event, beside in itertools.zip_longest(log.events, log.beside, fillvalue=AT_ONCE):
            recorder.record(event, beside)  # type: ignore[arg-type]
        if log.ended:
            self.finish(log.session, self.digest_of(log))

    def flush(self) -> None:
        """Wait until all that was recorded is durable. Raises StoreError if any write failed."""
        self._writer.flush()

    def close(self) -> None:
        """Write all that was recorded and let go of the database. Raises StoreError if any write failed.

        A closed store can still be read.
        """
        try:
            self._writer.close()
        finally:
            if self._held is not None:
                os.close(self._held)
                self._held = None
            if self._lock is not None:
                self._lock.close()
                self._lock = None

    def discard(self) -> None:
        """Close, and remove what `create` made: for a run that came to nothing, so that its name is free again."""
        with suppress(StoreError):
            self.close()
        if self.folder is not None:
            folders.release(self.folder)
            return
        from simkit.trace import tables

        with reported(self.place, folders.cannot_write):
            tables.drop(self._engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except StoreError as failure:
            if error is None:
                raise
            error.add_note(str(failure))  # what was under way tells more than what it led to

    def logs(self, *, without: Container[SessionKey] = (), finished_only: bool = False) -> Iterator[Log]:
        """Every session but those `without`, sorted by name, few in memory at a time, unfinished ones included.

        Sessions that cannot be read are left out; the StoreError that then ends the iteration names them.
        """
        self.flush()
        return self._reader.logs(without, finished_only)

    def log(self, key: SessionKey) -> Log:
        """One session. Raises UsageError if the run has none of that key, StoreError if it is damaged."""
        self.flush()
        return self._reader.log(key)

    def intents(self, key: SessionKey) -> tuple[Intent, ...]:
        """What a session was about to pay for or to change, in order."""
        self.flush()
        return self._reader.intents(key)

    def all_intents(self, kind: str) -> Iterator[tuple[SessionKey, Intent]]:
        """What all sessions were about to pay for or to change, of one kind."""
        self.flush()
        return self._reader.all_intents(kind)

    def digests(self) -> dict[str, str]:
        """Key to digest of every finished session: what `trace.log.run_digest` makes one digest of."""
        self.flush()
        return self._reader.digests()


def _connect(url: str | Path) -> Engine:
    from sqlalchemy.engine import URL
    from sqlalchemy.exc import ArgumentError

    from simkit.trace import tables

    try:
        if isinstance(url, Path):
            return tables.connect(URL.create("sqlite", database=str(url)))
        return tables.connect(url)
    except ArgumentError:
        scheme = one_line(str(url).partition("://")[0], 40)  # the rest may hold a password
        what = f"'{scheme}://…' is no database URL; as in postgresql+psycopg://host/database?run=nightly"
        raise UsageError(what) from None


def _place(engine: Engine) -> str:
    from simkit.trace import tables

    run = tables.schema_of(engine).removeprefix("simkit_")
    return (engine.url.update_query_dict({"run": run}) if run else engine.url).render_as_string(hide_password=True)
