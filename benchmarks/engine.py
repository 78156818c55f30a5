"""What the engine costs, beside a bare loop and beside peers, in one run: `make bench`, or

    python benchmarks/engine.py [--quick] [--only PART]

The run of 100,000 sessions takes as long as all the rest and is measured by itself: `make bench-large`, or
`--only large`.

Every figure is of a process of its own. The subjects take turns, so that whatever else the machine does hits all
alike; the table has medians, and least and most in brackets. Peers are installed from the package registry into
environments of their own under ~/.cache/simkit-benchmarks (or SIMKIT_BENCH_CACHE); one that cannot be is named as
skipped. The tables are written into benchmarks/README.md, each part's into its own place.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("SIMKIT_BENCH_CACHE", Path.home() / ".cache" / "simkit-benchmarks"))
PEERS = {"openevals": 100, "deepeval": 100, "langwatch-scenario": 20, "inspect-ai": 50}
"""Peer to the number of sessions that it is given: its cost is per turn, and some would take minutes."""
TURNS = 8
PLACES = {"engine": ("turns", "waiting", "crowded"), "large": ("large",)}
"""Where in the README a table stands (`<!-- engine: begin -->`), and the parts that are in it."""

Figures = list[dict[str, Any]]


class Subject(NamedTuple):
    """Who is measured, with what."""

    name: str
    command: list[str]
    sessions: int
    more: tuple[str, ...] = ()


def measured(command: list[str], *arguments: object) -> dict[str, Any]:
    """What one process prints. Raises CalledProcessError where it fails."""
    environment = {**os.environ, "PYTHONPATH": str(HERE), "PYTHONHASHSEED": "0"}
    asked = [*command, *map(str, arguments)]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=folder, env=environment)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def python_of(peer: str) -> Path | None:
    """The interpreter of a peer's own environment, made if need be; None where it cannot be."""
    home = CACHE / peer
    python = home / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer]
        subprocess.run(install, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return python


def version_of(peer: str) -> str:
    """The installed version."""
    code = f"import importlib.metadata as m; print(m.version({peer!r}))"
    asked = [str(CACHE / peer / "bin" / "python"), "-c", code]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def spread(values: list[float], form: str = ",.0f") -> str:
    """Median, and least and most."""
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def per_turn(rounds: int, sessions: int) -> Iterator[str]:
    """CPU per user turn at no latency."""
    bare = Subject("bare anyio loop, in memory", [sys.executable, str(HERE / "bare.py")], sessions)
    lines = Subject("bare anyio loop, recorded as lines of JSON", bare.command, sessions, ("recorded",))
    own = Subject("simkit, recorded and scored", [sys.executable, str(HERE / "recorded.py")], sessions)
    subjects, skipped = [bare, lines, own], []
    for peer, count in PEERS.items():
        python = python_of(peer)
        script = HERE / "peers" / f"with_{peer.replace('-', '_')}.py"
        if python is None:
            skipped.append(peer)
        else:
            subjects.append(Subject(f"{peer} {version_of(peer)}", [str(python), str(script)], count))
    found: dict[str, Figures] = {subject.name: [] for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            work = (subject.sessions, subject.sessions, 0, *subject.more)
            found[subject.name].append(measured(subject.command, *work))
    yield "### CPU per user turn, latency 0\n"
    yield "| subject | sessions, all at once | CPU-µs per user turn | times in memory | times recorded |"
    yield "|---|---|---|---|---|"
    bases = [median(_turn_costs(found[floor.name])) for floor in (bare, lines)]
    for subject in subjects:
        costs = _turn_costs(found[subject.name])
        times = " | ".join(f"{median(costs) / base:.1f}" for base in bases)
        yield f"| {subject.name} | {subject.sessions} | {spread(costs)} | {times} |"
    if skipped:
        yield f"\nSkipped, because they could not be installed: {', '.join(skipped)}."


def _turn_costs(figures: Figures) -> list[float]:
    return [one["cpu"] / one["sessions"] / TURNS * 1e6 for one in figures]


def waiting(rounds: int, sessions: int, latency: float) -> Iterator[str]:
    """Wall time against the ideal when models take their time."""
    scripts = {"bare anyio loop": "bare.py", "simkit, recorded and scored": "recorded.py"}
    found: dict[str, Figures] = {name: [] for name in scripts}
    for _ in range(rounds):
        for name, script in scripts.items():
            found[name].append(measured([sys.executable, str(HERE / script)], sessions, sessions, latency))
    ideal = latency * TURNS * 3
    yield f"\n### {sessions:,} sessions at once, {latency * 1000:.0f} ms a model call\n"
    yield f"One session alone would take {ideal:.2f} s of waiting.\n"
    yield "| subject | wall, s | CPU, s | wall over the larger of ideal and CPU |"
    yield "|---|---|---|---|"
    for name, figures in found.items():
        walls, cpus = [one["wall"] for one in figures], [one["cpu"] for one in figures]
        over = [one["wall"] / max(ideal, one["cpu"]) for one in figures]
        yield f"| {name} | {spread(walls, '.2f')} | {spread(cpus, '.2f')} | {spread(over, '.2f')} |"


def crowded(rounds: int, sizes: list[int], latency: float) -> Iterator[str]:
    """Memory of many sessions at once."""
    scripts = {"bare anyio loop": "bare.py", "simkit, recorded and scored": "recorded.py"}
    found: dict[tuple[str, int], Figures] = {(name, size): [] for name in scripts for size in sizes}
    for _ in range(rounds):
        for (name, size), figures in found.items():
            figures.append(measured([sys.executable, str(HERE / scripts[name])], size, size, latency))
    yield f"\n### Many sessions at once, {latency * 1000:.0f} ms a model call\n"
    yield "| subject | sessions at once | peak memory, MB | KB for each more session | CPU-µs per user turn |"
    yield "|---|---|---|---|---|"
    for name in scripts:
        before: tuple[int, float] | None = None
        for size in sizes:
            peaks = [one["peak_mb"] for one in found[name, size]]
            slope = f"{(median(peaks) - before[1]) * 1000 / (size - before[0]):.1f}" if before else ""
            yield f"| {name} | {size:,} | {spread(peaks)} | {slope} | {spread(_turn_costs(found[name, size]))} |"
            before = size, median(peaks)


def large(sessions: int) -> Iterator[str]:
    """A large run, played and read."""
    yield f"\n### One run of {sessions:,} sessions, once\n"
    yield "| what | wall, s | CPU, s | peak memory, MB |"
    yield "|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        run = str(Path(folder) / "run")
        script = [sys.executable, str(HERE / "recorded.py")]
        yield _row("played, 64 at once", [*script, str(sessions), "64", "0", run])
        size = sum(file.stat().st_size for file in Path(run).iterdir()) / 1e6
        simkit = [sys.executable, "-m", "simkit.cli"]
        page = str(Path(folder) / "page.html")
        yield _row("`simkit score RUN --json`", [*simkit, "score", run, "--json"])
        yield _row("`simkit matrix RUN`", [*simkit, "matrix", run])
        yield _row("`simkit report RUN`", [*simkit, "report", run, "--out", page])
        yield f"\nThe run takes {size:,.0f} MB of disk, its page {Path(page).stat().st_size / 1e6:.1f} MB."


def _row(what: str, command: list[str]) -> str:
    """Run a command whose own resource use the system tells when it ends."""
    began = time.perf_counter()
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(HERE)}
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        raise SystemExit(f"{command}: exit code {child.returncode}")
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    return f"| {what} | {time.perf_counter() - began:.1f} | {cpu:.1f} | {peak:.0f} |"


def machine() -> str:
    """Where and when, in general words."""
    cores = os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    what = f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}"
    return f"Measured on {day} on {what}{load} when it began."


