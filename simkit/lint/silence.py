"""What files silence, taken out of the findings; and what they silence though nothing is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from simkit.lint.codes import CODES
from simkit.lint.finding import Problem, found
from simkit.spec.files import Pack
from simkit.spec.lint import Lint
from simkit.spec.strict_yaml import Document


class Voice(NamedTuple):
    """Who silences: a scenario or a domain, with its file."""

    name: str
    lint: Lint
    document: Document


def voices(pack: Pack, domains: dict[str, Document]) -> Iterator[Voice]:
    """Every scenario and every domain that silences something."""
    for case in pack.cases:
        if case.scenario.lint.ignore:
            yield Voice(case.scenario.scenario, case.scenario.lint, case.document)
    for domain in pack.domains:
        if domain.lint.ignore and domain.name in domains:
            yield Voice(domain.name, domain.lint, domains[domain.name])


UNPLAYED = frozenset({"everything-passes", "superfluous-step"})
"""Codes that a domain can silence for all of its scenarios, and that are then not even looked for: where tools reach
beyond the world, nobody may call what no reference calls."""


def heard(
    findings: Iterable[Problem], every: Iterable[Voice], looked: frozenset[str], homes: Mapping[str, str]
) -> Iterator[Problem]:
    """The findings that nobody silences, and a warning for each silence of a code among `looked` (the codes that were
    looked for) that silenced nothing. `homes`: scenario to its domain, which silences for all of them."""
    known = {(voice.document.path, voice.name): voice for voice in every}
    used: set[tuple[Path, str, str, str]] = set()
    by_name = {name: voice for (_, name), voice in known.items()}
    for one in findings:
        speakers = [by_name[name] for name in (one.scenario, homes.get(one.scenario, "")) if name in by_name]
        silent = [voice for voice in speakers if voice.lint.silences(one.code, one.about)]
        if not silent or CODES[one.code].severity == "error":
            yield one
        for voice in silent:
            used |= {(voice.document.path, voice.name, one.code, about) for about in ("", one.about)}
    for (path, name), voice in known.items():
        for code, why in voice.lint.ignore.items():
            if code not in looked or (code in UNPLAYED and name in homes.values()):
                continue
            for about in [""] if isinstance(why, str) else list(why):
                if (path, name, code, about) not in used:
                    loc = ("lint", "ignore", code, *([about] if about else []))
                    what = f"silences {code}{f' of {about}' if about else ''}, and there is no such finding"
                    yield found("stale-ignore", voice.document, what, loc, scenario=name, about=code)
