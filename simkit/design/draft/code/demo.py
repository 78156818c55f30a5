"""demo.py of a drafted domain: an agent by rules, so that the domain can be played at once."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from simkit.design.draft.code.listing import role_of
from simkit.design.draft.code.literals import literal, prose
from simkit.design.draft.plan import Deed, Parameter, Plan
from simkit.design.draft.seed.records import KeyForm
from simkit.design.draft.shapes import Shape, asked_of
from simkit.design.draft.slots import Slots, phrases

_TEXT = '''"""{title}: a demo agent without a model.

It hears what is wanted by the words in INTENTS, asks for what the tool needs, looks before it changes anything, and
asks for a yes before it does. It is honest, and no better than these rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.tools import BaseTool

from simkit import ToolResult
from simkit.agents.rule_agent import Desk, Intent, Proposal, build_graph

SLOTS = {
{slots}
}
"""How facts look in what a user says."""

NUMBERS = {numbers}
"""Facts that tools want as numbers."""


def given(desk: Desk, arguments: dict[str, Any]) -> dict[str, Any]:
    """The facts that a tool's arguments are filled from, as far as the user told them; what has parts is filled part by
    part."""
    told = {name: given(desk, what) if isinstance(what, dict) else fact(desk, what) for name, what in arguments.items()}
    return {name: value for name, value in told.items() if value not in (None, {}, [])}


def fact(desk: Desk, slot: str | list[str]) -> Any:
    """What the user told, or None; in a list where the tool wants one."""
    if isinstance(slot, list):
        return [value for one in slot if (value := fact(desk, one)) is not None]
    told = desk.facts.get(slot)
    return number(told) if told is not None and slot in NUMBERS else told


def number(told: str) -> float | str:
    """A number that was told; the words themselves where they are none."""
    text = told.replace(",", "").strip("$€£ ")
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return told


def spoken(value: Any) -> str:
    """What a tool gave, for a person: at most twelve facts."""
    if isinstance(value, dict):
        simple = {name: one for name, one in value.items() if not isinstance(one, dict | list)}
        lists = [spoken(one) for one in value.values() if isinstance(one, list)]
        return ", ".join([*lists, *(f"{name} {one}" for name, one in list(simple.items())[:12])])
    if isinstance(value, list):
        return "; ".join(spoken(one) for one in value[:3]) or "nothing"
    return str(value)


def answer(result: ToolResult) -> str:
    """What is said after a call."""
    return f"Here it is: {spoken(result.value)}." if result.ok else f"I'm sorry, I could not find that: {result.value}."


def reading(tool: str, cues: list[str], arguments: dict[str, Any]) -> Intent:
    """Something that is only looked up."""

    async def plan(desk: Desk) -> str:
        return answer(await desk.call(tool, **given(desk, arguments)))

    return Intent(tool, cues, plan, needs=NEEDED[tool])


def changing(
    tool: str, cues: list[str], arguments: dict[str, Any], look: tuple[str, dict[str, Any]] | None = None
) -> Intent:
    """Something that changes the world: looked at first, then proposed, then done."""

    async def plan(desk: Desk) -> str | Proposal:
        if look is not None:
            found = await desk.call(look[0], **given(desk, look[1]))
            if not found.ok:
                return answer(found)
        facts = given(desk, arguments)
        listed = ", ".join(f"{name} {value}" for name, value in facts.items())
        return Proposal(f"This is what I would do: {tool} ({listed}).", ((tool, facts),), done)

    return Intent(tool, cues, plan, needs=NEEDED[tool])


def done(results: list[ToolResult]) -> str:
    """What is said when it was tried."""
    failed = [result for result in results if not result.ok]
    return f"I'm sorry, I can't do that: {failed[0].value}." if failed else "That has been done."


NEEDED: dict[str, list[str]] = {
{needed}
}
"""What each tool cannot do without."""

INTENTS = [
{intents}
]


def build(tools: Sequence[BaseTool]) -> Any:
    """The demo agent's graph, with these tools."""
    there = {tool.name for tool in tools}
    return build_graph(tools, intents=[one for one in INTENTS if one.name in there], slots=SLOTS)
