"""One case: persona(s), domain, what the user wants, knows and does not know, the goal, the limits."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from simkit.spec.circumstances import AgentFault, OwnWorld, ToolFault
from simkit.spec.frozen import Frozen, digest
from simkit.spec.goal import Goal, Step
from simkit.spec.lint import Lint
from simkit.spec.persona import Disclosure, Lines
from simkit.spec.state import Tables

Fact = str | int | float | bool


Perturbation = Literal["reorder", "paraphrase", "formats", "detail", "code_switch", "noise", "typos"]
"""How a user's words can be changed on the way to the agent."""
Share = Annotated[float, Field(ge=0, le=1)]

_GRADE = {"type": "integer", "minimum": 1, "maximum": 10}
_NAMES = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}


def _graded(given: Any) -> Any:
    """A plain list of documents, each with the grade 1."""
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        return given
    twice = next((one for at, one in enumerate(given) if one in given[:at]), None)
    if twice is not None:
        raise PydanticCustomError("bad_relevant", "document '{name}' stands here twice; keep one", {"name": twice})
    return dict.fromkeys(given, 1)


Relevant = Annotated[
    dict[str, Annotated[int, Field(ge=1, le=10, strict=True)]],
    BeforeValidator(_graded),
    WithJsonSchema({"anyOf": [_NAMES, {"type": "object", "additionalProperties": _GRADE}]}),
]


MADE = ("scenario", "made_from", "dimensions")
"""Keys that are made from a tuple where dimensions make the scenario."""


class Limits(Frozen):
    """What ends a session that does not end by itself."""

    model_config = ConfigDict(strict=True)

    turns: int = Field(default=30, ge=1, le=1000)
    """User turns."""
    calls: int = Field(default=100, ge=0, le=10_000)
    """Tool calls by the agent in the whole session."""
    calls_per_turn: int = Field(default=25, ge=0, le=1000)
    seconds: float = Field(default=300.0, gt=0, le=86_400)
    """The whole session."""
    turn_seconds: float = Field(default=120.0, gt=0, le=86_400)
    """One reply of the agent."""
    cost: float | None = Field(default=None, ge=0)
    """USD for the model calls of the session, by agent and user; none, if left out."""
    tokens: int | None = Field(default=None, ge=0)
    """Tokens, in and out, of the model calls of the session; none, if left out."""
    until: str = Field(default="", exclude_if=lambda value: not value)
    """A tool: once the agent has called it, nothing more matters and the session ends; none, if left out."""
    until_call: int = Field(default=1, ge=1, exclude_if=lambda value: value == 1)
    """Which of the agent's calls of that tool it is, from 1."""


class Change(Frozen):
    """A changed mind: at some moment the user says that they want something else."""

    when: Literal["confirming", "informed", "asked"] | int
    """`confirming`: the agent asks whether to go ahead; `asked`: it asks for a fact; `informed`: it tells
    something; a number: in the user's turn of that number (the opening is 1)."""
    says: str
    knows: dict[str, Fact] = {}
    """Facts that now hold instead, or besides."""
    wants: str | None = None
    """What they want from now on, as in `scenario.wants`; left out: as before; empty: nothing more."""

    @field_validator("when")
    @classmethod
    def _is_a_turn(cls, when: str | int) -> str | int:
        if isinstance(when, int) and when < 1:
            what = "{when} is no turn of the user's; the opening is 1"
            raise PydanticCustomError("bad_turn", what, {"when": when})
        return when


