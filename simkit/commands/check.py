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
from simkit.errors import one_line
from simkit.options import AsJson, Tuples, TupleTerms, default_paths

if TYPE_CHECKING:
    from simkit.lint.against import Agreement
    from simkit.lint.difficulty import Difficulty
    from simkit.lint.finding import Checked, Problem
    from simkit.spec.files import Pack

FEW = 3
"""Findings of one code in one file that are told one by one; of more, the first and how many others there are."""


def check(
    *paths: Annotated[Path, Parameter(help="What to check; the shipped scenarios, if left out.")],
    strict: Annotated[bool, Parameter(help="Warnings are errors.", negative=())] = False,
    quick: Annotated[bool, Parameter(help="Play nothing: read only.", negative=())] = False,
    notes: Annotated[bool, Parameter(help="Tell notes as well, and every finding one by one.", negative=())] = False,
    difficulty: Annotated[
        bool, Parameter(help="Print how hard each scenario is likely to be, and why.", negative=())
    ] = False,
    against: Annotated[
        str | None, Parameter(help="With --difficulty: a run, to see whether what looks hard fails more often.")
    ] = None,
    tuples: Tuples = TupleTerms(),
    seed: Annotated[int, Parameter(help="Of the tuples that --sample draws.")] = 0,
    as_json: AsJson = False,
) -> int:
    """Validate files, play each reference path, see agents fail that do nothing, everything, or only talk, and tell
    what else is doubtful: before a token is spent. `docs/lint.md` has every code with an example and a cure.

    Exits 1 when a scenario does not hold (or, with `--strict`, is doubtful), 2 when a file is wrong.
    """
    from simkit import api
    from simkit.report.progress import Progress

    opened = None if against is None else api.open_run(against)
    pack = api.load(*tuples.applied(paths or default_paths(), seed))
    with redirect_stdout(sys.stderr), Progress(0 if quick else _sessions(pack), "Checking") as progress:
        checked = api.check(
            pack,
            strict=strict,
            quick=quick,
            progress=lambda score: progress.add(score.outcome),
        )
    agreed = None
    if opened is not None:
        from simkit.lint.against import agreement

        agreed = agreement(checked.difficulty, opened.scored.outcomes())
    code = _told(checked, agreed, as_json=as_json, notes=notes)
    if (difficulty or agreed) and not as_json:
        print("\n".join(_table(checked.difficulty)))
        if agreed:
            print(
                f"\nagainst {one_line(str(against), 80)}: rank correlation of points and failures {agreed.rho:+.2f}, "
                f"95% interval {agreed.low:+.2f} to {agreed.high:+.2f}, {agreed.scenarios} scenarios"
            )
    return code


def _sessions(pack: Pack) -> int:
    """How many sessions are played: each reference with each persona."""
    return sum(len(case.personas) * len(case.scenario.paths) for case in pack.cases if case.scenario.reference)


def _table(estimates: Iterable[Difficulty]) -> Iterator[str]:
    """The estimates, the hardest first."""
    every = sorted(estimates, key=lambda one: (-one.points, one.scenario))
    if not every:
        return
    names = list(every[0].features)
    width = max(len(one.scenario) for one in every)
    yield f"{'scenario':{width}}  points  {'  '.join(names)}"
    for one in every:
        cells = "  ".join(f"{one.features[name]:{len(name)}g}" for name in names)
        yield f"{one.scenario:{width}}  {one.points:6.2f}  {cells}"


def _told(checked: Checked, agreed: Agreement | None, *, as_json: bool, notes: bool) -> int:
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
                "difficulty": [one.to_json() for one in checked.difficulty],
                **({"against": agreed.to_json()} if agreed else {}),
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
