"""simkit's own figures about paths, each measured once after a warm-up; prints JSON for `paths.py`."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # what is measured is the checkout that this file stands in
K = 200
Figure = dict[str, Any]


def cpu(work: Callable[[], object], warm: bool = True) -> float:
    """CPU seconds of all threads."""
    if warm:
        work()
    began = time.process_time()
    work()
    return time.process_time() - began


def figure(value: float, unit: str, note: str = "", form: str = ",.1f") -> Figure:
    """One line of the table."""
    return {"value": value, "unit": unit, "note": note, "form": form}


def sessions(how_many: int, states: int, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Sessions of 20 states."""
    law = np.cumsum(rng.dirichlet(np.full(states, 0.3), states), axis=1)
    at, steps = rng.integers(0, states, how_many), []
    for _ in range(20):
        steps.append(at)
        at = np.minimum((law[at] < rng.random(how_many)[:, None]).sum(axis=1), states - 1)
    rows = np.column_stack(steps).tolist()
    ends = np.where(rng.random(how_many) < 0.6, "END:pass", "END:fail").tolist()
    return [("START", *(f"tool_{n}:ok" for n in row), end) for row, end in zip(rows, ends, strict=True)]


def recording() -> dict[str, Figure]:
    """From labels to bytes."""
    from simkit.paths.codes import PathRecorder

    told = sessions(20_000, 48, np.random.default_rng(0))

    def work() -> None:
        recorder = PathRecorder()
        for one in told:
            recorder.add(one)

    return {"record a session of 20 states": figure(cpu(work) / len(told) * 1e6, "µs", "aim: 2.5", ",.2f")}


def graphs() -> dict[str, Figure]:
    """networkx, when it is asked for."""
    from simkit.paths.exports.frames import to_networkx
    from simkit.paths.matrix import matrix_of

    matrix = matrix_of(sessions(5_000, 50, np.random.default_rng(1)), "tool")
    edges = int((matrix.counts > 0).sum())
    return {"networkx graph from counts": figure(cpu(lambda: to_networkx(matrix)) * 1e3, "ms", f"{edges:,} edges")}


def chains(quick: bool) -> dict[str, Figure]:
    """Absorbing report and intervals."""
    from scipy.sparse import csr_array

    from simkit.paths.chain import absorption_of
    from simkit.paths.fit.intervals import credible

    rng = np.random.default_rng(2)
    names = [f"s{n}" for n in range(K)]
    counts = rng.poisson(rng.gamma(0.3, 10, (K, K))).astype(float)
    counts[:, -2:] += 1
    many = 500 if quick else 5_000
    table = workflow(many, rng)
    large = csr_array(table)
    labels = [f"s{n}" for n in range(many)]
    return {
        f"intervals of all cells, {K} states": figure(cpu(lambda: credible(counts)) * 1e3, "ms", "aim: 40"),
        f"absorbing report, {K} states": figure(
            cpu(lambda: absorption_of(counts, names, names[-2:])) * 1e3, "ms", "aim: 3", ",.2f"
        ),
        f"absorbing report, {many:,} sparse states": figure(
            cpu(lambda: absorption_of(large, labels, labels[-2:])) * 1e3, "ms", "aim: 100 for 5,000"
        ),
        "the same, given as a whole table": figure(
            cpu(lambda: absorption_of(table, labels, labels[-2:])) * 1e3, "ms", "most of it: looking for what is not 0"
        ),
    }


def workflow(states: int, rng: np.random.Generator) -> Any:
    """(K, K) counts of a workflow: from each state ten ways to states near by, some back, few to the two ends."""
    counts = np.zeros((states, states))
    here = np.arange(states - 2)
    for step in (*range(-4, 0), *range(1, 6)):
        there = np.clip(here + step, 0, states - 3)
        counts[here, there] += rng.integers(1, 30, len(here))
    counts[here, states - 2 + rng.integers(0, 2, len(here))] += 1
    counts[-3, -2] += 5
    return counts


def resampling() -> dict[str, Figure]:
    """Labellings and bootstrap samples of whole sessions."""
    from simkit.paths.change.counted import row_statistics, session_counts
    from simkit.paths.change.relabel import Relabelling
    from simkit.paths.change.verdict import change
    from simkit.paths.walks import walks_of_states

    told = sessions(1_000, 50, np.random.default_rng(3))
    one, two = walks_of_states(told[:500], "tool"), walks_of_states(told[500:], "tool")
    labels = np.repeat(np.array([0, 1], dtype=np.uint8), 500)

    def permuted() -> None:
        counted = session_counts((one, two))
        rng = np.random.default_rng(4)
        for drawn in Relabelling(labels, np.arange(1_000), "session", False).drawn(1_000, rng):
            row_statistics(counted, counted.of(drawn)).sum(axis=1)

    def bootstrapped() -> None:
        counted = session_counts((one, two))
        weights = np.random.default_rng(5).multinomial(1_000, np.full(1_000, 0.001), size=1_000)
        found = counted.of(weights)
        found / np.maximum(counted.in_rows(found)[:, counted.row], 1)

    note = "1,000 sessions, 50 states; aim: 0.3"
    return {
        "1,000 session permutations, G2 of every row": figure(cpu(permuted), "s", note, ",.3f"),
        "1,000 session bootstraps, every probability": figure(cpu(bootstrapped), "s", note, ",.3f"),
        "the whole test: 999 labellings, rows, cells, intervals": figure(
            cpu(lambda: change(one, two, unit="session")), "s", "1,000 sessions, 50 states", ",.3f"
        ),
    }


def streaming(quick: bool) -> dict[str, Figure]:
    """A stored run to its matrix, in one pass, by a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        events = store(run, 100_000 if quick else 1_000_000)
        subprocess.run(
            [sys.executable, "-m", "simkit.cli", "matrix", str(run), "--format", "json"],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=folder,
        )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    note = f"{events:,} events, {peak:.0f} MB at most"
    return {"`simkit matrix` of a stored run": figure(used.ru_utime + used.ru_stime, "s", note)}


def store(place: Path, events: int) -> int:
    """A run with at least so many events: one played session, over and over."""
    from recorded import desk
    from work import ASK

    import simkit
    from simkit.trace.log import Log, SessionKey
    from simkit.trace.store import Store

    async def ask(turn: simkit.Turn) -> str:
        found = await turn.call("get_order", order_id="W1")
        return f"Your order is {found.value['status']}."

    home = place.parent / "desk"
    home.mkdir()
    episode, _ = simkit.play_case(desk(home).cases[0], ask, user="scripted")
    assert any(getattr(event, "text", "") == ASK for event in episode.events)
    written = 0
    with Store.create(place, {}) as kept:
        while written < events:
            key = SessionKey(episode.log.session.scenario, episode.log.session.persona, written)
            kept.add(Log(key, episode.log.events))
            written += len(episode.log)
    return written


def main() -> None:
    """All of them."""
    quick = "--quick" in sys.argv
    streamed = streaming(quick)  # first: what a process holds when it starts another counts as the other's memory
    print(json.dumps(recording() | graphs() | chains(quick) | resampling() | streamed))


if __name__ == "__main__":
    main()
