"""Anybody's table, one row a state, counted as it stands: rows of many sessions may be mixed, in the order of time.

    matrix_of_rows(frame["session"], frame["state"])

Texts become codes once (by pyarrow, where it is installed); then pieces that fit the cache are sorted by session,
counted, and the last state of each session is carried over to the next piece. No row is compared with all others, and
no table of sessions by states is made.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.errors import UsageError
from simkit.paths.codes import Counts, StateCodes, pair_counts
from simkit.paths.matrix import TransitionMatrix
from simkit.paths.states import END, START, in_order, is_end

_PIECE = 1 << 16
_HALF = 1 << 16


def matrix_of_rows(session: Any, state: Any, *, order: Any = None, view: str = "table") -> TransitionMatrix:
    """The transition matrix of N rows: `session` names whose row it is (numbers or texts), `state` the state (texts).

    Columns of pandas, polars or Arrow, numpy arrays and lists will do. Rows of a session stand in the order in which
    they happened, or `order` (numbers) says it. A session that does not begin with START or end with END:* gets START
    and END:unknown. Raises UsageError for columns of different lengths, missing values, or START and END:* in between.
    """
    names, codes = _coded(state, "state")
    labels, owners = _coded(session, "session")
    if len(codes) != len(owners) or (order is not None and len(order) != len(codes)):
        raise UsageError(f"a table has columns of one length; here are {len(owners)} sessions and {len(codes)} states")
    if order is not None:
        owners, codes = _sorted(owners, codes, np.asarray(order))
    states = list(dict.fromkeys([START, *names, f"{END}unknown"]))
    place = {name: number for number, name in enumerate(states)}
    renamed = np.array([place[name] for name in names], dtype=_width(len(states)))
    counts = _counted(owners, renamed[codes] if len(codes) else codes, len(labels), states)
    if counts[:, 0].any() or counts[[is_end(name) for name in states]].any():
        raise UsageError(f"a session of the table has {START} or {END}* in between")
    ordered = in_order(name for name in states if counts[place[name]].any() or counts[:, place[name]].any())
    chosen = [place[name] for name in ordered]
    return TransitionMatrix(view, ordered, counts[np.ix_(chosen, chosen)], len(labels))


def _counted(owners: NDArray[Any], codes: NDArray[Any], sessions: int, states: list[str]) -> Counts:
    """(K, K) counts; START and END:unknown are put where a session does not have its own."""
    k, unknown = len(states), states.index(f"{END}unknown")
    piece = max(_PIECE, k * k // 4)  # a piece costs as much as its table of counts, so it is not much shorter
    last = np.full(sessions, -1, dtype=np.int32)
    counts = np.zeros((k, k), dtype=np.int64)
    for first in range(0, len(codes), piece):
        owner, code = owners[first : first + piece], codes[first : first + piece]
        order = _by_session(owner)
        owner, code = owner[order], code[order]
        fresh = np.flatnonzero(np.diff(owner, prepend=-1))
        before, after = last[owner[fresh]], code[fresh]
        counts += pair_counts(code, k)
        # The row of one session ends where that of another begins: these neighbours are none.
        _add(counts, code[fresh[1:] - 1], after[1:], -1)
        _add(counts, before[before >= 0], after[before >= 0], 1)
        begins = (before < 0) & (after != 0)
        _add(counts, np.zeros(int(begins.sum()), dtype=np.int64), after[begins], 1)
        last[owner[fresh]] = code[np.append(fresh[1:], len(code)) - 1]
    ended = np.array([is_end(name) for name in states])
    open_ = last[(last >= 0) & ~ended[last]]
    _add(counts, open_, np.full(len(open_), unknown), 1)
    return counts


def _add(counts: Counts, source: NDArray[Any], target: NDArray[Any], sign: int) -> None:
    k = len(counts)
    cells = np.bincount(source.astype(np.int64) * k + target, minlength=k * k)
    counts += sign * cells.reshape(k, k)


def _by_session(owner: NDArray[Any]) -> NDArray[np.intp]:
    """The places of a piece sorted by session, rows of one session in their order; two bytes a row where they do."""
    least = int(owner.min())
    if int(owner.max()) - least < _HALF:
        return np.argsort((owner - least).astype(np.uint16), kind="stable")
    return np.argsort(owner, kind="stable")


def _sorted(owners: NDArray[Any], codes: NDArray[Any], order: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    if (np.diff(order) >= 0).all():
        return owners, codes
    by_time = np.lexsort((order, owners))
    return owners[by_time], codes[by_time]


def _width(k: int) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if k <= 1 << 8 else np.uint16 if k <= 1 << 16 else np.uint32


def _coded(column: Any, what: str) -> tuple[list[Any], NDArray[Any]]:
    """The distinct values of a column in the order in which they first come, and each row's place among them. Whole
    numbers from 0 on, none of them far from the next, are codes as they are."""
    kind = str(getattr(column, "dtype", getattr(column, "type", ""))).lower()
    if what == "session" and kind.startswith(("int", "uint")):
        values = np.asarray(column)
        if values.dtype.kind in "iu" and len(values) and values.min() >= 0 and values.max() < 4 * len(values):
            return _dense(values)
    if _has_arrow():
        return _by_arrow(column, what)
    codes = StateCodes()
    codes.clear()
    numbers = [codes[value] for value in _checked(column, what)]
    return list(codes), np.array(numbers, dtype=np.int32)


def _dense(values: NDArray[Any]) -> tuple[list[Any], NDArray[Any]]:
    values = values.astype(np.int64, copy=False)
    seen = np.zeros(int(values.max()) + 1, dtype=bool)
    seen[values] = True
    if seen.all():
        return [None] * len(seen), values
    return [None] * int(seen.sum()), (np.cumsum(seen) - 1)[values]


def _by_arrow(column: Any, what: str) -> tuple[list[Any], NDArray[Any]]:
    import pyarrow as arrow

    given = column.to_arrow() if hasattr(column, "to_arrow") else column
    array = given if isinstance(given, arrow.Array | arrow.ChunkedArray) else arrow.array(given, from_pandas=True)
    if arrow.types.is_string_view(array.type):
        array = array.cast(arrow.large_string())
    if array.null_count:
        raise UsageError(f"the column '{what}' has rows without a value; leave them out, or name them")
    coded = array if arrow.types.is_dictionary(array.type) else array.dictionary_encode()
    if isinstance(coded, arrow.ChunkedArray):
        coded = coded.unify_dictionaries().combine_chunks() if coded.num_chunks != 1 else coded.chunk(0)
    names = coded.dictionary.to_pylist()
    if what == "state":
        _checked(names, what)
    return names, coded.indices.to_numpy(zero_copy_only=False)


def _checked(values: Any, what: str) -> list[Any]:
    listed = list(values)
    for value in listed:
        if value is None or value != value or (what == "state" and not isinstance(value, str)):
            raise UsageError(f"the column '{what}' holds {value!r}; every row has a {what}, states are text")
    return listed


def _has_arrow() -> bool:
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None
