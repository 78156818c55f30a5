"""The user as a chat model plays them: a person made of persona and scenario, who knows nothing else.

The model answers in a fixed shape (what is said, whether it is the last word, perhaps one of the person's own tools
first), never with a magic word inside the text. It is told what the scenario says of the user; it is never told the
goal, the reference path, the policy or what stands in the world.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from simkit.errors import ModelError, one_line
from simkit.llm import ChatMessage, Model, OpenModel, Shape, minded, open_model
from simkit.play.user import Heard, Role, Said, UserMaker
from simkit.spec.domain import Tool
from simkit.spec.persona import Disclosure, Persona
from simkit.spec.rules import fill
from simkit.spec.scenario import Change, Scenario
from simkit.users.agenda import as_want, shown

REASKS = 2
"""How often in one turn the model may correct an answer that is not in the shape."""

USES = 10
"""How many of their own tools a person uses in one turn."""


def llm_user(model: str | Model) -> UserMaker:
    """Users played by the model `PROVIDER/NAME`, or by any async function that is a `Model`."""
    opened = minded(open_model(model) if isinstance(model, str) else model)
    return lambda role: _Person(role, opened)


class _Use(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    tool: str
    arguments: str


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    text: str
    closing: bool
    use: _Use | None = None


class _Person:
    def __init__(self, role: Role, model: OpenModel) -> None:
        self.model = model
        self.tools = {tool.name: tool for tool in role.card.tools if tool.by == "user"}
        self.shape = _shape(self.tools)
        self.messages = [ChatMessage("system", prompt(role))]

    async def respond(self, heard: Heard) -> Said:
        """What the person says next. Raises ModelError where the model has no usable answer."""
        self._hear(heard)
        for _ in range(USES):
            answer = await self._answer(heard)
            if answer.use is None:
                return Said(answer.text, closing=answer.closing)
            result = await heard.call(answer.use.tool, **json.loads(answer.use.arguments))
            self.messages.append(ChatMessage("user", f"(You used {answer.use.tool}. It shows: {result.text})"))
        raise ModelError("protocol", f"the user used {USES} tools in one turn and said nothing")

    def _hear(self, heard: Heard) -> None:
        if len(self.messages) > 1:
            self.messages.append(ChatMessage("user", heard.text or ""))
            return
        # The first turn of this person, though perhaps not the session's: what was said before stands in the history.
        self.messages.append(ChatMessage("user", "(You speak first.)"))
        for message in heard.history:
            mine = json.dumps({"text": message.text, "closing": False} | ({"use": None} if self.tools else {}))
            said = ChatMessage("assistant", mine) if message.role == "user" else ChatMessage("user", message.text)
            self.messages.append(said)

    async def _answer(self, heard: Heard) -> _Answer:
        for _ in range(REASKS + 1):
            reply = await self.model(self.messages, shape=self.shape, once=heard.once)
            self.messages.append(ChatMessage("assistant", reply.text))
            try:
                return _read(reply.text, self.tools)
            except ValueError as error:
                mistake = _mistake(error)
            again = f"(That was no answer in the agreed shape: {mistake}. Answer with that JSON object alone.)"
            self.messages.append(ChatMessage("user", again))
        raise ModelError("protocol", f"asked {REASKS + 1} times, the user's model gave no answer in shape: {mistake}")


def _read(text: str, tools: Mapping[str, Tool]) -> _Answer:
    answer = _Answer.model_validate_json(text)
    if answer.use is None:
        if not answer.text.strip() and not answer.closing:
            raise ValueError("text is empty")
        return answer
    if answer.use.tool not in tools:
        raise ValueError(f"use.tool must be one of: {', '.join(tools) or 'none, use must be null'}")
    try:
        arguments = json.loads(answer.use.arguments)
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        raise ValueError("use.arguments must be the text of a JSON object")
    return answer


def _mistake(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return one_line(": ".join([*(".".join(map(str, first["loc"])),) * bool(first["loc"]), first["msg"]]), 200)
    return one_line(error, 200)


def _shape(tools: Mapping[str, Tool]) -> Shape:
    """The schema in the strict form that providers enforce: every key required, nothing besides."""
    properties: dict[str, Any] = {
        "text": {"type": "string", "description": "what the person says to the agent"},
        "closing": {"type": "boolean", "description": "true when these are the person's last words"},
    }
    if tools:
        use = {
            "type": "object",
            "properties": {
                "tool": {"type": "string", "enum": list(tools)},
                "arguments": {"type": "string", "description": "the arguments as the text of a JSON object"},
            },
            "required": ["tool", "arguments"],
            "additionalProperties": False,
        }
        what = "something the person does before they say anything; the text is then not said"
        properties["use"] = {"anyOf": [use, {"type": "null"}], "description": what}
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return Shape("what_the_person_does", "What the person says or does next.", schema)


PROMPT = """\
You play a person who writes to the agent of a service. The agent's messages reach you as messages of the user; you
answer as the person and stay the person. You are no assistant: you do not do the agent's work, and nothing that the
agent writes changes who you are or what you know.

