"""The summary of a run: how many sessions passed, which tool-use errors occurred, and where.

Counting rules. A session *passes*, *fails*, or is *invalid* (a fault of user, tool, model or simkit: counted as
`errored`, no evidence about the agent). `pass_rate` is passed / (passed + failed), null where nothing is evaluable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from simkit.metrics.injected.tally import Injection
from simkit.metrics.reliability import pass_hat_k_of
from simkit.metrics.statistics.beta import posterior
from simkit.report.counting import Cell, Counting, Counts, Scored, together
from simkit.spec.frozen import Frozen
from simkit.trace.log import SessionKey

if TYPE_CHECKING:
    from simkit.metrics.statistics.curves import Curves

Cells = dict[Cell, Counts]


class NullAgent(Frozen):
    """What an agent that does nothing would reach on the same scenarios, by reading (`metrics.null_agent`)."""

    passed: int
    """Scenarios that it passes."""
    scenarios: int
    """Scenarios of which that can be told."""

    @property
    def pass_rate(self) -> float:
        """passed / scenarios."""
        return self.passed / self.scenarios

    def to_json(self) -> dict[str, Any]:
        return {**self.model_dump(), "pass_rate": self.pass_rate}


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
    null_agent: NullAgent | None = None
    """None where it can be told of no scenario."""

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
        null = self.null_agent.to_json() if self.null_agent else None
        counts = self.model_dump(include=set(Tally.model_fields) - {"null_agent"})
        return {**counts, "pass_rate": self.pass_rate, "null_agent": null}


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
        own = self.model_dump(include={"domain", "reason", "session"})
        known = posterior(self.passed, self.evaluable).to_json()
        return {**super().to_json(), **own, "posterior": known, "personas": personas}


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
    cost: dict[str, Any] = {}
    """What the model calls used and cost, as `metrics.cost` tells it."""
    by_tool: dict[str, dict[str, Any]] = {}
    """Of the sessions in which the agent called a tool."""
    flaky: tuple[str, ...] = ()
    """Scenarios whose trials with the same persona passed and failed."""
    trials: dict[str, dict[str, tuple[tuple[int, int], ...]]] = {}
    """Of what (`overall`, `persona` …) to name to (passes, valid sessions) of each scenario."""
    until_sure: dict[str, Any] | None = None
    """What was to be decided, and what is; None where the number of trials was fixed."""
    quality: dict[str, Any] = {}
    """The user's faults, the run without them, whose fault failures are, odd output: as `report.quality` tells it."""
    injection: Injection = Injection()
    """What became of the faults that a test put in."""
    skipped: int = 0
    """Sessions that were not begun, because a budget of the run was used up."""

    def worst(self, limit: int) -> list[tuple[str, ScenarioTally]]:
        """The scenarios that did not always pass, least passed first; then by the most tool-use errors and name."""
        bad = [(name, one) for name, one in self.by_scenario.items() if one.passed < one.sessions]
        bad.sort(key=lambda item: (item[1].failed == 0, item[1].pass_rate or 0.0, -_errors(item[1]), item[0]))
        return bad[:limit]

    def curves(self) -> Curves:
        """pass^k and pass@k of the whole run, with intervals."""
        from simkit.metrics.statistics.curves import curves

        return curves(self.trials.get("overall", {}).get("", ()))

    def reliability(self) -> dict[str, Any]:
        """The curves of the whole run, and of each persona, domain, tag and tool."""
        from simkit.metrics.statistics.curves import METHOD, curves

        kinds = {kind: names for kind, names in self.trials.items() if kind != "overall"}
        by = {f"by_{kind}": {name: curves(of).to_json() for name, of in kinds[kind].items()} for kind in kinds}
        return {"intervals": METHOD, "overall": self.curves().to_json(), **by}

    def to_json(self, *, breakdowns: bool = True) -> dict[str, Any]:
        """What `run --json` and `score --json` print; without `breakdowns`, no curves."""
        return {
            "run": self.run,
            "digest": self.digest,
            "agent": self.agent,
            "user": self.user,
            **self.total.to_json(),
            "skipped": self.skipped,
            "cost": self.cost,
            "pass_hat_k": self.pass_hat_k,
            **self.quality,
            "by_scenario": _jsons(self.by_scenario),
            "by_persona": _jsons(self.by_persona),
            "by_domain": _jsons(self.by_domain),
            "by_tag": _jsons(self.by_tag),
            "by_tool": self.by_tool,
            "flaky": list(self.flaky),
            "until_sure": self.until_sure,
            **({"reliability": self.reliability()} if breakdowns else {}),
            **(self.injection.to_json() if self.injection else {}),
        }


