"""The summary of a run: how many sessions passed, which tool-use errors occurred, and where.

Counting rules. A session *passes*, *fails*, or is *invalid* (a fault of user, tool, model or simkit: counted as
`errored`, no evidence about the agent). `pass_rate` is passed / (passed + failed), null where nothing is evaluable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from simkit.metrics.reliability import pass_hat_k
from simkit.metrics.score import ERROR_KINDS, SessionScore
from simkit.paths.episode import Episode
from simkit.spec.frozen import Frozen
from simkit.trace.log import run_digest

Scored = tuple[Episode, SessionScore]
"""One session: what happened, and what it was worth."""


class Tally(Frozen):
    """Counts over some sessions."""

    sessions: int
    passed: int
    failed: int
    errored: int
    """Sessions that say nothing about the agent (outcome `invalid`)."""
    turns: int
    """User turns played."""
    tool_calls: int
    """Tool calls, by agent and user."""
    tool_errors: dict[str, int]
    """Kind of tool-use error to how often it was found; only kinds that occur, in the order of the contract."""
    sessions_with_tool_errors: int

    @property
    def evaluable(self) -> int:
        """Sessions that say something about the agent."""
        return self.passed + self.failed

    @property
    def pass_rate(self) -> float | None:
        """passed / (passed + failed); None where nothing is evaluable."""
        return self.passed / self.evaluable if self.evaluable else None

    def to_json(self) -> dict[str, Any]:
        """The counts, with the pass rate."""
        return {**self.model_dump(include=set(Tally.model_fields)), "pass_rate": self.pass_rate}


class ScenarioTally(Tally):
    """One scenario's sessions."""

    domain: str
    reason: str
    """Why its sessions did not pass, the most frequent reason first; empty where all passed."""
    session: str
    """A session that shows that reason; empty where all passed."""
    personas: dict[str, Tally]

    def to_json(self) -> dict[str, Any]:
        personas = {name: tally.to_json() for name, tally in self.personas.items()}
        return {**super().to_json(), **self.model_dump(include={"domain", "reason", "session"}), "personas": personas}


class Summary(Frozen):
    """A whole run in figures."""

    run: str
    digest: str
    """Of the run: independent of order, time and concurrency."""
    agent: str
    user: str
    total: Tally
    pass_hat_k: dict[str, float]
    """k to the chance that k trials of a scenario all pass, mean over scenarios."""
    by_scenario: dict[str, ScenarioTally]
    by_persona: dict[str, Tally]
    by_domain: dict[str, Tally]
    by_tag: dict[str, Tally]

    def worst(self, limit: int) -> list[tuple[str, ScenarioTally]]:
        """The scenarios that did not always pass, least passed first; then by the most tool-use errors and name."""
        bad = [(name, one) for name, one in self.by_scenario.items() if one.passed < one.sessions]
        bad.sort(key=lambda item: (item[1].failed == 0, item[1].pass_rate or 0.0, -_errors(item[1]), item[0]))
        return bad[:limit]

    def to_json(self) -> dict[str, Any]:
        """What `run --json` and `score --json` print."""
        return {
            "run": self.run,
            "digest": self.digest,
            "agent": self.agent,
            "user": self.user,
            **self.total.to_json(),
            "pass_hat_k": self.pass_hat_k,
            "by_scenario": _jsons(self.by_scenario),
            "by_persona": _jsons(self.by_persona),
            "by_domain": _jsons(self.by_domain),
            "by_tag": _jsons(self.by_tag),
        }


def summarise(run_name: str, sessions: Iterable[Scored]) -> Summary:
    """The summary of a run's sessions, in whatever order they come."""
    scored = in_order(sessions)
    grouped = _grouped(scored, lambda score: (score.scenario,))
    return Summary(
        run=run_name,
        digest=run_digest({str(episode.log.session): episode.log.digest for episode, _ in scored}),
        agent=_names(episode.log.started.agent for episode, _ in scored),
        user=_names(episode.log.started.user for episode, _ in scored),
        total=Tally(**_counts(scored)),
        pass_hat_k={str(k): rate for k, rate in pass_hat_k([score for _, score in scored]).items()},
        by_scenario={name: _scenario(group) for name, group in grouped.items()},
        by_persona=_tallies(scored, lambda score: (score.persona,)),
        by_domain=_tallies(scored, lambda score: (score.domain,)),
        by_tag=_tallies(scored, lambda score: score.tags),
    )


def in_order(sessions: Iterable[Scored]) -> list[Scored]:
    """Sessions by scenario, persona and trial."""
    return sorted(sessions, key=lambda scored: scored[0].log.session)


def _counts(scored: Sequence[Scored]) -> dict[str, Any]:
    outcomes = Counter(score.outcome for _, score in scored)
    found = Counter(finding.kind for _, score in scored for finding in score.findings)
    return {
        "sessions": len(scored),
        "passed": outcomes["pass"],
        "failed": outcomes["fail"],
        "errored": outcomes["invalid"],
        "turns": sum(len(episode.user_texts) for episode, _ in scored),
        "tool_calls": sum(len(episode.log.calls) for episode, _ in scored),
        "tool_errors": {kind: found[kind] for kind in ERROR_KINDS if found[kind]},
        "sessions_with_tool_errors": sum(bool(score.findings) for _, score in scored),
    }


def _scenario(scored: Sequence[Scored]) -> ScenarioTally:
    worst = _worst(scored)
    return ScenarioTally(
        **_counts(scored),
        domain=scored[0][1].domain,
        reason=worst.reason if worst else "",
        session=worst.session if worst else "",
        personas=_tallies(scored, lambda score: (score.persona,)),
    )


def _worst(scored: Sequence[Scored]) -> SessionScore | None:
    """The first session with the most frequent reason: of those that failed, else of the invalid ones."""
    failed = [score for _, score in scored if score.outcome == "fail"]
    bad = failed or [score for _, score in scored if score.outcome == "invalid"]
    often = Counter(score.reason for score in bad)
    return min(bad, key=lambda score: -often[score.reason], default=None)


def _grouped(scored: Sequence[Scored], names: Callable[[SessionScore], tuple[str, ...]]) -> dict[str, list[Scored]]:
    groups: dict[str, list[Scored]] = {}
    for one in scored:
        for name in dict.fromkeys(names(one[1])):
            groups.setdefault(name, []).append(one)
    return {name: groups[name] for name in sorted(groups)}


def _tallies(scored: Sequence[Scored], names: Callable[[SessionScore], tuple[str, ...]]) -> dict[str, Tally]:
    return {name: Tally(**_counts(group)) for name, group in _grouped(scored, names).items()}


def _names(found: Iterable[str]) -> str:
    return ", ".join(name for name in sorted(set(found)) if name)


def _errors(tally: Tally) -> int:
    return sum(tally.tool_errors.values())


def _jsons(tallies: dict[str, Any]) -> dict[str, Any]:
    return {name: tally.to_json() for name, tally in tallies.items()}
