"""What a comparison needs of a run: sums for each scenario and persona, whatever the number of trials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from simkit.metrics.score import ERROR_KINDS, SessionScore
from simkit.paths.episode import Episode
from simkit.spec.frozen import digest

PASS = "pass"
ANY_ERROR = "any_tool_error"
LESS_EFFORT = (
    "turns", "tool_calls", "failed_calls", "longest_failing_streak", "calls_per_turn",
    "agent_model_calls", "agent_tokens",
)  # fmt: skip
"""Effort of which less is better."""


class Amount(NamedTuple):
    """A sum over sessions, and of how many."""

    total: float = 0.0
    n: int = 0

    @property
    def mean(self) -> float:
        """Of a session."""
        return self.total / self.n


@dataclass
class CellCounts:
    """The valid sessions of one scenario and persona."""

    n: int = 0
    amounts: dict[str, Amount] = field(default_factory=dict)

    def amount(self, name: str) -> Amount:
        """The sum of a metric. What is found or not is 0 where it never was; what is measured may have no value."""
        known = self.amounts.get(name)
        if known is None:
            return Amount(0.0, self.n if name in SHARES else 0)
        return Amount(known.total, self.n) if name in SHARES else known

    def passes(self) -> tuple[int, int]:
        """(passes, valid sessions)."""
        return int(self.amount(PASS).total), self.n

    def add(self, name: str, value: float) -> None:
        """Count the value of one session."""
        before = self.amounts.get(name, Amount())
        self.amounts[name] = Amount(before.total + value, before.n + 1)


SHARES = frozenset((PASS, ANY_ERROR, *ERROR_KINDS))
"""What a session either shows or not."""


class RunCells:
    """A run as a comparison sees it."""

    def __init__(self, name: str, agent: str = "") -> None:
        self.name = name
        self.agents: set[str] = set()
        self.sessions = self.invalid = 0
        self.cells: dict[tuple[str, str], CellCounts] = {}
        """(scenario, persona) to its valid sessions; also where there are none."""
        self.reasons: dict[str, Counter[tuple[str, str]]] = {}
        """Scenario to why sessions failed: (persona, reason) and how often."""
        self.shown: dict[tuple[str, str, str], str] = {}
        """(scenario, persona, reason) to the first session that shows it."""
        self.digests: dict[str, set[str]] = {}
        """Scenario to the digests of what was played under that name."""
        self.extra: set[str] = set()
        """Names of further metrics."""

    def add(self, episode: Episode, score: SessionScore, extra: Iterable[str] = ()) -> None:
        """Count one session; of other metrics than the shipped ones those named in `extra`."""
        cell = self.cells.setdefault((score.scenario, score.persona), CellCounts())
        self.agents.add(episode.log.started.agent)
        self.digests.setdefault(score.scenario, set()).add(digest(episode.scenario.as_json))
        self.sessions += 1
        if score.outcome == "invalid":
            self.invalid += 1
            return
        cell.n += 1
        cell.add(PASS, float(score.passed))
        kinds = {finding.kind for finding in score.findings}
        for kind in (*kinds, *((ANY_ERROR,) if kinds else ())):
            cell.add(kind, 1.0)
        for one in score.scores:
            if isinstance(one.value, int | float) and (one.name in LESS_EFFORT or one.name in extra):
                cell.add(one.name, float(one.value))
                self.extra |= {one.name} - set(LESS_EFFORT)
        if not score.passed:
            self._failed(score)

    def _failed(self, score: SessionScore) -> None:
        self.reasons.setdefault(score.scenario, Counter())[score.persona, score.reason] += 1
        key = (score.scenario, score.persona, score.reason)
        self.shown[key] = min(self.shown.get(key, score.session), score.session)

    def scenarios(self) -> set[str]:
        """All that were played."""
        return {scenario for scenario, _ in self.cells}

    def why(self, scenario: str) -> tuple[str, str]:
        """The most frequent reason why a scenario failed, and a session that shows it; empty where none did."""
        counts: Counter[str] = Counter()
        for (_, reason), count in self.reasons.get(scenario, {}).items():
            counts[reason] += count
        if not counts:
            return "", ""
        reason = min(counts, key=lambda one: (-counts[one], one))
        personas = {persona for persona, why in self.reasons[scenario] if why == reason}
        return reason, min(self.shown[scenario, persona, reason] for persona in personas)
