"""What the page of a run holds: one index of all sessions, and a record for each transcript, read on demand."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, get_args

from simkit.metrics.comparing.across import AcrossCount
from simkit.metrics.reliability import wilson
from simkit.metrics.score import ErrorKind, SessionScore
from simkit.metrics.session import first_failing_event
from simkit.paths.episode import Episode
from simkit.report.crowd import MOST, Crowd
from simkit.report.flows import Flows
from simkit.report.shown import Choice, Everything
from simkit.report.summary import Summary
from simkit.trace.events import Event, Started, ToolCalled

KINDS: dict[ErrorKind, str] = {
    "unknown_tool": "called a tool that does not exist",
    "malformed_call": "the arguments were not JSON",
    "invalid_arguments": "the arguments did not fit the tool's schema",
    "wrong_tool": "another tool was called than the task needs",
    "wrong_arguments": "the right tool with a wrong value",
    "missing_call": "a call that the task needs was never made",
    "redundant_call": "a call that nothing needed",
    "out_of_order": "made before what must come first",
    "forbidden_call": "a call that policy or goal rules out",
    "unconfirmed_write": "changed something without the user's yes",
    "ignored_error": "a call failed and the agent claimed success",
    "ungrounded_argument": "a value that nobody had given it",
    "ungrounded_claim": "stated what no tool, user or policy said",
    "loop": "the same call over and over",
}
"""Kinds of tool-use error in a few words each."""

assert tuple(KINDS) == get_args(ErrorKind)

_AS_IT_IS = (str, int, bool, type(None))
_DEEPEST = 60
_LONGEST = 50_000
"""Characters of one text or result that the page shows; the log has the rest."""


class Page:
    """A page, while the sessions of its run come by, by key: their figures are counted, those shown are kept."""

    def __init__(self, summary: Summary, choice: Choice | Everything | None = None) -> None:
        self.summary = summary
        """Of the sessions that `index` tells of."""
        self._choice = choice or Choice(summary)
        self._crowd = Crowd() if summary.total.sessions <= MOST else None
        self._flows = Flows(walked=self._crowd is not None)
        self._cells: Counter[tuple[str, str, str]] = Counter()
        self._across = AcrossCount()
        self._rows: list[dict[str, Any]] = []
        self.transcripts: list[str] = []
        """Of the sessions that are shown, as JSON."""

    def add(self, episode: Episode, score: SessionScore) -> None:
        """The run's next session."""
        shown = False
        if self._choice.takes(score):
            text = safe_json(record(episode, score)) if self._choice.keeps else ""
            shown = self._choice.has_room(score, len(text))
            if shown:
                self._rows.append(_row(episode, score))
                if self._choice.keeps:
                    self.transcripts.append(text)
        self._flows.add(episode, score, shown=shown)
        if self._crowd is not None:
            self._crowd.add(episode, score, shown=shown)
        self._cells[score.persona, score.domain, score.outcome] += 1
        self._across.add(score, episode.log.started.agent)

    def index(self) -> dict[str, Any]:
        """What every view but the transcript needs."""
        total = self.summary.total
        pairs = sorted({(persona, domain) for persona, domain, _ in self._cells})
        return {
            "summary": self.summary.to_json(breakdowns=False),
            "interval": wilson(total.passed, total.evaluable) if total.evaluable else None,
            "kinds": KINDS,
            "worst": [name for name, _ in self.summary.worst(len(self.summary.by_scenario))],
            "cells": [[p, d, self._cells[p, d, "pass"], self._cells[p, d, "fail"]] for p, d in pairs],
            "sessions": self._rows,
            "views": self._flows.to_json(),
            "curves": self.summary.curves().to_json(),
            "crowd": self._crowd.to_json() if self._crowd is not None else None,
            **self._domains(),
        }

    def _domains(self) -> dict[str, Any]:
        """How the agent does across domains, where there are several: worked out once, for no page that is served."""
        several = len({domain for _, domain, _ in self._cells}) > 1
        return {"across": self._across.found().to_json()} if several and self._choice.keeps else {}


def record(episode: Episode, score: SessionScore) -> dict[str, Any]:
    """One session whole: its events, goal parts, findings and scores, and what the user was told."""
    scenario, started = episode.scenario, episode.log.started
    return {
        "events": [_event(episode, number) for number in range(1, len(episode.events))],
        "goal": [part.model_dump(mode="json") for part in score.goal],
        "findings": [finding.model_dump(mode="json") for finding in score.findings],
        "user_faults": [fault.model_dump(mode="json") for fault in score.user_faults],
        "odd": [odd.model_dump(mode="json") for odd in score.odd],
        "blame": score.blame.model_dump(mode="json") if score.blame else None,
        "evidence": score.evidence,
        "first_failing": first_failing_event(score),
        "scores": [one.model_dump(mode="json") for one in score.scores],
        "wants": scenario.wants,
        "knows": scenario.facts(),
        "does_not_know": scenario.does_not_know,
        "persona": episode.persona.summary,
        "agent": started.agent,
        "user": started.user,
        "seed": started.seed,
    }


def safe_json(value: Any) -> str:
    """JSON that may stand inside `<script>`: ASCII only, and `<`, `>`, `&` as escapes, so no text can end it."""
    text = json.dumps(_plain(value), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _row(episode: Episode, score: SessionScore) -> dict[str, Any]:
    key = episode.log.session
    return {
        "key": str(key),
        "scenario": score.scenario or key.scenario,
        "persona": score.persona or key.persona,
        "trial": key.trial,
        "domain": score.domain,
        "outcome": score.outcome,
        "reason": score.reason,
        "tags": score.tags,
        "turns": len(episode.user_texts),
        "calls": len(episode.log.calls),
        "kinds": Counter(finding.kind for finding in score.findings),
    }


def _event(episode: Episode, number: int) -> dict[str, Any]:
    event = episode.events[number]
    row = _clipped(event)
    if len(episode.log.beside) == len(episode.events) and episode.log.beside[number].took:
        row["took"] = round(episode.log.beside[number].took, 4)
    return row


def _clipped(event: Event) -> dict[str, Any]:
    assert not isinstance(event, Started)
    hidden = {"before", "after", "world"} if isinstance(event, ToolCalled) else None
    row = event.model_dump(exclude=hidden)
    for name in ("text", "arguments", "result", "error"):
        text = row.get(name) if isinstance(row.get(name), str) else json.dumps(_plain(row.get(name)))
        if text and len(text) > _LONGEST:
            row[name] = f"{text[:_LONGEST]}… ({len(text) - _LONGEST:,} more characters stand in the log)"
    return row


def _plain(value: Any, depth: int = 0) -> Any:
    """`value` as what JSON can say: numbers that it cannot, and foreign objects, as text; very deep parts cut off."""
    if type(value) in _AS_IT_IS:
        return value
    if depth > _DEEPEST:
        return f"… (nested deeper than {_DEEPEST} levels: in the log)"
    if isinstance(value, dict):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | int | float) else str(value)