class Scenario(Frozen):
    """One case, self-contained, with a digest."""

    scenario: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)
    """Its name: unique within a run."""
    domain: str = ""
    """The domain's name; the folder it stands in, if left out."""
    personas: Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)] = Field(
        default=("plain",), min_length=1
    )
    """Each is played."""
    wants: str
    """What the user wants, as the end of the sentence `I'd like …`."""
    opening: str = ""
    """The user's first words, if the persona's wording of `wants` does not fit; `{fact}` is filled from `knows`."""
    knows: dict[str, Fact] = {}
    does_not_know: tuple[str, ...] = ()
    """Slots or sentences: what the user cannot tell because they do not know it."""
    discloses: dict[str, Disclosure] = {}
    """When a fact is given, where it differs from the persona's habit."""
    then: Lines = ()
    """Further wants, raised one by one when the agent asks whether there is anything else."""
    changes: tuple[Change, ...] = ()
    script: Lines = ()
    """What the `scripted` user says, line by line."""
    goal: Goal
    reference: tuple[Step, ...] = ()
    """A path that reaches the goal; never the only right way."""
    references: tuple[tuple[Step, ...], ...] = Field(default=(), exclude_if=lambda paths: not paths)
    """Further paths that are as right. A failed session is laid beside the one that it comes nearest to."""
    relevant: Relevant = Field(default={}, exclude_if=lambda value: not value)
    """Documents of the domain's knowledge that help, each with its grade; a list: each counts 1."""
    world: OwnWorld | None = Field(default=None, exclude_if=lambda value: value is None)
    """How its world differs from the domain's; not at all, if left out."""
    faults: tuple[ToolFault, ...] = Field(default=(), exclude_if=lambda value: not value)
    """Tools that do not work as they should."""
    agent_fault: AgentFault | None = Field(default=None, exclude_if=lambda value: value is None)
    """What the agent is made to do wrong: this very thing, where `inject` draws one."""
    limits: Limits = Limits()
    tags: tuple[str, ...] = ()
    lint: Lint = Field(default=Lint(), exclude=True)
    """What `simkit check` is not to say of it. No part of what is played: the digest does not know it."""
    perturb: dict[Perturbation, Share] = Field(default={}, exclude_if=lambda value: not value)
    """How the user's words are changed on the way: kind -> share of the user's turns, as `--perturb` has it."""
    inject: dict[str, Share] = Field(default={}, exclude_if=lambda value: not value)
    """Faults that are put into agent or tools: kind -> share of the sessions, as `--inject` has it."""
    made_from: str = Field(default="", exclude_if=lambda value: not value)
    """The dimensions that it was made from, by name; empty, if a person wrote it."""
    dimensions: dict[str, str] = Field(default={}, exclude_if=lambda value: not value)
    """The tuple that it was made from: dimension -> value."""
    benchmark: SkipJsonSchema[dict[str, Any]] = Field(default={}, exclude_if=lambda value: not value)
    """What a benchmark's own scoring needs to know of its task; importers and adapters write it, people do not."""

    @field_validator("wants", "then")
    @classmethod
    def _says_something(cls, wanted: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for one in [wanted] if isinstance(wanted, str) else wanted:
            if not one.strip():
                what = "a want is empty; write what the user wants, as the end of the sentence: I'd like …"
                raise PydanticCustomError("bad_wants", what)
        return wanted

    @model_validator(mode="after")
    def _personas_differ(self) -> Scenario:
        for at, name in enumerate(self.personas):
            if name in self.personas[:at]:
                what = "persona '{name}' stands here twice; keep one"
                raise PydanticCustomError("bad_personas", what, {"name": name, "at": ["personas", at]})
        return self

    @model_validator(mode="after")
    def _facts_exist(self) -> Scenario:
        known = set(self.knows).union(*(change.knows for change in self.changes))
        for slot in self.discloses:
            if slot not in known:
                raise PydanticCustomError(
                    "unknown_fact",
                    "discloses '{slot}', which is not among the facts the user knows; add it to knows",
                    {"slot": slot, "at": ["discloses", slot]},
                )
        return self

    @cached_property
    def digest(self) -> str:
        """Digest of the whole case."""
        return digest(self.model_dump(mode="json"))

    def tables(self, tables: Tables) -> Tables:
        """What its world starts with, of its domain's tables."""
        return tables if self.world is None else self.world.of(tables)

    @property
    def paths(self) -> tuple[tuple[Step, ...], ...]:
        """Every reference path. One without steps says that nothing was to be done."""
        return (self.reference, *self.references) if self.reference else self.references

    @property
    def steps(self) -> tuple[Step, ...]:
        """The reference path without its groups."""
        return tuple(one for step in self.reference for one in step.flat())

    def facts(self) -> dict[str, Any]:
        """All that the user knows at some time, later knowledge winning."""
        merged: dict[str, Any] = dict(self.knows)
        for change in self.changes:
            merged |= change.knows
        return merged
