"""Counts the transitions of many sessions with one library: `python count_transitions.py KIND FOLDER`.

FOLDER has what `paths.py` drew: `buffer.npy`, sessions one after the other as bytes with START and an end around each,
and the same steps as rows of a table in the order of time, many sessions mixed: `session.npy`, `position.npy`,
`state.npy`. What a library takes is made of that before the clock starts: a table of texts, or lists of arrays. Prints
CPU of all threads and wall seconds, the transitions counted, and the sum of squared counts as a check.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # what is measured is this checkout
K = 50
NAMES = [f"tool_{number}:ok" for number in range(K)]
Found = tuple[int, int]
"""Transitions between states, and the sum of their squared counts."""
Work = Callable[[], Found]


def checked(counts: Any) -> Found:
    """Of an array of counts."""
    counts = np.asarray(counts, dtype=np.int64)
    return int(counts.sum()), int((counts**2).sum())


def numpy_pairs(folder: Path) -> Work:
    """The floor: two views of the bytes as 16-bit words, counted piece by piece."""
    buffer = np.load(folder / "buffer.npy")

    def work() -> Found:
        words = np.zeros(1 << 16, dtype=np.int64)
        for shift in (0, 1):
            pairs = buffer[shift : shift + (len(buffer) - shift) // 2 * 2].view("<u2")
            for first in range(0, len(pairs), 1 << 17):
                words += np.bincount(pairs[first : first + (1 << 17)], minlength=1 << 16)
        return checked(words.reshape(256, 256).T[1 : K + 1, 1 : K + 1])

    return work


def simkit_codes(folder: Path) -> Work:
    """simkit, from the recorder's bytes."""
    from simkit.paths.codes import pair_counts

    buffer = np.load(folder / "buffer.npy")
    return lambda: checked(pair_counts(buffer, K + 2)[1 : K + 1, 1 : K + 1])


def simkit_rows(folder: Path) -> Work:
    """simkit, from a table of texts."""
    import pyarrow

    from simkit.paths.rows import matrix_of_rows

    session, _, state = table(folder)
    texts = pyarrow.array(NAMES).take(pyarrow.array(state))

    def work() -> Found:
        matrix = matrix_of_rows(session, texts)
        return checked(matrix.counts_in(NAMES))

    return work


def polars(folder: Path) -> Work:
    """polars: sort, shift, group by."""
    import polars as pl

    session, position, state = table(folder)
    texts = pl.Series(NAMES).gather(state)
    frame = pl.DataFrame({"session": session, "position": position, "state": texts})

    def work() -> Found:
        told = frame.sort("session", "position").with_columns(
            to=pl.col("state").shift(-1), other=pl.col("session").shift(-1)
        )
        return checked(told.filter(pl.col("session") == pl.col("other")).group_by("state", "to").len()["len"])

    return work


def duckdb(folder: Path) -> Work:
    """DuckDB: a window over each session."""
    import duckdb as db
    import pyarrow

    session, position, state = table(folder)
    texts = pyarrow.array(NAMES).take(pyarrow.array(state))
    rows = pyarrow.table({"session": session, "position": position, "state": texts})
    link = db.connect()
    link.register("given", rows)
    link.execute("create table steps as select * from given")
    asked = """select count(*) from (select state, lead(state) over (partition by session order by position) as after
               from steps) where after is not null group by state, after"""
    return lambda: checked([row[0] for row in link.execute(asked).fetchall()])


def pandas(folder: Path) -> Work:
    """pandas: sort, shift within sessions, cross table."""
    import pandas as pd

    session, position, state = table(folder)
    frame = pd.DataFrame({"session": session, "position": position, "state": pd.Series(NAMES).take(state).to_numpy()})

    def work() -> Found:
        told = frame.sort_values(["session", "position"])
        after = told.groupby("session")["state"].shift(-1)
        return checked(told.groupby([told["state"], after]).size())

    return work


def deeptime(folder: Path) -> Work:
    """deeptime: one array of codes a session."""
    from deeptime.markov import TransitionCountEstimator

    sessions = split(folder)
    estimator = TransitionCountEstimator(lagtime=1, count_mode="sliding", n_states=K)
    return lambda: checked(estimator.fit_fetch(sessions).count_matrix)


def pydtmc(folder: Path) -> Work:
    """PyDTMC: one sequence only, so sessions run into each other, and its matrix has probabilities: no check."""
    from pydtmc import MarkovChain

    states = [NAMES[code] for one in split(folder) for code in one.tolist()]

    def work() -> Found:
        MarkovChain.fit_sequence("mle", NAMES, states)
        return len(states) - 1, -1

    return work


def pm4py(folder: Path) -> Work:
    """pm4py: the directly-follows graph of an event log."""
    import pandas as pd
    import pm4py as pm

    session, position, state = table(folder)
    frame = pd.DataFrame(
        {
            "case:concept:name": session.astype(str),
            "concept:name": pd.Series(NAMES).take(state).to_numpy(),
            "time:timestamp": pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(position, unit="s"),
        }
    )
    return lambda: checked(list(pm.discover_dfg(frame)[0].values()))


def table(folder: Path) -> tuple[Any, Any, Any]:
    """Session, position and state of each row."""
    return tuple(np.load(folder / f"{name}.npy") for name in ("session", "position", "state"))  # type: ignore[return-value]


def split(folder: Path) -> list[Any]:
    """The codes of each session."""
    buffer = np.load(folder / "buffer.npy")
    ends = np.flatnonzero(buffer == K + 1)
    starts = np.concatenate([[0], ends[:-1] + 1])
    return [buffer[first + 1 : last].astype(np.int64) - 1 for first, last in zip(starts, ends, strict=True)]


KINDS: dict[str, Callable[[Path], Work]] = {
    one.__name__: one
    for one in (numpy_pairs, simkit_codes, simkit_rows, polars, duckdb, pandas, deeptime, pydtmc, pm4py)
}


def main() -> None:
    """Once to warm up where that is short, then measured."""
    work = KINDS[sys.argv[1]](Path(sys.argv[2]))
    if sys.argv[1] in ("numpy_pairs", "simkit_codes"):
        work()
    cpu, wall = time.process_time(), time.perf_counter()
    transitions, squares = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(json.dumps({"cpu": cpu, "wall": wall, "transitions": transitions, "squares": squares}))


if __name__ == "__main__":
    main()
