"""A drafted domain's tools, tried on its world: what a call gives and what it changes. Nobody plays here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simkit.errors import Refused
from simkit.play.world import Start, World, plain_json
from simkit.spec.crosscheck import validator
from simkit.spec.domain import Tool
from simkit.trace.events import Change


@dataclass(frozen=True)
class Tried:
    """What came of some calls."""

    results: tuple[Any, ...]
    changes: tuple[Change, ...]
    refused: str = ""
    """Why the last call was refused, or failed; empty where all went well."""


class Bench:
    """The tools, and the world that they start with."""

    def __init__(
        self,
        tools: Mapping[str, Tool],
        functions: Mapping[str, Callable[..., Any]],
        tables: Mapping[str, Any],
        now: str,
    ) -> None:
        self.tools, self.functions = tools, functions
        self.start = Start(tables, now)

    def fits(self, tool: str, arguments: Mapping[str, Any]) -> bool:
        """Whether the arguments are what the tool's schema wants."""
        return bool(validator(self.tools[tool]).is_valid(dict(arguments)))

    def tried(self, *calls: tuple[str, Mapping[str, Any]]) -> Tried:
        """The calls, one after the other, on a fresh world; the first that is refused ends it."""
        world, results = World(self.start), []
        for tool, arguments in calls:
            before = world.snapshot()
            try:
                results.append(plain_json(self.functions[tool](world, **plain_json(dict(arguments)))))
            except Refused as refusal:
                world.restore(before)
                return Tried(tuple(results), world.diff(), str(refusal) or "refused")
            except Exception as error:  # a drafted tool that fails is left out of the cases
                world.restore(before)
                return Tried(tuple(results), world.diff(), f"{type(error).__name__}: {error}")
        return Tried(tuple(results), world.diff())
