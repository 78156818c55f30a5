"""Runs for tests of comparison, told as tables of passes: no session is played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scored_sessions import told

from simkit.metrics.comparing.cells import RunCells
from simkit.metrics.score import Finding, Score, SessionScore

Table = Mapping[str, Sequence[bool]]
"""Scenario (or `scenario/persona`) to whether each trial passed."""


def run_of(
    name: str,
    table: Table,
    *,
    kinds: Mapping[str, str] = {},
    turns: Mapping[str, float] = {},
    reason: str = "the order is still open",
    wants: str = "",
) -> RunCells:
    """A run that ended as the table says; `kinds`: scenario to a tool-use error that all its sessions show; `turns`:
    scenario to how many they took; `wants`: what is different in every scenario's file."""
    run = RunCells(name)
    episode = told("agent: Hello.")[0]
    if wants:
        scenario = episode.scenario.model_copy(update={"wants": wants})
        episode = type(episode)(episode.log, scenario, episode.persona, episode.card)
    for key, trials in table.items():
        scenario_name, _, persona = key.partition("/")
        for trial, passed in enumerate(trials):
            kind = kinds.get(scenario_name)
            score = SessionScore(
                session=f"{scenario_name}/{persona or 'plain'}/{trial}",
                outcome="pass" if passed else "fail",
                reason="" if passed else reason,
                scenario=scenario_name,
                persona=persona or "plain",
                trial=trial,
                findings=(Finding(kind=kind, sentence="so it was"),) if kind else (),  # type: ignore[arg-type]
                scores=(Score(name="turns", value=turns.get(scenario_name, 4.0)),),
            )
            run.add(episode, score)
    return run


def suite(scenarios: int, passes: int, n: int = 4) -> dict[str, list[bool]]:
    """So many scenarios of n trials each, that all end alike."""
    return {f"s{number:02}": [trial < passes for trial in range(n)] for number in range(scenarios)}
