"""Policy as checkable clauses.

    - id: identify-first
      clause: "1.1"                                   # the heading in policy.md that it enforces
      before: {call: [get_order], first: [find_customer]}
    - id: no-late-cancel
      clause: "2.3"
      never: {call: cancel_order, when: {"orders.{order_id}.status": {in: [shipped, delivered]}}}
    - id: one-coupon
      clause: "4.2"
      at_most: {call: issue_coupon, times: 1, per: customer_id}
    - id: confirm
      clause: "1.3"
      confirm_before: [cancel_order, request_refund]
    - id: delivered-only
      clause: "3.1"
      requires: {call: return_item, when: {"orders.{order_id}.status": delivered}}

`where` compares the call's arguments; `when` compares the world just before the call, and `{argument}` in its
paths is replaced once by that argument of the call. `never` is broken when all conditions hold, `requires` when
one does not. Only calls that took effect (`ok`) can break a rule. In place of a number or date that is compared with,
`{argument: NAME}` is another argument, and `{world: PATH}` what stands in the world.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from simkit.spec.condition import MISSING, Condition, InCall
from simkit.spec.frozen import Frozen

RuleKind = Literal["before", "never", "at_most", "confirm_before", "requires"]
RULE_KINDS: tuple[RuleKind, ...] = ("before", "never", "at_most", "confirm_before", "requires")

HOLE = re.compile(r"\{(\w+)\}")
"""A place in a path that an argument fills."""

Tools = Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]


class Before(Frozen):
    """Each call of one of `call` needs an earlier successful call of one of `first`."""

    call: Tools
    first: Tools


class Guard(Frozen):
    """Calls, with conditions on their arguments (`where`) and on the world before them (`when`)."""

    call: Tools
    where: dict[str, InCall] = {}
    when: dict[str, InCall] = {}

    def asked(self, arguments: Mapping[str, Any], world: Callable[[str], Any]) -> list[tuple[str, Any, Condition]]:
        """Every condition for one call, `where` first, each by name: what it is about, what stands there, and the
        condition on it. `world` gives what stands at a path."""

        def elsewhere(kind: str, name: str) -> Any:
            return arguments.get(name, MISSING) if kind == "argument" else world(fill(name, arguments))

        places = [(name, arguments.get(name, MISSING), one) for name, one in sorted(self.where.items())]
        filled = [(fill(path, arguments), one) for path, one in sorted(self.when.items())]
        places += [(path, world(path), one) for path, one in filled]
        return [(place, value, one.filled(elsewhere)) for place, value, one in places]

    def named(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Every argument and path of the world that it names: `argument` or `world`, the name, and where in it."""
        for path, one in self.when.items():
            yield "world", path, ("when", path)
            yield from ((*found, ("when", path)) for found in [one.refers_to] if found)
        for name, one in self.where.items():
            yield "argument", name, ("where", name)
            yield from ((*found, ("where", name)) for found in [one.refers_to] if found)

    def arguments(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every argument that it needs to know, and where in it."""
        for kind, name, place in self.named():
            yield from ((one, place) for one in ([name] if kind == "argument" else HOLE.findall(name)))


class AtMost(Frozen):
    """At most `times` successful calls, counted for each value of the argument `per` when given."""

    call: Tools
    times: int = Field(ge=0, strict=True)
    per: str | None = None


class Rule(Frozen):
    """One clause of the policy that events and world can be checked against."""

    id: str
    clause: str
    """The number or heading of the clause in policy.md."""
    gates: bool = Field(default=False, strict=True)
    """Whether a breach fails the session's goal, or is only reported."""
    before: Before | None = None
    never: Guard | None = None
    at_most: AtMost | None = None
    confirm_before: Tools | None = None
    requires: Guard | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Rule:
        kinds = [kind for kind in RULE_KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise PydanticCustomError(
                "bad_rule",
                "rule '{id}' has {kinds}; give exactly one of before, never, at_most, confirm_before, requires",
                {"id": self.id, "kinds": " and ".join(kinds) or "nothing to check"},
            )
        return self

    @property
    def kind(self) -> RuleKind:
        """Which of the five it is."""
        return next(kind for kind in RULE_KINDS if getattr(self, kind) is not None)

    @property
    def calls(self) -> tuple[str, ...]:
        """The tools that it speaks of as the ones that may break it."""
        return self.confirm_before or getattr(self, self.kind).call

    def paths(self, tool: str, arguments: Mapping[str, Any]) -> list[str]:
        """The paths of the world that deciding this rule for this call needs."""
        guard = self.never or self.requires
        if guard is None or tool not in guard.call:
            return []
        return [fill(name, arguments) for kind, name, _ in guard.named() if kind == "world"]


def fill(template: str, values: Mapping[str, Any]) -> str:
    """`template` with each `{name}` replaced once by `values[name]`; unknown names stay; nothing is re-scanned."""
    return HOLE.sub(lambda m: str(values[m[1]]) if m[1] in values else m[0], template)
