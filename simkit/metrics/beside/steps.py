"""A reference's steps, an agent's calls, and in which arguments the two differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from simkit.metrics.wording import describe
from simkit.spec.condition import same
from simkit.spec.domain import Card
from simkit.spec.goal import Step
from simkit.trace.events import ToolCalled

FREE_TEXT = frozenset(
    {"reason", "note", "notes", "comment", "comments", "summary", "message", "description", "explanation"}
    | {"thought", "expression", "query", "question", "text"}
)
"""Arguments in which everybody words things differently: compared only where the schema lists their values, or where
the policy quotes both texts word for word (`'no longer needed' or 'ordered by mistake'`)."""
WORKINGS = frozenset({"expression", "thought"})
"""A tool that takes nothing but these works on its own words: whoever reckons in their head has left nothing out."""

_NAMES_THINGS = re.compile(r"(?i)(?:\b|_|(?<=[a-z])(?=[A-Z]))(?:ids?|numbers?|codes?|emails?|skus?|refs?)$")
_IDENTIFIER = re.compile(r"(?=\S*[a-z#])(?=\S*\d)\S{4,}")
_HANDS_OVER = re.compile(r"(?i)(?:transfer|escalat|hand_?(?:over|off))")

How = Literal["exact", "wrong_arguments", "wrong_tool"]


@dataclass(frozen=True)
class Wanted:
    """One call that a reference makes: the `number`-th of its steps (from 1), in the group of that `rank`; `path` says
    which reference, from 0."""

    step: Step
    number: int
    rank: int
    path: int = 0

    def __str__(self) -> str:
        which = f"reference {self.path + 1}, step" if self.path else "reference step"
        return f"{which} {self.number}: {self.call}"

    @property
    def call(self) -> str:
        """The call as one would write it."""
        return describe(str(self.step.tool), self.step.arguments)


@dataclass(frozen=True)
class Match:
    """A call that stands for a step."""

    call: ToolCalled
    wanted: Wanted
    how: How
    differing: tuple[str, ...] = ()
    """Names of the arguments that differ."""
    in_order: bool = True


@dataclass(frozen=True)
class Alignment:
    """What stands for what, what is missing, and what nothing asked for."""

    matches: tuple[Match, ...]
    missing: tuple[Wanted, ...]
    extra: tuple[ToolCalled, ...]
    path: int = 0
    """The reference that the calls were laid beside, from 0."""


def wanted_calls(reference: Sequence[Step], path: int = 0) -> tuple[Wanted, ...]:
    """The agent's calls in a reference path, with their place in its partial order."""
    steps = ((rank, one) for rank, step in enumerate(reference) for one in step.flat())
    return tuple(
        Wanted(step, number, rank, path)
        for number, (rank, step) in enumerate(steps, 1)
        if step.tool is not None and step.by == "agent"
    )


def effect(card: Card, call: ToolCalled) -> Literal["read", "write"]:
    """Whether a call was meant to change the world; of a tool that the domain does not know, whether it did."""
    return card.effects.get((call.by, call.tool)) or ("write" if call.changes else "read")


def effect_of(card: Card, step: Step) -> str:
    """Whether a step is meant to change the world; empty for a tool that the domain does not know."""
    tool = card.tool(str(step.tool))
    return tool.effect if tool else ""


def works_on_words(card: Card, step: Step) -> bool:
    """Whether a step only works something out (`calculate`, `think`): nothing is learnt from anybody."""
    return bool(step.arguments) and WORKINGS.issuperset(step.arguments) and effect_of(card, step) == "read"


def hands_over(step: Step) -> bool:
    """Whether a step passes the session on to somebody else, which is a deed though it changes no record."""
    return _HANDS_OVER.match(str(step.tool)) is not None


def differing_arguments(card: Card, step: Step, arguments: Any) -> tuple[str, ...]:
    """Names of the arguments in which a call differs from a step; free text and left-out defaults do not count."""
    if not isinstance(arguments, Mapping):
        return tuple(step.arguments) or ("arguments",)
    tool = card.tool(str(step.tool))
    properties: Mapping[str, Any] = tool.parameters.get("properties", {}) if tool else {}
    return tuple(
        name
        for name in dict.fromkeys((*step.arguments, *arguments))
        if not _agree(card, name, step.arguments, arguments, properties.get(name))
    )


def _agree(card: Card, name: str, wanted: Mapping[str, Any], given: Mapping[str, Any], schema: Any) -> bool:
    known: Mapping[str, Any] = schema if isinstance(schema, Mapping) else {}
    default = known.get("default")
    left, right = wanted.get(name, default), given.get(name, default)
    if alike(left, right):
        return True
    if name not in FREE_TEXT or "enum" in known:
        return False
    return not (isinstance(left, str) and isinstance(right, str) and {left, right} <= card.quoted)


def alike(left: Any, right: Any) -> bool:
    """`same`, but a list of plain values in any order."""
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return same(left, right) or same(sorted(left, key=repr), sorted(right, key=repr))
    return same(left, right)


def telling(value: Any) -> frozenset[str]:
    """The values in arguments that say what they are about: identifiers, names, codes, dates; no amounts, flags or
    plain words of one's own."""
    return frozenset(text for leaf in _leaves(value) if _tells(text := str(leaf).strip().casefold()))


def subjects(value: Any, name: str = "") -> frozenset[str]:
    """The things that arguments are about: what stands under a name that names things (`order_id`, `email`), and what
    looks like an identifier. A day or a place is nobody's own."""
    if isinstance(value, Mapping):
        return frozenset().union(*(subjects(item, str(key)) for key, item in value.items() if key not in FREE_TEXT))
    if isinstance(value, list):
        return frozenset().union(*(subjects(item, name) for item in value))
    if not isinstance(value, str | int) or isinstance(value, bool):
        return frozenset()
    text = str(value).strip().casefold()
    return frozenset({text} if _NAMES_THINGS.search(name) or _IDENTIFIER.fullmatch(text) else ())


def _tells(text: str) -> bool:
    return 2 <= len(text) <= 80 and (any(char.isdigit() for char in text) or text.count(" ") < 3)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name not in FREE_TEXT:
                yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) > 999):
        yield value
