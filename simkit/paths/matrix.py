"""The transition matrix of many sessions: counts are the evidence, probabilities a reading of them.

Entry (i, j) of `counts` says how often state j came right after state i within one session. Every session goes from
START to one END:*; so the row of START counts first states, the columns of END:* count ends, a state that is neither
is entered as often as it is left, and all counts together are the states visited plus the sessions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.paths.codes import STEPS, Kept, PathRecorder, kept_pairs, placed
from simkit.paths.exports.notebook import html_table
from simkit.paths.states import START, in_order, is_end
from simkit.paths.table import Counts, counted, csv_table, text_table


@dataclass(frozen=True, eq=False)
class TransitionMatrix:
    """Transitions counted under one view. Immutable; adding and subtracting give new matrices."""

    view: str
    states: tuple[str, ...]
    """START, then inner states in the order of their first visit, then END:*."""
    kept: Kept
    """(K, K) int64, row = from, column = to, K = number of states; read-only. Above `codes.DENSE` states scipy's
    csr_array: only what was seen takes memory."""
    sessions: int

    def __post_init__(self) -> None:
        k = len(self.states)
        if isinstance(self.kept, np.ndarray | list):
            kept = np.array(self.kept, dtype=np.int64).reshape(k, k)
            kept.flags.writeable = False
        else:
            kept = self.kept.astype(np.int64)
            kept.eliminate_zeros()
            kept.sort_indices()
            kept.data.flags.writeable = False
        object.__setattr__(self, "kept", kept)

    @cached_property
    def counts(self) -> Counts:
        """(K, K) int64 counts as an array, whatever they are kept as; read-only."""
        if isinstance(self.kept, np.ndarray):
            return self.kept
        counts: Counts = self.kept.toarray()
        counts.flags.writeable = False
        return counts

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TransitionMatrix):
            return NotImplemented
        mine, theirs = (self.view, self.states, self.sessions), (other.view, other.states, other.sessions)
        return mine == theirs and not abs(self.kept - other.kept).sum()

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: TransitionMatrix) -> TransitionMatrix:
        """The matrix of the sessions of both. Raises ValueError when the views differ."""
        states = self._common(other)
        counts = self._in(states) + other._in(states)
        return TransitionMatrix(self.view, states, counts, self.sessions + other.sessions)

    def __sub__(self, other: TransitionMatrix) -> TransitionMatrix:
        """The matrix without the sessions of `other`. Raises ValueError when it does not hold them all."""
        states = self._common(other)
        counts = self._in(states) - other._in(states)
        if counts.min() < 0 or self.sessions < other.sessions:
            raise ValueError("a matrix can only be taken from one that holds its sessions")
        return TransitionMatrix(self.view, states, counts, self.sessions - other.sessions)

    def __getitem__(self, edge: tuple[str, str]) -> int:
        """How often the second state followed the first; 0 for states never seen."""
        source, target = (self._index.get(state) for state in edge)
        return 0 if source is None or target is None else int(self.kept[source, target])

    def restricted_to(self, states: Iterable[str]) -> TransitionMatrix:
        """The transitions among these states, START and the ends; all others are left out, not bridged."""
        wanted = set(states)
        kept = tuple(s for s in self.states if s in wanted or s == START or is_end(s))
        return TransitionMatrix(self.view, kept, self._in(kept), self.sessions)

    def counts_in(self, states: Sequence[str]) -> Counts:
        """(len(states), len(states)) counts in another order of states; zero where a state was never seen."""
        found = self._in(states)
        return found if isinstance(found, np.ndarray) else found.toarray()  # type: ignore[no-any-return]

    @property
    def transitions(self) -> int:
        """All transitions together."""
        return int(self.kept.sum())

    @property
    def ends(self) -> tuple[str, ...]:
        """The END:* states."""
        return tuple(state for state in self.states if is_end(state))

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """(K, K): share of each row's total, the maximum-likelihood estimate; a row without data is nan."""
        totals = self.counts.sum(axis=1, keepdims=True)
        empty = np.full(self.counts.shape, np.nan)
        return np.divide(self.counts, totals, out=empty, where=totals > 0)

    def to_json(self) -> dict[str, Any]:
        """Plain values; the probabilities of a row without data are null."""
        shares = self.probabilities
        return {
            "view": self.view,
            "states": list(self.states),
            "counts": self.counts.tolist(),
            "probabilities": [[None] * len(row) if np.isnan(row).any() else row.tolist() for row in shares],
            "start": START,
            "end": list(self.ends),
            "sessions": self.sessions,
            "transitions": self.transitions,
        }

    def csv(self) -> str:
        """The counts, one line per state, states in the first line and column."""
        return csv_table("from", self.states, self.states, self.counts)

    def table(self, width: int = 120) -> str:
        """The counts as aligned text, blank instead of 0, under a line that says what was counted."""
        head = f"{self._counted}\n\n"
        if not self.transitions:
            return head
        return head + text_table("from", self.states, self.states, self.counts, width=width)

    def _repr_html_(self) -> str:
        """The same in a notebook."""
        return html_table(self._counted, "from", self.states, self.states, self.counts)

    @property
    def _counted(self) -> str:
        """What was counted, in words."""
        return f"{counted(self.sessions, 'session')}, {counted(self.transitions, 'transition')}, view {self.view}"

    @cached_property
    def _index(self) -> dict[str, int]:
        return {state: number for number, state in enumerate(self.states)}

    def _in(self, states: Sequence[str]) -> Kept:
        return placed(self.kept, [self._index.get(state, -1) for state in states])

    def _common(self, other: TransitionMatrix) -> tuple[str, ...]:
        if self.view != other.view:
            raise ValueError(f"matrices of different views: {self.view} and {other.view}")
        return in_order([*self.states, *other.states])


def matrix_of(sequences: Iterable[Sequence[str]], view: str) -> TransitionMatrix:
    """The matrix of many sessions, each a sequence of states from START to END:* (`states.state_sequence`).

    States stand in the order of their first visit, so give sessions in a fixed order. Raises ValueError for a
    sequence that does not start in START and end in END:*, or has either in between.
    """
    counting = TransitionCounting()
    for sequence in sequences:
        counting.add(sequence)
    return counting.matrix(view)


def matrix_of_pairs(pairs: Mapping[tuple[str, str], int], view: str, sessions: int) -> TransitionMatrix:
    """The matrix of transitions that were cut out of `sessions` sessions, each pair of states with how often it came;
    unlike one of whole sessions, it need not balance."""
    states = in_order(state for pair in pairs for state in pair)
    place = {state: number for number, state in enumerate(states)}
    source, target = ([place[pair[side]] for pair in pairs] for side in (0, 1))
    return TransitionMatrix(view, states, kept_pairs(source, target, list(pairs.values()), len(states)), sessions)


class TransitionCounting:
    """A transition matrix, while sessions come in. Memory grows with the states, not with the sessions: no more than
    about `most` states wait to be counted together."""

    def __init__(self, most: int = STEPS) -> None:
        self._recorder = PathRecorder(most)

    @property
    def sessions(self) -> int:
        """Sessions so far."""
        return self._recorder.sessions

    def add(self, sequence: Sequence[str]) -> None:
        """Count one session. Raises ValueError for one that does not go from START to END:*."""
        self._recorder.add(sequence)

    def matrix(self, view: str) -> TransitionMatrix:
        """Of all sessions so far. Raises ValueError where one had START or END:* in between."""
        return TransitionMatrix(view, *self._recorder.counts(), self.sessions)
