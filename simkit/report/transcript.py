"""A session as plain text: what was said and called, and what was found wrong. Safe for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator

from simkit.errors import one_line
from simkit.metrics.score import SessionScore
from simkit.paths.episode import Episode
from simkit.trace.events import AgentSaid, Ended, Event, Failed, Injected, NodeEntered, Perturbed, ToolCalled, UserSaid

WIDTH = 400
"""Characters of one line that are shown."""


def transcript(episode: Episode, score: SessionScore) -> str:
    """The session line by line, each with the number of its event, then the goal's failed parts and the findings."""
    lines = [line for event in episode.events if (line := _line(event))]
    lines += [f"✗ {part.part}: {one_line(part.what)}: {one_line(part.detail)}" for part in _failed(score)]
    lines += [
        f"✗ {finding.kind} {list(finding.events)}: {one_line(finding.sentence, WIDTH)}" for finding in score.findings
    ]
    return "\n".join([f"{score.session}: {score.outcome}. {one_line(score.reason, WIDTH)}", *lines])


def _failed(score: SessionScore) -> Iterator[object]:
    return (part for part in score.goal if part.verdict == "fail")


def _line(event: Event) -> str:
    number = f"{event.seq:>4} "
    match event:
        case UserSaid(text=text):
            return f"{number}user   {one_line(text, WIDTH)}"
        case AgentSaid(text=text):
            return f"{number}agent  {one_line(text, WIDTH)}"
        case ToolCalled():
            who = "user's " if event.by == "user" else ""
            asked = one_line(f"{event.tool}({json.dumps(event.arguments, ensure_ascii=False)})", WIDTH)
            return f"{number}{who}call {asked} → {event.outcome}: {one_line(json.dumps(event.result), 160)}"
        case Failed():
            return f"{number}FAILED ({event.boundary}) {one_line(event.error, WIDTH)}"
        case Ended():
            return f"{number}ended: {event.reason}"
        case Injected():
            rule = f", rule {event.rule}" if event.rule else ""
            return f"{number}FAULT  put in by a test: {one_line(event.fault, 40)} ({event.how}{one_line(rule, 80)})"
        case Perturbed(how=how, meant=meant):
            return f"{number}NOISE  put in by a test: {one_line(', '.join(how), 80)}; meant: {one_line(meant, WIDTH)}"
        case NodeEntered():
            return ""
        case _:
            return ""
