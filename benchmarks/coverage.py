"""Do intervals cover as often as they say, and does the early-late test find nothing where there is nothing?

    python benchmarks/coverage.py [--runs 400] [--resamples 300]

Sessions are drawn from a known agent (`tests/simulated_chains.py`: eight states, two ends), all with one law or each
with rows of its own around it (personas), 20, 50 or 200 of them. Printed is how often the nominal 95 % interval holds
the truth: of cells (closed form and from sessions drawn anew), of P(pass) and of the steps to the end from each state;
then how often p <= 0.05 where nothing changes over turns. With personas the truth of P(pass) and steps is that of the
pooled chain, from 200,000 sessions.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from simulated_chains import STATES, agent, sessions

from simkit.paths.chain import absorption_of
from simkit.paths.chain.report import chain_report
from simkit.paths.fit.cells import cells_of
from simkit.paths.fit.certificate import certificate


def truth(alike: float | None) -> np.ndarray:
    """(K, K) probabilities that estimates tend to."""
    if alike is None:
        return agent()
    pooled = sessions(agent(), 200_000, np.random.default_rng(0), alike).matrix()
    return np.nan_to_num(pooled.counts_in(STATES) / np.maximum(pooled.counts_in(STATES).sum(axis=1, keepdims=True), 1))


def inside(low: np.ndarray, high: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Whether bounds hold the truth; nan where there are none."""
    return np.where(np.isnan(low), np.nan, (low <= value) & (value <= high))


def measured(alike: float | None, many: int, runs: int, resamples: int) -> list[float]:
    """Shares covered, and of false alarms."""
    law, rng = truth(alike), np.random.default_rng(many)
    ends = absorption_of(law, STATES, STATES[-2:])
    known = law > 0
    found: list[list[np.ndarray]] = [[], [], [], []]
    alarms = []
    for number in range(runs):
        walks = sessions(agent(), many, rng, alike)
        cells = cells_of(walks, resamples=resamples, seed=number)
        report = {one.state: one for one in chain_report(walks, resamples=resamples, seed=number).states}
        own = [report.get(state) for state in STATES[:-2]]
        values, steps = (
            np.array([(None, None) if one is None else getattr(one, name) for one in own], dtype=float)
            for name in ("value_interval", "steps_interval")
        )
        for room, bounds, goal in (
            (0, cells.credible, law),
            (1, cells.bootstrap, law),
            (2, values.T, ends.probabilities[:-2, 0]),
            (3, steps.T, ends.steps[:-2]),
        ):
            held = inside(*bounds, goal)
            found[room].append(held[known] if room < 2 else held)
        turns = certificate(walks, flips=99, seed=number).turns
        alarms.append(bool(turns and turns.p is not None and turns.p <= 0.05))
    return [*(float(np.nanmean(one)) for one in found), float(np.mean(alarms))]


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--runs", type=int, default=400)
    asked.add_argument("--resamples", type=int, default=300)
    given = asked.parse_args()
    print("| sessions | law | cell, closed form | cell, sessions | P(pass) | steps | early-late alarms |")
    print("|---|---|---|---|---|---|---|")
    for alike in (None, 15.0):
        for many in (20, 50, 200):
            row = measured(alike, many, given.runs, given.resamples)
            print(
                f"| {many} | {'personas' if alike else 'one'} | " + " | ".join(f"{x:.1%}" for x in row) + " |",
                flush=True,
            )


if __name__ == "__main__":
    main()
