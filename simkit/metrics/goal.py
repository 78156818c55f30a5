"""Whether the goal was reached: every condition checked, always all of them, with what was found instead.

`not evaluable` is a verdict of its own: a condition on the world in a session that recorded none, a question that
nobody judged. It never gates. A recorded verdict (the reward of an imported session, a person's label) is the truth
about that session: where one stands, it alone decides, and the other parts are shown beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simkit.metrics.invariants import invariant_parts
from simkit.metrics.rules import check_rule
from simkit.metrics.score import GoalPart, Verdict
from simkit.metrics.talk.says import said, said_instead
from simkit.metrics.wording import describe_call, shown
from simkit.metrics.world import elsewhere_part, world_part
from simkit.paths.episode import Episode
from simkit.spec.condition import contains_arguments
from simkit.spec.goal import CallPattern, EndState, Says
from simkit.trace.events import Judged, ToolCalled

_NO_OPINION = frozenset({"", "inconclusive", "unknown", "not evaluable", "n/a"})
_YES = frozenset({"pass", "passed", "yes", "true", "met"})


def goal_parts(episode: Episode) -> tuple[GoalPart, ...]:
    """Every condition of the scenario's goal, every rule that gates and every invariant, with its verdict."""
    goal = episode.scenario.goal
    return (
        *_recorded(episode),
        *_end_state(episode, goal),
        *((_any_of(episode, goal.any_of),) if goal.any_of else ()),
        *((elsewhere_part(episode),) if goal.elsewhere == "unchanged" else ()),
        *(_never(episode, pattern) for pattern in goal.never),
        *(_rule_parts(episode)),
        *(invariant_parts(episode)),
        *(_never_says(episode, words) for words in goal.never_says),
        *(_judged(episode, question) for question in goal.judged),
    )


def verdict(parts: Iterable[GoalPart]) -> Verdict:
    """What the parts say together: the recorded ones alone where there are any, else all that could be evaluated."""
    every = tuple(parts)
    gating = [part for part in every if part.part == "recorded"] or every
    return _together(gating, strict=False)


def _together(parts: Iterable[GoalPart], *, strict: bool) -> Verdict:
    verdicts = {part.verdict for part in parts}
    if "fail" in verdicts:
        return "fail"
    if "pass" not in verdicts or (strict and "not evaluable" in verdicts):
        return "not evaluable"
    return "pass"


def matching_calls(episode: Episode, pattern: CallPattern) -> tuple[ToolCalled, ...]:
    """The successful calls that meet a pattern; a tool written `user.NAME` is looked for among the user's calls."""
    by, tool = ("user", pattern.tool[5:]) if pattern.tool.startswith("user.") else ("agent", pattern.tool)
    called = [call for call in episode.log.calls if call.tool == tool and call.outcome == "ok" and call.by == by]
    if not pattern.arguments:
        return tuple(called)
    return tuple(
        call
        for call in called
        if contains_arguments(call.arguments if isinstance(call.arguments, dict) else {}, pattern.arguments)
    )


def _end_state(episode: Episode, state: EndState) -> Iterator[GoalPart]:
    yield from (world_part(episode, path, wanted) for path, wanted in sorted(state.world.items()))
    yield from (_called(episode, pattern) for pattern in state.calls)
    yield from (_says(episode, words) for words in state.says)


def _any_of(episode: Episode, alternatives: tuple[EndState, ...]) -> GoalPart:
    reports = []
    verdicts: list[Verdict] = []
    for number, alternative in enumerate(alternatives, 1):
        parts = tuple(_end_state(episode, alternative))
        verdicts.append(_together(parts, strict=True) if parts else "pass")
        if verdicts[-1] == "pass":
            what = " and ".join(part.what for part in parts) or "anything"
            return GoalPart.of(
                part="any_of",
                what=f"one of {len(alternatives)} acceptable ends",
                verdict="pass",
                detail=f"end {number} holds: {what}",
                evidence=_evidence(parts),
            )
        missed = next(part for part in parts if part.verdict == verdicts[-1])
        reports.append(f"end {number}: {missed.detail or missed.what}")
    return GoalPart.of(
        part="any_of",
        what=f"one of {len(alternatives)} acceptable ends",
        verdict="not evaluable" if "not evaluable" in verdicts else "fail",
        detail=f"none holds: {'; '.join(reports)}",
        evidence=_last(episode),
    )


def _called(episode: Episode, pattern: CallPattern) -> GoalPart:
    found = matching_calls(episode, pattern)
    if found:
        return GoalPart.of(part="calls", what=pattern.described, verdict="pass", evidence=_seqs(found))
    tool = pattern.tool.removeprefix("user.")
    tried = [call for call in episode.log.calls if call.tool == tool]
    if not tried:
        detail = f"{pattern.tool} was never called"
    elif all(call.outcome != "ok" for call in tried):
        detail = f"{pattern.tool} never succeeded: {shown(tried[-1].result, 120)}"
    else:
        detail = f"wanted {pattern.described}; called was {describe_call(tried[-1])}"
    return GoalPart.of(
        part="calls", what=pattern.described, verdict="fail", detail=detail, evidence=_seqs(tried) or _last(episode)
    )


