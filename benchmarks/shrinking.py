"""How small failing sessions get, and whether fuzzing finds each breach of a rule that can be put in.

    python benchmarks/shrinking.py                               # all shipped domains
    python benchmarks/shrinking.py scenarios/retail --per 2 --sessions 150

For each domain: of each kind of fault, `--per` sessions of `reference` with that fault are made smaller (`simkit
shrink`); then `simkit fuzz` plays `--sessions` drawn sessions with a breach of each kind of rule put in. Prints both as
Markdown. Events are what is said and called. Exits 1 where a median is above 3 user turns or 20 % of the events, or a
breach that can be put in is not found.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

import simkit
from simkit.agents.faulty.plans import plans_for
from simkit.agents.faulty.stage import Stage
from simkit.errors import UsageError
from simkit.metrics.injected.kinds import AGENT_FAULTS, FOUND_AS
from simkit.probe.fuzz.session import Terms, fuzz
from simkit.probe.shrink.session import ShrunkSession, shrink
from simkit.spec.files import Pack
from simkit.spec.rules import RULE_KINDS
from simkit.testing import faulty
from simkit.trace.events import Injected

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
TURNS, SHARE = 3, 0.2
LONG = (10, 15, 20)
"""Sessions of at least so many events are shown by themselves: a failing call takes two events (the words of the user
and the call), and of fewer than ten that is more than `SHARE`."""
TRIES = 12
"""Scenarios that are tried for one that can have a kind of fault."""


def made_smaller(pack: Pack, kind: str, per: int, seed: int) -> Iterator[ShrunkSession]:
    """Sessions of a domain with that fault, made smaller."""
    draw = random.Random(f"{seed} {kind} {pack.domains[0].name}")
    left = per
    for case in draw.sample(pack.cases, min(TRIES * per, len(pack.cases))):
        if not left:
            return
        with tempfile.TemporaryDirectory() as folder:
            alone = Pack((case,), pack.domains, pack.personas)
            agent = f"faulty:{kind}=1:reference"
            run = simkit.run(alone, agent, seed=seed, out=Path(folder) / "run", paths=[str(case.domain.folder)])
            faults = [e for e, _ in run.scored if any(isinstance(event, Injected) for event in e.events)]
            if not faults:
                continue
            try:
                yield shrink(run, str(draw.choice(faults).log.session), out=Path(folder) / "small")
                left -= 1
            except UsageError as error:
                print(f"{kind} {case.scenario.scenario}: {error}", file=sys.stderr)


def shrinking(packs: Sequence[Pack], per: int, seed: int) -> bool:
    """Prints how small the sessions get; whether that is small enough."""
    by_kind: dict[str, list[ShrunkSession]] = defaultdict(list)
    by_domain: dict[str, list[ShrunkSession]] = defaultdict(list)
    began = time.process_time()
    for pack in packs:
        for kind in AGENT_FAULTS:
            for one in made_smaller(pack, kind, per, seed):
                by_kind[kind].append(one)
                by_domain[pack.domains[0].name].append(one)
                print(kind, one.origin.session, one.shrunk.size_before, one.shrunk.size_after, file=sys.stderr)
    every = [one for some in by_kind.values() for one in some]
    print("| | sessions | user turns | events | share | whole log | share | records | played |")
    print("|---|---|---|---|---|---|---|---|---|")
    long = {f"of {size} events or more": [one for one in every if events(one)[0] >= size] for size in LONG}
    for name, some in [*by_kind.items(), *by_domain.items(), *long.items(), ("**all**", every)]:
        if not some:
            continue
        cells = [_medians(some, turns), *_with_share(some, events), *_with_share(some, whole), _medians(some, records)]
        print(f"| {name} | {len(some)} | {' | '.join(cells)} | {median(one.shrunk.sessions for one in some):g} |")
    print(f"\nMedians. CPU {(time.process_time() - began) / len(every):.1f} s for each session.\n")
    small = median(one.shrunk.size_after.turns for one in every) <= TURNS
    return small and share(every, events) <= SHARE


Measure = Callable[[ShrunkSession], tuple[int, int]]


def turns(one: ShrunkSession) -> tuple[int, int]:
    """User turns before and after."""
    return one.shrunk.size_before.turns, one.shrunk.size_after.turns


def events(one: ShrunkSession) -> tuple[int, int]:
    """What is said and called."""
    return one.shrunk.size_before.events, one.shrunk.size_after.events


def whole(one: ShrunkSession) -> tuple[int, int]:
    """Every event of the log, those among them that each session has."""
    return len(one.origin.episode.events), len(one.shrunk.played.episode.events)


def records(one: ShrunkSession) -> tuple[int, int]:
    """Records of the world at the start."""
    return one.shrunk.size_before.records, one.shrunk.size_after.records


def _medians(some: Sequence[ShrunkSession], measure: Measure) -> str:
    before, after = zip(*map(measure, some), strict=True)
    return f"{median(before):g} → {median(after):g}"


def _with_share(some: Sequence[ShrunkSession], measure: Measure) -> tuple[str, str]:
    return _medians(some, measure), f"{share(some, measure):.0%}"


def share(some: Sequence[ShrunkSession], measure: Measure) -> float:
    """The median of what is left."""
    return median(after / before for before, after in map(measure, some))


def breaches(pack: Pack, kind: str) -> set[str]:
    """Every rule of that kind of which some scenario can have a breach, by id."""
    found: set[str] = set()
    for case in pack.cases:
        stage = Stage(case.domain, case.scenario, case.personas[0])
        found |= {plan.rule for plan in plans_for(stage, kind, random.Random(0))}
    return found


def fuzzing(packs: Sequence[Pack], sessions: int, shrinks: int, seed: int) -> bool:
    """Prints which breaches are found; whether all of them are."""
    print("| domain | kind of rule | rules | found | drawn | user turns | events before | after |")
    print("|---|---|---|---|---|---|---|---|")
    well = True
    for pack in packs:
        for kind in RULE_KINDS:
            wanted = breaches(pack, kind)
            if not wanted:
                continue
            with tempfile.TemporaryDirectory() as folder:
                terms = Terms(
                    faulty("reference", f"{kind}=1"), max_sessions=sessions, shrink_sessions=shrinks, seed=seed
                )
                found = fuzz(pack, folder, terms)
            mine = [
                one
                for one in found.found
                if one.broken.mark.what == FOUND_AS[kind] and one.broken.mark.about in wanted and one.shrunk
            ]
            missing = wanted - {one.broken.mark.about for one in mine}
            well = well and not missing
            sizes = [one.shrunk.size_after for one in mine if one.shrunk]
            told = [median(one.turns for one in sizes), median(one.events for one in mine)] if mine else ["", ""]
            told += [median(one.events for one in sizes)] if mine else [""]
            lacks = f" (not: {', '.join(sorted(missing))})" if missing else ""
            row = [
                pack.domains[0].name,
                f"`{kind}`",
                len(wanted),
                f"{len(wanted) - len(missing)}{lacks}",
                found.sessions,
            ]
            print(f"| {' | '.join(map(str, [*row, *told]))} |", flush=True)
    return well


def main() -> int:
    """Measure; 0 where every bound holds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("domains", nargs="*", type=Path)
    parser.add_argument("--per", type=int, default=2, help="sessions made smaller, for each kind and domain")
    parser.add_argument("--sessions", type=int, default=200, help="sessions drawn, for each kind of rule and domain")
    parser.add_argument("--shrinks", type=int, default=300, help="sessions more, for each thing found")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=["shrink", "fuzz"])
    given = parser.parse_args()
    folders = given.domains or sorted(file.parent for file in SCENARIOS.glob("*/domain.yaml"))
    packs = [simkit.load(folder) for folder in folders]
    small = given.only == "fuzz" or shrinking(packs, given.per, given.seed)
    found = given.only == "shrink" or fuzzing(packs, given.sessions, given.shrinks, given.seed)
    return 0 if small and found else 1


if __name__ == "__main__":
    sys.exit(main())
