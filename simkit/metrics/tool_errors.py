"""The fourteen kinds of tool-use error, each finding with its events, the clause or step it breaks, and a sentence.

    unknown_tool malformed_call invalid_arguments      how the call was decided where it happened
    wrong_tool wrong_arguments missing_call            beside the reference path (`metrics.alignment`)
    out_of_order                                       beside the reference path, or a rule `before`
    forbidden_call                                     `never` of the goal, a rule never / requires / at_most, or an
                                                       invariant that a clause of the policy tells of
    unconfirmed_write                                  a rule confirm_before (`metrics.talk.confirmation`)
    redundant_call loop                                again, with nothing changed; a write that nothing asked for
    ignored_error                                      a call failed and the agent claims that it was done
    ungrounded_argument ungrounded_claim               a value that nobody gave (`metrics.talk.grounding`)

One mistake is one finding: a call that is wrong, forbidden or part of a loop is not also redundant, an unreadable call
is not also wrong. (A wrong call that breaks a rule, or uses a value that nobody gave, has two things wrong with it.)

A different way that reaches the goal is not an error: where every part of the goal that could be evaluated passes,
nothing is held against the reference path; only writes to records that the goal does not speak of are. Without a
reference path the kinds that need one are left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from simkit.errors import one_line
from simkit.metrics.alignment import Alignment, Match, align, effect, out_of_order
from simkit.metrics.beside.bearing import Bearing
from simkit.metrics.goal import goal_parts, matching_calls, verdict
from simkit.metrics.invariants import upsets
from simkit.metrics.repetition import TIMES, loop, repeats, rounds
from simkit.metrics.rules import Breach, breaches
from simkit.metrics.score import ErrorKind, Finding
from simkit.metrics.talk.claims import ignored_errors
from simkit.metrics.talk.grounding import ungrounded
from simkit.metrics.wording import apart, describe_call, differences, listed, shown
from simkit.metrics.world import unlisted_changes
from simkit.paths.episode import Episode
from simkit.spec.condition import MISSING
from simkit.trace.events import ToolCalled

_DECIDED: dict[str, tuple[ErrorKind, str]] = {
    "unknown_tool": ("unknown_tool", "there is no tool {call}"),
    "malformed": ("malformed_call", "the arguments of {call} are not JSON"),
    "invalid_arguments": ("invalid_arguments", "{call} does not fit the tool's schema"),
}
_NOTHING = Alignment((), (), ())


def tool_errors(episode: Episode, *, reached: bool | None = None, whole: bool = True) -> tuple[Finding, ...]:
    """Every tool-use error of a session, by the first event that shows it.

    `reached`: whether the goal was (computed where not given). `whole`: whether the session was played to its end;
    if not, nothing can be missing.
    """
    if reached is None:
        reached = verdict(goal_parts(episode)) == "pass"
    looks = reached and _all_look(episode)
    found = [*_decided(episode), *_policy(episode), *_loops(episode, reached, looks)]
    # Where the goal was reached, looking again at what is unchanged did no harm.
    again = () if looks else tuple(repeats(episode, "read" if reached else None))
    found += _beside_each_other(episode, found, again, reached, whole)
    found += [*ignored_errors(episode), *ungrounded(episode)]
    return tuple(sorted(found, key=lambda one: (one.events[:1], one.kind, one.sentence)))


def _beside_each_other(
    episode: Episode, found: list[Finding], again: Repeats, reached: bool, whole: bool
) -> list[Finding]:
    """What is seen by comparing the calls with the reference path, where there is one, and with each other."""
    if not episode.scenario.paths:
        return list(_repeated(again, _explained(found), frozenset()))
    alignment = align(episode) if again or not reached else _NOTHING
    wanted = frozenset(match.call.seq for match in alignment.matches)
    more = [] if reached else list(_beside_reference(episode, alignment, whole))
    more += _repeated(again, _explained([*found, *more]), wanted)
    explained = _explained([*found, *more])
    more += _needless_changes(episode, explained) if reached else _unasked(episode, alignment, explained)
    return more


def _decided(episode: Episode) -> Iterator[Finding]:
    for call in episode.failed_calls:
        if call.outcome in _DECIDED:
            kind, sentence = _DECIDED[call.outcome]
            why = f": {one_line(call.result, 160)}" if call.result else ""
            name = call.tool if kind == "unknown_tool" else describe_call(call)
            yield Finding(kind=kind, events=(call.seq,), where=call.tool, sentence=sentence.format(call=name) + why)


def _policy(episode: Episode) -> Iterator[Finding]:
    broken = breaches(episode)
    early = [breach for breach in broken if breach.rule.kind == "before"]
    for rule in dict.fromkeys(breach.rule.id for breach in early):
        yield _came_early([breach for breach in early if breach.rule.id == rule])
    for breach in broken:
        if breach.rule.kind != "before":
            # WHY reversed: the breaking call is the last of a breach's events and the first thing to look at.
            events = breach.events[::-1]
            yield Finding(kind=_kind(breach), events=events, where=_clause(breach), sentence=breach.sentence)
    told = {(one.rule.clause, one.events[-1]) for one in broken}
    upset = [one for one in upsets(episode) if one.by_agent and (one.invariant.clause, one.call.seq) not in told]
    for one in upset:
        name, sentence = one.invariant.name, one.sentence
        yield Finding(kind="forbidden_call", events=(one.call.seq,), where=name, sentence=sentence)
    forbidden = {one.events[-1] for one in broken if one.rule.kind != "before" and _kind(one) == "forbidden_call"}
    forbidden |= {one.call.seq for one in upset}
    for pattern in episode.scenario.goal.never:
        for call in matching_calls(episode, pattern):
            if call.seq not in forbidden:
                where, sentence = f"goal: never {call.tool}", f"{describe_call(call)} succeeded and must never"
                yield Finding(kind="forbidden_call", events=(call.seq,), where=where, sentence=sentence)


def _came_early(early: list[Breach]) -> Finding:
    """One step left out or taken too late is one finding, however many calls came before it."""
    more = f" (and so did {len(early) - 1} more)" if len(early) > 1 else ""
    events = tuple(seq for breach in early for seq in breach.events)
    return Finding(kind="out_of_order", events=events, where=_clause(early[0]), sentence=early[0].sentence + more)


def _clause(breach: Breach) -> str:
    return f"{breach.rule.id} ({breach.rule.clause})"


def _kind(breach: Breach) -> ErrorKind:
    return "unconfirmed_write" if breach.rule.kind == "confirm_before" else "forbidden_call"


def _beside_reference(episode: Episode, alignment: Alignment, whole: bool) -> Iterator[Finding]:
    bearing = Bearing(episode, alignment)
    for match in bearing.wrong():
        if match.call.outcome not in _DECIDED:
            yield _wrong(match)
    for late, other in out_of_order(episode.card, alignment):
        first, second = sorted((late, other), key=lambda match: match.call.seq)
        yield Finding(
            kind="out_of_order",
            events=(first.call.seq, second.call.seq),
            where=str(first.wanted),
            sentence=f"{describe_call(first.call)} came before {describe_call(second.call)}; it has to come after",
        )
    for missing in bearing.missing() if whole else ():
        later = [match.call.seq for match in alignment.matches if match.wanted.rank > missing.rank]
        due = min(later, default=episode.events[-1].seq)
        sentence = f"{missing.call} was never called"
        yield Finding(kind="missing_call", events=(due,), where=str(missing), sentence=sentence)


def _wrong(match: Match) -> Finding:
    step = match.wanted.step
    if match.how == "wrong_tool":
        sentence = f"{describe_call(match.call)} was called where {match.wanted.call} was wanted"
        return Finding(kind="wrong_tool", events=(match.call.seq,), where=str(match.wanted), sentence=sentence)
    given = match.call.arguments if isinstance(match.call.arguments, dict) else {}
    parts = (
        f"{path} is {shown(actual)}, wanted {shown(wanted)}"
        for name in match.differing
        for path, wanted, actual in apart(name, step.arguments.get(name, MISSING), given.get(name, MISSING))
    )
    sentence = f"{match.call.tool} was called with wrong arguments: {listed(parts)}"
    return Finding(kind="wrong_arguments", events=(match.call.seq,), where=str(match.wanted), sentence=sentence)


def _loops(episode: Episode, reached: bool, looks: bool) -> Iterator[Finding]:
    """Loops; where the goal was reached, an agent that looks again in each of its turns is not in one."""
    if looks and len({*_turns(episode, episode.agent_calls)}) == len(episode.agent_calls):
        return  # one look in each turn, however often: every loop would be one of these
    for calls, size in rounds(episode):
        looks = reached and all([call.outcome == "ok" and effect(episode.card, call) == "read" for call in calls])
        if not (looks and _in_turns_of_their_own(episode, calls)):
            yield loop(calls, size)


def _all_look(episode: Episode) -> bool:
    return not episode.failed_calls and all([effect(episode.card, call) == "read" for call in episode.agent_calls])


def _turns(episode: Episode, calls: Sequence[ToolCalled]) -> list[int]:
    """In which of the user's turns each call was made."""
    said = [one.seq for one in episode.user_texts]
    return [bisect_left(said, call.seq) for call in calls]


