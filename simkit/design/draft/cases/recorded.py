"""Cases made of recorded sessions: what the user said they wanted, knew and told, and the calls that helped them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from simkit.design.draft.cases.arguments import Arguments
from simkit.design.draft.cases.case import Draft, step
from simkit.design.draft.cases.goals import end_state, says_of, sentence, telling
from simkit.design.draft.cases.trial import Bench
from simkit.design.draft.names import snake, words
from simkit.design.draft.plan import Plan, Recorded
from simkit.errors import one_line
from simkit.spec.values import says_words

LONGEST = 400
_HELLO = r"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))"
_GREETING = re.compile(rf"^\s*{_HELLO}\b(?:,? (?:there|again|everyone|team))?(?:\s*[,.;:!?-]+\s*|\s*$)", re.IGNORECASE)
"""A greeting that stands by itself at the beginning."""


def recorded_cases(plan: Plan, bench: Bench, arguments: Arguments) -> list[Draft]:
    """A case for each recorded session whose calls work on the world as it was put together; no two with one goal."""
    found: list[Draft] = []
    for number, session in enumerate(plan.recorded, 1):
        case = _case(f"{plan.name}-recorded-{number}", session, plan, bench, arguments)
        if case is not None and all(case.goal != other.goal for other in found):
            found.append(case)
    return found


def _case(name: str, session: Recorded, plan: Plan, bench: Bench, arguments: Arguments) -> Draft | None:
    calls = [(tool, dict(given)) for tool, given in session.calls]
    if not calls or not session.lines or not all(bench.fits(*call) for call in calls):
        return None
    tried = bench.tried(*calls)
    if tried.refused:
        return None
    facts = dict(_facts(session, arguments))
    steps: list[Any] = [step(*call) for call in calls]
    goal: dict[str, Any] = {}
    if tried.changes:
        world = end_state(tried.changes, plan.tables)
        if world is None:
            return None
        goal["world"] = world
    else:
        goal["calls"] = steps[-1:]
        result = tried.results[-1]
        told = telling(result, "id", facts.values()) if isinstance(result, dict) else None
        if told is not None:
            goal["says"] = [says_of(told[1])]
            steps.append({"say": sentence("record", *told)})
    first = one_line(telling_line(session.lines), LONGEST)
    more = {
        "opening": first.replace("{", "(").replace("}", ")"),
        "script": [one_line(one, LONGEST) for one in session.lines],
    }
    wants = one_line(_GREETING.sub("", first).split(". ")[0], 160).rstrip(".!?") or "some help"
    return Draft(name, wants, facts, goal, tuple(steps), ("recorded",), (session.persona,), more)


def telling_line(lines: Sequence[str]) -> str:
    """The first of the user's messages that says more than hello; the first, where none does."""
    return next((line for line in lines if _GREETING.sub("", line).strip(" .,;:!?-")), lines[0])


def _facts(session: Recorded, arguments: Arguments) -> Iterator[tuple[str, Any]]:
    """What the user said that calls needed, by the name of the argument."""
    taken: dict[str, Any] = {}
    said = " \n".join(session.lines)
    for _, given in session.calls:
        for name, value in given.items():
            for part, leaf in _leaves(snake(name) or "value", value):
                if isinstance(leaf, bool) or leaf is None or not says_words(said, str(leaf)):
                    continue
                slot, number = part, 2
                while taken.get(slot, leaf) != leaf:
                    slot, number = f"{part}_{number}", number + 1
                taken[slot] = leaf
                arguments.slots.labels.setdefault(slot, " ".join(words(slot)))
    yield from taken.items()


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(f"{name}_{snake(key)}", item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(name, item)
    else:
        yield name, value
