"""What reading costs: opening, scoring and counting the shipped suite's sessions, per session.

    python benchmarks/read.py [PATH ...]

Plays the shipped scenarios (or those named) once with their demo agents, which is not measured, then reads the run.
CPU milliseconds a session, median of five.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import simkit
from simkit import api

RUNS = 5


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process, all threads."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main(*paths: str) -> None:
    """Play, then read."""
    with tempfile.TemporaryDirectory() as folder:
        played = simkit.run(api.load(*paths), out=Path(folder) / "demo")
        name, sessions = played.name, played.summary().total.sessions
        kinds: dict[str, Callable[[], object]] = {
            "read the log": lambda: [None for _ in simkit.open_run(name).logs()],
            "read the log and score it": lambda: simkit.score(name),
            "read the log and count transitions by tool": lambda: simkit.transitions(name),
            "read the log and make the state graph by world": lambda: api.state_graph(name, "world"),
            "read the log and count first failures by tool": lambda: api.failures(name),
        }
        print(f"| {sessions} sessions | CPU milliseconds a session |\n|---|---|")
        for what, work in kinds.items():
            work()
            seconds = median(cpu_seconds(work) for _ in range(RUNS))
            print(f"| {what} | {1000 * seconds / sessions:.3f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
