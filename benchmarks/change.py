"""How often the test for change cries wolf, and how often it sees a change: `python benchmarks/change.py [--quick]`

Four scenarios on an agent of eight states (tests/simulated_chains.py): the same law for both runs, with all sessions
alike and with a persona of its own in each (rows drawn around the law, concentration 15); and one row changed by 0.15,
with both. 10, 30 and 100 sessions a run. Beside it the textbook G-test, which takes transitions as independent.
Where nothing changed, 5 % is what both promise. The same row changed in an agent that comes to it more often shows how
much the power depends on the agent. Then whether runs of the size that `power` asks for show the change in the 80 % it
promises: one to eight trials of each scenario, scenarios that differ, the same ones in both runs or others.
Needs scipy for the G-test alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from simulated_chains import agent, hub_agent, sessions, shows_what_was_planned  # noqa: E402

from simkit.paths.change.counted import row_statistics, session_counts  # noqa: E402
from simkit.paths.change.verdict import change  # noqa: E402
from simkit.paths.walks import Walks  # noqa: E402

SCENARIOS = {
    "same law, sessions alike": (agent, 0.0, None),
    "same law, each session its own persona": (agent, 0.0, 15.0),
    "one row changed, sessions alike": (agent, 0.15, None),
    "one row changed, each session its own persona": (agent, 0.15, 15.0),
    "hub, same law, sessions alike": (hub_agent, 0.0, None),
    "hub, one row changed, sessions alike": (hub_agent, 0.15, None),
    "hub, one row changed, each session its own persona": (hub_agent, 0.15, 15.0),
}
SIZES = (10, 30, 100)
Law = Callable[..., np.ndarray]


def textbook(before: Walks, after: Walks) -> float:
    """The p of a G-test of homogeneity with the degrees of freedom of the observed cells."""
    from scipy.stats import chi2

    counted = session_counts((before, after))
    ours = counted.of(np.repeat([0, 1], [len(before), len(after)])[None].astype(np.uint8))
    both = (counted.in_rows(ours)[0] > 0) & (counted.visits > counted.in_rows(ours)[0])
    degrees = (np.bincount(counted.row)[both] - 1).sum()
    return float(chi2.sf(row_statistics(counted, ours)[0][both].sum(), max(degrees, 1)))


def rates(law: Law, changed: float, alike: float | None, size: int, times: int) -> list[float]:
    """How often p is at most 0.05 by permutation, q of any row is, and p is by textbook."""
    rng = np.random.default_rng([int(100 * changed), int(alike or 0), size])
    found = []
    for number in range(times):
        one, two = sessions(law(), size, rng, alike), sessions(law(changed), size, rng, alike, "other")
        told = change(one, two, permutations=199, seed=number)
        found.append((told.changed, bool(told.changed_rows), textbook(one, two) <= 0.05))
    return np.mean(found, axis=0).tolist()  # type: ignore[no-any-return]


def main() -> None:
    """The table."""
    times = 100 if "--quick" in sys.argv else 1_000
    print(f"| {times:,} pairs of runs each | sessions a run | simkit, whole | simkit, any row | textbook G-test |")
    print("|---|---|---|---|---|")
    for name, (law, changed, alike) in SCENARIOS.items():
        for size in SIZES:
            told = " | ".join(f"{rate:.1%}" for rate in rates(law, changed, alike, size, times))
            print(f"| {name} | {size} | {told} |", flush=True)
    print(f"\n| planned for 80 %, {times:,} pairs of runs each | other scenarios | the same scenarios |")
    print("|---|---|---|")
    for each in (1, 4, 8):
        shown = (
            shows_what_was_planned(times, each, paired, np.random.default_rng([each, paired]), alike=4.0)
            for paired in (False, True)
        )
        print(f"| trials of each: {each} | {' | '.join(f'{share:.1%}' for share in shown)} |", flush=True)


if __name__ == "__main__":
    main()