def _never(episode: Episode, pattern: CallPattern) -> GoalPart:
    found = matching_calls(episode, pattern)
    what = f"never {pattern.described}"
    if not found:
        return GoalPart.of(part="never", what=what, verdict="pass")
    detail = f"{describe_call(found[0])} succeeded and must never"
    return GoalPart.of(part="never", what=what, verdict="fail", detail=detail, evidence=_seqs(found))


def _says(episode: Episode, words: Says) -> GoalPart:
    found = said(episode, words)
    what = _saying(words, "asks for", "says")
    if found:
        return GoalPart.of(part="says", what=what, verdict="pass", evidence=found)
    detail = f"the agent never {_saying(words, 'asked for', 'said')}"
    if (instead := said_instead(episode, words)) is not None:
        seq, text = instead
        detail = f"{detail}; it said {text!r}"
        return GoalPart.of(part="says", what=what, verdict="fail", detail=detail, evidence=(seq,))
    texts = tuple(event.seq for event in episode.agent_texts)
    return GoalPart.of(part="says", what=what, verdict="fail", detail=detail, evidence=texts[-1:] or _last(episode))


def _never_says(episode: Episode, words: Says) -> GoalPart:
    found = said(episode, words)
    what = f"never {_saying(words, 'asks for', 'says')}"
    if not found:
        return GoalPart.of(part="never_says", what=what, verdict="pass")
    detail = f"the agent {_saying(words, 'asked for', 'said')}, which it must not"
    return GoalPart.of(part="never_says", what=what, verdict="fail", detail=detail, evidence=found)


def _rule_parts(episode: Episode) -> Iterator[GoalPart]:
    for rule in episode.card.rules:
        if not rule.gates:
            continue
        broken, decided = check_rule(episode, rule)
        yield GoalPart.of(
            part="rule",
            what=f"rule {rule.id} ({rule.clause})",
            verdict="fail" if broken else "pass" if decided else "not evaluable",
            detail="; ".join(breach.sentence for breach in broken[:3]),
            evidence=tuple(seq for breach in broken for seq in breach.events),
        )


def _judged(episode: Episode, question: str) -> GoalPart:
    found = episode.judged(question)
    if found is None:
        return GoalPart.of(part="judged", what=question, verdict="not evaluable", detail="nobody judged it")
    return GoalPart.of(
        part="judged", what=question, verdict=_opinion(found), detail=found.reason, evidence=(found.seq,)
    )


def _opinion(judged: Judged) -> Verdict:
    answer = judged.verdict
    if isinstance(answer, str):
        word = answer.strip().casefold()
        return "not evaluable" if word in _NO_OPINION else "pass" if word in _YES else "fail"
    return "pass" if answer >= 0.5 else "fail"


def _recorded(episode: Episode) -> Iterator[GoalPart]:
    """A reward counts as passed from 1 - 1e-6 on, as in the benchmarks that record one."""
    if (reward := episode.judged("reward")) is not None:
        passed = isinstance(reward.verdict, int | float) and reward.verdict >= 1.0 - 1e-6
        why = f" ({reward.reason})" if reward.reason not in ("", "recorded") else ""
        detail = f"the recorded reward is {reward.verdict}{why}"
        yield GoalPart.of(
            part="recorded",
            what="recorded reward",
            verdict="pass" if passed else "fail",
            detail="" if passed else detail,
            evidence=(reward.seq,),
        )
    if (label := episode.judged("first_failure_state")) is not None and label.verdict:
        detail = f"a person labelled the first failure: {label.verdict}"
        yield GoalPart.of(
            part="recorded", what="labelled by a person", verdict="fail", detail=detail, evidence=(label.seq,)
        )


def _saying(words: Says, asks: str, says: str) -> str:
    if isinstance(words.value, tuple):
        asked = [str(one.value) for one in words.value if one.check == "asks"]
        told = [one.describe() for one in words.value if one.check != "asks"]
        return " or ".join(_choice(verb, names) for verb, names in ((asks, asked), (says, told)) if names)
    return f"{asks} {words.value}" if words.check == "asks" else f"{says} {words.describe()}"


def _choice(verb: str, names: list[str]) -> str:
    more = f" or {len(names) - 4} like it" if len(names) > 4 else ""
    return f"{verb} {' or '.join(names[:4])}{more}"


def _seqs(calls: Iterable[ToolCalled]) -> tuple[int, ...]:
    return tuple(call.seq for call in calls)


def _evidence(parts: Iterable[GoalPart]) -> tuple[int, ...]:
    return tuple(sorted({seq for part in parts for seq in part.evidence}))


def _last(episode: Episode) -> tuple[int, ...]:
    return (episode.events[-1].seq,)
