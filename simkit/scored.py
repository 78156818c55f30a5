"""A run's sessions with their scores, computed from the log alone: few are kept, many are read again each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from simkit.metrics.score import Outcome, SessionScore
from simkit.metrics.session import Metric, outcome_of, score_session
from simkit.paths.episode import Episode, EpisodeReader, episodes
from simkit.report.counting import Counting
from simkit.trace.log import Log
from simkit.trace.store import Store

Scored = tuple[Episode, SessionScore]

KEPT = 1_000
"""Sessions up to this many are scored once and stay in memory; a larger run is read and scored again by each reader."""


class Table:
    """What is known of sessions as they end: their figures, and the sessions themselves while they are few."""

    def __init__(self, most: int = KEPT) -> None:
        self.counting = Counting()
        self._reader = EpisodeReader()
        self._most = most
        self._kept: list[Scored] | None = []

    def add(self, log: Log, digest: str) -> SessionScore:
        """Score a log that came to its end."""
        episode = self._reader.read(log)
        score = score_session(episode)
        self.counting.add(episode, score, digest)
        if self._kept is not None:
            self._kept.append((episode, score))
            if len(self._kept) > self._most:
                self._kept = None
        return score

    def kept(self) -> tuple[Scored, ...] | None:
        """Every session so far, sorted by key; None if there are too many to keep."""
        return None if self._kept is None else tuple(sorted(self._kept, key=lambda one: str(one[0].log.session)))


class ScoredSessions(Sequence[Scored]):
    """Every session of a run with its score, sorted by key; each pass over a large run reads and scores it again."""

    def __init__(
        self,
        store: Store,
        metrics: tuple[Metric, ...] = (),
        kept: tuple[Scored, ...] | None = None,
        *,
        ended_only: bool = False,
    ) -> None:
        self._store, self._metrics, self._kept, self._ended_only = store, metrics, kept, ended_only

    def __iter__(self) -> Iterator[Scored]:
        if self._kept is not None:
            yield from self._kept
            return
        few: list[Scored] | None = []
        for episode in episodes(self._logs()):
            one = (episode, score_session(episode, self._metrics))
            if few is not None:
                few.append(one)
                few = few if len(few) <= KEPT else None
            yield one
        self._kept = None if few is None else tuple(few)

    def _logs(self) -> Iterator[Log]:
        return (log for log in self._store.logs() if log.ended or not self._ended_only)

    def __len__(self) -> int:
        return sum(1 for _ in self._logs()) if self._kept is None else len(self._kept)

    @overload
    def __getitem__(self, index: int) -> Scored: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Scored, ...]: ...

    def __getitem__(self, index: int | slice) -> Scored | tuple[Scored, ...]:
        return tuple(self)[index]

    def outcomes(self) -> Iterator[tuple[Episode, Outcome]]:
        """Every session with how it ended: for a large run cheaper than its whole score."""
        if self._kept is not None:
            yield from ((episode, score.outcome) for episode, score in self._kept)
        else:
            yield from ((episode, outcome_of(episode)) for episode in episodes(self._logs()))
