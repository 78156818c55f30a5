"""Whether statistics keep their word: coverage of intervals, errors of `--until-sure`, false alarms of `compare`.

    python benchmarks/intervals.py [REPLICATES]        2000, if left out: some minutes; the seed is fixed

Truth is known here: pass rates of scenarios are drawn from Beta(a, b), trials are drawn from them.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from math import comb

import numpy as np

from simkit.metrics.comparing.cells import CellCounts, RunCells
from simkit.metrics.comparing.comparison import compare
from simkit.metrics.statistics.beta import posterior
from simkit.metrics.statistics.curves import curves
from simkit.metrics.statistics.sequential import UntilSure, decided

Draw = np.random.RandomState
KINDS = {"alike, 80 %": (40, 10), "mixed, 67 %": (2, 1), "good, 95 %": (19, 1), "mostly sure, 90 %": (0.9, 0.1)}
"""What scenarios are like: their pass rates are Beta(a, b)."""


def main(replicates: int) -> None:
    """Print all tables as Markdown."""
    print(f"{replicates} replicates each.\n\n### Intervals of pass^k: how often they hold the truth (want 95 %)\n")
    table(
        ("scenarios are", "scenarios x trials, k", "ours", "width", "percentile bootstrap", "width"),
        coverage(replicates),
    )
    print("\n### Credible intervals of one scenario, rates drawn from the prior (want 95 %)\n")
    table(("trials", "holds the truth"), credible(replicates))
    print("\n### `--until-sure`: wrong decisions (at most 5 %) and trials spent (of 20)\n")
    table(("rates", "threshold", "wrong, ever", "decided in 20", "trials, mean"), sequential(replicates))
    print("\n### `compare`, agent unchanged: called regressed (at most 5 %), and improved\n")
    table(("scenarios are", "scenarios x trials", "over", "regressed", "improved"), unchanged(replicates // 4))
    print("\n### `compare`, agent changed: found, the drop promised to be found in 80 % (MDE), and coverage\n")
    table(("drop", "scenarios x trials", "found", "mean MDE", "interval holds the drop"), changed(replicates // 4))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def percent(share: float) -> str:
    """With one digit."""
    return f"{100 * share:.1f} %"


def coverage(replicates: int) -> list[list[str]]:
    """Ours and the percentile bootstrap over the same draws."""
    rows = []
    for name, (a, b) in KINDS.items():
        for scenarios, n, k in ((5, 4, 1), (10, 1, 1), (10, 4, 3), (20, 4, 1), (50, 1, 1), (50, 4, 3), (200, 2, 2)):
            draw, held, wide = Draw(1), Counter(), Counter()
            truth = float(np.prod([(a + i) / (a + b + i) for i in range(k)]))
            for _ in range(replicates):
                passes = draw.binomial(n, draw.beta(a, b, scenarios))
                point = next(one for one in curves((int(c), n) for c in passes).pass_hat_k if one.k == k)
                values = np.array([comb(int(c), k) / comb(n, k) for c in passes])
                means = values[draw.randint(0, scenarios, (500, scenarios))].mean(axis=1)
                for method, (low, high) in (("ours", point[2:4]), ("plain", np.quantile(means, (0.025, 0.975)))):
                    held[method] += low - 1e-12 <= truth <= high + 1e-12
                    wide[method] += high - low
            figures = [f(sums[method] / replicates) for method in ("ours", "plain") for f, sums in
                       ((percent, held), (lambda width: f"{width:.2f}", wide))]  # fmt: skip
            rows.append([name, f"{scenarios} x {n}, k={k}", *figures])
    return rows


def credible(replicates: int) -> list[list[str]]:
    """A Bayesian interval is calibrated over its own prior."""
    rows = []
    for n in (1, 4, 8, 20, 100):
        draw = Draw(2)
        rates = draw.beta(0.5, 0.5, 10 * replicates)
        held = [posterior(int(c), n).low <= rate <= posterior(int(c), n).high
                for c, rate in zip(draw.binomial(n, rates), rates, strict=True)]  # fmt: skip
        rows.append([str(n), percent(float(np.mean(held)))])
    return rows


def sequential(replicates: int) -> list[list[str]]:
    """A decision after each of 20 rounds; `wrong, ever`: within 200."""
    rows = []
    suites = {
        "one scenario, 0.5": ([0.5 - 1e-9], 0.5), "one scenario, 0.4": ([0.4], 0.5), "one scenario, 0.3": ([0.3], 0.5),
        "one scenario, 0.05": ([0.05], 0.5), "one scenario, 0.9": ([0.9 - 1e-9], 0.9),
        "20 scenarios, all 0.9": ([0.9 - 1e-9] * 20, 0.9),
        "20 scenarios, 15 always, 5 never": ([1.0] * 15 + [0.0] * 5, 0.9),
        "20 scenarios, half 0.99, half 0.7": ([0.99] * 10 + [0.7] * 10, 0.9),
        "20 scenarios, all 0.97": ([0.97] * 20, 0.9),
    }  # fmt: skip
    for name, (rates, threshold) in suites.items():
        draw, wrong, soon, spent = Draw(3), 0, 0, 0
        truth = "above" if np.mean(rates) > threshold else "below"
        for _ in range(replicates):
            passed = np.cumsum((draw.random_sample((200, len(rates))) < rates).sum(axis=1))
            looks = (decided(int(c), len(rates) * (place + 1), threshold) for place, c in enumerate(passed))
            at, found = next(((at, one) for at, one in enumerate(looks, 1) if one != "open"), (201, truth))
            wrong += found != truth
            soon += at <= 20
            spent += min(at, 20)
        rows.append([name, f"{threshold:g}", percent(wrong / replicates), percent(soon / replicates),
                     f"{spent / replicates:.1f}"])  # fmt: skip
    rates = Draw(4).beta(0.4, 0.2, 100)
    spent, decisions = Draw(5), Counter()
    for _ in range(max(1, replicates // 100)):
        counts = dict.fromkeys(map(str, range(100)), (0, 0))
        for number in range(20):
            open_now = UntilSure().open(counts) if number else set(counts)
            for one in sorted(open_now):
                counts[one] = (counts[one][0] + (spent.random_sample() < rates[int(one)]), counts[one][1] + 1)
        for one, count in counts.items():
            found = decided(*count, 0.5)
            right = "above" if rates[int(one)] > 0.5 else "below"
            decisions["wrong" if found not in (right, "open") else "decided" if found != "open" else "open"] += 1
            decisions["trials"] += count[1]
    total = decisions["wrong"] + decisions["decided"] + decisions["open"]
    rows.append(["100 scenarios, each by itself", "0.5", percent(decisions["wrong"] / total),
                 percent(1 - decisions["open"] / total), f"{decisions['trials'] / total:.1f}"])  # fmt: skip
    return rows


def run_of(rates: np.ndarray, n: int, draw: Draw) -> RunCells:
    """A run of n trials of scenarios with these pass rates."""
    run = RunCells("run")
    for place, c in enumerate(draw.binomial(n, rates)):
        cell = CellCounts(n)
        for number in range(n):
            cell.add("pass", float(number < c))
        run.cells[f"s{place}", "plain"] = cell
        run.digests[f"s{place}"] = set()
    return run


def unchanged(replicates: int) -> list[list[str]]:
    """The same rates in both runs; and rates that wander from run to run, with the same mean."""
    rows = []
    wander: dict[str, Callable[[Draw, np.ndarray], np.ndarray]] = {
        "": lambda draw, rates: rates,
        ", each run shifts them": lambda draw, rates: draw.beta(3 * rates + 0.01, 3 * (1 - rates) + 0.01),
    }  # fmt: skip
    for kind in ("mixed, 67 %", "good, 95 %"):
        for shift, shifted in wander.items():
            for scenarios, n in ((3, 8), (20, 1), (20, 4), (100, 4)):
                for over in ("scenarios", "trials") if scenarios > 5 else ("trials",):
                    draw, found = Draw(6), Counter()
                    for _ in range(replicates):
                        rates = draw.beta(*KINDS[kind], scenarios)
                        a, b = (run_of(shifted(draw, rates), n, draw) for _ in range(2))
                        found[compare(a, b, over).verdict] += 1
                    shares = [percent(found[one] / replicates) for one in ("regressed", "improved")]
                    rows.append([kind + shift, f"{scenarios} x {n}", over, *shares])
    return rows


def changed(replicates: int) -> list[list[str]]:
    """Every rate falls by the same factor."""
    rows = []
    for factor in (0.95, 0.85, 0.7):
        for scenarios, n in ((20, 1), (20, 4), (100, 4)):
            draw, found, promised, held, drops = Draw(7), 0, [], 0, []
            for _ in range(replicates):
                rates = draw.beta(3, 1, scenarios)
                one = compare(run_of(rates, n, draw), run_of(rates * factor, n, draw), "scenarios").passes
                found += one.verdict == "regressed"
                promised.append(one.mde)
                truth = 0.75 * (factor - 1)
                drops.append(-truth)
                held += one.low <= truth <= one.high
            rows.append([percent(float(np.mean(drops))), f"{scenarios} x {n}", percent(found / replicates),
                         percent(float(np.mean(promised))), percent(held / replicates)])  # fmt: skip
    return rows


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
