"""Mutation testing of the scores: faults of every kind, put into every shipped scenario that can have them.

    python benchmarks/injection.py                     # everything: as many trials as there are kinds, and more
    python benchmarks/injection.py --trials 2 --every 16

Plays `reference` clean (no finding may be made), then with faults, then with faults of its tools; prints how many were
found, kind by kind and domain by domain, as Markdown. Exits 1 where a kind's recall is below 0.98 anywhere, or a
finding is false.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import simkit
from simkit.metrics.goal import verdict
from simkit.metrics.injected.found import read_injections
from simkit.metrics.injected.kinds import AGENT_FAULTS
from simkit.spec.files import Pack
from simkit.testing import faulty

LEAST = 0.98
SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"


def clean(pack: Pack) -> int:
    """Findings of a run without faults."""
    summary = simkit.run(pack, "reference").summary()
    found = sum(summary.total.tool_errors.values())
    print(f"Clean: {summary.total.sessions} sessions, {found} findings.\n")
    return found


def agents_faults(pack: Pack, trials: int, seed: int) -> bool:
    """Whether every fault that was put in is found well enough."""
    began = time.process_time()
    run = simkit.run(pack, faulty("reference", "all=1"), trials=trials, seed=seed)
    by_domain: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    cases: dict[str, set[str]] = defaultdict(set)
    false: Counter[str] = Counter()
    for episode, score in run.scored:
        read = read_injections(episode, score.findings, reached=verdict(score.goal) == "pass")
        false.update(one.kind for one in read.false)
        for one in read.found:
            by_domain[one.fault, score.domain][one.verdict] += 1
            cases[one.fault].add(score.scenario)
    injection = run.summary().injection
    sessions = run.summary().total.sessions
    domains = sorted({domain for _, domain in by_domain})
    print(f"With faults: {sessions} sessions, seed {seed}; CPU {time.process_time() - began:.0f} s.\n")
    print(f"| kind | scenarios | put in | found | seen as another kind | missed | {' | '.join(domains)} |")
    print("|---" * (6 + len(domains)) + "|")
    for kind in (kind for kind in AGENT_FAULTS if kind in cases):
        row = injection.kinds[kind]
        shares = " | ".join(_recall(by_domain[kind, domain]) for domain in domains)
        counts = " | ".join(str(row[name]) for name in ("injected", "found", "as_other_kind", "missed"))
        print(f"| `{kind}` | {len(cases[kind])} | {counts} | {shares} |")
    print(f"\nFalse findings: {injection.false_findings} {dict(false) or ''}; findings that follow from a fault:")
    print(f"{injection.consequences}; others on a fault's own events: {injection.besides}.\n")
    well = all(count["found"] >= LEAST * (count.total() - count["harmless"]) for count in by_domain.values())
    return well and not injection.false_findings


def _recall(count: Counter[str]) -> str:
    total = count.total() - count["harmless"]
    return f"{count['found'] / total:.3f} of {total}" if total else ""


def tools_faults(pack: Pack, trials: int, seed: int) -> None:
    """How agents take faults of their tools: the one that ignores results, and the demo agents."""
    print("| agent | fault | n | noticed | retried | told | recovered |\n|---|---|---|---|---|---|---|")
    for agent in ("reference", "demo"):
        run = simkit.run(pack, faulty(agent, "tools=1"), trials=trials, seed=seed)
        for kind, row in run.summary().injection.recovery.items():
            print(f"| {agent} | `{kind}` | {' | '.join(map(str, row.values()))} |")


def main() -> int:
    """Measure; 0 where every bound holds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=len(AGENT_FAULTS))
    parser.add_argument("--every", type=int, default=1, help="take only each so many-th scenario")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    pack = simkit.load(SCENARIOS)
    pack = Pack(pack.cases[:: given.every])
    spotless = clean(pack) == 0
    well = agents_faults(pack, given.trials, given.seed)
    tools_faults(pack, 1, given.seed)
    return 0 if spotless and well else 1


if __name__ == "__main__":
    sys.exit(main())
