"""Words that prove nothing: a goal that talk alone reaches, and conditions on words that any reply meets.

Three who only talk, each held against the whole goal: one that apologises and asks whether there is anything else, one
that says back all that the user says and knows, one that recites the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simkit.lint.finding import Problem, found
from simkit.lint.played.everything import TALK
from simkit.lint.played.proof import IDLE
from simkit.lint.played.rehearsal import Rehearsal, Stages
from simkit.lint.read.ends import asks_for_a_change
from simkit.metrics.talk.says import meets
from simkit.spec.files import Case
from simkit.spec.goal import EndState, Says
from simkit.spec.rules import fill
from simkit.spec.scenario import Scenario
from simkit.spec.strict_yaml import Loc


def cheap_talk(case: Case, stages: Stages) -> Iterator[Problem]:
    """The goal, where somebody reaches it by talk alone; else each condition on words that any talk meets."""
    if talked(case, stages, (IDLE,)):
        return  # told as what it is: an agent that does nothing passes
    talkers = {
        "apologises and asks whether there is anything else": TALK,
        "says back what the user says and knows": (*TALK, *echoes(case)),
        "recites the policy": (*TALK, *case.domain.card.policy.split("\n\n")),
    }
    for who, texts in talkers.items():
        if talked(case, stages, texts):
            yield found("talk-passes", case, f"passes for an agent that calls nothing and only {who}", ("goal",))
            return
    yield from _trivial(case, stages)


def talked(case: Case, stages: Stages, texts: Iterable[str]) -> bool:
    """Whether the goal is reached by saying that, and nothing else."""
    made = Rehearsal(case, stages.start(case.domain))
    for text in texts:
        made.says(text)
    return made.reached


def echoes(case: Case) -> Iterator[str]:
    """What the user says unasked, and each fact that they know, as an agent would say it back."""
    scenario: Scenario = case.scenario
    facts = scenario.facts()
    yield fill(scenario.opening, facts) or scenario.wants
    yield scenario.wants
    for name, value in facts.items():
        slot = case.domain.card.slots.get(name)
        yield f"Your {slot.label if slot else name.replace('_', ' ')} is {value}."


def _trivial(case: Case, stages: Stages) -> Iterator[Problem]:
    """Conditions on words that every apology meets; where nothing has to be changed, so that words are what tells right
    from wrong, also those that every text meets which names what the user said themselves."""
    proofs = [(TALK, "any reply meets it: ")]
    if not asks_for_a_change(case, stages):
        proofs.append((tuple(echoes(case)), "the user's own words meet it: "))
    for loc, says in _says(case):
        for texts, why in proofs:
            if (text := next((one for one in texts if meets(one, says, case.domain.card)), None)) is not None:
                what = f"says {says.describe()} proves nothing, {why}'{text}'"
                yield found("trivial-words", case, what, loc, about=says.describe())
                break


def _says(case: Case) -> Iterator[tuple[Loc, Says]]:
    goal = case.scenario.goal
    places: list[tuple[Loc, EndState]] = [(("goal",), goal)]
    places += [(("goal", "any_of", at), end) for at, end in enumerate(goal.any_of)]
    for loc, end in places:
        yield from (((*loc, "says", at), says) for at, says in enumerate(end.says))
