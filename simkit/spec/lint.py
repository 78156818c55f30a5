"""What a file silences of `simkit check`: the codes of the findings that are no errors, each with a reason."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

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

SILENCED: tuple[str, ...] = get_args(Silenced)


def _says_why(given: object) -> object:
    if isinstance(given, str) and not given.strip():
        raise PydanticCustomError("bad_reason", "no reason stands here; write why the finding does not matter")
    return given


Reason = Annotated[str, BeforeValidator(_says_why)]


class Lint(Frozen):
    """What `simkit check` is not to say of this file."""

    ignore: dict[Silenced, Reason | Annotated[dict[str, Reason], Field(min_length=1)]] = {}
    """Code of a finding to the reason why it does not matter here; or to what it is about (a tool, a rule), each with
    its reason."""

    def silences(self, code: str, about: str) -> bool:
        """Whether a finding with that code, about that thing, is silenced."""
        known = self.ignore.get(code)  # type: ignore[call-overload]
        return known is not None and (isinstance(known, str) or about in known)
