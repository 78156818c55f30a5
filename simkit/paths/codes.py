"""States as numbers, and how often one number follows another: what a transition matrix is counted from.

A session is recorded as the codes of its states, START is 0, one session after the other in one buffer: a byte a
state while there are at most 256. Nothing is counted until somebody asks. Then two neighbouring bytes, read as one
16-bit word, already are the number of their cell, so counting them needs neither arithmetic nor a copy: once at the
even places and once at the odd ones. Above 256 states, cell numbers are worked out piece by piece; above 1,500 the
distinct pairs are sorted and kept as scipy's csr_array, because most of K x K cells would stay empty.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.paths.states import START, in_order, is_end

Counts = NDArray[np.int64]
Kept = Any
"""(K, K) int64 counts: an array up to `DENSE` states, scipy's csr_array beyond."""

DENSE = 1_500
"""Above so many states, counts are kept only where there are any."""
_BYTE = 256
_PIECE = 1 << 16
_IN_BETWEEN = f"a session has {START} or END:* in between"
STEPS = 1 << 20
"""Steps that wait to be counted in one go, at most."""


class StateCodes(dict[str, int]):
    """State to code, numbered as they are first asked for; START is 0."""

    def __init__(self) -> None:
        super().__init__({START: 0})

    def __missing__(self, state: str) -> int:
        self[state] = len(self)
        return self[state]


class PathRecorder:
    """Sessions as codes, while they come in: a microsecond or two each. Memory grows with the states, not with the
    sessions: no more than about `most` steps wait to be counted together."""

    def __init__(self, most: int = STEPS) -> None:
        self.sessions = 0
        self._most = most
        self._codes = StateCodes()
        self._steps: bytearray | array[int] = bytearray()
        self._waiting = 0
        self._counts: Kept = np.zeros((1, 1), dtype=np.int64)

    def add(self, sequence: Sequence[str]) -> None:
        """Record one session. Raises ValueError for one that does not go from START to END:*."""
        if len(sequence) < 2 or sequence[0] != START or not is_end(sequence[-1]):
            raise ValueError(f"session {self.sessions} does not go from {START} to an END:* state")
        codes = list(map(self._codes.__getitem__, sequence))
        if len(self._codes) > _BYTE and isinstance(self._steps, bytearray):
            self._steps = array("i", list(self._steps))
        self._steps.extend(codes)
        self.sessions += 1
        self._waiting += 1
        if len(self._steps) > self._most:
            self._count()

    def counts(self) -> tuple[tuple[str, ...], Kept]:
        """The states in order and their (K, K) counts, of all sessions so far.

        Raises ValueError where one had START or END:* in between.
        """
        self._count()
        states = in_order(self._codes)
        return states, placed(self._counts, [self._codes[state] for state in states])

    def _count(self) -> None:
        states = tuple(self._codes)
        kind = np.uint8 if isinstance(self._steps, bytearray) else np.intc
        counts = session_counts(np.frombuffer(self._steps, dtype=kind), states, self._waiting)
        # A new buffer: numpy may still look at the old one, and what is looked at cannot shrink.
        empty = bytearray() if len(states) <= _BYTE else array("i")
        known = range(self._counts.shape[0])
        self._counts = counts + placed(self._counts, [*known, *[-1] * (len(states) - len(known))])
        self._steps, self._waiting = empty, 0


def session_counts(steps: NDArray[Any], states: Sequence[str], sessions: int) -> Kept:
    """(K, K) counts of so many sessions, each the codes of its states from START, 0, to END:*, in one long row.

    Raises ValueError where a session had START or END:* in between.
    """
    k = len(states)
    if k <= DENSE:
        counts = pair_counts(steps, k) if len(steps) else np.zeros((k, k), dtype=np.int64)
        take_junctions(counts, states, sessions)
        return counts
    source, target, times = distinct_pairs(steps, k)
    ends = np.array([is_end(state) for state in states])
    junction = ends[source] & (target == 0)
    if times[junction].sum() != max(sessions - 1, 0) or ((target == 0) | ends[source])[~junction].any():
        raise ValueError(_IN_BETWEEN)
    return kept_pairs(source[~junction], target[~junction], times[~junction], k)


