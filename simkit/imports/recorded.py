"""What imported sessions have in common: a scenario, a persona and a domain card, as far as a recording tells them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from simkit.spec.domain import Card, Tool
from simkit.spec.goal import Goal, Says, Step
from simkit.spec.persona import Persona
from simkit.spec.scenario import Fact, Scenario
from simkit.trace.events import Event, Started
from simkit.trace.log import Log, SessionKey

PERSONA = Persona(
    persona="recorded", summary="The user of a recorded session.", manner="As recorded: to be read, not played."
)
_READS = re.compile(
    r"(?i:ask|browse|calculate|can|check|compose|count|deliver|describe|fetch|find|gen|get|has|inspect|is|list|look|lookup"
    r"|parse|plan|query|read|retrieve|run_(?:\w+_)?test|search|show|think|transfer|validate|verify|view)(?![a-z])"
)
"""First words of a tool's name that say that it changes nothing."""

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}

Happening = tuple[type[Any], dict[str, Any]]
"""An event without its number: its type and its fields."""


class Toolbox:
    """The tools of a domain, inferred from the calls that were seen and from definitions where there are some."""

    def __init__(self) -> None:
        self._types: dict[str, dict[str, set[str]]] = {}
        self._defined: dict[str, Tool] = {}

    def saw(self, name: str, arguments: Any) -> None:
        """Learn from one call."""
        types = self._types.setdefault(name, {})
        if isinstance(arguments, dict):
            for argument, value in arguments.items():
                types.setdefault(argument, set()).add(_TYPES.get(type(value), "null"))

    def define(self, name: str, description: str, parameters: dict[str, Any]) -> None:
        """Take a tool as whoever made it described it."""
        self._defined[name] = Tool(
            name=name, description=description, parameters=parameters, effect="read" if reads(name) else "write"
        )

    def tools(self) -> tuple[Tool, ...]:
        """All tools, by name."""
        inferred = {name: _inferred(name, types) for name, types in self._types.items()}
        return tuple(tool for _, tool in sorted((inferred | self._defined).items()))


def reads(name: str) -> bool:
    """Whether a tool's name says that it changes nothing: `get_order`, `GetOrder`, `searchFlights`."""
    return _READS.match(name) is not None


def _inferred(name: str, types: dict[str, set[str]]) -> Tool:
    properties: dict[str, Any] = {}
    for argument, kinds in sorted(types.items()):
        properties[argument] = {"type": min(kinds) if len(kinds) == 1 else sorted(kinds)}
    return Tool(
        name=name,
        description="As seen in recorded sessions.",
        parameters={"type": "object", "properties": properties, "additionalProperties": False},
        effect="read" if reads(name) else "write",
    )


def scenario(
    name: str,
    domain: str,
    wants: str,
    *,
    knows: dict[str, Fact] | None = None,
    reference: tuple[Step, ...] | None = None,
    says: tuple[Says, ...] = (),
    tags: tuple[str, ...] = (),
    benchmark: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A scenario that the recording's own verdict decides; what the agent was to say (`says`) is shown beside it. A
    `reference` without steps says that nothing was to be done, None that nobody knows."""
    made = Scenario(
        scenario=name,
        domain=domain,
        personas=(PERSONA.persona,),
        wants=wants if wants.strip() else "what the recording does not say",
        knows=knows or {},
        goal=Goal(says=says),
        reference=reference or (),
        references=((),) if reference == () else (),
        tags=tags,
        benchmark=benchmark or {},
    )
    return made.model_dump(mode="json")


def log(
    scenario: dict[str, Any],
    card: Card,
    happenings: Iterable[Happening],
    *,
    trial: int = 0,
    agent: str = "recorded",
) -> Log:
    """The log of a recorded session; `happenings` are its events after the first."""
    first = Started(
        seq=0,
        scenario=scenario,
        persona=PERSONA.model_dump(mode="json"),
        domain=card.model_dump(mode="json"),
        seed=0,
        trial=trial,
        agent=agent,
        user="recorded",
    )
    rest: list[Event] = [kind(seq=seq, **fields) for seq, (kind, fields) in enumerate(happenings, 1)]
    return Log(SessionKey(scenario["scenario"], PERSONA.persona, trial), (first, *rest))


def name_of(text: str, otherwise: str) -> str:
    """`text` as a scenario's name. One that had to be changed keeps a few digits of its digest, so it stays unique."""
    clean = re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-._")[:80]
    if clean and clean == text:
        return text
    mark = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{clean or otherwise}-{mark}"


def shortened(text: str, limit: int = 300) -> str:
    """`text` on one line, cut at `limit` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
