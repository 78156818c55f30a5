"""Two sessions that should have gone the same way: where they parted, and what of it is more than chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple

from simkit.metrics.score import Outcome, SessionScore
from simkit.metrics.statistics.many import holm
from simkit.metrics.statistics.paired import Cell, shuffled
from simkit.paths.episode import Episode
from simkit.trace.events import Perturbed, ToolCalled, UserSaid
from simkit.trace.log import SessionKey

LEVEL = 0.05
"""Of every test here, after Holm's correction."""

Scored = tuple[Episode, SessionScore]


class Parted(NamedTuple):
    """Where two sessions first went different ways."""

    base: str
    """The call of the base session there; `nothing more` where it made none."""
    perturbed: str
    base_event: int
    perturbed_event: int
    meant: str
    """What the user last meant to say before that, where it was changed."""
    said: str
    """What they said instead."""


class Pair(NamedTuple):
    """One session with and without a kind of perturbation."""

    session: SessionKey
    kind: str
    base: Outcome
    perturbed: Outcome
    reason: str
    """Why the one that did not pass did not."""
    changed: int
    """Turns of the user's that were changed."""
    parted: Parted | None

    @property
    def broken(self) -> bool:
        """Whether the change turned a pass into a failure."""
        return self.base == "pass" and self.perturbed == "fail"

    @property
    def mended(self) -> bool:
        """Whether it turned a failure into a pass."""
        return self.base == "fail" and self.perturbed == "pass"


def pairs_of(kind: str, base: Iterable[Scored], perturbed: Iterable[Scored]) -> Iterator[Pair]:
    """Every session that is in both runs, by its key."""
    by_key = {episode.log.session: (episode, score) for episode, score in base}
    for episode, score in perturbed:
        key = episode.log.session
        if key in by_key:
            before, before_score = by_key[key]
            changed = sum(isinstance(event, Perturbed) for event in episode.events)
            reason = score.reason or before_score.reason
            parted = _parted(before, episode) if changed else None
            yield Pair(key, kind, before_score.outcome, score.outcome, reason, changed, parted)


def _parted(base: Episode, perturbed: Episode) -> Parted | None:
    for one, other in zip_longest(base.agent_calls, perturbed.agent_calls):
        if _told(one) != _told(other):
            ends = base.events[-1].seq, perturbed.events[-1].seq
            at = one.seq if one else ends[0], other.seq if other else ends[1]
            turn = min(_turns(base, at[0]), _turns(perturbed, at[1]))
            return Parted(_told(one), _told(other), *at, *_last_change(perturbed, turn))
    return None


def _turns(episode: Episode, before: int) -> int:
    """How often the user has spoken before an event."""
    return sum(event.seq < before for event in episode.user_texts)


def _told(call: ToolCalled | None) -> str:
    if call is None:
        return "nothing more"
    arguments = call.arguments if isinstance(call.arguments, dict) else {"": call.arguments}
    return f"{call.tool}({', '.join(f'{name}={value!r}' for name, value in arguments.items())}) → {call.outcome}"


def _last_change(episode: Episode, turns: int) -> tuple[str, str]:
    """What the user meant and said in the last of their first `turns` turns that was changed."""
    meant = said = ""
    for change, following in pairwise(episode.events):
        if isinstance(change, Perturbed) and isinstance(following, UserSaid):
            if _turns(episode, following.seq) >= turns:
                break
            meant, said = change.meant, following.text
    return meant, said


class Verdict(NamedTuple):
    """One kind of perturbation over all pairs."""

    kind: str
    pairs: int
    """In which it changed something, and both sessions are valid."""
    untouched: int
    """In which it changed nothing."""
    both_pass: int
    both_fail: int
    broken: int
    mended: int
    effect: float
    """The pass rate with it less that without, over the pairs."""
    p: float
    """Two-sided, exact: of sessions dealt at random to with and without, scenario by scenario and persona by persona.
    With one trial each it is McNemar's."""
    p_adjusted: float
    """By Holm over the kinds."""

    @property
    def verdict(self) -> str:
        """`breaks`, `mends`, or `not shown`: no more than chance makes."""
        if self.p_adjusted >= LEVEL or not self.effect:
            return "not shown"
        return "breaks" if self.effect < 0 else "mends"

    def to_json(self) -> dict[str, Any]:
        """As `perturb --json` prints it."""
        return {**self._asdict(), "verdict": self.verdict}


def verdicts(pairs: Sequence[Pair]) -> list[Verdict]:
    """Of each kind whether it changes outcomes, in the order of the kinds."""
    kinds = list(dict.fromkeys(pair.kind for pair in pairs))
    touched = {kind: [one for one in pairs if one.kind == kind and one.changed] for kind in kinds}
    valid = {k: [one for one in some if "invalid" not in (one.base, one.perturbed)] for k, some in touched.items()}
    p = {kind: shuffled(_cells(some)).p if some else 1.0 for kind, some in valid.items()}
    adjusted = holm(p)
    made = []
    for kind in kinds:
        some = valid[kind]
        broken, mended = sum(one.broken for one in some), sum(one.mended for one in some)
        both = sum(one.base == one.perturbed == "pass" for one in some)
        untouched = sum(1 for one in pairs if one.kind == kind and not one.changed)
        effect = (mended - broken) / len(some) if some else 0.0
        counts = (len(some), untouched, both, len(some) - both - broken - mended, broken, mended)
        made.append(Verdict(kind, *counts, effect, p[kind], adjusted[kind]))
    return made


def _cells(pairs: Sequence[Pair]) -> list[Cell]:
    groups: dict[tuple[str, str], list[Pair]] = {}
    for one in pairs:
        groups.setdefault((one.session.scenario, one.session.persona), []).append(one)
    return [
        Cell(sum(o.base == "pass" for o in some), len(some), sum(o.perturbed == "pass" for o in some), len(some),
             len(some) / len(pairs))
        for some in groups.values()
    ]  # fmt: skip


class Confirmed(NamedTuple):
    """A pair that broke, played again on other random numbers: how often it passes with and without."""

    pair: Pair
    passed_base: int
    passed_perturbed: int
    trials: int
    p: float
    """Fisher's exact test of the new trials alone: those that picked the pair out are not in it."""
    p_adjusted: float
    """By Holm over all pairs that were played again."""

    @property
    def holds(self) -> bool:
        """Whether it is more than chance, and in the same direction."""
        return self.p_adjusted < LEVEL and self.passed_perturbed < self.passed_base

    def to_json(self) -> dict[str, Any]:
        """As `perturb --json` prints it."""
        told = self._asdict()
        told["pair"] = told_pair(self.pair)
        return {**told, "confirmed": self.holds}


def told_pair(pair: Pair) -> dict[str, Any]:
    """A pair as `perturb --json` prints it."""
    parted = pair.parted._asdict() if pair.parted else None
    return {**pair._asdict(), "session": str(pair.session), "parted": parted}


def confirmed(tried: Sequence[tuple[Pair, int, int, int]]) -> list[Confirmed]:
    """From (pair, passes without, passes with, trials each)."""
    p = {f"{at:06d}": shuffled([Cell(a, n, b, n)]).p if n else 1.0 for at, (_, a, b, n) in enumerate(tried)}
    adjusted = holm(p)
    return [Confirmed(*one, p[name], adjusted[name]) for one, name in zip(tried, p, strict=True)]