def kept_pairs(source: Any, target: Any, times: Any, k: int) -> Kept:
    """(k, k) counts of pairs that each come once in the list."""
    if k <= DENSE:
        counts = np.zeros((k, k), dtype=np.int64)
        counts[source, target] = times
        return counts
    from scipy.sparse import csr_array

    return csr_array((np.asarray(times, dtype=np.int64), (source, target)), shape=(k, k))


def placed(counts: Kept, places: Sequence[int]) -> Kept:
    """Counts in another order: row and column i of the result are those of `places[i]`; -1 has none. In the form that
    fits so many states."""
    found = np.array(places, dtype=np.intp)
    k, known = len(found), found >= 0
    if k <= DENSE and isinstance(counts, np.ndarray):
        result = np.zeros((k, k), dtype=np.int64)
        result[np.ix_(known, known)] = counts[np.ix_(found[known], found[known])]
        return result
    from scipy.sparse import csr_array

    part = csr_array(counts)[found[known]][:, found[known]].tocoo()
    there = np.flatnonzero(known)
    return kept_pairs(there[part.row], there[part.col], part.data, k)


def pair_counts(steps: NDArray[Any] | bytes | bytearray, k: int) -> Counts:
    """(k, k) counts of neighbours in one long row of codes below `k`: bytes, or an array of integers."""
    codes = np.frombuffer(steps, dtype=np.uint8) if isinstance(steps, bytes | bytearray) else steps
    if k <= _BYTE:
        return _byte_counts(codes.astype(np.uint8, copy=False), k)
    if k <= DENSE:
        return _dense_counts(codes, k)
    source, target, times = distinct_pairs(codes, k)
    counts = np.zeros((k, k), dtype=np.int64)
    counts[source, target] = times
    return counts


def _byte_counts(codes: NDArray[np.uint8], k: int) -> Counts:
    codes, words = np.ascontiguousarray(codes), np.zeros(k * _BYTE, dtype=np.int64)
    for shift in (0, 1):
        pairs = codes[shift : shift + (len(codes) - shift) // 2 * 2].view("<u2")
        for first in range(0, len(pairs), _PIECE):
            words += np.bincount(pairs[first : first + _PIECE], minlength=k * _BYTE)
    # The later byte of a little-endian word is its high one: the word's number is to * 256 + from.
    return words.reshape(k, _BYTE).T[:k].copy()


def _dense_counts(codes: NDArray[Any], k: int) -> Counts:
    cells = np.zeros(k * k, dtype=np.int64)
    for first in range(0, len(codes) - 1, _PIECE * 8):
        piece = codes[first : first + _PIECE * 8 + 1].astype(np.int64)
        cells += np.bincount(piece[:-1] * k + piece[1:], minlength=k * k)
    return cells.reshape(k, k)


def distinct_pairs(codes: NDArray[Any], k: int) -> tuple[Counts, Counts, Counts]:
    """From, to and count of each pair of neighbours that occurs, in order: memory grows with the pairs, not with k."""
    wide = codes.astype(np.int64, copy=False)
    cells, times = np.unique(wide[:-1] * k + wide[1:], return_counts=True)
    source, target = np.divmod(cells, k)
    return source, target, times


def take_junctions(counts: Counts, states: Sequence[str], sessions: int) -> None:
    """Sessions were counted in one row, so each but the last left one false pair END:* -> START: take it out.

    Raises ValueError where a session had START or END:* in between.
    """
    ends = np.array([is_end(state) for state in states])
    junctions = counts[ends, 0].sum()
    counts[ends, 0] = 0
    if junctions != max(sessions - 1, 0) or counts[:, 0].any() or counts[ends].any():
        raise ValueError(_IN_BETWEEN)
