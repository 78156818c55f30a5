"""Goals that ask for what is there already."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from simkit.lint.finding import Problem, found
from simkit.lint.played.rehearsal import Stages
from simkit.play.world import World
from simkit.spec.files import Case


def at_the_start(case: Case, stages: Stages, changed: Collection[str]) -> Iterator[Problem]:
    """Conditions on the world that hold before anything is done, of records that nothing else lets change. `changed`:
    records (`table.id`) that the reference changes. Of several acceptable ends it takes one, and what the others
    change is not known: there nothing is said."""
    world, goal = World(stages.start(case.domain)), case.scenario.goal
    if any(end.world for end in goal.any_of):
        return
    holds = {path: wanted.holds(world.value(path)) for path, wanted in goal.world.items()}
    changing = {_record(path) for path, held in holds.items() if not held} | set(changed)
    for path, held in holds.items():
        whole = path == _record(path)
        if held and not whole and _record(path) not in changing and goal.elsewhere == "unchanged":
            what = f"{path} is so before anything is done, and naming it lets the rest of {_record(path)} change"
            yield found("holds-at-start", case, what, ("goal", "world", path), about=path)


def asks_for_a_change(case: Case, stages: Stages) -> bool:
    """Whether the goal asks for something that is not so at the start, or for a call that changes something."""
    world, goal = World(stages.start(case.domain)), case.scenario.goal
    ends = [goal, *goal.any_of]
    wanted = [one for end in ends for one in end.world.items()]
    return any(not condition.holds(world.value(path)) for path, condition in wanted) or any(
        _writes(case, pattern.tool) for end in ends for pattern in end.calls
    )


def _record(path: str) -> str:
    return ".".join(path.split(".")[:2])


def nothing_asked(case: Case) -> Iterator[Problem]:
    """Goals that ask for calls alone."""
    goal = case.scenario.goal
    asked = (goal.world, goal.any_of, goal.says, goal.never, goal.never_says, goal.judged)
    if not any(asked) and goal.calls and not any(_writes(case, one.tool) for one in goal.calls):
        what = "the goal asks for lookups alone: neither for an end, nor for words, nor for what must not be done"
        yield found("nothing-proven", case, what, ("goal",))


def _writes(case: Case, name: str) -> bool:
    side, _, tool = name.rpartition(".")
    known = case.domain.card.tool(tool, side or "agent")
    return known is not None and known.effect == "write"
