"""The reference path reaches the goal with each persona and breaks nothing; an agent that does nothing does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from simkit.lint.finding import Problem, found
from simkit.lint.played.rehearsal import Rehearsal, Stages
from simkit.metrics.score import Finding, SessionScore
from simkit.paths.episode import Episode
from simkit.spec.files import Case, Pack
from simkit.spec.scenario import Scenario
from simkit.spec.strict_yaml import Loc

IDLE = "Thank you for your message."
"""All that the agent says that does nothing: `--agent null`."""

_OF_RULES = ("forbidden_call", "unconfirmed_write", "out_of_order")
_OF_FACTS = ("ungrounded_argument", "ungrounded_claim")


def paths_of(pack: Pack) -> Iterator[Pack]:
    """The cases with their reference, then with each of their further references in its place."""
    yield pack
    for path in range(max(len(case.scenario.references) for case in pack.cases)):
        more = [case for case in pack.cases if len(case.scenario.references) > path]
        yield Pack(tuple(replace(case, scenario=_only(case.scenario, path)) for case in more))


def _only(scenario: Scenario, path: int) -> Scenario:
    return scenario.model_copy(update={"reference": scenario.references[path], "references": ()})


def unproven(pack: Pack, played: Iterable[tuple[Episode, SessionScore]], path: int) -> Iterator[Problem]:
    """What is wrong with reference number `path`, from 0: once for all personas with which it is the same, at the step
    that failed."""
    cases = {case.scenario.scenario: case for case in pack.cases}
    wrong: dict[tuple[str, str, str, str, Loc], list[str]] = {}
    for episode, score in played:
        told = []
        if not score.passed:
            at = _failing_step(cases[score.scenario], episode, path)
            told = [("reference-fails", "does not reach the goal", score.reason, at)]
        told += [(_code(one), f"shows {one.kind}", one.sentence, place(path)) for one in score.findings]
        for what in told:
            wrong.setdefault((score.scenario, *what), []).append(score.persona)
    for (name, code, how, why, loc), personas in wrong.items():
        who = ", ".join(dict.fromkeys(personas))
        yield found(code, cases[name], f"the reference path {how} with {who}: {why}", loc)


def _code(finding: Finding) -> str:
    if finding.kind in _OF_RULES:
        return "reference-breaks-rule"
    return "unreachable-fact" if finding.kind in _OF_FACTS else "reference-errs"


def place(path: int) -> Loc:
    """Where a reference stands: the further ones under a key of their own."""
    return ("references",) if path else ("reference",)


def _failing_step(case: Case, episode: Episode, path: int) -> Loc:
    """Where the first step stands whose call did not succeed; the path's key, where all did."""
    failed = next(((call.by, call.tool, call.arguments) for call in episode.log.calls if call.outcome != "ok"), None)
    for at, step in enumerate(case.scenario.reference):
        if failed in [(one.by, one.tool, one.arguments) for one in step.flat()]:
            return ("references", path - 1, at) if path else ("reference", at)
    return place(path)


def passed_idly(cases: Iterable[Case], stages: Stages) -> Iterator[Problem]:
    """Scenarios that an agent passes which says the same neutral line for ever."""
    for case in cases:
        idle = Rehearsal(case, stages.start(case.domain))
        idle.says(IDLE)
        if idle.reached:
            who = ", ".join(persona.persona for persona in case.personas)
            yield found("null-passes", case, f"passes with {who} though the agent does nothing", ("goal",))
