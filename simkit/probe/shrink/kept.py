"""What was found as files: a scenario that still fails, a persona where it is no known one, and a test."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simkit.agents.faulty.rates import faults, sound
from simkit.agents.faulty.rates import written as rates_written
from simkit.design.yamltext import block
from simkit.errors import SimkitError, one_line
from simkit.probe.shrink.candidate import Candidate
from simkit.probe.shrink.way import Way
from simkit.spec.domain import Domain
from simkit.spec.files import persona_folders, read_persona, shipped
from simkit.spec.persona import Persona

TEST = '''\
"""{title}"""

from pathlib import Path

import pytest


@pytest.mark.scenarios(Path(__file__).with_name("{file}"), {terms})
def test_{name}(session):
{asserts}
'''


@dataclass(frozen=True)
class Kept:
    """Where a scenario was written, and how to play it."""

    scenario: Path
    test: Path
    command: str


def keep(candidate: Candidate, domain: Domain, agent: Any, way: Way, folder: Path, title: str) -> Kept:
    """Write a failing scenario to a folder: `NAME.yaml`, `test_NAME.py`, and its persona where no other file has it.

    Raises OSError where it cannot be written.
    """
    name = str(candidate.scenario["scenario"])
    file = folder / f"{name}.yaml"
    persona = Persona.model_validate(dict(candidate.persona))
    folder.mkdir(parents=True, exist_ok=True)
    scenario = dict(candidate.scenario) | {"domain": _domain(domain, folder)}
    if "personas" in scenario:
        scenario["personas"] = [persona.persona]
    _write(file, scenario, "scenario", f"{title}\nFails by: {way}")
    if not _known(persona, file):
        (folder / "personas").mkdir(exist_ok=True)
        _write(folder / "personas" / f"{persona.persona}.yaml", candidate.persona, "persona")
    test = folder / f"test_{_identifier(name)}.py"
    text = TEST.format(
        title=_in_docstring(title),
        file=file.name,
        terms=_terms(candidate, agent),
        name=_identifier(name),
        asserts="\n".join(_asserts(way)),
    )
    test.write_text(text, encoding="utf-8")
    return Kept(file, test, command(file, candidate, agent))


def _write(file: Path, said: Mapping[str, Any], kind: str, comment: str = "") -> None:
    schema = os.path.relpath(shipped("scenarios") / f"{kind}.schema.json", file.parent)
    head = [f"# yaml-language-server: $schema={schema}", *(f"# {one_line(line, 300)}" for line in comment.splitlines())]
    file.write_text("\n".join([*head, block(said), ""]), encoding="utf-8")


def command(file: Path, candidate: Candidate, agent: Any) -> str:
    """What plays a scenario file so that it fails."""
    inner = sound(agent)
    parts = ["simkit", "run", str(file)]
    parts += ["--agent", inner if isinstance(inner, str) else "AGENT"] if inner not in (None, "demo") else []
    parts += ["--inject", rates_written(faults(agent))] if faults(agent) else []
    parts += ["--user", candidate.user] if candidate.user != "agenda" else []
    parts += ["--seed", str(candidate.seed)] if candidate.seed else []
    return shlex.join(parts)


def _asserts(way: Way) -> Iterator[str]:
    if way.outcome == "fail":
        yield "    assert session.passed, session.reason"
    yield "    assert not session.findings, session.findings[0].sentence"


def _terms(candidate: Candidate, agent: Any) -> str:
    shown = agent if isinstance(agent, str) or agent is None else "file.py:name"
    terms = {"agent": shown, "user": candidate.user, "seed": candidate.seed}
    return ", ".join(f"{name}={value!r}" for name, value in terms.items())


def _domain(domain: Domain, folder: Path) -> str:
    """The domain as a file in that folder names it: what ships with simkit by its name, any other by its place."""
    if domain.folder.resolve() == (shipped("scenarios") / domain.name).resolve():
        return domain.name
    return os.path.relpath(domain.folder.resolve(), folder.resolve())


def _known(persona: Persona, file: Path) -> bool:
    """Whether who reads the scenario finds that very persona."""
    places = [folder / f"{persona.persona}.yaml" for folder in persona_folders(file)]
    found = next((place for place in places if place.is_file()), None)
    try:
        return found is not None and read_persona(found) == persona
    except SimkitError:
        return False


def _identifier(name: str) -> str:
    return "".join(char if char.isalnum() and char.isascii() else "_" for char in name).lower()


def _in_docstring(title: str) -> str:
    return one_line(title, 300).replace("\\", "\\\\").replace('"', "'")
