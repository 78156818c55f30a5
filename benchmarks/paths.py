"""What counting, testing and reading paths cost, beside peers, in one run:

    python benchmarks/paths.py [--quick] [--only counting|costs]

Counting: every library in a process and an environment of its own (as in engine.py), on the same sessions, in turns.
Costs: simkit's other figures, each once in every round. CPU times of all threads; medians, least and most in brackets.
The tables are written into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from engine import CACHE, HERE, Figures, machine, measured, python_of, spread, version_of

BEGIN, END = "<!-- paths: begin -->", "<!-- paths: end -->"
K = 50
WORKERS = 64
SCRIPT = HERE / "peers" / "count_transitions.py"
LARGE = {"polars": ("polars", "numpy"), "duckdb": ("duckdb", "numpy", "pyarrow"), "pandas": ("pandas", "pyarrow")}
"""Peer to what its environment needs: those that are given all transitions."""
SMALL = {"deeptime": ("deeptime",), "pydtmc": ("PyDTMC",), "pm4py": ("pm4py",)}
"""Those that are given a tenth: their cost is per transition, and some would take minutes."""

NOT_COUNTS = -1
"""The check of who gives probabilities only."""


class Subject(NamedTuple):
    """Who counts, on which data."""

    name: str
    command: list[str]
    folder: Path


def draw(folder: Path, transitions: int) -> None:
    """Sessions of 20 steps on average, a chain of 50 states, rows mixed as 64 workers would mix them."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    lengths = 2 + rng.negative_binomial(4, 4 / 22, transitions // 19)
    total = int(lengths.sum())
    law = np.cumsum(rng.dirichlet(np.full(K, 0.3), K), axis=1)
    states = np.empty(total, dtype=np.uint8)
    firsts = np.cumsum(lengths) - lengths
    at = rng.integers(0, K, len(lengths))
    for step in range(int(lengths.max())):
        alive = np.flatnonzero(lengths > step)
        states[firsts[alive] + step] = at[alive]
        at[alive] = np.minimum((law[at[alive]] < rng.random(len(alive))[:, None]).sum(axis=1), K - 1)
    session = np.repeat(np.arange(len(lengths)), lengths)
    position = np.arange(total) - np.repeat(firsts, lengths)
    buffer = np.zeros(total + 2 * len(lengths), dtype=np.uint8)
    places = np.arange(total) + 2 * session + 1
    buffer[places] = states + 1
    buffer[firsts + lengths + 2 * np.arange(len(lengths)) + 1] = K + 1
    begun = np.empty(len(lengths), dtype=np.int64)
    for worker in range(WORKERS):
        mine = lengths[worker::WORKERS]
        begun[worker::WORKERS] = np.cumsum(mine) - mine
    order = np.lexsort((session % WORKERS, begun[session] + position))
    np.save(folder / "buffer.npy", buffer)
    np.save(folder / "session.npy", session[order])
    np.save(folder / "position.npy", position[order].astype(np.int32))
    np.save(folder / "state.npy", states[order])


def prepared(peer: str, needs: tuple[str, ...]) -> Path | None:
    """The interpreter of a peer's environment with all that it needs; None where it cannot be made."""
    python = python_of(needs[0])
    if python is None:
        return None
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needs]
    try:
        subprocess.run(install, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return python


def counting(rounds: int, transitions: int) -> Iterator[str]:
    """Nanoseconds a transition."""
    with tempfile.TemporaryDirectory() as home:
        large, small = Path(home) / "large", Path(home) / "small"
        draw(large, transitions)
        draw(small, transitions // 10)
        own = [sys.executable, str(SCRIPT)]
        subjects = [
            Subject("numpy, pair views and bincount", [*own, "numpy_pairs"], large),
            Subject("simkit, the recorder's bytes", [*own, "simkit_codes"], large),
            Subject("simkit, table of texts", [*own, "simkit_rows"], large),
        ]
        skipped = []
        for peer, needs in (LARGE | SMALL).items():
            python = prepared(peer, needs)
            if python is None:
                skipped.append(peer)
                continue
            name = f"{needs[0]} {version_of(needs[0])}"
            subjects.append(Subject(name, [str(python), str(SCRIPT), peer], large if peer in LARGE else small))
        found = _taken_in_turns(subjects, rounds)
    base, bytes_, texts = (median(_each(found[subject.name])) for subject in subjects[:3])
    yield f"### Counting first-order transitions, {K} states\n"
    yield "| subject | transitions | CPU-ns a transition | times simkit's bytes | times simkit's table |"
    yield "|---|---|---|---|---|"
    for subject in subjects:
        costs = _each(found[subject.name])
        many = found[subject.name][0]["transitions"]
        against = f"{median(costs) / bytes_:,.2f} | {median(costs) / texts:,.2f}"
        yield f"| {subject.name} | {many:,} | {spread(costs, ',.2f')} | {against} |"
    yield f"\nsimkit's bytes take {bytes_ / base:.2f} times what numpy's pair views take."
    if skipped:
        yield f"Skipped, because they could not be installed: {', '.join(skipped)}."


def _taken_in_turns(subjects: list[Subject], rounds: int) -> dict[str, Figures]:
    found: dict[str, Figures] = {subject.name: [] for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            found[subject.name].append(measured(subject.command, subject.folder))
    truths = {folder: measured(subjects[0].command, folder) for folder in {subject.folder for subject in subjects}}
    for subject in subjects:
        told, truth = found[subject.name][0], truths[subject.folder]
        same = (told["transitions"], told["squares"]) == (truth["transitions"], truth["squares"])
        if not same and told["squares"] != NOT_COUNTS:
            raise SystemExit(f"{subject.name} counted something else: {told}, not {truth}")
    return found


def _each(figures: Figures) -> list[float]:
    return [one["cpu"] / one["transitions"] * 1e9 for one in figures]


def costs(rounds: int, quick: bool) -> Iterator[str]:
    """simkit's other figures."""
    command = [sys.executable, str(HERE / "paths_costs.py"), *(["--quick"] if quick else [])]
    taken = [measured(command) for _ in range(rounds)]
    yield "\n### Everything else\n"
    yield "| what | CPU | |"
    yield "|---|---|---|"
    for name, first in taken[0].items():
        values = [one[name]["value"] for one in taken]
        yield f"| {name} | {spread(values, first['form'])} {first['unit']} | {first['note']} |"


def main() -> None:
    """Measure what was asked for, print it, and put the whole into the README."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--quick", action="store_true", help="a tenth of the data, one round: to see that it works")
    asked.add_argument("--only", choices=["counting", "costs"])
    chosen = asked.parse_args()
    for library in ("OPENBLAS", "MKL", "OMP"):  # threads that wait for each other would count as work
        os.environ[f"{library}_NUM_THREADS"] = "1"
    CACHE.mkdir(parents=True, exist_ok=True)
    parts = {
        "counting": lambda: counting(1 if chosen.quick else 5, 10**6 if chosen.quick else 10**7),
        "costs": lambda: costs(1 if chosen.quick else 5, chosen.quick),
    }
    lines = [machine(), ""]
    for name, part in parts.items():
        for line in part() if chosen.only in (None, name) else ():
            print(line, flush=True)
            lines.append(line)
    if not chosen.quick and chosen.only is None:
        readme = HERE / "README.md"
        text = readme.read_text(encoding="utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        readme.write_text(before + "\n".join([BEGIN, *lines, END]) + after, encoding="utf-8")


if __name__ == "__main__":
    main()
