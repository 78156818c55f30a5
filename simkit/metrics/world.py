"""The goal's conditions on the world: what stands at a path at the end, and what changed elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simkit.metrics.score import GoalPart
from simkit.metrics.wording import differences, listed, shown
from simkit.paths.episode import Episode
from simkit.spec.condition import MISSING, Condition, value_at
from simkit.spec.goal import Goal
from simkit.trace.events import Change, EndState

UNKNOWN = object()
"""What `value_at_end` gives for a path that the session did not record."""


def value_at_end(state: EndState, path: str) -> Any:
    """The value at a dotted path when the session ended, `MISSING` where nothing stands, or `UNKNOWN`."""
    if path in state.named:
        return state.named[path]
    for change in state.changed:
        if path == change.path or path.startswith(f"{change.path}."):
            if change.after is None:
                return MISSING
            return value_at(change.after, path[len(change.path) + 1 :]) if path != change.path else change.after
    return UNKNOWN


def world_part(episode: Episode, path: str, wanted: Condition) -> GoalPart:
    """One condition on the world, with a diff of wanted and actual where it fails."""
    what = f"{path} {_is(wanted)}"
    state = episode.ended.state if episode.ended else None
    actual = UNKNOWN if state is None else value_at_end(state, path)
    if actual is UNKNOWN:
        detail = "no world was recorded" if state is None else "the value at the end was not recorded"
        return GoalPart.of(part="world", what=what, verdict="not evaluable", detail=detail)
    if wanted.holds(actual):
        return GoalPart.of(part="world", what=what, verdict="pass", evidence=_touching(episode, path))
    detail = f"{path} is {shown(actual)}, wanted {wanted.describe()}"
    evidence = _touching(episode, path) or (episode.events[-1].seq,)
    return GoalPart.of(part="world", what=what, verdict="fail", detail=detail, evidence=evidence)


def elsewhere_part(episode: Episode) -> GoalPart:
    """Whether anything changed that the goal does not speak of."""
    what = "nothing else changed"
    state = episode.ended.state if episode.ended else None
    if state is None:
        return GoalPart.of(part="elsewhere", what=what, verdict="not evaluable", detail="no world was recorded")
    wrong = [change for change in state.changed if not may_change(episode.scenario.goal, change.path)]
    if not wrong:
        return GoalPart.of(part="elsewhere", what=what, verdict="pass")
    evidence = tuple(
        sorted({seq for change in wrong for seq in _touching(episode, change.path)}) or [episode.events[-1].seq]
    )
    return GoalPart.of(
        part="elsewhere", what=what, verdict="fail", detail=listed(differences(wrong)), evidence=evidence
    )


def may_change(goal: Goal, record: str) -> bool:
    """Whether the goal lets a record (`table.id`) change: because it names it, or its table, or lists it."""
    named = (*goal.world, *(path for end in goal.any_of for path in end.world))
    return any(_inside(path, record) or _inside(record, path) for path in (*named, *goal.may_change))


def _inside(path: str, outer: str) -> bool:
    return path == outer or path.startswith(f"{outer}.")


def _touching(episode: Episode, path: str) -> tuple[int, ...]:
    """Numbers of the calls that changed the record in which `path` lies."""
    return tuple(call.seq for call in episode.log.calls if any(_touches(change, path) for change in call.changes))


def _touches(change: Change, path: str) -> bool:
    if not _inside(path, change.path):
        return _inside(change.path, path)
    field = path[len(change.path) + 1 :]
    return not field or value_at(change.before or {}, field) != value_at(change.after or {}, field)


def _is(wanted: Condition) -> str:
    return wanted.describe() if wanted.check == "exists" else f"is {wanted.describe()}"


def unlisted_changes(episode: Episode) -> Iterator[tuple[int, Change]]:
    """Every change by an agent's call to a record that the goal does not speak of, with the call's number."""
    for call in episode.agent_calls:
        for change in call.changes:
            if not may_change(episode.scenario.goal, change.path):
                yield call.seq, change
