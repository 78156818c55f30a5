"""The transition failure matrix: after which good state sessions first went wrong, and where.

Row: the last good state before the first failing step; START when the first step fails. Column: the first failing
state. One count per session that failed: later failures of the same session are ignored, also when it recovers.
Sessions without a failure are in no cell, but counted in `sessions`.

A failure is what people marked (`Judged` events `last_success_state` and `first_failure_state`) or, where nobody did,
what the caller found: the number of the first event that failed.

Counts alone mislead: a step that is taken often fails often. So beside each count stand its *attempts*, how often the
step was tried from there by anybody up to their first failure, whatever came of it (`book:refused` and `book:ok` are
one step), and the *hazard*, failures per attempt; how sure the order of cells is, is in `failures.ranks`. Sessions that
went wrong and passed all the same are in no cell: they are `recovered`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from simkit.paths.episode import Episode
from simkit.paths.states import END, START, View, Visit, act, in_order, is_end, label_of, step_sequence
from simkit.paths.table import Counts, csv_table, text_table
from simkit.trace.events import Ended, Event, Failed, Judged, Outcome

_OUTCOMES = frozenset(get_args(Outcome))


class Failure(NamedTuple):
    """How one session failed first."""

    session: str
    row: str
    """Last good state."""
    column: str
    """First failing state."""
    event: int | None
    """Number of the failing event; None where a person named only the state."""


@dataclass(frozen=True)
class FailureMatrix:
    """The first failures of `sessions` sessions."""

    sessions: int
    """All sessions read, failed or not."""
    failures: tuple[Failure, ...]
    """One per session that failed, in the order in which sessions were read."""
    recovered: tuple[Failure, ...] = ()
    """The first slip of each session that passed all the same, where the caller knows of one."""
    tried: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))
    """How often each step was tried from each state, up to the first failure of its session, that one included; all
    ends are one step, `END:`."""
    entered: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """In how many sessions each step (`step_of` a state) was tried up to the first failure."""
    places: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """At which place in a session each step is first tried, on average; 1 is the first."""

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """Last good states: START if it is one, the others as they first come."""
        return _ordered([failure.row for failure in self.failures])

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """First failing states as they first come, ends last."""
        return _ordered([failure.column for failure in self.failures])

    @cached_property
    def counts(self) -> Counts:
        """(rows, columns) int64: sessions per cell."""
        counts = np.zeros((len(self.rows), len(self.columns)), dtype=np.int64)
        rows = [self.rows.index(failure.row) for failure in self.failures]
        columns = [self.columns.index(failure.column) for failure in self.failures]
        np.add.at(counts, (rows, columns), 1)
        counts.flags.writeable = False
        return counts

    @cached_property
    def attempts(self) -> NDArray[np.float64]:
        """(rows, columns) how often each way was taken up to the first failure; nan where nobody can know: a person
        named states that are none of the view's."""
        named = {(one.row, one.column) for one in self.failures if one.event is None}
        known = [[self._attempts(row, column, named) for column in self.columns] for row in self.rows]
        return np.array(known, dtype=np.float64).reshape(len(self.rows), len(self.columns))

    @cached_property
    def hazards(self) -> NDArray[np.float64]:
        """(rows, columns) failures per attempt; nan without attempts."""
        return np.divide(self.counts, self.attempts, out=np.full(self.counts.shape, np.nan), where=self.attempts > 0)

    def _attempts(self, row: str, column: str, named: set[tuple[str, str]]) -> float:
        times = self.tried.get((row, step_of(column)), 0)
        return float("nan") if (row, column) in named else float(times)

    def sessions_in(self, row: str, column: str) -> tuple[Failure, ...]:
        """The failures of one cell: whose they are, and at which event."""
        return tuple(failure for failure in self.failures if (failure.row, failure.column) == (row, column))

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "rows": list(self.rows),
            "columns": list(self.columns),
            "counts": self.counts.tolist(),
            "sessions": self.sessions,
        }

    def csv(self) -> str:
        """The counts, one line per last good state."""
        return csv_table("last good state", self.rows, self.columns, self.counts)

    def table(self, width: int = 120) -> str:
        """The counts as aligned text, blank instead of 0, under a line with the denominators."""
        head = (
            f"{len(self.failures)} of {self.sessions} sessions failed; rows: last good state, columns: first failing\n"
        )
        body = text_table("", self.rows, self.columns, self.counts, width=width) if self.failures else ""
        return f"{head}\n{body}" if body else head


