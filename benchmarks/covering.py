"""Covering arrays: sizes and CPU times, beside covertable, allpairspy and coverwise, in one run.

    pip install covertable allpairspy coverwise
    python benchmarks/covering.py [PROBLEM …]          all, if left out; `python benchmarks/covering.py 3^13 2^12,t=4`

Problems are written as `5 3^8 2^2,t=2`: one column of 5 values, eight of 3, two of 2; strength 2, if left out. Each
tool has its own defaults, and a minute of CPU; `-` is a tool that is not installed. CPU time counts child processes.
Every array is checked; one with `*` does not cover everything. Best known sizes: Colbourn's covering array tables; for
mixed levels and the six problems that tools are compared by, pairwise.org/efficiency.html and Cohen, Gibbons, Mugridge
and Colbourn (2003).
"""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from itertools import combinations
from math import prod
from typing import Any

from simkit.design.covering.array import covering_array
from simkit.design.covering.rows import Rules

BEST = {
    "3^4": 9, "3^13": 15, "4^5": 16, "4^10": 24, "5^6": 25, "5^10": 36, "6^8": 42, "2^15": 7, "2^100": 10, "10^20": 180,
    "5 3^8 2^2": 15, "7 6 5 4^5 3^8 2^3": 42, "5 4^4 3^11 2^5": 21, "6 5 4^6 3^8 2^3": 30, "4 3^39 2^35": 21,
    "4^15 3^17 2^29": 29, "3^6,t=3": 33, "3^10,t=3": 45, "2^11,t=3": 12, "4^6,t=3": 64, "5^6,t=3": 125,
    "5^2 4^2 3^2,t=3": 100, "2^10,t=4": 24, "2^12,t=4": 24, "3^5,t=4": 81, "4^5,t=4": 256,
}  # fmt: skip
"""Problem -> the smallest array that we know of."""
LIMIT = 60
"""Seconds of CPU that a tool may take."""


def read(problem: str) -> tuple[list[int], int]:
    """Sizes and strength."""
    columns, _, strength = problem.partition(",t=")
    sizes = []
    for part in columns.split():
        size, _, times = part.partition("^")
        sizes += [int(size)] * int(times or 1)
    return sizes, int(strength or 2)


def ours(sizes: list[int], strength: int) -> list[Sequence[int]]:
    """What `simkit run FILE.dimensions.yaml --strength N` plays."""
    return list(covering_array(Rules(sizes), strength))


def covertable(sizes: list[int], strength: int) -> list[Sequence[int]]:
    """covertable with its defaults."""
    import covertable

    factors = [[(at, value) for value in range(size)] for at, size in enumerate(sizes)]
    return [[value for _, value in row] for row in covertable.make(factors, strength=strength)]


def allpairspy(sizes: list[int], strength: int) -> list[Sequence[int]]:
    """allpairspy with its defaults."""
    from allpairspy import AllPairs

    return [list(row) for row in AllPairs([list(range(size)) for size in sizes], n=strength)]


def coverwise(sizes: list[int], strength: int) -> list[Sequence[int]]:
    """coverwise with its defaults; a program of its own, so a few milliseconds are its start."""
    import coverwise

    values = {f"p{at}": [f"v{value}" for value in range(size)] for at, size in enumerate(sizes)}
    made: Any = coverwise.generate(parameters=values, strength=strength)
    return [[int(row[name][1:]) for name in values] for row in made["tests"]]


TOOLS: dict[str, Callable[[list[int], int], list[Sequence[int]]]] = {
    "simkit": ours,
    "covertable": covertable,
    "allpairspy": allpairspy,
    "coverwise": coverwise,
}


@contextmanager
def limited(seconds: int) -> Any:
    """Raises TimeoutError in the block after so many seconds of CPU."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def cpu() -> float:
    """Seconds of CPU so far, of this process and its children."""
    import os

    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def covers(rows: list[Sequence[int]], sizes: list[int], strength: int) -> bool:
    """Whether every combination of any `strength` columns occurs."""
    seen: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for row in rows:
        for columns in combinations(range(len(sizes)), strength):
            seen.setdefault(columns, set()).add(tuple(row[at] for at in columns))
    return all(len(found) == prod(sizes[at] for at in columns) for columns, found in seen.items())


def main(problems: Sequence[str]) -> None:
    """Print a Markdown table."""
    heads = ["problem", "best known", *(f"{name}, rows | s" for name in TOOLS), "simkit / best"]
    print(f"| {' | '.join(heads)} |")
    print(f"|{'---|' * (3 + 2 * len(TOOLS))}")
    for problem in problems:
        sizes, strength = read(problem)
        cells, own = [], 0
        for name, tool in TOOLS.items():
            began = cpu()
            try:
                with limited(LIMIT):
                    rows = tool(sizes, strength)
                took = cpu() - began
                whole = covers(rows, sizes, strength)
                cells += [f"{len(rows)}{'' if whole else '*'}", f"{took:.2f}"]
            except ImportError:
                cells += ["-", "-"]
                continue
            except TimeoutError:
                cells += ["-", f"> {LIMIT}"]
                continue
            if name == "simkit":
                own = len(rows)
                assert whole, problem
        best = BEST.get(problem)
        ratio = f"{own / best:.2f}" if best else "-"
        print(f"| {problem} | {best or '-'} | {' | '.join(cells)} | {ratio} |", flush=True)


if __name__ == "__main__":
    main([re.sub(r"\s+", " ", one) for one in sys.argv[1:]] or list(BEST))
