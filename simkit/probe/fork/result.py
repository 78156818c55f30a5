"""What came of forking: how often it passed from a point on, and what one change there did to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simkit.metrics.reliability import wilson
from simkit.probe.fork.parent import Parent
from simkit.probe.fork.play import Continued, play_on
from simkit.probe.fork.plays import Terms
from simkit.probe.fork.point import UNCHANGED, Change, point
from simkit.runs import Run


@dataclass(frozen=True)
class Effect:
    """What the change did: the success rate with it less that without."""

    effect: float
    low: float
    high: float
    """95 % interval, by Newcombe's hybrid score (MOVER): given the prefix, trials are independent."""
    p: float
    """Two-sided, of no difference: Fisher's exact test where both arms have as many trials."""

    @property
    def verdict(self) -> str:
        """`better`, `worse`, or `cannot be told`."""
        if self.p >= 0.05:
            return "cannot be told"
        return "better" if self.effect > 0 else "worse"

    def to_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {**vars(self), "verdict": self.verdict}


@dataclass(frozen=True)
class Forked:
    """A session forked at one event: played on as it was and, where something was changed, with the change."""

    parent: Parent
    run: Run
    """The run that the continuations are kept in."""
    was: Continued
    changed: Continued | None = None

    @property
    def arms(self) -> tuple[Continued, ...]:
        """As it was, and with the change."""
        return (self.was,) if self.changed is None else (self.was, self.changed)

    @property
    def effect(self) -> Effect | None:
        """What the change did; None without one, and where an arm tells nothing."""
        return None if self.changed is None else effect_of(self.was, self.changed)

    @property
    def restored(self) -> bool:
        """Whether every arm has a trial that says something about the agent."""
        return all_reached(self.arms)

    def to_json(self) -> dict[str, Any]:
        """As `simkit fork --json` prints it."""
        effect = self.effect
        return {
            **origin_json(self.parent, self.run),
            "at": self.arms[-1].point.at,
            "turn": self.arms[-1].point.turn,
            "change": self.arms[-1].point.change.to_json(),
            "as_it_was": rates_json(self.was),
            "changed": None if self.changed is None else rates_json(self.changed),
            "effect": effect.to_json() if effect else None,
        }


def fork(parent: Parent, at: int, change: Change = UNCHANGED, terms: Terms = Terms()) -> Forked:
    """Play a session on from event `at`, `terms.trials` times as it was and, where something is changed, as often with
    the change. Raises `SimkitError` for an event at which that cannot be, and for what cannot be restored."""
    if not change.kind:
        run, (was,) = play_on(parent, [point(parent, at)], terms)
        return Forked(parent, run, was)
    changed = point(parent, at, change)
    was_at = changed.at if change.kind == "agent" else at
    run, (was, other) = play_on(parent, [point(parent, was_at), changed], terms)
    return Forked(parent, run, was, other)


def effect_of(before: Continued, after: Continued) -> Effect | None:
    """The success rate of the second less that of the first; None where one of them tells nothing."""
    from simkit.metrics.statistics.paired import Cell, over_trials, shuffled

    if not before.n or not after.n:
        return None
    cell = Cell(before.passed, before.n, after.passed, after.n)
    spread = over_trials([cell])
    assert spread.low is not None
    assert spread.high is not None
    return Effect(spread.effect, spread.low, spread.high, shuffled([cell]).p)


def rates_json(one: Continued) -> dict[str, Any]:
    """One point played on, in figures."""
    low, high = wilson(one.passed, one.n)
    return {
        "scenario": one.scenario,
        "at": one.point.at,
        "turn": one.point.turn,
        "trials": len(one.scores) + len(one.diverged) + one.skipped,
        "passed": one.passed,
        "failed": one.n - one.passed,
        "errored": len(one.scores) - one.n,
        "pass_rate": one.passed / one.n if one.n else None,
        "interval": [low, high],
        "skipped": one.skipped,
        "diverged": [vars(each) for each in one.diverged],
        "reasons": reasons(one),
    }


def reasons(one: Continued) -> dict[str, int]:
    """Why trials did not pass, the most frequent reason first."""
    found: dict[str, int] = {}
    for score in one.scores:
        if score.outcome != "pass":
            found[score.reason] = found.get(score.reason, 0) + 1
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def origin_json(parent: Parent, run: Run) -> dict[str, Any]:
    """Where the forked sessions come from and where they are kept."""
    return {
        "run": run.name,
        "parent": parent.fields,
        "domain": parent.domain.name,
        "agent": run.store.manifest.get("agent"),
        "user": parent.user,
        "notes": list(parent.notes),
        "cost": run.summary().cost,
    }


def all_reached(found: Sequence[Continued]) -> bool:
    """Whether every point has a trial that says something about the agent."""
    return all(one.n for one in found)
