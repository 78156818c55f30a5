"""A run as tau2-bench scores it: mean reward and pass^k by its rules, ours beside them, and every difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simkit.errors import UsageError, one_line
from simkit.metrics.benchmarks.tau2 import Difference, Rewarded, is_tau2, rewarded
from simkit.metrics.reliability import pass_hat_k_of
from simkit.report.counting import Scored
from simkit.report.summary import Summary
from simkit.spec.frozen import Frozen


class Tau2Summary(Frozen):
    """A run's rewards, beside its summary."""

    summary: Summary
    sessions: tuple[Rewarded, ...]

    @property
    def counted(self) -> tuple[Rewarded, ...]:
        """The sessions of which tau2-bench has a reward: not what the infrastructure ended, nor what was not played."""
        return tuple(one for one in self.sessions if one.counted and one.reward is not None)

    @property
    def mean_reward(self) -> float | None:
        """Over the counted sessions; None where there are none."""
        return _mean(self.counted)

    @property
    def pass_hat_k(self) -> dict[str, float]:
        """k to the chance that k trials of a task all have reward 1, mean over tasks (`metrics.reliability`)."""
        rates = pass_hat_k_of((one.scenario, int(one.passed), 1) for one in self.counted)
        return {str(k): rate for k, rate in rates.items()}

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Of every session, in the sessions' order."""
        return tuple(difference for one in self.sessions for difference in one.differences)

    def to_json(self) -> dict[str, Any]:
        """What `score --profile tau2 --json` prints; the keys of `by_scenario` are those of `score --json`."""
        own = self.summary.total
        null = own.null_agent
        return {
            "run": self.summary.run,
            "digest": self.summary.digest,
            "profile": "tau2",
            "agent": self.summary.agent,
            "user": self.summary.user,
            "sessions": len(self.sessions),
            "counted": len(self.counted),
            "left_out": sum(not one.counted for one in self.sessions),
            "unknown": sum(one.counted and one.reward is None for one in self.sessions),
            "mean_reward": self.mean_reward,
            "passed": sum(one.passed for one in self.counted),
            "pass_hat_k": self.pass_hat_k,
            "null_agent": null.to_json() if null else None,
            "own": {
                "pass_rate": own.pass_rate,
                "passed": own.passed,
                "failed": own.failed,
                "errored": own.errored,
                "pass_hat_k": self.summary.pass_hat_k,
            },
            "differences": [one.model_dump() for one in self.differences],
            "by_scenario": {name: self._scenario(name, group) for name, group in self._scenarios()},
        }

    def _scenarios(self) -> Iterator[tuple[str, list[Rewarded]]]:
        groups: dict[str, list[Rewarded]] = {}
        for one in self.sessions:
            groups.setdefault(one.scenario, []).append(one)
        for name in sorted(groups):
            yield name, groups[name]

    def _scenario(self, name: str, group: list[Rewarded]) -> dict[str, Any]:
        own = self.summary.by_scenario[name]
        counted = [one for one in group if one.counted and one.reward is not None]
        return {
            "task": group[0].task,
            "domain": group[0].domain,
            "sessions": len(group),
            "counted": len(counted),
            "mean_reward": _mean(counted),
            "passed": sum(one.passed for one in counted),
            "own": {"pass_rate": own.pass_rate, "passed": own.passed, "failed": own.failed, "errored": own.errored},
            "null_agent": own.null_agent.to_json() if own.null_agent else None,
            "trials": [
                {
                    **one.model_dump(include={"session", "trial", "termination", "reward", "recorded", "outcome"}),
                    "components": {part.name: part.reward for part in one.components},
                }
                for one in group
            ],
        }


def tau2_summary(summary: Summary, sessions: Iterable[Scored]) -> Tau2Summary:
    """The rewards of a run's sessions. Raises UsageError where one is of no tau2-bench task."""
    found = []
    for episode, score in sessions:
        if not is_tau2(episode):
            what = f"session '{one_line(score.session, 80)}' is of no tau2 task"
            raise UsageError(f"--profile tau2: {what}; make a run by simkit import tau2 FILE, or leave --profile out")
        found.append(rewarded(episode, score))
    return Tau2Summary(summary=summary, sessions=tuple(found))


def print_tau2(found: Tau2Summary, *, console: Console | None = None, most: int = 12) -> None:
    """Print both scores, the null agent's beside them, and the first `most` differences with their reasons."""
    console = console or Console(stderr=True, highlight=False)
    own, mean = found.summary.total, found.mean_reward
    counted, passed = len(found.counted), sum(one.passed for one in found.counted)
    lines = [
        Text.assemble((one_line(found.summary.run, 60), "bold"), (f"  {len(found.sessions)} sessions", "dim")),
        _line("tau2", "n/a" if mean is None else f"{mean:.3f}", f"mean reward, {passed} of {counted} sessions passed"),
        _line("simkit", _share(own.pass_rate), f"{own.passed} of {own.evaluable} sessions passed"),
    ]
    if null := own.null_agent:
        told = f"an agent that does nothing passes {null.passed} of {null.scenarios} scenarios"
        lines.append(_line("baseline", _share(null.pass_rate), told))
    if len(found.pass_hat_k) > 1:
        lines.append(_line("pass^k", "", "   ".join(f"k={k} {rate:.3f}" for k, rate in found.pass_hat_k.items())))
    left, unknown = len(found.sessions) - counted, sum(one.counted and one.reward is None for one in found.sessions)
    if left:
        told = f"{left - unknown} left out (ended by the infrastructure, or not played), {unknown} cannot be told"
        lines.append(_line("not counted", "", told))
    console.print(Padding(Group(*lines), (1, 1, 1, 1)))
    console.print(Padding(_differences(found.differences, most), (0, 1, 1, 1)))


def _differences(differences: tuple[Difference, ...], most: int) -> Table | Text:
    if not differences:
        return Text("No difference: the recorded rewards, their rules and our outcomes agree on every session.")
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for name, width in (("Differs in", 24), ("tau2", 8), ("simkit", 14)):
        table.add_column(name, overflow="fold", max_width=width)
    table.add_column(f"Why ({min(most, len(differences))} of {len(differences)})", ratio=1, overflow="fold")
    for one in differences[:most]:
        where = f"{one_line(one.session, 80)} {one.about}"
        cells = ("none" if value is None else str(value) for value in (one.theirs, one.ours))
        table.add_row(Text(where), *map(Text, cells), Text(one_line(one.why, 300)))
    return table


def _line(name: str, figure: str, told: str) -> Text:
    return Text.assemble((f"{name:<12}", "dim"), (f"{figure:<7}" if figure else "", "bold"), told)


def _share(rate: float | None) -> str:
    return "n/a" if rate is None else f"{rate:.3f}"


def _mean(sessions: Iterable[Rewarded]) -> float | None:
    rewards = [one.reward for one in sessions if one.reward is not None]
    return sum(rewards) / len(rewards) if rewards else None
