"""A run as its page shows it, read anew as sessions end: by whichever process plays it, into a folder or a server.

Each session is read and scored once, when it is over. Transcripts are not kept: the page asks for those that somebody
opens.
"""

from __future__ import annotations

import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from simkit.errors import UsageError, one_line
from simkit.metrics.session import score_session
from simkit.paths.episode import EpisodeReader
from simkit.report.counting import Counting
from simkit.report.page import Page, record, safe_json
from simkit.report.shown import Everything
from simkit.report.summary import Summary, summary_of
from simkit.runs import Run
from simkit.trace.log import SessionKey
from simkit.trace.store import Store

_SHARE = 10
"""A page asks again after this many times what its last answer cost, so that looking on costs the machine little."""
_SOON, _SELDOM = 1000, 10_000
"""Milliseconds between two questions, at least and at most."""
_LOOK = 1.0
"""Seconds of reading after which a look ends, though there is more: a large run's page shows what it has meanwhile."""


@dataclass
class Following:
    """What is known of a run so far. `refresh` looks for more; every method may be called from any thread."""

    run: str
    """As `simkit view` was given it."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Raises `SimkitError` where there is no such run, or it cannot be read."""
        self._store = Store.open(self.run)
        self.name = self._store.place
        self._reader = EpisodeReader()
        self._counting = Counting()
        self._page = Page(summary_of(self.name, self._counting), Everything())
        self._seen: set[SessionKey] = set()
        self._progress: dict[str, Any] = {}
        self._version = 0
        self._index = ""
        self._built = 0.0
        self.refresh()

    def refresh(self) -> int:
        """Read what has ended since the last look, or some of it where that is much; the number of this state of
        things, which grows when it changes. Raises StoreError where the store cannot be read."""
        with self._lock:
            new = self._read(max(_LOOK, 3 * self._built))
            began = time.thread_time()
            if new or not self._index:
                self._version += 1
                self._page.summary = self._summary()
                self._index = safe_json(self._page.index())
                self._built = time.thread_time() - began
            soon = min(_SELDOM, max(_SOON, round(1000 * _SHARE * self._built)))
            self._progress["wait"] = 0 if self._progress["reading"] else soon
            return self._version

    def index(self) -> str:
        """All that the page's views need, as JSON that may stand in a `<script>`: as of the last look."""
        with self._lock:
            return f'{self._index[:-1]},"live":{safe_json(self._progress | {"version": self._version})}}}'

    def transcript(self, name: str) -> str:
        """One session whole, as JSON. Raises UsageError for one that the run does not have."""
        try:
            key = SessionKey.parse(name)
        except ValueError:
            raise UsageError(f"'{one_line(name, 80)}' is no session of {self.name}") from None
        with self._lock:
            episode = self._reader.read(self._store.log(key))
            return safe_json(record(episode, score_session(episode)))

    def _summary(self) -> Summary:
        """As `Run.summary` tells it, of what was counted so far."""
        run = Run(self._store)
        run.__dict__["_summary"] = summary_of(self.name, self._counting)
        return run.summary()

    def _read(self, seconds: float) -> bool:
        """Whether anything came, or the run's state changed. Stops after so many seconds, one session read at least."""
        manifest = self._store.manifest_now()
        over = bool(manifest.get("finished") or manifest.get("imported"))
        before, until, reading = len(self._seen), time.monotonic() + seconds, False
        with closing(self._store.logs(without=self._seen, finished_only=not over)) as logs:
            for log in logs:
                episode = self._reader.read(log)
                score = score_session(episode)
                self._counting.add(episode, score)
                self._page.add(episode, score)
                self._seen.add(log.session)
                if reading := time.monotonic() > until:
                    break
        begun = len(self._store.begun() - self._seen)
        progress = {"planned": manifest.get("planned"), "finished": len(self._seen), "begun": begun, "over": over}
        progress |= {"reading": reading}
        changed = any(self._progress.get(name) != value for name, value in progress.items())
        self._progress |= progress
        return changed or len(self._seen) > before