def failure_matrix(
    episodes: Iterable[Episode],
    view: View,
    first_failing: Mapping[str, int] | None = None,
    outcomes: Mapping[str, str] | None = None,
) -> FailureMatrix:
    """The matrix of these sessions.

    `first_failing` has, by session (`str` of its key), the number of the first failing event; it is asked only where
    no person marked the session. `outcomes` has how each was judged, `unknown` where it is silent.
    """
    names = ((str(episode.log.session), episode) for episode in episodes)
    failing, judged = first_failing or {}, outcomes or {}
    return failures_of(((one, failing.get(name), judged.get(name, "unknown")) for name, one in names), view)


def failures_of(sessions: Iterable[tuple[Episode, int | None, str]], view: View, slips: bool = False) -> FailureMatrix:
    """The matrix of sessions, each with the number of its first failing event (None: it has none) and its outcome.

    With `slips`, an event given for a session that passed is its first slip, of which it recovered.
    """
    found: list[Failure] = []
    recovered: list[Failure] = []
    tried: Counter[tuple[str, str]] = Counter()
    entered: Counter[str] = Counter()
    places: Counter[str] = Counter()
    read = 0
    for episode, number, outcome in sessions:
        steps = step_sequence(episode, view, outcome)
        failure = _marked(episode)
        if failure is None and number is not None:
            failure = _found(episode, view, number, outcome, steps)
        passed = slips and outcome == "pass"
        if failure:
            (recovered if passed else found).append(failure)
        ways = _ways(steps, None if passed else failure)
        tried.update(ways)
        first = {step: place for place, (_, step) in reversed(list(enumerate(ways, 1))) if step != END}
        entered.update(first.keys())
        places.update(first)
        read += 1
    mean = {step: places[step] / times for step, times in entered.items()}
    readings = (MappingProxyType(dict(one)) for one in (tried, entered, mean))
    return FailureMatrix(read, tuple(found), tuple(recovered), *readings)


def step_of(state: str) -> str:
    """What was tried in a state: `book` for `book:refused`, and `END:` for every end."""
    if is_end(state):
        return END
    head, _, tail = state.rpartition(":")
    return head if head and tail in _OUTCOMES else state


def _ways(steps: tuple[Visit, ...], failure: Failure | None) -> list[tuple[str, str]]:
    """From which state which step was tried, up to the first failure, that one included."""
    ways = [(before.state, step_of(here.state)) for before, here in pairwise(steps)]
    if failure is None or failure.event is None:
        return ways
    before = [way for way, visit in zip(ways, steps[1:-1], strict=False) if visit.event < failure.event]
    return [*before, (failure.row, step_of(failure.column))]


def _marked(episode: Episode) -> Failure | None:
    good, failing = episode.judged("last_success_state"), episode.judged("first_failure_state")
    if failing is None or not failing.verdict:
        return None
    row = str(good.verdict) if good is not None and good.verdict else START
    return Failure(str(episode.log.session), row, str(failing.verdict), None)


def _found(episode: Episode, view: View, number: int, outcome: str, steps: tuple[Visit, ...]) -> Failure:
    """The row is the last state before the failing event, the column that event's state. An event that is no state in
    this view (talk, in `tool`) is named by what it does, so that no failure is blamed on a neighbour."""
    event = next((event for event in episode.events if event.seq == number), None)
    if event is None:
        raise ValueError(f"session {episode.log.session} has no event {number}")
    before = [visit.state for visit in steps[:-1] if visit.event < number]
    column = label_of(event, episode, view) or _named(event, episode, outcome)
    return Failure(str(episode.log.session), before[-1] if before else START, column, number)


def _named(event: Event, episode: Episode, outcome: str) -> str:
    if isinstance(event, Ended | Judged):
        # A verdict says that the session failed, not where.
        return END + outcome
    if isinstance(event, Failed):
        return f"failed.{event.boundary}"
    return act(event, episode) or event.kind


def _ordered(states: list[str]) -> tuple[str, ...]:
    ordered = in_order(states)
    return ordered if START in states else ordered[1:]
