"""The agent that knows the answer: plays the scenario's own reference path and says what the goal wants said.

It proves that a goal can be reached with this user and these tools, and that no metric cries wolf: it asks for each
fact before it uses it, and for a yes before each call that a rule wants confirmed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from simkit.metrics.talk.says import meets
from simkit.play.agent import Part, Turn
from simkit.spec.acts import user_act
from simkit.spec.condition import same
from simkit.spec.crosscheck import filled
from simkit.spec.goal import Says, Step
from simkit.spec.values import says_words

ASKS = 4
"""How often it asks for one fact, or for one yes, before it goes on without."""

MORE = "Is there anything else I can help you with?"


class Reference:
    """Plays one session's reference path."""

    def __init__(self, part: Part) -> None:
        self.card, self.scenario = part.card, part.scenario
        self.steps = list(part.scenario.steps)
        self.facts = part.scenario.facts()
        self.asked: Counter[str] = Counter()
        self.confirmed = 0
        """How many of the coming steps the user said yes to."""
        self.proposed = 0
        self.instructed = False
        self.heard = ""
        self.said: list[str] = []

    async def __call__(self, turn: Turn) -> str:
        """The next words, after whatever calls come before them."""
        self.heard += f" {turn.text} \n"
        if self.proposed and user_act(turn.text) == "affirm":
            self.confirmed, self.proposed = self.proposed, 0
        text = await self._go_on(turn)
        self.said.append(text)
        return text

    async def _go_on(self, turn: Turn) -> str:
        while self.steps:
            step = self.steps[0]
            if (words := self._words_before(step)) is not None:
                return words
            self.steps.pop(0)
            if step.tool is not None and step.by == "agent":
                self.confirmed = max(0, self.confirmed - 1)
                await turn.call(step.tool, **step.arguments)
        return " ".join([*self._unsaid(), MORE])

    def _words_before(self, step: Step) -> str | None:
        """What must be said before a step can be done, or None when it can."""
        if step.say is not None:
            self.steps.pop(0)
            return step.say
        if step.by == "user":
            self.instructed = not self.instructed
            return self._instruction(step) if self.instructed else None
        for name in self._untold(step):
            self.asked[name] += 1
            slot = self.card.slots.get(name)
            label = slot.label if slot else name.replace("_", " ")
            return f"Could you tell me your {label}, please?"
        if step.tool in self.card.confirmed and not self.confirmed and self.asked["<yes>"] < ASKS:
            return self._proposal()
        return None

    def _untold(self, step: Step) -> Iterator[str]:
        used = list(_leaves(step.arguments))
        for name, value in self.facts.items():
            needed = any(same(value, leaf) or str(value) == str(leaf) for leaf in used)
            askable = needed and self.asked[name] < ASKS and not isinstance(value, bool)
            if askable and not says_words(self.heard, str(value)):
                yield name

    def _proposal(self) -> str:
        steps = []
        for step in self.steps:
            if step.tool not in self.card.confirmed or step.by != "agent" or next(self._untold(step), None):
                break
            steps.append(step)
        self.proposed = len(steps)
        self.asked["<yes>"] += 1
        listed = "; then ".join(_described(step) for step in steps)
        return f"To be sure I have it right, this is what I would do: {listed}. Shall I go ahead? (yes/no)"

    def _instruction(self, step: Step) -> str:
        for act in self.card.user_acts:
            if act.call == step.tool and filled(act.arguments, self.facts) == step.arguments:
                return f"Please {act.when[0]} and tell me what you see."
        return f"Please use {step.tool}."

    def _unsaid(self) -> Iterator[str]:
        says = [*self.scenario.goal.says, *(self.scenario.goal.any_of[0].says if self.scenario.goal.any_of else ())]
        for one in says:
            if not any(meets(text, one, self.card) for text in self.said):
                text = rendered(one)
                yield text if text.endswith((".", "?", "!")) else f"{text}."


def rendered(says: Says) -> str:
    """Words that meet a says-condition."""
    if isinstance(says.value, tuple):
        return rendered(says.value[0])
    if says.check == "money":
        return f"The amount is ${float(says.value):,.2f}."
    if says.check == "number":
        return f"The number is {float(says.value):g}."
    if says.check == "asks":
        return f"Could you tell me your {str(says.value).replace('_', ' ')}?"
    return str(says.value) if says.check == "text" else f"The {says.check} is {says.value}."


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _described(step: Step) -> str:
    words = str(step.tool).replace("_", " ")
    given = ", ".join(
        f"{name.replace('_', ' ')} {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in step.arguments.items()
    )
    return f"{words} ({given})" if given else words
