"""One drafted case, as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simkit.design.yamltext import block

NOT_THERE = ["could not find", "couldn't find", "no such", "not found", "does not exist", "there is no", "no record"]
"""How agents say that there is no such record."""


@dataclass(frozen=True)
class Draft:
    """A scenario: the parts that differ from case to case."""

    name: str
    wants: str
    knows: Mapping[str, Any]
    goal: Mapping[str, Any]
    reference: tuple[Any, ...]
    tags: tuple[str, ...]
    personas: tuple[str, ...] = ("plain",)
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further keys: `then`, `changes`, `does_not_know`."""

    def text(self) -> str:
        """The scenario file."""
        said: dict[str, Any] = {"scenario": self.name, "personas": list(self.personas), "wants": self.wants}
        said |= {"knows": dict(self.knows)} if self.knows else {}
        said |= {**self.more, "goal": dict(self.goal), "reference": list(self.reference), "tags": list(self.tags)}
        return "# yaml-language-server: $schema=../scenario.schema.json\n" + block(said) + "\n"


def step(tool: str, arguments: Mapping[str, Any]) -> Any:
    """A call as a reference path has it."""
    return {tool: dict(arguments)} if arguments else tool
