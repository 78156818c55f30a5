"""Are faults of users found where they were put, and nowhere else? Every kind, over the whole shipped suite.

python benchmarks/user_faults.py [AGENT ...]

A session counts as *put* where the fault was possible and matters: leaving early does not where the goal was reached.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import anyio

import simkit
from simkit.metrics.score import USER_FAULT_KINDS, SessionScore
from simkit.play.recording import Unrecorded
from simkit.play.suite import Cast, play_suite, sittings
from simkit.scored import Table
from simkit.spec.files import Pack
from simkit.spread.casting import cast_of
from simkit.testing import faulty_user
from simkit.trace.log import Log
from simkit.users.agenda import Agenda

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"


def played(pack: Pack, cast: Cast) -> list[SessionScore]:
    """Every session of the suite once, scored."""
    table = Table()

    def done(log: Log) -> None:
        table.add(log, log.digest)

    async def play() -> None:
        todo = sittings(pack.cases, cast, trials=[0], seed=0, versions={})
        await play_suite(todo, cast=cast, at_once=64, recorder=lambda key: Unrecorded(), done=done)

    anyio.run(play)
    return [score for _, score in table.kept() or ()]


def row(pack: Pack, agent: str, kind: str) -> str:
    """What became of one kind of fault."""
    noted: set[str] = set()
    maker = faulty_user(kind, Agenda, lambda key, turn: noted.add(str(key)))
    scores = played(pack, replace(cast_of(pack, agent, "agenda"), user=("faulty", maker)))
    put = {one.session for one in scores if one.session in noted and (kind != "ended_early" or not one.passed)}
    found = {one.session for one in scores if any(fault.kind == kind for fault in one.user_faults)}
    as_other = {one.session for one in scores if one.session in put - found and one.user_faults}
    elsewhere = {one.session for one in scores if one.session not in noted and one.user_faults}
    return f"| {agent} | {kind} | {len(put)} | {len(put & found)} | {len(as_other)} | {len(elsewhere)} |"


def main() -> None:
    """Print the table."""
    pack = simkit.load(SCENARIOS)
    print("| agent | kind | put | found | as another kind | in other sessions |")
    print("|---|---|---|---|---|---|")
    for agent in sys.argv[1:] or ("reference", "demo"):
        clean = sum(bool(score.user_faults) for score in played(pack, cast_of(pack, agent, "agenda")))
        print(f"| {agent} | none | 0 | 0 | 0 | {clean} |")
        for kind in USER_FAULT_KINDS:
            print(row(pack, agent, kind), flush=True)


if __name__ == "__main__":
    main()
