"""Every code: how bad it is, and what would mend it. `docs/lint.md` has an example of each."""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "note"]


class Code(NamedTuple):
    """What all findings of one code have in common."""

    severity: Severity
    cure: str


CODES: dict[str, Code] = {
    "no-reference": Code("error", "add 'reference:', a path that reaches the goal"),
    "reference-fails": Code("error", "mend the path, or what the goal asks for"),
    "reference-breaks-rule": Code("error", "mend the path, or the rule in domain.yaml"),
    "unreachable-fact": Code("error", "let the user know it, or look it up in an earlier step"),
    "reference-errs": Code("error", "mend that step"),
    "null-passes": Code("error", "ask for something that the agent must say or do"),
    "everything-passes": Code("warning", "forbid what would be wrong ('never', 'never_says', 'elsewhere: unchanged')"),
    "talk-passes": Code("warning", "ask for a call or an end of the world that only doing it right brings about"),
    "trivial-words": Code("warning", "ask for words that only somebody who did it right would say"),
    "superfluous-step": Code("warning", "take the step out, or ask in the goal for what it does"),
    "holds-at-start": Code("warning", "take the condition out: what it does not name must stay as it is anyway"),
    "nothing-proven": Code("warning", "add what must be said, or what must never be done"),
    "unsaid-word": Code("warning", "let the user know and tell it, or look it up in an earlier step"),
    "near-duplicate": Code("warning", "make one of them differ in what is asked, allowed or known, or take one out"),
    "unused-tool": Code("warning", "write a scenario that needs or forbids it, or take it out"),
    "unused-rule": Code("warning", "write a scenario in which it could be broken, or take it out"),
    "unused-table": Code("warning", "write a scenario that looks at it, or take it out"),
    "unused-slot": Code("warning", "write a scenario whose user knows it or is asked for it, or take it out"),
    "stale-ignore": Code("warning", "take it out of 'lint'"),
    "unused-persona": Code("note", "let a scenario be played by them"),
    "unused-kind": Code("note", "write a scenario about one, or take the kind out"),
    "untouched-records": Code("note", "nothing, where they are there to be mistaken for others"),
    "clause-without-rule": Code("note", "write a rule for it in domain.yaml, where events and world can decide it"),
}
"""Code to what it means; the order is the order of the documentation."""
