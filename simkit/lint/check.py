"""The check itself: reads everything, plays what has to be played, and gathers what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from simkit.lint.codes import CODES
from simkit.lint.difficulty import difficulty
from simkit.lint.finding import Checked, Problem, found, strictly
from simkit.lint.played.everything import Everything, Lookups
from simkit.lint.played.facts import unsaid
from simkit.lint.played.minimal import superfluous
from simkit.lint.played.proof import passed_idly, paths_of, unproven
from simkit.lint.played.rehearsal import Stages, Watched, again
from simkit.lint.read.ends import at_the_start, nothing_asked
from simkit.lint.read.twins import twins
from simkit.lint.read.unused import idle_personas, unbroken, unmet, unused, whole_domains
from simkit.lint.read.words import cheap_talk
from simkit.lint.silence import heard, voices
from simkit.lint.stake import at_stake
from simkit.metrics.score import SessionScore
from simkit.paths.episode import Episode
from simkit.runs import load, run
from simkit.spec.files import Case, Pack
from simkit.spec.strict_yaml import Document, read_documents

_SEVERITIES = ("error", "warning", "note")
_BY_PLAYING = frozenset({"everything-passes", "superfluous-step", "holds-at-start", "unsaid-word", "unused-table"}) | {
    "untouched-records"
}
"""Codes of warnings that are found by playing."""

OF_DOMAINS = frozenset(code for code in CODES if code.startswith("unused-")) | {"clause-without-rule"}
"""Codes of findings about whole domains: looked for where all scenarios of a domain were read."""

Played = dict[str, list[tuple[Episode, SessionScore]]]
"""Scenario to its reference as each persona played it."""


def check(
    *paths: str | Path | Pack,
    strict: bool = False,
    quick: bool = False,
    progress: Callable[[SessionScore], None] | None = None,
) -> Checked:
    """Read everything under `paths`, play each reference path with each persona, and say what does not hold (errors),
    what is doubtful (warnings) and what is worth knowing (notes). A pack that was read stands for its paths.

    `strict`: warnings are errors. `quick`: nothing is played. Raises `SimkitError` for files that are wrong.
    """
    pack = paths[0] if len(paths) == 1 and isinstance(paths[0], Pack) else load(*map(str, paths))
    stages, played = Stages(), Played()
    findings: list[Problem] = []
    if not quick:
        findings += _proven(pack, stages, played, progress)
        findings += (one for case in pack.cases for one in _by_playing(case, stages, played))
        findings += _everything(pack, stages)
    findings += (one for case in pack.cases for one in (*cheap_talk(case, stages), *nothing_asked(case)))
    findings += twins(pack.cases)
    first = {name: sessions[0][0] for name, sessions in played.items()}
    stakes = {case.scenario.scenario: at_stake(case, stages, first.get(case.scenario.scenario)) for case in pack.cases}
    documents = {domain.name: document for domain in pack.domains if (document := _written(domain.folder))}
    whole = [(domain, cases) for domain, cases in whole_domains(pack) if domain.name in documents]
    for domain, cases in whole:
        findings += unused(domain, cases, documents[domain.name])
        findings += unbroken(domain, [stakes[case.scenario.scenario] for case in cases], documents[domain.name])
        findings += () if quick else unmet(domain, _looked_at(cases, stages, first), first.values())
    findings += idle_personas(pack) if whole else ()
    looked = frozenset(CODES) - (_BY_PLAYING if quick else frozenset()) - (frozenset() if whole else OF_DOMAINS)
    homes = {case.scenario.scenario: case.domain.name for case in pack.cases}
    kept = heard(findings, voices(pack, documents), looked, homes)
    told = sorted(dict.fromkeys(kept), key=lambda one: _SEVERITIES.index(one.severity))
    hard = [
        difficulty(case, stages, first.get(name), stakes[name])
        for case in pack.cases
        for name in [case.scenario.scenario]
    ]
    return Checked(pack, strictly(told) if strict else tuple(told), tuple(hard))


def _written(folder: Path) -> Document | None:
    file = folder / "domain.yaml"
    return read_documents(file)[0] if file.is_file() else None


def _proven(
    pack: Pack, stages: Stages, played: Played, progress: Callable[[SessionScore], None] | None
) -> Iterator[Problem]:
    """What shows when each reference is played with each persona, and when nobody does anything."""
    for case in pack.cases:
        if not case.scenario.reference:
            yield found("no-reference", case, "has no reference path")
    provable = Pack(tuple(case for case in pack.cases if case.scenario.reference))
    if not provable.cases:
        return
    for path, pack_of_path in enumerate(paths_of(provable)):
        scored = run(pack_of_path, "reference", progress=progress).scored
        for episode, score in scored if not path else ():
            played.setdefault(score.scenario, []).append((episode, score))
        yield from unproven(pack_of_path, scored, path)
    yield from passed_idly(provable.cases, stages)


def _by_playing(case: Case, stages: Stages, played: Played) -> Iterator[Problem]:
    """What the played reference of one case shows, if it reached the goal."""
    sessions = [(episode, score) for episode, score in played.get(case.scenario.scenario, ()) if score.passed]
    if not sessions:
        return
    episode, _ = sessions[0]
    if not case.domain.lint.silences("superfluous-step", ""):
        yield from superfluous(case, episode, stages)
    yield from unsaid(case, sessions)
    state = episode.ended.state if episode.ended else None
    yield from at_the_start(case, stages, {change.path for change in state.changed} if state else ())


def _looked_at(cases: list[Case], stages: Stages, first: dict[str, Episode]) -> frozenset[str]:
    """Tables that a reference looks at, or that a goal speaks of."""
    looked: set[str] = set()
    for case in cases:
        start = stages.start(case.domain)
        if (episode := first.get(case.scenario.scenario)) is not None:
            world = Watched(start)
            again(case, start, episode.events, world=world)
            looked |= world.looked
    return frozenset(looked)


def _everything(pack: Pack, stages: Stages) -> Iterator[Problem]:
    lookups = Lookups()
    for case in pack.cases:
        if case.domain.lint.silences("everything-passes", ""):
            continue
        if Everything(case, stages, lookups).passes():
            what = "passes for an agent that calls every tool with all it can learn, and says everything"
            yield found("everything-passes", case, what, ("goal",))
