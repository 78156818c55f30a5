"""Calls that were made again without need, and circles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from simkit.metrics.beside.steps import effect
from simkit.metrics.score import Finding
from simkit.metrics.wording import describe_call
from simkit.paths.episode import Episode
from simkit.spec.condition import same
from simkit.trace.events import ToolCalled

TIMES = 3
"""The same call, or the same pair of calls, this often in a row is a loop."""


def rounds(episode: Episode) -> Iterator[tuple[tuple[ToolCalled, ...], int]]:
    """Each loop's calls, and how many of them make one round: runs of three or more equal calls, and of pairs
    A-B-A-B-A-B, in which nothing changed the world."""
    calls = episode.agent_calls
    start = 0
    while start + TIMES <= len(calls):
        size, length = _circle(episode, calls[start:])
        if length:
            yield calls[start : start + length], size
        start += length or 1


def repeats(episode: Episode, harmless: str | None = None) -> Iterator[tuple[ToolCalled, ToolCalled]]:
    """Each successful call that repeats an earlier successful one, with that earlier one, where nothing changed the
    world from then on: neither anybody else nor the earlier call itself. Where no world was recorded, every call of a
    tool that writes counts as a change. Calls of the effect `harmless` are left out."""
    fresh: list[ToolCalled] = []
    for call in episode.log.calls:
        if call.outcome != "ok":
            continue
        if call.by == "agent" and (harmless is None or effect(episode.card, call) != harmless):
            earlier = next((one for one in reversed(fresh) if equal(one, call)), None)
            if earlier is not None:
                yield call, earlier
        if changes_world(episode, call):
            fresh.clear()
        elif call.by == "agent":
            fresh.append(call)


def equal(one: ToolCalled, other: ToolCalled) -> bool:
    """Whether two calls are the same tool with the same arguments."""
    return one.tool == other.tool and same(one.arguments, other.arguments)


def changes_world(episode: Episode, call: ToolCalled) -> bool:
    """Whether a call changed something; where no world was recorded, whether its tool is one that writes."""
    if call.changes or call.world or call.outcome != "ok":
        return bool(call.changes)
    tool = episode.card.tool(call.tool, call.by)
    return tool is not None and tool.effect == "write"


def _circle(episode: Episode, calls: Sequence[ToolCalled]) -> tuple[int, int]:
    """The size of the pattern (1 or 2) that `calls` begin with and the number of calls in it; (0, 0) for none."""
    for size in (1, 2):
        length = size
        while length < len(calls) and equal(calls[length], calls[length - size]):
            length += 1
        length -= length % size
        if length >= TIMES * size and not _changed_between(episode, calls[0].seq, calls[length - 1].seq):
            return size, length
    return 0, 0


def _changed_between(episode: Episode, first: int, last: int) -> bool:
    between = [call for call in episode.log.calls if first <= call.seq < last]
    return any([changes_world(episode, call) for call in between])


def loop(calls: Sequence[ToolCalled], size: int) -> Finding:
    """The finding that tells of a loop."""
    what = " then ".join(describe_call(call) for call in calls[:size])
    return Finding(
        kind="loop",
        events=tuple(call.seq for call in calls),
        sentence=f"{what} was called {len(calls) // size} times in a row, and nothing had changed",
    )


def failed_runs(calls: Sequence[ToolCalled]) -> int:
    """The longest run of failed calls."""
    return max((len(list(run)) for failed, run in groupby(calls, lambda c: c.outcome != "ok") if failed), default=0)
