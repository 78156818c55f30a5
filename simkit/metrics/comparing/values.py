"""What a comparison of two runs says, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from simkit.metrics.statistics.beta import CONFIDENCE

Verdict = Literal["improved", "regressed", "inconclusive"]
Over = Literal["scenarios", "trials"]
CORRECTION = "Holm: tool-use errors and scenarios together, effort by itself; the pass rate is one test"


@dataclass(frozen=True)
class Effect:
    """What became of one figure from A to B."""

    name: str
    better: Literal["higher", "lower"]
    a: float | None
    b: float | None
    """Means over the shared scenarios; None where neither run has a value to pair."""
    effect: float | None
    low: float | None
    high: float | None
    mde: float | None
    """The minimum detectable effect: what a suite of this size would find with a chance of 80 %."""
    p: float | None
    p_adjusted: float | None
    verdict: Verdict
    scenarios: int
    sessions_a: int
    sessions_b: int


@dataclass(frozen=True)
class Change:
    """What became of one scenario from A to B."""

    name: str
    """The scenario."""
    passed_a: int
    n_a: int
    passed_b: int
    n_b: int
    effect: float
    p: float
    p_adjusted: float
    verdict: Verdict
    flaky: bool
    """Whether, in one of the runs, trials with the same persona both passed and failed."""
    reason: str
    """Why it fails in B, most frequently."""
    session: str
    """A session of B that shows it."""


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side."""

    run_a: str
    run_b: str
    agent_a: str
    agent_b: str
    over: Over
    verdict: Verdict
    because: str
    """What the verdict rests on, in a sentence."""
    passes: Effect
    passes_otherwise: Effect
    """The pass rate in the other reading: over trials, if this one is over scenarios, and the other way round."""
    errors: tuple[Effect, ...]
    """Any tool-use error, then kind by kind: the share of sessions that show it."""
    effort: tuple[Effect, ...]
    """Effort of which less is better, then further metrics of which more is; they decide nothing."""
    scenarios: tuple[Change, ...]
    """Those that both runs played, the worst change first."""
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    edited: tuple[str, ...]
    """Shared by name, though their files differ between the runs."""
    invalid_a: int
    invalid_b: int

    @property
    def flaky(self) -> tuple[Change, ...]:
        """Scenarios that do not always end alike."""
        return tuple(one for one in self.scenarios if one.flaky)

    def to_json(self) -> dict[str, Any]:
        """What `compare --json` prints: names as in `run --json` where they mean the same."""
        rate = self.passes
        return {
            "verdict": self.verdict,
            "because": self.because,
            "effect": rate.effect,
            "interval": None if rate.low is None else [rate.low, rate.high],
            "minimum_detectable_effect": rate.mde,
            "over": self.over,
            "confidence": CONFIDENCE,
            "correction": CORRECTION,
            "run_a": self.run_a,
            "run_b": self.run_b,
            "agent_a": self.agent_a,
            "agent_b": self.agent_b,
            "metrics": {one.name: asdict(one) for one in (rate, *self.effort)},
            "pass_otherwise": asdict(self.passes_otherwise),
            "tool_errors": {one.name: asdict(one) for one in self.errors},
            "by_scenario": {one.name: asdict(one) for one in self.scenarios},
            "flaky": [one.name for one in self.flaky],
            **{name: list(getattr(self, name)) for name in ("only_a", "only_b", "edited")},
            "errored_a": self.invalid_a,
            "errored_b": self.invalid_b,
        }

    def figures(self) -> Iterator[Effect]:
        """Every figure, the pass rate first."""
        yield self.passes
        yield from self.errors
        yield from self.effort
