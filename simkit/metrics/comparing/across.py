"""One agent across domains: where it fails and misuses tools more than elsewhere, before a customer finds out.

Two shares of each domain, each the mean over its scenarios: of sessions that failed, and of sessions with a tool-use
error. Scenarios are the clusters, as everywhere: trials and personas of one scenario are alike. Invalid sessions count
nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, Literal

from simkit.metrics.score import ERROR_KINDS, SessionScore
from simkit.metrics.statistics.curves import SEED, dirichlet, interval
from simkit.metrics.statistics.many import holm

LEVEL = 0.05
"""The most that the chance of marking any domain may be where all are alike."""
SHUFFLES = 9_999
Measure = Literal["failure", "tool_error"]
MEASURES: tuple[Measure, ...] = ("failure", "tool_error")
METHOD = {
    "rates": "mean over scenarios of the share of valid sessions",
    "intervals": "95%, Bayesian bootstrap over scenarios",
    "lagging": "one-sided permutation test of scenarios against those of the rest; Holm over domains and rates",
    "level": LEVEL,
    "shuffles": SHUFFLES,
    "seed": SEED,
}
"""How it is worked out, as `--json` prints it."""


@dataclass(frozen=True)
class Rate:
    """A share in one domain, and how it stands to the other domains."""

    rate: float
    low: float
    high: float
    """95 % interval, for scenarios like these."""
    rest: float | None
    """The same share in all other domains; None where there are none."""
    p: float | None
    """That scenarios dealt to the domains at random are as far above the rest."""
    p_adjusted: float | None = None
    """Corrected for all domains and both rates."""

    @property
    def lags(self) -> bool:
        """Whether it is credibly above the rest."""
        return self.p_adjusted is not None and self.p_adjusted < LEVEL

    def to_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {**vars(self), "lags": self.lags}


@dataclass(frozen=True)
class DomainRates:
    """One domain."""

    domain: str
    scenarios: int
    sessions: int
    """Valid ones."""
    invalid: int
    failure: Rate
    tool_error: Rate
    kinds: dict[str, int]
    """Kind of tool-use error to the sessions that have it."""
    only_here: tuple[str, ...] = ()
    """Kinds that no other domain has."""

    @property
    def lags(self) -> tuple[Measure, ...]:
        """The rates at which it is credibly behind the rest."""
        return tuple(name for name in MEASURES if getattr(self, name).lags)

    def to_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        rates = {name: getattr(self, name).to_json() for name in MEASURES}
        return {**vars(self), **rates, "only_here": list(self.only_here), "lags": list(self.lags)}


@dataclass(frozen=True)
class Across:
    """All domains of a run, worst first."""

    domains: tuple[DomainRates, ...]
    empty: tuple[str, ...] = ()
    """Domains without a valid session: nothing is known of them."""
    agents: tuple[str, ...] = ()
    """The agents that played; `demo` is another one in each domain."""

    @property
    def lagging(self) -> tuple[DomainRates, ...]:
        """The domains that are credibly behind the rest."""
        return tuple(one for one in self.domains if one.lags)

    def to_json(self) -> dict[str, Any]:
        """The `across` of `run --across --json`."""
        return {
            "domains": [one.to_json() for one in self.domains],
            "lagging": [one.domain for one in self.lagging],
            "empty": list(self.empty),
            "method": METHOD,
        }


class AcrossCount:
    """Counts sessions by domain and scenario; they come in any order, one in memory at a time."""

    def __init__(self) -> None:
        self._shares: dict[str, dict[str, list[int]]] = {}
        """Domain to scenario to [valid sessions, failed ones, ones with a tool-use error]."""
        self._kinds: dict[str, Counter[str]] = {}
        self._invalid: Counter[str] = Counter()
        self._agents: set[str] = set()

    def add(self, score: SessionScore, agent: str = "") -> None:
        """Count one session."""
        self._agents.add(agent)
        self._kinds.setdefault(score.domain, Counter())
        if score.outcome == "invalid":
            self._invalid[score.domain] += 1
            return
        counts = self._shares.setdefault(score.domain, {}).setdefault(score.scenario, [0, 0, 0])
        for at, one in enumerate((True, score.outcome == "fail", bool(score.findings))):
            counts[at] += one
        self._kinds[score.domain].update({finding.kind for finding in score.findings})

    def found(self) -> Across:
        """The domains, worst first: by failure rate, then by tool-error rate and name."""
        known = sorted(self._shares)
        values = {
            name: {domain: [one[at] / one[0] for one in self._shares[domain].values()] for domain in known}
            for at, name in enumerate(MEASURES, start=1)
        }
        tests = {(name, domain): _p(values[name], domain) for name in MEASURES for domain in known}
        adjusted = holm({f"{name} {domain}": p for (name, domain), p in tests.items() if p is not None})
        domains = []
        for domain in known:
            rates = {
                name: _rate(values[name], domain, tests[name, domain], adjusted.get(f"{name} {domain}"))
                for name in MEASURES
            }
            domains.append(self._domain(domain, rates["failure"], rates["tool_error"]))
        domains.sort(key=lambda one: (-one.failure.rate, -one.tool_error.rate, one.domain))
        empty = tuple(sorted(set(self._kinds) - set(known)))
        return Across(tuple(domains), empty, tuple(sorted(filter(None, self._agents))))

    def _domain(self, domain: str, failure: Rate, tool_error: Rate) -> DomainRates:
        kinds = {kind: self._kinds[domain][kind] for kind in ERROR_KINDS if self._kinds[domain][kind]}
        others = set[str]().union(*(kinds for name, kinds in self._kinds.items() if name != domain))
        only = tuple(kind for kind in kinds if kind not in others) if len(self._shares) > 1 else ()
        scenarios = self._shares[domain]
        sessions = sum(one[0] for one in scenarios.values())
        return DomainRates(
            domain, len(scenarios), sessions, self._invalid[domain], failure, tool_error, kinds, only
        )  # fmt: skip


def across(sessions: Iterable[tuple[Any, SessionScore]]) -> Across:
    """One agent across the domains of its sessions (episode and score)."""
    counts = AcrossCount()
    for episode, score in sessions:
        counts.add(score, episode.log.started.agent)
    return counts.found()


def _rate(values: dict[str, list[float]], domain: str, p: float | None, adjusted: float | None) -> Rate:
    own = values[domain]
    kinds = sorted(Counter(own).items())
    mean = fsum(own) / len(own)
    low, high = interval([value for value, _ in kinds], mean, dirichlet(tuple(count for _, count in kinds)))
    rest = _others(values, domain)
    return Rate(mean, low, high, fsum(rest) / len(rest) if rest else None, p, adjusted)


def _p(values: dict[str, list[float]], domain: str) -> float | None:
    """One-sided: the share of deals of all scenarios to this domain and the rest in which its mean is as high.

    Exact and hypergeometric where every scenario is all or nothing; else from `SHUFFLES` draws, the data counted in.
    """
    own, rest = values[domain], _others(values, domain)
    if not rest:
        return None
    if all(value in (0.0, 1.0) for value in (*own, *rest)):
        return _hypergeometric(round(sum(own)), len(own), round(sum(own) + sum(rest)), len(own) + len(rest))
    return _shuffled(own, rest)


def _hypergeometric(hits: int, drawn: int, marked: int, every: int) -> float:
    from math import comb

    ways = sum(comb(marked, k) * comb(every - marked, drawn - k) for k in range(hits, min(marked, drawn) + 1))
    return ways / comb(every, drawn)


def _shuffled(own: Sequence[float], rest: Sequence[float]) -> float:
    import numpy as np

    draw: Any = np.random.RandomState(SEED)
    left, sums, others = np.full(SHUFFLES, len(own)), np.zeros(SHUFFLES), len(own) + len(rest)
    # A deal is how many of the scenarios that have a value fall to this domain, value by value.
    for value, count in sorted(Counter((*own, *rest)).items()):
        others -= count
        some = left > 0
        dealt = np.zeros_like(left)
        dealt[some] = draw.hypergeometric(count, others, left[some])
        sums, left = sums + dealt * value, left - dealt
    return float(1 + np.count_nonzero(sums >= fsum(own) - 1e-9)) / (1 + SHUFFLES)


def _others(values: dict[str, list[float]], domain: str) -> list[float]:
    return [value for name, own in values.items() if name != domain for value in own]
