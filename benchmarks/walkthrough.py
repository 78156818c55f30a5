"""The figures of docs/walkthrough.md that come from 10,240 sessions.

    python benchmarks/walkthrough.py [--trials 32] [--run RUN]

Plays the four domains that the page names, unless RUN is there already, runs the page's commands on it and writes what
they print between the page's marks. With fewer trials nothing is written, only printed: the demo agents do the same in
each trial, so shares are the same with one, and only counts and intervals over sessions differ.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/walkthrough.md"
BEGIN, END = "<!-- ten thousand: begin -->", "<!-- ten thousand: end -->"
TRIALS = 32
PLAY = (
    "run scenarios/airline scenarios/retail scenarios/insurance scenarios/telecom "
    "--trials {trials} --seed 5 --out {run} --fail-under 0"
)
CHAIN = ("passed ", "sessions of one", "times as", "fit: of orders", "     past")
ASKED = (
    ("paths {run} --show variants --most 3", ("sessions,", "Ways:", "   ")),
    (
        "matrix {run} --given domain=airline --chain",
        ("passed ", "sessions of one", "times as", "fit: of orders", "     past"),
    ),
    ("matrix {run} --given domain=airline --chain --over scenarios", ("passed ",)),
    ("matrix {run} --failures", ("last good", "get_underwriter:ok →", "get_reservation:ok →", "The top cell")),
)
"""Commands, and how the lines begin that the page shows."""


def simkit(command: str) -> str:
    """What a command prints."""
    ended = subprocess.run(
        [sys.executable, "-m", "simkit.cli", *command.split()], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return ended.stdout


def shown(text: str, begins: tuple[str, ...]) -> list[str]:
    """The lines that begin so, or hold the first of these near their beginning."""
    return [line for line in text.splitlines() if line.startswith(begins) or begins[0] in line[:40]]


def figures(run: str) -> list[str]:
    """The page's lines."""
    lines = []
    for command, begins in ASKED:
        lines += [f"$ simkit {command.format(run='ten')}", *shown(simkit(command.format(run=run)), begins), ""]
    return lines[:-1]


def main() -> None:
    """Play, ask, print, write."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--trials", type=int, default=TRIALS)
    asked.add_argument("--run", type=Path)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = given.run or Path(folder) / "ten"
        if not run.exists():
            simkit(PLAY.format(trials=given.trials, run=run))
        lines = [f"$ simkit {PLAY.format(trials=given.trials, run='ten')}", "", *figures(str(run))]
    print("\n".join(lines))
    if given.trials == TRIALS:
        text = PAGE.read_text(encoding="utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        block = "\n".join([BEGIN, "```text", *lines, "```", END])
        PAGE.write_text(before + block + after, encoding="utf-8")


if __name__ == "__main__":
    main()
