"""What the plans of rule agents have in common: ask for a fact, look things up once a wish, give up in words.

async def cancel(desk):
    order = await seen(desk, "get_order", order_id=fact(desk, "order_id", "Which order is it?"))
    if order["status"] == "packed":
        raise Sorry("I'm sorry, it has left the shelf.")
    return Proposal(…)

INTENTS = [planned("cancel", cancel, r"\bcancel\b")]
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from simkit.agents.rule_agent import Desk, Intent, Proposal, Question

Reply = str | Question | Proposal
"""What a plan comes to."""


class Sorry(Exception):
    """Ends a plan with an answer: there is nothing to be done."""


class Ask(Exception):
    """Interrupts a plan with a question; it starts again with the user's answer."""


def planned(name: str, plan: Callable[[Desk], Awaitable[Reply]], *cues: str) -> Intent:
    """An intent, betrayed by any of `cues`, whose plan may raise `Sorry` and `Ask`. `desk.memory` holds its `wish`
    (all that the user said since it was uttered) and what was `seen` for it."""

    async def carried(desk: Desk) -> Reply:
        if any(re.search(cue, desk.text, re.IGNORECASE) for cue in cues):
            desk.memory |= {"wish": "", "seen": {}}
        desk.memory["wish"] = f"{desk.memory.get('wish', '')} {desk.text}"
        try:
            return await plan(desk)
        except Ask as question:
            return Question(str(question))
        except Sorry as sorry:
            return str(sorry)

    return Intent(name, cues, carried)


def fact(desk: Desk, slot: str, question: str) -> str:
    """What the user said about a slot. Raises `Ask` with `question` if they have not."""
    if slot not in desk.facts:
        raise Ask(question)
    return desk.facts[slot]


async def seen(desk: Desk, tool: str, /, **arguments: Any) -> Any:
    """What a look-up gave; looked up once for each wish. Raises `Sorry` where the tool refuses."""
    key = f"{tool} {arguments}"
    if key not in desk.memory["seen"]:
        result = await desk.call(tool, **arguments)
        if not result.ok:
            raise Sorry(f"I'm sorry, I can't look that up: {result.value}.")
        desk.memory["seen"][key] = result.value
    return desk.memory["seen"][key]
