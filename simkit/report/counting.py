"""Counting a run as its sessions end: what its summary needs, and nothing that grows with the number of sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from simkit.metrics.cost import Costs
from simkit.metrics.injected.tally import InjectionCount
from simkit.metrics.null_agent import passes_untouched
from simkit.metrics.score import ERROR_KINDS, Outcome, SessionScore
from simkit.paths.episode import Episode
from simkit.report.quality import Quality
from simkit.trace.log import RunHash, SessionKey

Scored = tuple[Episode, SessionScore]
"""One session: what happened, and what it was worth."""


class Cell(NamedTuple):
    """Whose sessions are counted together."""

    scenario: str
    persona: str
    domain: str
    tags: tuple[str, ...]


@dataclass
class Counts:
    """What some sessions come to. Counts add up: `+=` gives those of both."""

    first: SessionKey
    """The first of the sessions, by key."""
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    turns: int = 0
    calls: int = 0
    with_errors: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        self.first = min(self.first, other.first)
        self.outcomes.update(other.outcomes)
        self.kinds.update(other.kinds)
        self.turns += other.turns
        self.calls += other.calls
        self.with_errors += other.with_errors
        return self

    def figures(self) -> dict[str, Any]:
        """As a tally has them."""
        return {
            "sessions": self.outcomes.total(),
            "passed": self.outcomes["pass"],
            "failed": self.outcomes["fail"],
            "errored": self.outcomes["invalid"],
            "turns": self.turns,
            "tool_calls": self.calls,
            "tool_errors": {kind: self.kinds[kind] for kind in ERROR_KINDS if self.kinds[kind]},
            "sessions_with_tool_errors": self.with_errors,
        }


@dataclass
class ToolCounts:
    """The sessions in which the agent called a tool, and its calls."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    """Scenario to the outcomes of its sessions."""
    calls: int = 0
    failed_calls: int = 0

    def figures(self) -> dict[str, Any]:
        """As the summary prints them; `passed` and `failed` are of sessions in which it was called."""
        total = sum(self.outcomes.values(), Counter[str]())
        passed, failed = total["pass"], total["fail"]
        rate = passed / (passed + failed) if passed + failed else None
        sessions = {"sessions": total.total(), "passed": passed, "failed": failed, "errored": total["invalid"]}
        return {**sessions, "pass_rate": rate, "calls": self.calls, "failed_calls": self.failed_calls}


class Shown(NamedTuple):
    """A reason why sessions did not pass: how many, and the first of them."""

    count: int
    first: SessionKey
    session: str


class Counting:
    """A run's figures so far. Sessions come in any order, each once; their logs and scores are not kept.

    Memory grows with scenarios x personas and with the number of different reasons, not with trials.
    """

    def __init__(self) -> None:
        self.cells: dict[Cell, Counts] = {}
        self.reasons: dict[tuple[str, Outcome], dict[str, Shown]] = {}
        """(scenario, outcome) to each reason of its sessions that did not pass."""
        self.agents: set[str] = set()
        self.users: set[str] = set()
        self.untouched: dict[str, bool | None] = {}
        """Scenario to whether an agent that does nothing passes it; None where no session tells."""
        self.digest = RunHash()
        self.costs = Costs()
        self.tools: dict[str, ToolCounts] = {}
        """Of the tools that the domains declare: what an agent makes up is an error, and no tool."""
        self.quality = Quality()
        self.injected = InjectionCount()

    def add(self, episode: Episode, score: SessionScore, digest: str | None = None) -> None:
        """Count one session; `digest`: of its log, where it is known."""
        log = episode.log
        self._count(log.session, score, len(episode.user_texts), len(log.calls))
        if score.outcome != "pass":
            self._reason(log.session, score)
        if self.untouched.get(score.scenario) is None:
            self.untouched[score.scenario] = passes_untouched(episode)
        self.costs.add(log)
        self._tools(episode, score)
        self.quality.add(episode, score)
        self.injected.add(episode, score)
        self.agents.add(log.started.agent)
        self.users.add(log.started.user)
        self.digest.add(str(log.session), log.digest if digest is None else digest)

    def _count(self, key: SessionKey, score: SessionScore, turns: int, calls: int) -> None:
        cell = Cell(score.scenario, score.persona, score.domain, score.tags)
        counts = self.cells.get(cell)
        if counts is None:
            counts = self.cells[cell] = Counts(key)
        counts.first = min(counts.first, key)
        counts.outcomes[score.outcome] += 1
        counts.turns += turns
        counts.calls += calls
        for finding in score.findings:
            counts.kinds[finding.kind] += 1
        counts.with_errors += bool(score.findings)

    def _tools(self, episode: Episode, score: SessionScore) -> None:
        called: dict[str, list[bool]] = {}
        for call in episode.agent_calls:
            called.setdefault(call.tool, []).append(call.outcome != "ok")
        for name, failed in called.items():
            if episode.card.tool(name) is not None:
                tool = self.tools.setdefault(name, ToolCounts())
                tool.calls += len(failed)
                tool.failed_calls += sum(failed)
                tool.outcomes.setdefault(score.scenario, Counter())[score.outcome] += 1

    def _reason(self, key: SessionKey, score: SessionScore) -> None:
        reasons = self.reasons.setdefault((score.scenario, score.outcome), {})
        known = reasons.get(score.reason)
        if known is None:
            reasons[score.reason] = Shown(1, key, score.session)
        else:
            first = min((known.first, known.session), (key, score.session))
            reasons[score.reason] = Shown(known.count + 1, *first)

    def trials(self) -> Iterator[tuple[str, int, int]]:
        """(scenario, passes, valid sessions) of every cell."""
        for cell, counts in self.cells.items():
            yield cell.scenario, *valid(counts.outcomes)

    def flaky(self) -> list[str]:
        """Scenarios whose trials with the same persona passed and failed."""
        return sorted({cell.scenario for cell, counts in self.cells.items() if _is_flaky(counts)})

    def trials_by(self) -> dict[str, dict[str, tuple[tuple[int, int], ...]]]:
        """(passes, valid sessions) of each scenario: of the whole run, and of each persona, domain, tag and tool."""
        groups: dict[str, dict[str, dict[str, Counter[str]]]] = {name: {} for name in GROUPS}
        for cell, counts in self.cells.items():
            named = {"overall": ("",), "persona": (cell.persona,), "domain": (cell.domain,), "tag": cell.tags}
            for kind, names in named.items():
                for name in dict.fromkeys(names):
                    scenarios = groups[kind].setdefault(name, {})
                    scenarios.setdefault(cell.scenario, Counter()).update(counts.outcomes)
        groups["tool"] = {name: tool.outcomes for name, tool in self.tools.items()}
        return {
            kind: {name: tuple(sorted(map(valid, scenarios.values()))) for name, scenarios in sorted(names.items())}
            for kind, names in groups.items()
        }

    def worst(self, scenario: str) -> tuple[str, str]:
        """The most frequent reason why a scenario's sessions did not pass, and the first session that shows it: of
        those that failed, else of the invalid ones; empty where all passed."""
        bad = self.reasons.get((scenario, "fail")) or self.reasons.get((scenario, "invalid")) or {}
        order = sorted(bad.items(), key=lambda item: (-item[1].count, item[1].first))
        return next(((reason, shown.session) for reason, shown in order), ("", ""))


GROUPS = ("overall", "persona", "domain", "tag", "tool")
"""What pass^k is told of."""


def valid(outcomes: Counter[str]) -> tuple[int, int]:
    """(passes, valid sessions)."""
    return outcomes["pass"], outcomes["pass"] + outcomes["fail"]


def _is_flaky(counts: Counts) -> bool:
    return bool(counts.outcomes["pass"] and counts.outcomes["fail"])


def together(counts: Iterable[Counts]) -> Counts | None:
    """The counts of all; None of nothing."""
    whole: Counts | None = None
    for one in counts:
        if whole is None:
            whole = Counts(one.first)
        whole += one
    return whole
