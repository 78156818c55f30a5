"""Whether scenarios that `simkit check --difficulty` calls hard fail more often, and what a check costs.

    python benchmarks/difficulty.py [TRIALS]        2, if left out: some minutes

Two agents play what ships: each domain's demo agent, which lacks the same things in every session, and the reference
agent with one random fault of its own in half of its sessions.
"""

from __future__ import annotations

import sys
from time import process_time

from simkit import api
from simkit.errors import UsageError
from simkit.lint.against import agreement

AGENTS = {"demo": None, "reference, faults in half": "faulty:all=0.5:reference"}


def main(trials: int) -> None:
    """Print both tables as Markdown."""
    began = process_time()
    checked = api.check()
    whole = process_time() - began
    began = process_time()
    quick = api.check(quick=True)
    sessions = sum(len(case.personas) for case in checked.pack.cases)
    print(f"check: {len(checked.pack.cases)} scenarios, {sessions} sessions, {whole:.1f} s of CPU; ", end="")
    print(f"--quick, files read already: {process_time() - began:.1f} s\n")
    assert len(quick.pack.cases) == len(checked.pack.cases)
    print("| agent | domain | scenarios | rank correlation | 95 % interval |\n|---|---|---|---|---|")
    domains = sorted({case.domain.name for case in checked.pack.cases})
    for name, agent in AGENTS.items():
        outcomes = list(api.run(checked.pack, agent, trials=trials).scored.outcomes())
        for domain in ("all", *domains):
            names = {case.scenario.scenario for case in checked.pack.cases if domain in ("all", case.domain.name)}
            try:
                found = agreement([one for one in checked.difficulty if one.scenario in names], outcomes)
            except UsageError:
                continue
            between = f"{found.low:+.2f} to {found.high:+.2f}"
            print(f"| {name} | {domain} | {found.scenarios} | {found.rho:+.2f} | {between} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