def _in_turns_of_their_own(episode: Episode, calls: Sequence[ToolCalled]) -> bool:
    turns = Counter(_turns(episode, calls))
    return max(turns.values()) < TIMES and len(turns) >= TIMES


Repeats = tuple[tuple[ToolCalled, ToolCalled], ...]


def _repeated(again: Repeats, explained: frozenset[int], wanted: frozenset[int]) -> Iterator[Finding]:
    for call, earlier in again:
        if call.seq not in explained and not {call.seq, earlier.seq} <= wanted:
            sentence = f"{describe_call(call)} repeats event {earlier.seq}, and nothing had changed since"
            yield Finding(kind="redundant_call", events=(call.seq, earlier.seq), sentence=sentence)


def _unasked(episode: Episode, alignment: Alignment, explained: frozenset[int]) -> Iterator[Finding]:
    for call in alignment.extra:
        if call.outcome == "ok" and call.seq not in explained and effect(episode.card, call) == "write":
            sentence = f"{describe_call(call)} is a write that the reference path does not have"
            yield Finding(kind="redundant_call", events=(call.seq,), sentence=sentence)


def _explained(found: list[Finding]) -> frozenset[int]:
    """The calls that a finding already speaks of: all of a loop, else the one that it begins with."""
    telling = ("loop", "wrong_tool", "wrong_arguments", "forbidden_call", "redundant_call")
    return frozenset(
        seq
        for finding in found
        if finding.kind in telling
        for seq in (finding.events if finding.kind == "loop" else finding.events[:1])
    )


def _needless_changes(episode: Episode, explained: frozenset[int]) -> Iterator[Finding]:
    """Where the goal was reached all the same: writes to records that it does not speak of."""
    if episode.scenario.goal.elsewhere == "free":
        return
    by_call: dict[int, list[str]] = {}
    for seq, change in unlisted_changes(episode):
        by_call.setdefault(seq, []).extend(differences((change,)))
    for seq, changed in by_call.items():
        if seq not in explained:
            sentence = f"a write that the goal did not need: {listed(changed, 3)}"
            yield Finding(kind="redundant_call", events=(seq,), sentence=sentence)
