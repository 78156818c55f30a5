"""Which of the faults that a test put into a session its findings show, and which findings nothing accounts for.

Read off the log: before each call or text that a fault made, changed or moved stands an `Injected` event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from simkit.metrics.injected.kinds import FOLLOWS, FOUND_AS, GOAL_MISSED, WITHHOLDING
from simkit.metrics.score import Finding
from simkit.metrics.wording import describe
from simkit.paths.episode import Episode
from simkit.trace.events import AgentSaid, Injected, ToolCalled

Verdict = Literal["found", "as_other_kind", "missed", "harmless"]


class Injection(NamedTuple):
    """One fault that was put into a session."""

    fault: str
    rule: str
    events: frozenset[int]
    """Numbers of the calls and words that are not the agent's own."""
    left_out: tuple[str, ...]
    """Calls that it was going to make and did not, in words."""
    began: int
    """The number of the first event about it."""


class Found(NamedTuple):
    """What became of one fault."""

    fault: str
    verdict: Verdict
    """`harmless`: the goal was reached all the same, and the kind is an error only where it was not."""
    seen_as: str
    """The kind of the finding that shows it; empty where none does."""
    besides: int = 0
    """How many findings of other kinds its own events have."""


class Reading(NamedTuple):
    """What the findings of a session say about the faults in it."""

    found: tuple[Found, ...]
    false: tuple[Finding, ...]
    """Findings that no fault accounts for."""
    following: int
    """How many findings are about no fault, but follow from one."""


def injections(episode: Episode) -> tuple[Injection, ...]:
    """The faults that were put into a session, by the first event about each."""
    marks: dict[tuple[str, str], list[Injected]] = {}
    for event in episode.events:
        if isinstance(event, Injected):
            marks.setdefault((event.fault, event.rule), []).append(event)
    return tuple(
        Injection(
            fault,
            rule,
            frozenset(seq for mark in group if (seq := _next(episode, mark)) is not None),
            tuple(_call(mark) for mark in group if mark.how == "left out"),
            group[0].seq,
        )
        for (fault, rule), group in marks.items()
    )


def read_injections(episode: Episode, findings: Sequence[Finding], *, reached: bool) -> Reading:
    """Hold a session's findings against the faults in it. `reached`: whether the goal was."""
    faults = injections(episode)
    found = tuple(_found(one, findings, reached) for one in faults if one.fault in FOUND_AS)
    others = [one for one in findings if not any(_shows(fault, one) for fault in faults)]
    false = tuple(one for one in others if not any(_entails(fault, one) for fault in faults))
    return Reading(found, false, len(others) - len(false))


def _next(episode: Episode, mark: Injected) -> int | None:
    if mark.how in ("left out", "put off"):
        return None
    wanted = AgentSaid if mark.how == "said" else ToolCalled
    later = (e for e in episode.events[mark.seq :] if isinstance(e, wanted) and getattr(e, "by", "agent") == "agent")
    return next((event.seq for event in later), None)


def _call(mark: Injected) -> str:
    return describe(str(mark.instead.get("tool")), mark.instead.get("arguments")) if mark.instead else ""


def _found(fault: Injection, findings: Iterable[Finding], reached: bool) -> Found:
    shown = [one for one in findings if _shows(fault, one)]
    wanted = FOUND_AS[fault.fault]
    if any(one.kind == wanted and _of_rule(fault, one) for one in shown):
        return Found(fault.fault, "found", wanted, sum(one.kind != wanted for one in shown))
    if reached and fault.fault in GOAL_MISSED:
        return Found(fault.fault, "harmless", "")
    other = next((one.kind for one in shown if one.kind != wanted), "")
    return Found(fault.fault, "as_other_kind" if other else "missed", other)


def _of_rule(fault: Injection, finding: Finding) -> bool:
    return not fault.rule or finding.where.startswith(f"{fault.rule} (")


def _shows(fault: Injection, finding: Finding) -> bool:
    if finding.kind == "missing_call":
        return any(finding.where.endswith(call) for call in fault.left_out if call)
    return not fault.events.isdisjoint(finding.events)


def _entails(fault: Injection, finding: Finding) -> bool:
    """Whether a finding may follow from a fault: it comes later, and is of a kind that the lack of a call entails."""
    later = bool(finding.events) and min(finding.events) > fault.began
    return later and fault.fault in WITHHOLDING and finding.kind in FOLLOWS