def main() -> None:
    """Measure what was asked for, print it, and put what is whole into the README."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--quick", action="store_true", help="fewer sessions, one round: to see that it works")
    asked.add_argument("--only", choices=["turns", "waiting", "crowded", "large"])
    chosen = asked.parse_args()
    quick, rounds = chosen.quick, 1 if chosen.quick else 3
    parts = {
        "turns": lambda: per_turn(rounds, 200 if quick else 1000),
        "waiting": lambda: waiting(rounds, 200 if quick else 1000, 0.05),
        "crowded": lambda: crowded(1 if quick else 3, [200, 400] if quick else [2000, 4000, 7000, 10_000], 0.5),
        "large": lambda: large(1000 if quick else 100_000),
    }
    wanted = PLACES["engine"] if chosen.only is None else (chosen.only,)
    lines = [machine()]
    for name in wanted:
        for line in parts[name]():
            print(line, flush=True)
            lines.append(line)
    place = next((place for place, whole in PLACES.items() if whole == wanted), None)
    if place and not quick:
        write_down(place, lines)


def write_down(place: str, lines: list[str]) -> None:
    """Put a table into its place in the README."""
    begin, end = f"<!-- {place}: begin -->", f"<!-- {place}: end -->"
    readme = HERE / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, after = text.split(begin)[0], text.split(end)[1]
    readme.write_text(before + "\n".join([begin, *lines, end]) + after, encoding="utf-8")


if __name__ == "__main__":
    main()
