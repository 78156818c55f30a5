"""One thing that is wrong, with its place and cure; and all that a check found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from simkit.errors import FileError, one_line
from simkit.lint.codes import CODES, Severity
from simkit.lint.difficulty import Difficulty
from simkit.spec.files import Case, Pack
from simkit.spec.strict_yaml import Document, Loc


@dataclass(frozen=True)
class Problem:
    """Something a scenario or a domain fails at, before any money is spent on it."""

    path: str
    line: int
    scenario: str
    """The scenario, or the domain where the finding is about a whole domain."""
    what: str
    code: str = "reference-fails"
    severity: Severity = "error"
    cure: str = ""
    about: str = ""
    """The tool, rule, slot, step or words that it is about: what `lint: {ignore: …}` can name."""

    def __str__(self) -> str:
        kind = "" if self.severity == "error" else f"{self.severity}: "
        cure = f"; {self.cure}" if self.cure else ""
        return f"{self.path}:{self.line}: {kind}{self.scenario}: {self.what}{cure} [{self.code}]"

    def to_json(self) -> dict[str, Any]:
        """The finding as `check --json` has it."""
        return {**vars(self), "file": self.path}


@dataclass(frozen=True)
class Checked:
    """What `check` looked at and what it found."""

    pack: Pack
    findings: tuple[Problem, ...] = field(default=())
    """Everything, errors first."""
    difficulty: tuple[Difficulty, ...] = ()
    """The estimate for each scenario."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What does not hold: the errors."""
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What holds and is doubtful all the same."""
        return tuple(one for one in self.findings if one.severity == "warning")

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What is worth knowing and may well be meant."""
        return tuple(one for one in self.findings if one.severity == "note")

    @property
    def ok(self) -> bool:
        return not self.problems


def found(code: str, place: Case | Document | FileError, what: str, loc: Loc = ("scenario",), **more: str) -> Problem:
    """A finding at a place in a case's file, or in another document (`more`: scenario, about, another cure)."""
    if isinstance(place, Case):
        more.setdefault("scenario", place.scenario.scenario)
        place = place.document
    if isinstance(place, Document):
        place = place.error(what, loc, key=True)
    known = CODES[code]
    return Problem(
        path=str(place.path),
        line=place.line,
        scenario=more.get("scenario", ""),
        what=one_line(what, 400),
        code=code,
        severity=known.severity,
        cure=more.get("cure", known.cure),
        about=more.get("about", ""),
    )


def strictly(findings: Iterable[Problem]) -> tuple[Problem, ...]:
    """The findings with every warning an error."""
    return tuple(replace(one, severity="error") if one.severity == "warning" else one for one in findings)
