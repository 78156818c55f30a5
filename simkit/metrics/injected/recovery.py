"""How an agent takes a fault of a tool: whether it notices, tries again, tells the user, and gets there after all.

Read off the log by rules. *Retried*: the same tool with the same arguments is called again. *Told*: later words admit
that something did not work, is out of date, incomplete or slow. *Noticed*: either. *Recovered*: the same call went
through later, undisturbed; after mere latency, the call itself went through and was not made again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from simkit.metrics.injected.found import injections
from simkit.metrics.injected.kinds import TOOL_FAULTS
from simkit.metrics.repetition import equal
from simkit.paths.episode import Episode
from simkit.spec.acts import agent_act
from simkit.trace.events import ToolCalled

_TROUBLE = re.compile(
    r"\b(?:out of date|outdated|stale|cached|not (?:be )?(?:current|up to date|complete)|incomplete|cut off|truncated"
    r"|(?:only )?part of (?:the|your)|taking longer|slow|delayed?|timed? ?out|try(?:ing)? again|retry(?:ing)?"
    r"|unavailable|not respond(?:ing)?|did not answer|technical|(?:could|can)(?:n['’]t| ?not) (?:load|reach|get))\b",
    re.IGNORECASE,
)


class Recovery(NamedTuple):
    """How one fault of a tool was taken."""

    fault: str
    noticed: bool
    retried: bool
    told: bool
    recovered: bool


def recoveries(episode: Episode) -> Iterator[Recovery]:
    """How the agent took each fault of a tool in a session."""
    for fault in injections(episode):
        if fault.fault not in TOOL_FAULTS or not fault.events:
            continue
        hit = next(call for call in episode.agent_calls if call.seq == min(fault.events))
        again = [call for call in episode.agent_calls if call.seq > hit.seq and equal(call, hit)]
        told = any(said.seq > hit.seq and _admits(said.text) for said in episode.agent_texts)
        yield Recovery(fault.fault, bool(again) or told, bool(again), told, _recovered(fault.fault, hit, again))


def _admits(text: str) -> bool:
    return agent_act(text) == "report_error" or bool(_TROUBLE.search(text))


def _recovered(fault: str, hit: ToolCalled, again: list[ToolCalled]) -> bool:
    if fault == "latency":
        return hit.outcome == "ok" and not again
    return any(call.outcome == "ok" for call in again)
