"""What it costs to import simkit: CPU seconds of whole processes, beside those of an interpreter that does nothing.

python benchmarks/import_time.py [ROUNDS]
"""

from __future__ import annotations

import resource
import subprocess
import sys
from statistics import median

WHAT = {
    "an interpreter that does nothing": ["-c", "pass"],
    "`import simkit`": ["-c", "import simkit"],
    "`import simkit.api`": ["-c", "import simkit.api"],
    "`simkit --help`": ["-m", "simkit.cli", "--help"],
    "`import langgraph.graph`": ["-c", "import langgraph.graph"],
}


def cpu_seconds(arguments: list[str]) -> float:
    """User and system time of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(rounds: int = 7) -> None:
    """The rounds are interleaved, so that whatever else the machine does hits all alike."""
    found: dict[str, list[float]] = {name: [] for name in WHAT}
    for arguments in WHAT.values():
        cpu_seconds(arguments)
    for _ in range(rounds):
        for name, arguments in WHAT.items():
            found[name].append(cpu_seconds(arguments))
    print(f"| process ({rounds} of each) | CPU seconds, median | least |\n|---|---|---|")
    for name, seconds in found.items():
        print(f"| {name} | {median(seconds):.3f} | {min(seconds):.3f} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
