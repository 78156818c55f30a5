"""The agent that does nothing, by reading alone: whether a scenario passes when nobody calls a tool or says a word.

A pass rate means little beside a null agent's that is nearly as high: on tau-bench's airline tasks doing nothing passes
38 %, because so many want nothing changed. What is read:

    a session with a world   the goal, on the world as it was when the session began, of an empty conversation
    a tau-bench task         its rule: the gold actions change nothing, and nothing is to be said
    a tau2-bench task        the same for each component of its reward basis; an assertion on an environment that the
                             file does not hold cannot be told, unless another component fails anyway

All else (a recorded reward without a task, a label) tells nothing about doing nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from simkit.metrics.goal import goal_parts, verdict
from simkit.metrics.world import UNKNOWN, value_at_end
from simkit.paths.episode import Episode
from simkit.spec.condition import MISSING
from simkit.trace.events import Ended, EndState
from simkit.trace.log import Log


def passes_untouched(episode: Episode) -> bool | None:
    """Whether an agent that does nothing passes the scenario of this session; None where that cannot be told."""
    if episode.ended is not None and episode.ended.state is not None:
        return {"pass": True, "fail": False}.get(verdict(goal_parts(_nothing_done(episode, episode.ended.state))))
    about = episode.scenario.benchmark
    if about.get("name") == "tau-bench":
        return not _wants_change(episode) and not any(step.say for step in episode.scenario.steps)
    if about.get("name") == "tau2":
        return _together(_components(episode, about.get("criteria")))
    return None


def _nothing_done(episode: Episode, state: EndState) -> Episode:
    """The same session without anything in it but its beginning and its end."""
    before = EndState(
        changed=tuple(
            change.model_copy(update={"before": change.after, "after": change.before}) for change in state.changed
        )
    )
    named = {path: _at_the_start(state, before, path) for path in state.named}
    ended = Ended(seq=1, reason="user_closed", state=EndState(digest=episode.card.world, named=named))
    return replace(episode, log=Log(episode.log.session, (episode.log.started, ended)))


def _at_the_start(state: EndState, before: EndState, path: str) -> Any:
    found = value_at_end(before, path)
    if found is not UNKNOWN:
        return found
    ended = state.named[path]
    rows = dict(ended) if isinstance(ended, dict) else {}
    changes = [change for change in state.changed if change.path.startswith(f"{path}.")]
    for change in changes:
        name = change.path[len(path) + 1 :]
        if change.before is None:
            rows.pop(name, None)
        else:
            rows[name] = change.before
    return (rows or MISSING) if changes else ended


def _wants_change(episode: Episode) -> bool:
    tools = {(step.tool, step.by) for step in episode.scenario.steps if step.tool}
    known = ((episode.card.tool(name, by), name) for name, by in tools)
    return any(tool is None or tool.effect == "write" for tool, _ in known)


def _components(episode: Episode, criteria: Mapping[str, Any] | None) -> Iterator[bool | None]:
    if criteria is None:
        yield True
        return
    for name in criteria.get("reward_basis", ()):
        if name == "DB":
            yield not _wants_change(episode)
        elif name == "ACTION":
            yield not criteria.get("actions")
        elif name == "COMMUNICATE":
            yield not criteria.get("communicate_info")
        else:
            kind = {"ENV_ASSERTION": "env_assertions", "NL_ASSERTION": "nl_assertions"}.get(name, "")
            yield True if kind and not criteria.get(kind) else None


def _together(parts: Iterator[bool | None]) -> bool | None:
    every = tuple(parts)
    return False if False in every else None if None in every else True
