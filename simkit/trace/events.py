"""The events of a session: a tagged union of frozen values, numbered from 0.

The first event (`Started`) says all that was known before, the last (`Ended`) all that only the end knows.
Times and costs are not in here but beside the event (`trace.log.Beside`), so equal seeds give equal digests.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, TypeAdapter, WrapValidator
from pydantic_core import CoreSchema, core_schema

Outcome = Literal["ok", "unknown_tool", "malformed", "invalid_arguments", "refused", "error"]
"""How a call went, decided where it happens. All else (wrong, missing, forbidden …) is a reading."""

Boundary = Literal["agent", "user", "tool", "model", "simkit"]
"""Whose fault a failure is."""

Party = Literal["agent", "user"]


def answer(outcome: Outcome, value: Any) -> str:
    """What a call gave, as a language model is shown it: the value, or how it went wrong and the reason."""
    if outcome != "ok":
        return f"Error ({outcome}): {value}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


MAX_DEPTH = 100
_ATOMS = frozenset({str, bool, type(None)})
"""What is JSON as it is, whatever its value."""


def plain(value: Any, depth: int = 0) -> Any:
    """A deep copy of `value` as JSON can hold it; what it cannot (NaN, objects, endless nesting) becomes its text.

    Agents keep and change what they hand over, and hand over anything; an event must stay as it was and be written.
    """
    kind = type(value)
    if kind in _ATOMS or (kind is float and math.isfinite(value)):
        return value
    if depth > MAX_DEPTH:
        return f"<nested deeper than {MAX_DEPTH} levels>"
    if isinstance(value, dict):
        return {
            key if type(key) is str else _text(key): item if type(item) in _ATOMS else plain(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, int):
        return int(value) if value.bit_length() <= 4096 else hex(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if type(value).__str__ is object.__str__ and type(value).__repr__ is object.__repr__:
        return f"<{type(value).__name__}>"  # its own text would name an address, different in each run
    try:
        return str(value)
    except Exception as error:
        return f"<{type(value).__name__} without text: {type(error).__name__}>"


class _Plain:
    """Makes what Python code hands over `plain`; what was read from JSON already is."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        as_read = handler(source)
        made_plain = core_schema.no_info_before_validator_function(plain, as_read)
        return core_schema.json_or_python_schema(json_schema=as_read, python_schema=made_plain)


Json = Annotated[Any, _Plain()]
JsonObject = Annotated[dict[str, Any], _Plain()]


def _itself(value: Any, check: Callable[[Any], Any]) -> Any:
    check(value)
    return value


Whole = Annotated[dict[str, Any], WrapValidator(_itself)]
"""A value that thousands of sessions share: kept as the very object that it is, and treated as frozen."""

SHARED = ("scenario", "persona", "domain")
"""What a session's first event has in common with many others: stored once, by digest."""


_GIVEN: set[str] = set()
_new, _set = object.__new__, object.__setattr__


