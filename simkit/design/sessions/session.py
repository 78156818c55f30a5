"""One whole session, drawn: everything that is needed to play it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simkit.spec.domain import Domain
from simkit.spec.files import Case
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.spec.strict_yaml import Document


@dataclass(frozen=True, repr=False)
class Session:
    """A scenario with one persona, as its files would say it, and who plays the user.

    `simkit.play_case(session.case, agent, user=session.user)` plays it. Where the goal is not `known`, whether the
    session passes says nothing; properties do.
    """

    said: Mapping[str, Any]
    """The scenario as a file says it."""
    scenario: Scenario
    persona: Persona
    domain: Domain = field(compare=False)
    user: str
    seed_case: str
    """The shipped scenario that it was made from."""
    known: bool
    """Whether what *done* means is known."""

    @property
    def case(self) -> Case:
        """The session as `play_case` and `run` take it."""
        document = Document(Path(f"{self.scenario.scenario}.yaml"), dict(self.said))
        return Case(self.scenario, self.domain, (self.persona,), document)

    def __repr__(self) -> str:
        """What a failing test shows: the file."""
        from simkit.design.yamltext import block

        return f"Session({self.user}, {self.persona.persona}):\n{block(dict(self.said))}\n"
