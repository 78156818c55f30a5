"""How hard a scenario is likely to be, from what it asks of an agent; nothing is learnt from outcomes.

writes       calls of the reference that change something, by agent or user
lookups      calls of the reference that only look something up
facts        facts of the user that the reference's arguments need: each has to be asked for
traps        rules `never`, `requires` and `at_most` that the scenario puts to the test
order        rules `before` and `confirm_before` that it does
dead_ends    calls that the goal forbids, and slots that the user does not know
turns        changes of mind, and further wants
distractors  identifiers in the results that no later call uses, per lookup
persona      mean over the personas of: 1 for when_asked, 2 for when_pressed, 3 for never; 1 for each tactic; 1 for
             hesitating; 1 for being a novice; 1 for patience below 5
dual         calls that the user has to make
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from simkit.lint.played.rehearsal import Stages
from simkit.lint.stake import at_stake
from simkit.metrics.beside.steps import subjects
from simkit.paths.episode import Episode
from simkit.spec.condition import same
from simkit.spec.files import Case
from simkit.spec.persona import Persona

WEIGHTS: Mapping[str, float] = {
    "writes": 1.0,
    "lookups": 0.5,
    "facts": 0.5,
    "traps": 1.0,
    "order": 0.25,
    "dead_ends": 0.75,
    "turns": 1.5,
    "distractors": 0.1,
    "persona": 0.5,
    "dual": 1.0,
}
"""Points for one of each."""
_DISCLOSES = {"upfront": 0, "when_asked": 1, "when_pressed": 2, "never": 3}


@dataclass(frozen=True)
class Difficulty:
    """A scenario's estimate: the points, and what they are made of."""

    scenario: str
    features: Mapping[str, float]

    @property
    def points(self) -> float:
        """The sum of the features, each by its weight."""
        return round(sum(WEIGHTS[name] * value for name, value in self.features.items()), 2)

    def to_json(self) -> dict[str, Any]:
        """As `check --json` has it."""
        return {"scenario": self.scenario, "points": self.points, "features": dict(self.features)}


def difficulty(case: Case, stages: Stages, episode: Episode | None, stake: frozenset[str] | None = None) -> Difficulty:
    """The estimate for a case. `episode`: its reference, played; without it there are no distractors. `stake`: the
    rules that it puts to the test, if they are known."""
    scenario, card = case.scenario, case.domain.card
    steps = [step for step in scenario.steps if step.tool]
    tools = [card.tool(str(step.tool), step.by) for step in steps]
    writes = sum(tool is not None and tool.effect == "write" for tool in tools)
    stake = at_stake(case, stages, episode) if stake is None else stake
    kinds = [rule.kind for rule in card.rules if rule.id in stake]
    unknown = [name for name in scenario.does_not_know if name in card.slots]
    features = {
        "writes": writes,
        "lookups": len(steps) - writes,
        "facts": sum(_needed(value, case) for value in scenario.facts().values()),
        "traps": sum(kind in ("never", "requires", "at_most") for kind in kinds),
        "order": sum(kind in ("before", "confirm_before") for kind in kinds),
        "dead_ends": len({one.tool for one in scenario.goal.never}) + len(unknown),
        "turns": len(scenario.changes) + len(scenario.then),
        "distractors": _distractors(episode) if episode else 0.0,
        "persona": round(fmean(map(_persona, case.personas)), 2),
        "dual": sum(step.by == "user" for step in steps),
    }
    return Difficulty(scenario.scenario, features)


def _needed(value: object, case: Case) -> bool:
    return any(
        same(value, leaf) or str(value) == str(leaf)
        for step in case.scenario.steps
        for leaf in step.arguments.values()
        if not isinstance(leaf, dict | list)
    )


def _persona(persona: Persona) -> float:
    return (
        _DISCLOSES[persona.discloses]
        + len(persona.tactics)
        + (persona.confirms == "hesitantly")
        + (persona.expertise == "novice")
        + (persona.patience < 5)
    )


def _distractors(episode: Episode) -> float:
    """Identifiers that results hold and no later call uses, for each call that has a result."""
    seen: set[str] = set()
    used: set[str] = set()
    for call in episode.log.calls:
        used |= subjects(call.arguments)
        seen |= subjects(call.result)
    return round(len(seen - used) / max(1, len(episode.log.calls)), 2)