'''


def demo_text(plan: Plan, slots: Slots, forms: Mapping[str, KeyForm], writes: list[str]) -> str:
    """The text of demo.py."""
    said = phrases(plan)
    intents, needed = [], []
    numbers: set[str] = set()
    # Longer phrases first: `look at a pet` must not hear `look at a pet photo`.
    for deed in sorted(plan.deeds, key=lambda deed: -len(said[deed.operation.tool])):
        asked = list(deed.operation.parameters)
        if deed.role == "list":
            asked = [one for one in asked if one.required or role_of(one, plan.tables[deed.table])[1]]
        heard = [_Heard(slots, one, slots.parameter(deed, one)) for one in asked]
        arguments = {one.parameter.argument: one.tree for one in heard if one.tree}
        must = [slot for one in heard if one.parameter.required for slot in one.slots]
        if deed.role == "find":
            must = must or [slot for one in heard[:1] for slot in one.slots]
        numbers |= {slot for one in heard for slot in one.numbers}
        tool = deed.operation.tool
        needed.append(f"    {literal(tool)}: {literal(list(dict.fromkeys(must)))},")
        cue = literal([rf"\b{re.escape(said[tool])}"])
        look = _look(deed, plan, slots) if tool in writes else ""
        parts = [literal(tool), cue, literal(arguments), *([look] if look else [])]
        intents.append(f"    {'changing' if tool in writes else 'reading'}({', '.join(parts)}),")
    filled = {
        "title": prose(plan.title, 80),
        "slots": "\n".join(
            f"    {literal(slot)}: {literal(_look_of(slot, plan, slots, forms))}," for slot in tuple(slots.labels)
        ),
        "numbers": "{" + ", ".join(literal(one) for one in sorted(numbers)) + "}" if numbers else "set[str]()",
        "needed": "\n".join(needed),
        "intents": "\n".join(intents),
    }
    text = re.sub(r"\{(title|slots|numbers|needed|intents)\}", lambda hole: filled[hole[1]], _TEXT)
    ast.parse(text)
    return text


class _Heard:
    """What of a parameter the agent listens for: `tree` is a slot, a list of one, or such by the name of each part."""

    def __init__(self, slots: Slots, parameter: Parameter, slot: str) -> None:
        self.parameter = parameter
        self.slots: list[str] = []
        self.numbers: list[str] = []
        self.tree = self._tree(slots, slot, parameter.shape)

    def _tree(self, slots: Slots, slot: str, shape: Shape) -> Any:
        if shape.kind == "object":
            slots.whole(slot)
            parts = {name: self._tree(slots, slots.part(slot, name), one) for name, one in asked_of(shape).items()}
            return {name: part for name, part in parts.items() if part}
        if shape.kind == "array":
            plain = shape.item is not None and shape.item.scalar
            return [self._tree(slots, slot, shape.item)] if shape.item is not None and plain else None
        if shape.kind == "boolean":
            return None
        self.slots.append(slot)
        self.numbers += [slot] if shape.kind in ("integer", "number") else []
        return slot


def _look(deed: Deed, plan: Plan, slots: Slots) -> str:
    """`("get_order", {"orderId": "order_id"})`: how the record is looked at before it is changed."""
    reads = (one for one in plan.deeds if one.table == deed.table and one.role == "read" and deed.role != "create")
    first = next(reads, None)
    if first is None or not all(one.shape.scalar for one in first.operation.parameters if one.required):
        return ""
    must = {one.argument: slots.parameter(first, one) for one in first.operation.parameters if one.required}
    return f"({literal(first.operation.tool)}, {literal(must)})"


def _look_of(slot: str, plan: Plan, slots: Slots, forms: Mapping[str, KeyForm]) -> str:
    """How a fact looks: a record's name by its form, everything else by the words around it."""
    label = re.escape(slots.labels[slot])
    for name, form in forms.items():
        told = form.kind == "counted" and form.prefix and slots.key(plan.tables[name]) == slot
        shape = rf"{re.escape(form.prefix)}\d+"
        if told and all(re.fullmatch(shape, key) for key in plan.records.get(name, {})):
            return rf"\b({shape})\b"
    ends = r"(?=,? and (?:the|know) |, (?:please|if)|[.?!]?\s*$|[.?!] )"
    told = rf"\b{label}(?:,? (?:it )?is|:) ([^?!]+?){ends}"
    return rf"{told}|\bmake the {label} ([^?!]+?){ends}|(\S[^?!]*), that's the {label}"
