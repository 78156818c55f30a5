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
one does not. Only calls that took effect (`ok`) can break a rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from simkit.spec.condition import Condition
from simkit.spec.frozen import Frozen

RuleKind = Literal["before", "never", "at_most", "confirm_before", "requires"]
RULE_KINDS: tuple[RuleKind, ...] = ("before", "never", "at_most", "confirm_before", "requires")

Tools = Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]


class Before(Frozen):
    """Each call of one of `call` needs an earlier successful call of one of `first`."""

    call: Tools
    first: Tools


class Guard(Frozen):
    """Calls, with conditions on their arguments (`where`) and on the world before them (`when`)."""

    call: Tools
    where: dict[str, Condition] = {}
    when: dict[str, Condition] = {}


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
        return [fill(path, arguments) for path in guard.when]


def fill(template: str, values: Mapping[str, Any]) -> str:
    """`template` with each `{name}` replaced once by `values[name]`; unknown names stay; nothing is re-scanned."""
    return re.sub(r"\{(\w+)\}", lambda m: str(values[m[1]]) if m[1] in values else m[0], template)
