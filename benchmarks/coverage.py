"""Do intervals cover as often as they say, and does the early-late test find nothing where there is nothing?

    python benchmarks/coverage.py [--runs 1000] [--resamples 200] [--workers 2]

Sessions are drawn from known agents (`tests/simulated_chains.py`: eight states, two ends): one and the same in all
runs, or one drawn at random for each run; all sessions with one law, or each with rows of its own around it
(personas); 20, 50 or 200 of them. Printed is how often the nominal 95 % interval holds the truth: of cells (closed
form and from sessions drawn anew), of P(pass) and of the steps to the end from each state; then how often p <= 0.05
where nothing changes over turns. Counts are few and whole, so with one law a single cell covers more or less than it
says by its place among the possible counts (Brown, Cai and DasGupta 2001); a law for each run averages over that. In
brackets: the standard error, runs being independent. With personas the truth is that of the pooled chain, by 10,000
personas' exact visits.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import numpy as np  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from simulated_chains import STATES, Floats, agent, drawn_agent, personas, sessions  # noqa: E402

from simkit.paths.chain import absorption_of  # noqa: E402
from simkit.paths.chain.report import chain_report  # noqa: E402
from simkit.paths.fit.cells import cells_of  # noqa: E402
from simkit.paths.fit.certificate import certificate  # noqa: E402

INNER = len(STATES) - 2
WHAT = ("cell, closed form", "cell, sessions", "P(pass)", "steps", "early-late alarms")


def pooled(law: Floats, alike: float | None, rng: np.random.Generator) -> Floats:
    """(K, K) probabilities that estimates tend to: expected transitions over expected visits."""
    if alike is None:
        return law
    laws = personas(law, 10_000, rng, alike)
    first = np.zeros((len(laws), INNER, 1))
    first[:, 0] = 1.0
    visits = np.linalg.solve(np.eye(INNER) - laws[:, :INNER, :INNER].transpose(0, 2, 1), first)[:, :, 0]
    counts = np.zeros(law.shape)
    counts[:INNER] = np.einsum("mi,mij->ij", visits, laws[:, :INNER])
    total = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)


def held(bounds: tuple[Floats, ...], truth: Floats, asked: Floats) -> tuple[int, int]:
    """How many of the intervals asked for hold the truth, and how many there are: where nothing was seen is none."""
    low, high = bounds
    there = ~np.isnan(low) & asked
    # What is 0 or 1 by a sum of probabilities is so but for its last digit.
    return int(((low <= truth + 1e-9) & (truth <= high + 1e-9))[there].sum()), int(there.sum())


def measured(drawn: bool, alike: float | None, many: int, runs: int, resamples: int) -> list[tuple[float, float]]:
    """Shares covered, and of false alarms, with their standard errors."""
    rng = np.random.default_rng([many, int(alike or 0), drawn])
    law, found = agent(), []
    truth = pooled(law, alike, rng)
    for number in range(runs):
        if drawn:
            law = drawn_agent(rng)
            truth = pooled(law, alike, rng)
        ends = absorption_of(truth, STATES, STATES[-2:])
        walks = sessions(law, many, rng, alike)
        cells = cells_of(walks, resamples=resamples, seed=number)
        report = {one.state: one for one in chain_report(walks, resamples=resamples, seed=number).states}
        own = [report.get(state) for state in STATES[:INNER]]
        values, steps = (
            np.array([(None, None) if one is None else getattr(one, name) for one in own], dtype=float).T
            for name in ("value_interval", "steps_interval")
        )
        seen = walks.matrix().counts.any(axis=1)[:, None]
        early = certificate(walks, flips=99, seed=number).turns
        found.append(
            [
                held(cells.credible, truth, (truth > 0) & seen),
                held(cells.bootstrap, truth, truth > 0),
                held(tuple(values), ends.probabilities[:INNER, 0], np.ones(INNER, dtype=bool)),
                held(tuple(steps), ends.steps[:INNER], np.ones(INNER, dtype=bool)),
                (int(bool(early and early.p is not None and early.p <= 0.05)), 1),
            ]
        )
    return [_share(one) for one in np.moveaxis(np.array(found, dtype=float), 1, 0)]


def _share(pairs: Floats) -> tuple[float, float]:
    """Of (runs, 2) numbers held and asked: their ratio and its standard error over runs."""
    good, asked = pairs.sum(axis=0)
    share = good / asked
    return float(share), float(np.sqrt(((pairs[:, 0] - share * pairs[:, 1]) ** 2).sum()) / asked)


def main() -> None:
    """Print the table."""
    told = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    told.add_argument("--runs", type=int, default=1_000)
    told.add_argument("--resamples", type=int, default=200)
    told.add_argument("--workers", type=int, default=2)
    given = told.parse_args()
    print(f"| agent | sessions | personas | {' | '.join(WHAT)} |\n|{'---|' * (3 + len(WHAT))}", flush=True)
    asked = list(itertools.product((False, True), (None, 15.0), (20, 50, 200)))
    with ProcessPoolExecutor(given.workers) as pool:
        rows = [pool.submit(measured, *one, given.runs, given.resamples) for one in asked]
        for (drawn, alike, many), row in zip(asked, rows, strict=True):
            name = "drawn anew" if drawn else "always the same"
            shares = " | ".join(f"{share:.1%} ({error:.1%})" for share, error in row.result())
            print(f"| {name} | {many} | {'yes' if alike else 'no'} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
