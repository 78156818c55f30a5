"""When enough trials were played: a rule that may be looked at after every round, and still errs no more than it says.

For c passes in n trials and a pass rate m, with the prior Beta(1/2, 1/2) as mixture (Robbins 1970):

    M(m) = B(c + 1/2, n - c + 1/2) / B(1/2, 1/2) / (m^c (1 - m)^(n - c))

If m is the true rate, M(m) is a non-negative martingale that begins at 1; so the chance that it ever reaches 1/alpha is
at most alpha (Ville 1939), however often one looks. `decided` asks this of the threshold, and never of the data's end.

Of scenarios with different rates, trials come in whole rounds, one of each. The factor of one trial is 1 + l (x - m)
for some l that is the same for the whole round, and by the inequality of the means the expected product of a round is
at most (1 + l (mean - m))^size: at the end of each round the rule holds for the mean of the rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf, log, log1p
from typing import Any, Literal, Self

from simkit.errors import UsageError
from simkit.metrics.statistics.beta import CONFIDENCE, PRIOR, log_beta

ALPHA = 1 - CONFIDENCE
"""The most that the chance of a wrong decision may be."""
MAX_TRIALS = 20
"""Trials of a scenario and persona that are played at most, if nobody says otherwise."""

Decision = Literal["above", "below", "open"]
Counts = Mapping[str, tuple[int, int]]
"""Scenario to (passes, valid sessions)."""


@dataclass(frozen=True)
class UntilSure:
    """What is to be decided, and how many trials it may take."""

    threshold: float = 0.5
    """Is the pass rate above or below this?"""
    each: bool = True
    """Whether it is asked of every scenario by itself, or of the suite: the mean over all that is played."""
    max_trials: int = MAX_TRIALS

    @classmethod
    def asked(
        cls, begun: Mapping[str, Any] | None, until_sure: bool, fail_under: float | None, max_trials: int | None
    ) -> Self | None:
        """What the options of `simkit run` ask for, and where they say nothing what the run was begun with: the gate of
        the suite with `--fail-under`, else each scenario: does it pass more often than not? None: a fixed number of
        trials. Raises UsageError for a `--max-trials` without use."""
        if not until_sure and not begun:
            if max_trials is not None:
                raise UsageError("--max-trials needs --until-sure; for a fixed number write --trials")
            return None
        terms = dict(begun or {})
        if fail_under:
            terms |= {"threshold": fail_under, "each": False}
        if max_trials is not None:
            terms["max_trials"] = max_trials
        return cls(**terms)

    def to_json(self) -> dict[str, Any]:
        """As the manifest keeps it."""
        return asdict(self)

    def open(self, counts: Counts) -> set[str]:
        """The scenarios that need another trial, after a whole round of all that were open before."""
        if self.each:
            return {name for name, one in counts.items() if decided(*one, self.threshold) == "open"}
        return set(counts) if decided(*_sum(counts), self.threshold) == "open" else set()

    def told(self, counts: Counts) -> dict[str, Any]:
        """As `run --json` prints it: what was asked, what is decided, with n."""
        told: dict[str, Any] = {
            "of": "each scenario" if self.each else "suite",
            "threshold": self.threshold,
            "confidence": CONFIDENCE,
            "max_trials": self.max_trials,
        }
        if not self.each:
            return told | {"decisions": {"suite": _decision(_sum(counts), self.threshold)}}
        return told | {"decisions": {name: _decision(counts[name], self.threshold) for name in sorted(counts)}}


def _sum(counts: Counts) -> tuple[int, int]:
    return sum(c for c, _ in counts.values()), sum(n for _, n in counts.values())


def _decision(count: tuple[int, int], threshold: float) -> dict[str, Any]:
    low, high = always_valid(*count)
    return {
        "decision": decided(*count, threshold), "passed": count[0], "n": count[1], "low": low, "high": high
    }  # fmt: skip


def log_mixture(passed: int, n: int, rate: float) -> float:
    """log M(rate); infinite where the counts are impossible at that rate."""
    failed = n - passed
    if (failed and rate >= 1) or (passed and rate <= 0):
        return inf
    likelihood = (passed * log(rate) if passed else 0.0) + (failed * log1p(-rate) if failed else 0.0)
    return log_beta(PRIOR + passed, PRIOR + failed) - log_beta(PRIOR, PRIOR) - likelihood


def decided(passed: int, n: int, threshold: float, alpha: float = ALPHA) -> Decision:
    """Whether the pass rate is above or below the threshold, or still open.

    Looked at after every trial, for ever, it says "above" of a rate that is not, or "below" of one that is not, with a
    chance of at most alpha. A rate that is the threshold to the last digit stays open.
    """
    if n == 0 or log_mixture(passed, n, threshold) < -log(alpha):
        return "open"
    return "above" if passed > threshold * n else "below"


def always_valid(passed: int, n: int, alpha: float = ALPHA) -> tuple[float, float]:
    """The rates that M does not rule out: an interval that holds the true rate at all looks at once, with a chance of
    at least 1 - alpha (a confidence sequence)."""
    if n == 0:
        return 0.0, 1.0
    rate, bound = passed / n, -log(alpha)
    low = 0.0 if passed == 0 else _edge(passed, n, 0.0, rate, bound)
    high = 1.0 if passed == n else _edge(passed, n, 1.0, rate, bound)
    return low, high


def _edge(passed: int, n: int, out: float, inside: float, bound: float) -> float:
    while out != (middle := (out + inside) / 2) != inside:
        if log_mixture(passed, n, middle) < bound:
            inside = middle
        else:
            out = middle
    return inside
