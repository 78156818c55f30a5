"""The faults in a run, counted as its sessions end: found or not, seen as what, and how those of tools were taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from simkit.metrics.goal import verdict
from simkit.metrics.injected.found import read_injections
from simkit.metrics.injected.kinds import AGENT_FAULTS, TOOL_FAULTS
from simkit.metrics.injected.recovery import recoveries
from simkit.metrics.score import SessionScore
from simkit.paths.episode import Episode
from simkit.spec.frozen import Frozen
from simkit.trace.events import Injected

VERDICTS = ("found", "as_other_kind", "missed")
TAKEN = ("noticed", "retried", "told", "recovered")


class Injection(Frozen):
    """The faults that a test put into a run, and what became of them."""

    kinds: dict[str, dict[str, int]] = {}
    """Kind of fault to `injected`, `found`, `as_other_kind`, `missed`."""
    seen: dict[str, dict[str, int]] = {}
    """Kind of fault to each kind of finding that it was seen as; empty name: none."""
    false_findings: int = 0
    """Findings that no fault accounts for."""
    consequences: int = 0
    """Findings that are about no fault, but follow from one."""
    besides: int = 0
    """Findings of another kind on the events of a fault that was found as what it is."""
    harmless: int = 0
    """Faults that were none: the goal was reached all the same, and the kind is an error only where it was not."""
    recovery: dict[str, dict[str, int]] = {}
    """Kind of tool fault to `injected`, `noticed`, `retried`, `told`, `recovered`."""

    def asked_for(self, asked: Iterable[str]) -> Injection:
        """The same, with a row of noughts for each kind that was asked for and put in nowhere."""
        named = {*asked, *self.kinds, *self.recovery}
        kinds = {kind: self.kinds.get(kind) or _row(Counter()) for kind in AGENT_FAULTS if kind in named}
        recovery = {kind: self.recovery.get(kind) or _taken(Counter()) for kind in TOOL_FAULTS if kind in named}
        return self.model_copy(update={"kinds": kinds, "recovery": recovery})

    def __bool__(self) -> bool:
        """Whether any fault was put in, or asked for."""
        return bool(self.kinds or self.recovery)

    def to_json(self) -> dict[str, Any]:
        """What `run --inject … --json` holds besides, and `score --json` of such a run."""
        return {
            "injection": self.kinds,
            "injection_seen_as": self.seen,
            "false_findings": self.false_findings,
            "consequences": self.consequences,
            "findings_besides": self.besides,
            "harmless_injections": self.harmless,
            "recovery": self.recovery,
        }


class InjectionCount:
    """The faults in a run so far."""

    def __init__(self) -> None:
        self._verdicts: dict[str, Counter[str]] = {}
        self._seen: dict[str, Counter[str]] = {}
        self._taken: dict[str, Counter[str]] = {}
        self._false = self._follow = self._besides = 0

    def add(self, episode: Episode, score: SessionScore) -> None:
        """Count one session."""
        if not episode.log.of(Injected):
            self._false += len(score.findings)
            return
        read = read_injections(episode, score.findings, reached=verdict(score.goal) == "pass")
        for one in read.found:
            self._verdicts.setdefault(one.fault, Counter())[one.verdict] += 1
            self._besides += one.besides
            if one.verdict != "harmless":
                self._seen.setdefault(one.fault, Counter())[one.seen_as] += 1
        self._false += len(read.false)
        self._follow += read.following
        for taken in recoveries(episode):
            count = self._taken.setdefault(taken.fault, Counter(injected=0))
            count["injected"] += 1
            count.update(name for name in TAKEN if getattr(taken, name))

    def total(self) -> Injection:
        """All that was counted."""
        kinds = [kind for kind in AGENT_FAULTS if kind in self._verdicts]
        return Injection(
            kinds={kind: _row(self._verdicts[kind]) for kind in kinds},
            seen={kind: dict(sorted(self._seen.get(kind, Counter()).items())) for kind in kinds},
            false_findings=self._false,
            consequences=self._follow,
            besides=self._besides,
            harmless=sum(count["harmless"] for count in self._verdicts.values()),
            recovery={kind: _taken(self._taken[kind]) for kind in TOOL_FAULTS if kind in self._taken},
        )


def _row(count: Counter[str]) -> dict[str, int]:
    return {"injected": sum(count[name] for name in VERDICTS), **{name: count[name] for name in VERDICTS}}


def _taken(count: Counter[str]) -> dict[str, int]:
    return {name: count[name] for name in ("injected", *TAKEN)}