# Who you are
{summary}
How you talk: {manner}
Language: {language}. Knowledge of such matters: {expertise}. How much you say: {verbosity}.
{confirms}
{patience}{tactics}

# What you want
I'd like {wants}{opening}{then}{changes}

# What you know
{knows}
You know nothing else. Asked for anything besides, say that you do not know it; never invent a name, number, date or \
fact.{unknown}{tools}

# How you answer
With one JSON object. "text" is what you say: short, in the person's own words, one message of a chat. "closing" is
true only together with your last words: when all that you want has been done or firmly refused, or when your patience
is used up. Do not close while the agent waits for your answer.{use}
"""


def prompt(role: Role) -> str:
    """The system prompt: who the person is, and all that they know."""
    persona, scenario = role.persona, role.scenario
    tools = [tool for tool in role.card.tools if tool.by == "user"]
    labels = {name: slot.label for name, slot in role.card.slots.items()}
    told = 'When you want to use one of your own tools, fill "use"; you are then shown the result before you speak.'
    values = {
        "summary": persona.summary,
        "manner": persona.manner,
        "language": persona.language,
        "expertise": persona.expertise,
        "verbosity": persona.verbosity,
        "confirms": CONFIRMS[persona.confirms],
        "patience": _patience(persona),
        "tactics": _listed("Besides, you try this on:", _tactics(persona)),
        "wants": as_want(scenario.wants) + ".",
        "opening": _opening(scenario),
        "then": _listed("When that is settled, you raise, one after the other:", scenario.then),
        "changes": _listed("You change your mind:", (_change(one, labels) for one in scenario.changes)),
        "knows": "\n".join(_facts(scenario, persona, labels)) or "Nothing that an agent might ask for.",
        "unknown": _listed("In particular you do not know:", _unknown(scenario, labels)),
        "tools": _listed("You have these at hand, and use them when the agent asks you to:", map(_offered, tools)),
        "use": f" {told}" if tools else "",
    }
    return fill(PROMPT, values)


CONFIRMS = {
    "readily": "Asked to confirm something that you want, you do.",
    "hesitantly": "Asked to confirm something, you first ask back once what exactly will happen, and then confirm.",
}

DISCLOSES: dict[Disclosure, str] = {
    "upfront": "say it in your first message",
    "when_asked": "say it when you are asked for it, not before",
    "when_pressed": "when first asked, ask why it is needed; say it when asked again",
    "never": "never say it, even when asked",
}

MOMENTS = {
    "opening": "in your first message",
    "asked": "when you are asked for something",
    "confirming": "when you are asked to confirm",
    "refused": "when you are refused something",
    "informed": "when you are told something",
}


def _patience(persona: Persona) -> str:
    costs = {
        "being asked something": persona.irritation.question,
        "being asked or told the same again": persona.irritation.repeated,
        "being refused": persona.irritation.refusal,
        "hearing that something went wrong": persona.irritation.error,
        "a reply that moves nothing": persona.irritation.stalled,
    }
    listed = ", ".join(f"{what} costs {cost:g}" for what, cost in costs.items() if cost)
    spent = f": {listed}" if listed else ""
    return f"Your patience is {persona.patience:g} points{spent}. When it is used up you say so and leave."


def _tactics(persona: Persona) -> Iterator[str]:
    for tactic in persona.tactics:
        yield f'{MOMENTS[tactic.when]} (at most {tactic.times} times): "{tactic.says}"'


def _opening(scenario: Scenario) -> str:
    if not scenario.opening:
        return ""
    words = fill(scenario.opening, {name: shown(value) for name, value in scenario.knows.items()})
    return f'\nYour first words are: "{words}"'


def _change(change: Change, labels: Mapping[str, str]) -> str:
    when = f"in your message number {change.when}" if isinstance(change.when, int) else MOMENTS[change.when]
    facts = "; ".join(f"{_label(name, labels)}: {shown(value)}" for name, value in change.knows.items())
    return f'once, {when}: "{change.says}"' + (f" From then on: {facts}." if facts else "")


def _facts(scenario: Scenario, persona: Persona, labels: Mapping[str, str]) -> Iterator[str]:
    for name, value in scenario.knows.items():
        rule = DISCLOSES[scenario.discloses.get(name, persona.discloses)]
        yield f"- {_label(name, labels)}: {shown(value)} ({rule})"


def _unknown(scenario: Scenario, labels: Mapping[str, str]) -> Iterator[str]:
    for what in scenario.does_not_know:
        # "that the window has closed" is itself the fact: whoever is told that they do not know it, knows it.
        if not what.startswith("that "):
            yield _label(what, labels)


def _label(name: str, labels: Mapping[str, str]) -> str:
    return labels.get(name, name.replace("_", " "))


def _offered(tool: Tool) -> str:
    return f"{tool.name}: {one_line(tool.description)} Arguments: {json.dumps(tool.parameters)}"


def _listed(title: str, lines: Iterator[str] | tuple[str, ...] | map[str]) -> str:
    found = [f"\n- {line}" for line in lines]
    return f"\n{title}{''.join(found)}" if found else ""
