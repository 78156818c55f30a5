"""The kinds of fault that can be put into a session, and what each is to be found as.

the fourteen kinds of tool-use error      found as themselves
the five kinds of rule                    a breach of one such rule, found as the kind that reports it
the five faults of tools                  no error of the agent's: what is measured is how it takes them
"""

from __future__ import annotations

from typing import get_args

from simkit.metrics.score import ERROR_KINDS, ErrorKind
from simkit.spec.circumstances import FaultOfTool
from simkit.spec.rules import RULE_KINDS

TOOL_FAULTS: tuple[FaultOfTool, ...] = get_args(FaultOfTool)

FOUND_AS: dict[str, ErrorKind] = {
    **{kind: kind for kind in ERROR_KINDS},
    "before": "out_of_order",
    "never": "forbidden_call",
    "at_most": "forbidden_call",
    "confirm_before": "unconfirmed_write",
    "requires": "forbidden_call",
}
"""An error of the agent's, or the kind of the rule that it breaks, to the kind of finding that reports it."""

AGENT_FAULTS = tuple(FOUND_AS)
GROUPS: dict[str, tuple[str, ...]] = {"all": AGENT_FAULTS, "rules": RULE_KINDS, "tools": TOOL_FAULTS}
"""Names that stand for several kinds."""

WITHHOLDING = frozenset(
    {"wrong_tool", "wrong_arguments", "missing_call", "out_of_order", "before", "ignored_error"} | set(TOOL_FAULTS)
)
"""Faults after which the agent lacks what a call would have given, or what it would have done."""
FOLLOWS = frozenset({"ungrounded_claim", "ungrounded_argument", "out_of_order", "forbidden_call", "ignored_error"})
"""What such a fault entails later on: the agent goes on with values that nobody gave after all, with calls that needed
the other one first or break a rule without it, or claims what could not be done."""
GOAL_MISSED = frozenset({"wrong_tool", "wrong_arguments", "missing_call"})
"""Kinds that are errors only where the goal was missed: another way that reaches it is right."""
