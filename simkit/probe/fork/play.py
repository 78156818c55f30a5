"""Playing a session on from a point, as often as asked, into a run of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from simkit.agents.faulty.rates import sound
from simkit.errors import UsageError
from simkit.metrics.score import SessionScore
from simkit.play.suite import play_suite
from simkit.probe.fork.luck import Divergence
from simkit.probe.fork.parent import Parent
from simkit.probe.fork.plays import Plays, Terms, name_of
from simkit.probe.fork.point import Point
from simkit.runs import Run, to_its_end
from simkit.scored import Table
from simkit.spending import models_of, opener_of, time_kept, traffic_of
from simkit.spread.casting import cast_of
from simkit.trace.log import Log
from simkit.trace.store import Store


@dataclass(frozen=True)
class Continued:
    """One point, played on."""

    point: Point
    scenario: str
    """As which its sessions are kept."""
    scores: tuple[SessionScore, ...]
    diverged: tuple[Divergence, ...] = ()
    """Of the trials that were not played on, since their replay did not come out as recorded."""
    skipped: int = 0
    """Trials that were not begun, or not played to their end: a budget was used up, or the run was stopped."""

    @property
    def passed(self) -> int:
        """Trials that passed."""
        return sum(one.outcome == "pass" for one in self.scores)

    @property
    def n(self) -> int:
        """Trials that say something about the agent."""
        return sum(one.outcome != "invalid" for one in self.scores)


def models_of_all(refs: Sequence[Any], user: str) -> tuple[str, ...]:
    """Every model that these agents and this user name."""
    return tuple(dict.fromkeys(model for ref in refs for model in models_of(sound(ref), user)))


def play_on(parent: Parent, points: Sequence[Point], terms: Terms) -> tuple[Run, list[Continued]]:
    """Play on from every point. Raises `SimkitError` for references that lead nowhere and a store that fails; whatever
    agent, user or tools do is in the run."""
    if terms.trials < 1:
        raise UsageError(f"--trials {terms.trials}: must be 1 or more")
    plays = Plays(parent, points, terms)
    refs = plays.agents()
    traffic = traffic_of(terms.models, models_of_all(refs, parent.user), plays.pack(), resumed=False)
    casts = [cast_of(plays.pack(), ref, parent.user, opener_of(traffic)) for ref in refs]
    cast = plays.cast(casts)
    store = _store(parent, points, terms, ", ".join(dict.fromkeys(name for name, _ in plays.makers)))
    table = Table()

    def done(log: Log) -> None:
        digest = store.digest_of(log)
        store.finish(log.session, digest)
        score = table.add(log, digest)
        if terms.progress:
            terms.progress(score)

    with store, time_kept(store, traffic):
        play = partial(
            play_suite,
            plays.sittings(cast),
            cast,
            at_once=terms.at_once,
            recorder=lambda key: plays.recorder(store, key),
            done=done,
            tape=plays.tape,
            stop=terms.stop,
            traffic=traffic,
        )
        to_its_end(play)
    scores = [score for _, score in table.kept() or ()]
    return Run(store, stopped=terms.stop.number if terms.stop else None), list(_continued(plays, scores))


def _store(parent: Parent, points: Sequence[Point], terms: Terms, agent: str) -> Store:
    forks = {name_of(parent, one): {"at": one.at, **one.change.to_json()} for one in points}
    manifest = {
        "fork": parent.fields | {"points": forks, "same_luck": terms.same_luck},
        "agent": agent,
        "user": parent.user,
        "trials": terms.trials,
        "seed": terms.seed,
        "finished": True,
        "models": terms.models.as_json,
    }
    return Store.temporary(manifest) if terms.out is None else Store.create(terms.out, manifest)


def _continued(plays: Plays, scores: Sequence[SessionScore]) -> Iterator[Continued]:
    for name, at in plays.points.items():
        lost = (tape.diverged for key, tape in plays.tapes.items() if key.scenario == name)
        own = tuple(score for score in scores if score.scenario == name)
        diverged = tuple(one for one in lost if one is not None)
        yield Continued(at, name, own, diverged, plays.terms.trials - len(own) - len(diverged))