class _Made(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def of(cls, **fields: Any) -> Self:
        """The value that has just these fields, all of them, an event's `kind` included: for who makes thousands a
        second out of values that are right. Nothing is looked at, filled in or copied."""
        value = _new(cls)
        _set(value, "__dict__", fields)
        _set(value, "__pydantic_fields_set__", _GIVEN)
        _set(value, "__pydantic_extra__", None)
        _set(value, "__pydantic_private__", None)
        return value


class _Event(_Made):
    seq: int
    """The event's number in its session, from 0."""

    def model_post_init(self, context: Any, /) -> None:
        """Share what pydantic keeps in each value of which fields were given: nobody asks an event, and ten thousand
        sessions have a quarter of a million of them."""
        object.__setattr__(self, "__pydantic_fields_set__", _GIVEN)


class Started(_Event):
    """All that was known before the session. `scenario`, `persona` and `domain` are the whole values as JSON
    (`spec.Scenario`, `spec.Persona`, `spec.Card`), so a log can be read without any other file."""

    kind: Literal["started"] = "started"
    scenario: Whole
    persona: Whole
    domain: Whole
    seed: int
    trial: int = 0
    agent: str = ""
    user: str = ""
    versions: dict[str, str] = {}


class UserSaid(_Event):
    """`closing`: this was the user's last word. `act`: the dialogue act, where the user knows it."""

    kind: Literal["user_said"] = "user_said"
    text: str
    closing: bool = False
    act: str | None = None


class AgentSaid(_Event):
    kind: Literal["agent_said"] = "agent_said"
    text: str


class Change(BaseModel):
    """One record that a call changed: `before` is None when it was made, `after` is None when it was removed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """`table.record_id`."""
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ToolCalled(_Event):
    """One call, atomic: asked, decided, done."""

    kind: Literal["tool_called"] = "tool_called"
    tool: str
    arguments: Json = {}
    """The arguments as an object; the raw text where it was malformed."""
    outcome: Outcome
    result: Json = None
    """What the tool gave back; the reason as text where the outcome is not `ok`."""
    by: Party = "agent"
    node: str | None = None
    """The node of the agent's graph that called, where known."""
    changes: tuple[Change, ...] = ()
    """What it changed in the world."""
    before: JsonObject = {}
    """Values just before the call at the paths that the domain's rules ask about."""
    after: JsonObject = Field(default={}, exclude_if=lambda value: not value)
    """What the domain's invariants ask of the rest of the world just after the call; nothing, if all is well."""
    world: str = ""
    """Digest of the world after the call; empty where there is no world (imported sessions)."""


class NodeEntered(_Event):
    """The agent's own graph entered a node."""

    kind: Literal["node_entered"] = "node_entered"
    node: str


class Injected(_Event):
    """A fault that a test put in (`simkit.testing.faulty`): the agent's next call or words are not its own."""

    kind: Literal["injected"] = "injected"
    fault: str
    """A kind of tool-use error, of rule or of tool fault, as `--inject` names it."""
    how: Literal["added", "changed", "left out", "put off", "moved", "failed", "delayed", "said"]
    """What was done to the next call (`left out`, `put off`: there is none here) or to the next words."""
    rule: str = ""
    """The rule that is broken, by its id."""
    instead: Json = None
    """The call that the agent was making, `{"tool": …, "arguments": …}`; None where it was making none."""


class Perturbed(_Event):
    """A test changes how the user says what comes next (`--perturb`), not what they mean."""

    kind: Literal["perturbed"] = "perturbed"
    how: tuple[str, ...]
    """Kinds of perturbation, in the order in which they were done."""
    meant: str
    """What the user would have said."""


class ModelCalled(_Event):
    """A language model answered. Usage in tokens; the cost stands beside the event."""

    kind: Literal["model_called"] = "model_called"
    role: Literal["agent", "user", "judge"]
    model: str
    usage: dict[str, int] = {}


class Judged(_Event):
    """Somebody's or something's verdict on the session: a judge, a recorded reward, a person's label.

    `question` is `reward` for a recorded reward (verdict: the number), `last_success_state` and
    `first_failure_state` for labels of a transition failure, else the question as asked.
    """

    kind: Literal["judged"] = "judged"
    question: str
    verdict: bool | float | str
    reason: str = ""


class Failed(_Event):
    """Something raised or overran a limit: data, not a crash."""

    kind: Literal["failed"] = "failed"
    boundary: Boundary
    error: str
    """`Type: message` and, for an agent, its own innermost frame."""


EndReason = Literal[
    "user_closed",
    "turn_limit",
    "call_limit",
    "time_limit",
    "agent_failed",
    "user_failed",
    "model_failed",
    "budget",
    "interrupted",
    "recorded",
]


class EndState(_Made):
    """The world when the session ended: its digest, every record that differs from the start, and the values at
    the paths that the goal names."""

    digest: str = ""
    changed: tuple[Change, ...] = ()
    named: JsonObject = {}


class Ended(_Event):
    kind: Literal["ended"] = "ended"
    reason: EndReason
    state: EndState | None = None
    """None where no world was recorded (imported sessions)."""


Event = Annotated[
    Started
    | UserSaid
    | AgentSaid
    | ToolCalled
    | NodeEntered
    | Injected
    | Perturbed
    | ModelCalled
    | Judged
    | Failed
    | Ended,
    Field(discriminator="kind"),
]

any_event: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads any event back from its JSON."""

many_events: TypeAdapter[list[Event]] = TypeAdapter(list[Event])
"""The same for many at once."""
