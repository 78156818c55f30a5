"""`simkit check`: what is wrong with scenarios and domains, told before a token is spent."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from simkit.console import print_json, say
from simkit.options import AsJson, default_paths

if TYPE_CHECKING:
    from simkit.lint.finding import Checked, Problem

FEW = 3
"""Findings of one code in one file that are told one by one; of more, the first and how many others there are."""


def check(
    *paths: Annotated[Path, Parameter(help="What to check; the shipped scenarios, if left out.")],
    strict: Annotated[bool, Parameter(help="Warnings are errors.", negative=())] = False,
    quick: Annotated[bool, Parameter(help="Play nothing: read only.", negative=())] = False,
    notes: Annotated[bool, Parameter(help="Tell notes as well, and every finding one by one.", negative=())] = False,
    as_json: AsJson = False,
) -> int:
    """Validate files, play each reference path, see agents fail that do nothing, everything, or only talk, and tell
    what else is doubtful: before a token is spent. `docs/lint.md` has every code with an example and a cure.

    Exits 1 when a scenario does not hold (or, with `--strict`, is doubtful), 2 when a file is wrong.
    """
    from simkit import api
    from simkit.report.progress import Progress

    with redirect_stdout(sys.stderr), Progress(0, "Checking") as progress:
        checked = api.check(
            *(paths or default_paths()),
            strict=strict,
            quick=quick,
            progress=lambda score: progress.add(score.outcome),
        )
    return _told(checked, as_json=as_json, notes=notes)


def _told(checked: Checked, *, as_json: bool, notes: bool) -> int:
    """Tell what was found, a line each finding; the exit code."""
    pack = checked.pack
    counts = {"scenarios": len(pack.cases), "domains": len(pack.domains), "personas": len(pack.personas)}
    if as_json:
        print_json(
            {
                **counts,
                "ok": checked.ok,
                "problems": [one.to_json() for one in checked.problems],
                "findings": [one.to_json() for one in checked.findings],
            }
        )
    for line in _lines(checked, notes):
        say(line)
    counted = ", ".join(_counted(count, noun) for noun, count in counts.items() if count)
    found = {"problems": len(checked.problems), "warnings": len(checked.warnings), "notes": len(checked.notes)}
    told = ", ".join(_counted(count, noun) for noun, count in found.items() if count and (notes or noun != "notes"))
    say(f"{counted}: " + ("all hold" if checked.ok else "") + (", " if checked.ok and told else "") + told)
    return 0 if checked.ok else 1


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun if count != 1 else noun[:-1]}"


def _lines(checked: Checked, notes: bool) -> Iterator[str]:
    if notes:
        yield from map(str, checked.findings)
        return
    yield from map(str, checked.problems)
    for _, same in groupby(checked.warnings, key=lambda one: (one.path, one.code)):
        yield from _summed(same)


def _summed(same: Iterable[Problem]) -> Iterator[str]:
    every = list(same)
    shown = every if len(every) <= FEW else every[:1]
    yield from map(str, shown)
    if rest := every[len(shown) :]:
        first = every[0]
        about = ", ".join(one.about or one.scenario for one in rest[:12]) + (", …" if len(rest) > 12 else "")
        yield f"{first.path}:{first.line}: {first.severity}: and {len(rest)} more like it: {about} [{first.code}]"
