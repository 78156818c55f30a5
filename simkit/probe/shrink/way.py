"""In what way a session fails: marks that can be held against those of another session.

A mark is one thing that went wrong, without its values and places, which change as a scenario gets smaller:

    (kind of finding, rule id)       a rule of the policy, or an invariant, that was broken
    (kind of finding, tool)          any other tool-use error; for a claim, nothing
    (goal: part, path or tool)       a part of the goal that failed
    (crash: boundary, error type)    whoever raised
    (property: name, "")             a property of one's own that does not hold

Another session fails *the same way* when it has every mark of `target`, no tool-use error, crash or broken property
that the first one had not, and fails where the first one failed. The target is what shows first: the finding with the
earliest event (of a session with a fault put in, the one that reports it); where there is none, the first part of the
goal that failed; after a crash, the crash.

Parts of the goal may fail besides: a session that ends early reaches less of it. A target that says that something was
*not* done is worth nothing in a session that leaves no time for it; whether it does, the reference path has to prove.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from simkit.metrics.injected.kinds import FOUND_AS
from simkit.metrics.score import Finding, GoalPart, Outcome, SessionScore
from simkit.paths.episode import Episode
from simkit.trace.events import Injected, ToolCalled


class Mark(NamedTuple):
    """One thing that went wrong."""

    what: str
    """A kind of finding, `goal: PART`, `crash: BOUNDARY` or `property: NAME`."""
    about: str = ""
    """A rule's id, a tool, a path of the world, a type of error."""

    def __str__(self) -> str:
        return f"{self.what} {self.about}".strip()

    @property
    def of_goal(self) -> bool:
        """Whether it is a part of the goal that failed."""
        return self.what.startswith("goal: ")


@dataclass(frozen=True)
class Way:
    """How a session fails, and what of it is to stay."""

    outcome: Outcome
    marks: frozenset[Mark]
    target: frozenset[Mark]
    shown_at: Mapping[Mark, int] = field(default_factory=dict, compare=False)
    """Each mark with the number of the event by which it has shown; the end, for what only the end shows."""

    def __str__(self) -> str:
        return ", ".join(sorted(map(str, self.target)))

    def same(self, other: Way) -> bool:
        """Whether another session fails the same way."""
        new = {mark for mark in other.marks - self.marks if not mark.of_goal}
        outcome = other.outcome == "fail" if self.outcome == "fail" else other.outcome != "invalid"
        return self.target <= other.marks and not new and (outcome or self.outcome == "invalid")

    @property
    def undone(self) -> bool:
        """Whether the target says that something was not done."""
        parts = ("goal: world", "goal: calls", "goal: says", "goal: any_of")
        return any(mark.what == "missing_call" or mark.what in parts for mark in self.target)


def way_of(episode: Episode, score: SessionScore) -> Way | None:
    """In what way a session fails; None where it passes and shows no error."""
    findings = [(one, mark_of(episode, one)) for one in score.findings]
    parts = [_of_part(part) for part in score.goal if part.verdict == "fail"]
    crash = list(crashes(episode, score))
    marks = frozenset([*(mark for _, mark in findings), *parts, *crash])
    if not marks:
        return None
    end = len(episode.events) - 1
    if crash:
        target = crash[0]
    elif findings:
        meant = [FOUND_AS.get(event.fault, "") for event in episode.log.of(Injected)]
        rules = [event.rule for event in episode.log.of(Injected) if event.rule]

        def late(one: tuple[Finding, Mark]) -> tuple[bool, bool, int]:
            finding, mark = one
            return finding.kind not in meant, mark.about not in rules, next(iter(finding.events), end)

        _, target = min(findings, key=late)
    else:
        target = parts[0]
    shown: dict[Mark, int] = {mark: max(one.events, default=end) for one, mark in reversed(findings)}
    return Way(score.outcome, marks, frozenset([target]), dict.fromkeys(marks, end) | shown)


def mark_of(episode: Episode, finding: Finding) -> Mark:
    """The mark of one finding."""
    rules = {one.id for one in (*episode.card.rules, *episode.card.invariants)}
    rule = finding.where.partition(" (")[0]
    if rule in rules:
        return Mark(finding.kind, rule)
    if finding.kind in ("ungrounded_claim", "unknown_tool"):
        return Mark(finding.kind)
    if finding.kind == "missing_call":
        return Mark(finding.kind, finding.sentence.partition("(")[0].removesuffix(" was never called"))
    called = (episode.events[seq] for seq in finding.events if seq < len(episode.events))
    return Mark(finding.kind, next((one.tool for one in called if isinstance(one, ToolCalled)), ""))


def _of_part(part: GoalPart) -> Mark:
    subject = {
        "world": r"^([\w.-]+)",
        "calls": r"^([\w.]+)",
        "never": r"^never ([\w.]+)",
        "rule": r"^rule (\S+)",
        "invariant": r"^invariant (\S+)",
    }.get(part.part)
    found = re.match(subject, part.what) if subject else None
    whole = part.what if part.part in ("says", "never_says", "judged") else ""
    return Mark(f"goal: {part.part}", found[1] if found else whole)


def crashes(episode: Episode, score: SessionScore) -> Iterator[Mark]:
    """The mark of whoever raised, where that ended the session."""
    if score.outcome == "pass" or (any(part.verdict == "fail" for part in score.goal) and not episode.failures):
        return
    for failed in episode.failures[:1]:
        yield Mark(f"crash: {failed.boundary}", re.split(r"[:\s]", failed.error, maxsplit=1)[0])