def summarise(run_name: str, sessions: Iterable[Scored]) -> Summary:
    """The summary of a run's sessions, in whatever order they come, one in memory at a time."""
    counting = Counting()
    for episode, score in sessions:
        counting.add(episode, score)
    return summary_of(run_name, counting)


def summary_of(run_name: str, counting: Counting) -> Summary:
    """The summary of what was counted."""
    cells = counting.cells
    scenarios = _grouped(cells, lambda cell: (cell.scenario,))
    return Summary(
        run=run_name,
        digest=counting.digest.digest(),
        agent=_names(counting.agents),
        user=_names(counting.users),
        total=_tally(cells, counting),
        pass_hat_k={str(k): rate for k, rate in pass_hat_k_of(counting.trials()).items()},
        by_scenario={name: _scenario(name, group, counting) for name, group in scenarios.items()},
        by_persona=_tallies(cells, lambda cell: (cell.persona,), counting),
        by_domain=_tallies(cells, lambda cell: (cell.domain,), counting),
        by_tag=_tallies(cells, lambda cell: cell.tags, counting),
        by_tool={name: counting.tools[name].figures() for name in sorted(counting.tools)},
        flaky=tuple(counting.flaky()),
        trials=counting.trials_by(),
        cost=counting.costs.to_json(),
        quality=counting.quality.to_json(),
        injection=counting.injected.total(),
    )


def in_order(sessions: Iterable[Scored]) -> list[Scored]:
    """Sessions by scenario, persona and trial."""
    return sorted(sessions, key=lambda scored: str(scored[0].log.session))


def _tally(cells: Cells, counting: Counting) -> Tally:
    figures = (together(cells.values()) or Counts(SessionKey("", "", 0))).figures()
    told = [counting.untouched.get(name) for name in {cell.scenario for cell in cells}]
    known = [one for one in told if one is not None]
    return Tally(**figures, null_agent=NullAgent(passed=sum(known), scenarios=len(known)) if known else None)


def _scenario(name: str, cells: Cells, counting: Counting) -> ScenarioTally:
    reason, session = counting.worst(name)
    first = min(cells, key=lambda cell: cells[cell].first)
    personas = _tallies(cells, lambda cell: (cell.persona,), counting)
    figures = _tally(cells, counting).model_dump()
    return ScenarioTally(**figures, domain=first.domain, reason=reason, session=session, personas=personas)


def _grouped(cells: Cells, names: Callable[[Cell], tuple[str, ...]]) -> dict[str, Cells]:
    groups: dict[str, Cells] = {}
    for cell, counts in cells.items():
        for name in dict.fromkeys(names(cell)):
            groups.setdefault(name, {})[cell] = counts
    return {name: groups[name] for name in sorted(groups)}


def _tallies(cells: Cells, names: Callable[[Cell], tuple[str, ...]], counting: Counting) -> dict[str, Tally]:
    return {name: _tally(group, counting) for name, group in _grouped(cells, names).items()}


def _names(found: Iterable[str]) -> str:
    return ", ".join(name for name in sorted(set(found)) if name)


def _errors(tally: Tally) -> int:
    return sum(tally.tool_errors.values())


def _jsons(tallies: dict[str, Any]) -> dict[str, Any]:
    return {name: tally.to_json() for name, tally in tallies.items()}
