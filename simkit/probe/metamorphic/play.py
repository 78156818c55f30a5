"""Plays a suite as it is and perturbed, with the same seeds, and plays again what broke."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simkit.metrics.score import SessionScore
from simkit.probe.metamorphic.pairs import Confirmed, Pair, Verdict, confirmed, pairs_of, told_pair, verdicts
from simkit.runs import Run, run
from simkit.spec.files import Pack
from simkit.users.perturbed.rates import Rates, with_perturbations

TRIALS = 6
"""Times a pair that broke is played again, with and without: 6 of 6 against none has p = 2/924."""
MOST = 12
"""Pairs that are played again."""


@dataclass(frozen=True)
class Metamorphic:
    """What came of it."""

    base: Run
    runs: dict[str, Run]
    """Kind -> the run with it."""
    pairs: tuple[Pair, ...]
    verdicts: tuple[Verdict, ...]
    again: tuple[Confirmed, ...]

    @property
    def violations(self) -> list[Pair]:
        """Every pair of which the change made a failure."""
        return [pair for pair in self.pairs if pair.broken and pair.changed]

    @property
    def shown(self) -> bool:
        """Whether more than chance is shown: by a kind as a whole, or by one pair played again."""
        return any(one.verdict == "breaks" for one in self.verdicts) or any(one.holds for one in self.again)

    def to_json(self) -> dict[str, Any]:
        """As `perturb --json` prints it."""
        return {
            "base": self.base.name,
            "runs": {kind: one.name for kind, one in self.runs.items()},
            "sessions": len(self.base.scored),
            "kinds": [one.to_json() for one in self.verdicts],
            "violations": [told_pair(pair) for pair in self.violations],
            "again": [one.to_json() for one in self.again],
            "shown": self.shown,
        }


def metamorphic(
    pack: Pack,
    agent: Any,
    rates: Rates,
    *,
    user: str = "agenda",
    trials: int = 1,
    seed: int = 0,
    out: str | None = None,
    confirm: int = TRIALS,
    most: int = MOST,
    progress: Callable[[SessionScore], None] | None = None,
    **options: Any,
) -> Metamorphic:
    """Play `pack` as it is, then once for each kind in `rates`, and pair the sessions.

    `out`: the folder under which the runs are kept, `base` and one a kind. `confirm`: how often each of the first
    `most` pairs that broke is played again, on other seeds. `options` go to `runs.run`. Raises as `runs.run` does.
    """

    def played(what: Pack, kind: str, trials: int, seed: int, name: str | None) -> Run:
        how = with_perturbations(user, [f"{kind}={rates[kind]}"] if kind else [])
        place = f"{out}/{name}" if out and name else None
        return run(what, agent, user=how, trials=trials, seed=seed, out=place, progress=progress, **options)

    base = played(pack, "", trials, seed, "base")
    runs = {kind: played(pack, kind, trials, seed, kind) for kind in rates}
    pairs = [pair for kind, one in runs.items() for pair in pairs_of(kind, base.scored, one.scored)]
    broken = _first_of_each([pair for pair in pairs if pair.broken and pair.changed])[: most if confirm else 0]
    tried = []
    for pair in broken:
        alone = _alone(pack, pair)
        passes = [_passes(played(alone, kind, confirm, seed + 1, None)) for kind in ("", pair.kind)]
        tried.append((pair, *passes, confirm))
    return Metamorphic(base, runs, tuple(pairs), tuple(verdicts(pairs)), tuple(confirmed(tried)))


def _first_of_each(broken: Sequence[Pair]) -> list[Pair]:
    """One pair of each scenario, persona and kind; first one of each kind, then another."""
    first = {(one.kind, one.session.scenario, one.session.persona): one for one in reversed(broken)}
    by_kind: dict[str, list[Pair]] = {}
    for one in reversed(list(first.values())):
        by_kind.setdefault(one.kind, []).append(one)
    rounds = max(map(len, by_kind.values()), default=0)
    return [some[at] for at in range(rounds) for some in by_kind.values() if at < len(some)]


def _alone(pack: Pack, pair: Pair) -> Pack:
    case = next(case for case in pack.cases if case.scenario.scenario == pair.session.scenario)
    personas = tuple(one for one in case.personas if one.persona == pair.session.persona)
    return Pack((replace(case, personas=personas),))


def _passes(played: Run) -> int:
    return sum(score.passed for _, score in played.scored)
