"""The check itself: reads everything, plays what has to be played, and gathers what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from simkit.lint.codes import CODES
from simkit.lint.finding import Checked, Problem, found, strictly
from simkit.lint.played.proof import passed_idly, paths_of, unproven
from simkit.lint.played.rehearsal import Stages
from simkit.lint.silence import heard, voices
from simkit.metrics.score import SessionScore
from simkit.paths.episode import Episode
from simkit.runs import load, run
from simkit.spec.files import Pack
from simkit.spec.strict_yaml import Document, read_documents

_SEVERITIES = ("error", "warning", "note")

Played = list[tuple[Episode, SessionScore]]


def check(
    *paths: str | Path,
    strict: bool = False,
    quick: bool = False,
    progress: Callable[[SessionScore], None] | None = None,
) -> Checked:
    """Read everything under `paths`, play each reference path with each persona, and say what does not hold (errors),
    what is doubtful (warnings) and what is worth knowing (notes).

    `strict`: warnings are errors. `quick`: nothing is played. Raises `SimkitError` for files that are wrong.
    """
    pack = load(*paths)
    stages = Stages()
    findings = [] if quick else list(_played(pack, stages, progress))
    documents = {domain.name: document for domain in pack.domains if (document := _written(domain.folder))}
    looked = frozenset(CODES) - (_PLAYED if quick else frozenset())
    kept = heard(findings, voices(pack, documents), looked)
    told = sorted(dict.fromkeys(kept), key=lambda one: _SEVERITIES.index(one.severity))
    return Checked(pack, strictly(told) if strict else tuple(told))


def _written(folder: Path) -> Document | None:
    file = folder / "domain.yaml"
    return read_documents(file)[0] if file.is_file() else None


def _played(pack: Pack, stages: Stages, progress: Callable[[SessionScore], None] | None) -> Iterator[Problem]:
    """What shows when each reference is played with each persona, and when nobody does anything."""
    yield from (found("no-reference", case, "has no reference path") for case in _without_reference(pack))
    provable = Pack(tuple(case for case in pack.cases if case.scenario.reference))
    if not provable.cases:
        return
    for path, pack_of_path in enumerate(paths_of(provable)):
        yield from unproven(pack_of_path, run(pack_of_path, "reference", progress=progress).scored, path)
    yield from passed_idly(provable.cases, stages)


def _without_reference(pack: Pack) -> Iterable[object]:
    return (case for case in pack.cases if not case.scenario.reference)


_PLAYED = frozenset({"everything-passes", "superfluous-step", "unsaid-word", "unused-table", "untouched-records"})
"""Codes of warnings that are found by playing."""
