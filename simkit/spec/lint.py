"""What a file silences of `simkit check`: the codes of the findings that are no errors, each with a reason."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from simkit.spec.frozen import Frozen

Silenced = Literal[
    "everything-passes",
    "talk-passes",
    "trivial-words",
    "superfluous-step",
    "holds-at-start",
    "nothing-proven",
    "unsaid-word",
    "near-duplicate",
    "unused-tool",
    "unused-rule",
    "unused-table",
    "unused-slot",
    "unused-persona",
    "unused-kind",
    "untouched-records",
    "clause-without-rule",
]
"""Warnings and notes: an error cannot be silenced."""


def _says_why(given: object) -> object:
    """A reason, or things each with its reason: none of them empty."""
    if isinstance(given, str | dict):
        reasons = list(given.values()) if isinstance(given, dict) else [given]
        if not reasons or not all(isinstance(one, str) and one.strip() for one in reasons):
            what = "a finding is silenced with a reason; write why it does not matter"
            raise PydanticCustomError("bad_reason", what)
    return given


Reason = Annotated[str | Annotated[dict[str, str], Field(min_length=1)], BeforeValidator(_says_why)]


class Lint(Frozen):
    """What `simkit check` is not to say of this file."""

    ignore: dict[Silenced, Reason] = {}
    """Code of a finding to the reason why it does not matter here; or to what it is about (a tool, a rule), each with
    its reason."""

    def silences(self, code: str, about: str) -> bool:
        """Whether a finding with that code, about that thing, is silenced."""
        known = self.ignore.get(code)  # type: ignore[call-overload]
        return known is not None and (isinstance(known, str) or about in known)
