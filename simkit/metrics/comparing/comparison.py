"""Two runs, paired by scenario and persona: what got better, what got worse, and what cannot be told.

The value of a scenario is the mean over its personas of the mean over trials, so that a run with more trials of one
persona is not another mixture; the effect is the mean over scenarios of B less A. Which test, interval and correction:
`metrics.statistics.paired` and docs/what-a-score-means.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from math import fsum, lcm
from operator import itemgetter
from typing import Literal

from simkit.errors import UsageError, one_line
from simkit.metrics.comparing.cells import ANY_ERROR, LESS_EFFORT, PASS, SHARES, RunCells
from simkit.metrics.comparing.values import Change, Comparison, Effect, Over, Verdict
from simkit.metrics.score import ERROR_KINDS
from simkit.metrics.statistics.beta import CONFIDENCE
from simkit.metrics.statistics.many import holm
from simkit.metrics.statistics.paired import (
    Cell,
    Spread,
    Test,
    over_scenarios,
    over_trials,
    shuffled,
    sign_flip,
    t_test,
    trial_error,
)

ALPHA = 1 - CONFIDENCE
FEW = 6
"""Scenarios below which flipping signs can show nothing: 2 / 2^5 is above 5 %."""

Key = tuple[str, str]


def compare(a: RunCells, b: RunCells, over: Over | None = None) -> Comparison:
    """B against A. `over`: whether to speak of scenarios like these, or of exactly these (`trials`); left out:
    scenarios, from 6 on. Raises UsageError for runs that share nothing."""
    keys = _shared(a, b)
    by_name = {name: list(group) for name, group in groupby(keys, key=itemgetter(0))}
    names = sorted(by_name)
    over = over or ("scenarios" if len(names) >= FEW else "trials")
    passes = _effect(PASS, a, b, keys, over)[0]
    otherwise = _effect(PASS, a, b, keys, "trials" if over == "scenarios" else "scenarios")[0]
    kinds = [_effect(name, a, b, keys, over) for name in (ANY_ERROR, *ERROR_KINDS)]
    efforts = [_effect(name, a, b, keys, over) for name in (*LESS_EFFORT, *sorted(a.extra | b.extra))]
    changes = [_change(name, a, b, by_name[name]) for name in names]
    one_family = {f"error {one.name}": test for one, test in kinds} | {
        f"scenario {one.name}": test for one, test in changes
    }
    adjusted = _adjusted(one_family)
    errors = tuple(_judged(one, adjusted[f"error {one.name}"]) for one, _ in kinds)
    by_effort = _adjusted({one.name: test for one, test in efforts})
    scenarios = [_settled(one, adjusted[f"scenario {one.name}"]) for one, _ in changes]
    verdict, because = _verdict(passes, errors, scenarios)
    return Comparison(
        run_a=a.name,
        run_b=b.name,
        agent_a=", ".join(sorted(a.agents)),
        agent_b=", ".join(sorted(b.agents)),
        over=over,
        verdict=verdict,
        because=because,
        passes=passes,
        passes_otherwise=otherwise,
        errors=errors,
        effort=tuple(_judged(one, by_effort[one.name]) for one, _ in efforts if one.effect is not None),
        scenarios=tuple(sorted(scenarios, key=lambda one: (one.effect, one.p, one.name))),
        only_a=tuple(sorted(a.scenarios() - b.scenarios())),
        only_b=tuple(sorted(b.scenarios() - a.scenarios())),
        edited=tuple(name for name in names if a.digests[name] != b.digests[name]),
        invalid_a=a.invalid,
        invalid_b=b.invalid,
    )


def _shared(a: RunCells, b: RunCells) -> list[Key]:
    if not a.scenarios() & b.scenarios():
        first = [one_line(next(iter(sorted(run.scenarios())), "nothing"), 60) for run in (a, b)]
        what = f"{a.name} and {b.name} share no scenario (one played {first[0]}, the other {first[1]})"
        raise UsageError(f"{what}; compare two runs of the same scenarios")
    played = a.cells.keys() & b.cells.keys()
    if not played:
        what = f"{a.name} and {b.name} play no scenario with the same persona"
        raise UsageError(f"{what}; compare two runs of the same scenarios and personas")
    return sorted(key for key in played if a.cells[key].n and b.cells[key].n)


def _effect(name: str, a: RunCells, b: RunCells, keys: Sequence[Key], over: Over) -> tuple[Effect, Test]:
    """One figure over all scenarios; its verdict is that of an uncorrected test."""
    paired = [key for key in keys if a.cells[key].amount(name).n and b.cells[key].amount(name).n]
    better: Literal["higher", "lower"] = "higher" if name not in (*SHARES - {PASS}, *LESS_EFFORT) else "lower"
    counts = tuple(sum(run.cells[key].amount(name).n for key in paired) for run in (a, b))
    if not paired:
        return Effect(name, better, None, None, None, None, None, None, None, None, "inconclusive", 0, 0, 0), Test(1, 1)
    by_a, by_b = _means(name, a, paired), _means(name, b, paired)
    differences = [by_b[scenario] - by_a[scenario] for scenario in by_a]
    spread, test = _spread(name, a, b, paired, over, differences)
    effect = Effect(
        name, better, _mean(by_a), _mean(by_b), *spread, p=test.p, p_adjusted=test.p, verdict="inconclusive",
        scenarios=len(differences), sessions_a=counts[0], sessions_b=counts[1],
    )  # fmt: skip
    return _judged(effect, test.p), test


def _means(name: str, run: RunCells, paired: Sequence[Key]) -> dict[str, float]:
    by_scenario: dict[str, list[float]] = {}
    for key in paired:
        by_scenario.setdefault(key[0], []).append(run.cells[key].amount(name).mean)
    return {scenario: fsum(means) / len(means) for scenario, means in by_scenario.items()}


def _mean(values: Mapping[str, float]) -> float:
    return fsum(values.values()) / len(values)


def _spread(
    name: str, a: RunCells, b: RunCells, paired: Sequence[Key], over: Over, differences: Sequence[float]
) -> tuple[Spread, Test]:
    if name in SHARES:
        cells = _cells(name, a, b, paired)
        if over == "trials":
            return over_trials(cells), shuffled(cells)
        step = 1 / max(max(cell.n_a, cell.n_b) for cell in cells)
        spread = over_scenarios(differences, bounded=True, step=step, noise=trial_error(cells))
    else:
        spread = over_scenarios(differences, bounded=False)
    return spread, (t_test(differences) if over == "trials" else sign_flip(differences, _grain(a, b, paired)))


def _cells(name: str, a: RunCells, b: RunCells, paired: Sequence[Key]) -> list[Cell]:
    """Scenarios and personas as counts; personas of a scenario weigh alike, and so do scenarios."""
    personas = Counter(scenario for scenario, _ in paired)
    amounts = [(a.cells[key].amount(name), b.cells[key].amount(name)) for key in paired]
    return [
        Cell(int(before.total), before.n, int(after.total), after.n, 1 / (len(personas) * personas[scenario]))
        for (scenario, _), (before, after) in zip(paired, amounts, strict=True)
    ]


def _grain(a: RunCells, b: RunCells, paired: Sequence[Key]) -> int | None:
    """What every difference of whole numbers is a multiple of one over; None where that is too fine to be of use."""
    personas = Counter(scenario for scenario, _ in paired)
    grain = lcm(*personas.values()) * lcm(*(run.cells[key].n for run in (a, b) for key in paired))
    return grain if grain <= 10_000 else None


def _change(name: str, a: RunCells, b: RunCells, keys: Sequence[Key]) -> tuple[Change, Test]:
    cells = _cells(PASS, a, b, keys)
    test = shuffled(cells)
    before, after = [a.cells[key].passes() for key in keys], [b.cells[key].passes() for key in keys]
    reason, session = b.why(name)
    return Change(
        name,
        *_sums(before),
        *_sums(after),
        effect=fsum(cell.weight * cell.difference for cell in cells),
        p=test.p,
        p_adjusted=test.p,
        verdict="inconclusive",
        flaky=any(0 < c < n for c, n in (*before, *after)),
        reason=reason,
        session=session,
    ), test


def _sums(counts: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(c for c, _ in counts), sum(n for _, n in counts)


def _adjusted(tests: Mapping[str, Test]) -> dict[str, float]:
    """Holm's p-values. A test that could not have come out below 5 %, whichever way the sessions fell, can raise no
    false alarm: it keeps its p and is not counted (after Tarone 1990)."""
    able = holm({name: test.p for name, test in tests.items() if test.least <= ALPHA})
    return {name: able.get(name, test.p) for name, test in tests.items()}


def _judged(one: Effect, p: float) -> Effect:
    """With a verdict: the corrected test rejects, and the interval leaves 0 out."""
    apart = one.low is None or one.high is None or one.low > 0 or one.high < 0
    return replace(one, p_adjusted=p, verdict=_direction(one.effect, one.better == "higher", p, apart))


def _settled(one: Change, p: float) -> Change:
    return replace(one, p_adjusted=p, verdict=_direction(one.effect, True, p, True))


def _direction(effect: float | None, higher: bool, p: float, apart: bool) -> Verdict:
    if not effect or p > ALPHA or not apart:
        return "inconclusive"
    return "improved" if (effect > 0) == higher else "regressed"


def _verdict(passes: Effect, errors: Sequence[Effect], scenarios: Sequence[Change]) -> tuple[Verdict, str]:
    """The pass rate decides where it can, unless a scenario broke for certain; where it is open, tool-use errors do."""
    rate: dict[Verdict, list[str]] = {passes.verdict: ["the pass rate"]}
    kinds, cases = _by_verdict(errors), _by_verdict(scenarios)
    order: tuple[tuple[Verdict, dict[Verdict, list[str]]], ...] = (
        ("regressed", rate), ("regressed", cases), ("improved", rate),
        ("regressed", kinds), ("improved", cases), ("improved", kinds),
    )  # fmt: skip
    for verdict, names in order:
        if found := names.get(verdict):
            but = ", though the pass rate improved" if verdict == "regressed" and passes.verdict == "improved" else ""
            return verdict, f"{_names(found)} {verdict}{but}"
    return "inconclusive", "no difference that these trials can tell from chance"


def _by_verdict(found: Sequence[Effect] | Sequence[Change]) -> dict[Verdict, list[str]]:
    names: dict[Verdict, list[str]] = {}
    for one in found:
        names.setdefault(one.verdict, []).append(one.name)
    return names


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(one_line(name, 60) for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
