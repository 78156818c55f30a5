"""A kit for agents without a model: a LangGraph graph that reads what the user says with rules.

    understand ─▶ ask        a fact is missing
               ─▶ plan       look things up, then answer, ask on, or propose calls
               ─▶ act        the user said yes to what was proposed
               ─▶ decline    the user said no
               ─▶ puzzled    nothing was understood

A domain's demo agent is a list of intents on top of this: no model, honest, and no better than its rules.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage
from langchain_core.tools import BaseTool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from simkit.play.agent import ToolResult
from simkit.spec.acts import user_act

PATIENCE = 3
"""How often one fact is asked for before the agent gives up on it."""

MORE = " Is there anything else I can help you with?"


@dataclass(frozen=True)
class Question:
    """Ask on: the intent stays open and `plan` is called again with the user's answer."""

    text: str


@dataclass(frozen=True)
class Proposal:
    """Calls that are made once the user says yes (at once where `confirm` is False)."""

    summary: str
    """What is going to happen, as the user is told before `Shall I go ahead? (yes/no)`."""
    calls: tuple[tuple[str, Mapping[str, Any]], ...]
    done: str | Callable[[list[ToolResult]], str]
    """What is said afterwards; a function gets the results, in order."""
    confirm: bool = True


@dataclass
class Desk:
    """What a plan has before it: the facts gathered so far, and the tools."""

    text: str
    """What the user just said."""
    facts: dict[str, str]
    """Slot -> what the user said it is."""
    memory: dict[str, Any]
    """Whatever the plans of this conversation want to remember."""
    tools: Mapping[str, BaseTool] = field(repr=False)

    async def call(self, tool: str, /, **arguments: Any) -> ToolResult:
        """Call one of the session's tools."""
        request = {"type": "tool_call", "id": tool, "name": tool, "args": arguments}
        message = await self.tools[tool].ainvoke(request)
        result: ToolResult = message.artifact
        return result


Plan = Callable[[Desk], Awaitable[str | Question | Proposal]]


@dataclass(frozen=True)
class Intent:
    """Something users want: how to hear it, what to know first, and what to do then."""

    name: str
    cues: Sequence[str]
    """Regular expressions, any of which betrays the intent (case does not matter)."""
    plan: Plan
    needs: Sequence[str] = ()
    """Slots that are asked for before `plan` is called."""


class State(TypedDict, total=False):
    """The graph's state; all but `messages` is carried as it is."""

    messages: Annotated[list[Any], add_messages]
    facts: dict[str, str]
    memory: dict[str, Any]
    intent: str | None
    proposal: Proposal | None
    asked: str | None
    route: str


def build_graph(
    tools: Sequence[BaseTool],
    *,
    intents: Sequence[Intent],
    slots: Mapping[str, str],
    questions: Mapping[str, str] | None = None,
    puzzled: str = "I'm not sure I understood. What can I do for you?",
    declined: str = "All right, I won't do that. What would you like instead?",
) -> Any:
    """A compiled graph. `slots`: slot -> regular expression whose first group (or whole match) is the value;
    `questions`: slot -> how to ask for it (`Could you tell me your {slot}?` where left out)."""
    rules = _Rules(tools, intents, slots, questions or {}, puzzled, declined)
    graph = StateGraph(State)
    for node in (rules.understand, rules.ask, rules.plan, rules.act, rules.decline, rules.puzzle):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "understand")
    routes = ("ask", "plan", "act", "decline", "puzzle")
    graph.add_conditional_edges("understand", lambda state: state["route"], {name: name for name in routes})
    for node in routes:
        graph.add_edge(node, END)
    return graph.compile()


class _Rules:
    def __init__(
        self,
        tools: Sequence[BaseTool],
        intents: Sequence[Intent],
        slots: Mapping[str, str],
        questions: Mapping[str, str],
        puzzled: str,
        declined: str,
    ) -> None:
        self.tools = {tool.name: tool for tool in tools}
        self.intents = {intent.name: intent for intent in intents}
        self.slots = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in slots.items()}
        self.questions, self.puzzled_text, self.declined_text = questions, puzzled, declined

    async def understand(self, state: State) -> State:
        """Read facts and intent off the user's last message and choose the way on."""
        text = str(state["messages"][-1].content)
        found_here = self._facts(text) or _bare_answer(text, state.get("asked"))
        facts = {**state.get("facts", {}), **found_here}
        found = self._intent(text)
        proposal, intent = state.get("proposal"), found or state.get("intent")
        update: State = {"facts": facts, "intent": intent, "memory": state.get("memory", {}), "asked": None}
        if proposal is not None and user_act(text) == "affirm":
            return update | {"route": "act"}
        if proposal is not None and user_act(text) == "deny" and found is None:
            return update | {"route": "decline", "proposal": None, "intent": None}
        update["proposal"] = None
        if intent is None:
            return update | {"route": "puzzle"}
        missing = [slot for slot in self.intents[intent].needs if slot not in facts]
        return update | ({"route": "ask", "asked": missing[0]} if missing else {"route": "plan"})

    async def ask(self, state: State) -> State:
        """Ask for the first fact that is missing."""
        slot = str(state["asked"])
        memory = dict(state["memory"])
        asked = memory.setdefault("<asked>", {})
        asked[slot] = asked.get(slot, 0) + 1
        if asked[slot] > PATIENCE:
            asked[slot] = 0
            text = f"I'm sorry, I can't do that without your {slot.replace('_', ' ')}."
            return _says(text + MORE) | {"intent": None, "asked": None, "memory": memory}
        return {"memory": memory} | _says(
            self.questions.get(slot, f"Could you tell me your {slot.replace('_', ' ')}, please?")
        )

    async def plan(self, state: State) -> State:
        """Let the intent's plan look things up and decide."""
        memory = dict(state["memory"])
        desk = Desk(str(state["messages"][-1].content), dict(state["facts"]), memory, self.tools)
        made = await self.intents[str(state["intent"])].plan(desk)
        kept: State = {"memory": memory, "facts": desk.facts}
        if isinstance(made, Question):
            return kept | _says(made.text)
        if isinstance(made, Proposal):
            if made.confirm:
                return kept | _says(f"{made.summary} Shall I go ahead? (yes/no)") | {"proposal": made}
            return kept | await self._carry_out(made)
        return kept | _says(made + MORE) | {"intent": None}

    async def act(self, state: State) -> State:
        """Do what was proposed."""
        proposal = state["proposal"]
        assert proposal is not None
        return await self._carry_out(proposal)

    async def _carry_out(self, proposal: Proposal) -> State:
        desk = Desk("", {}, {}, self.tools)
        results = [await desk.call(tool, **arguments) for tool, arguments in proposal.calls]
        text = proposal.done if isinstance(proposal.done, str) else proposal.done(results)
        return _says(text + MORE) | {"proposal": None, "intent": None}

    async def decline(self, state: State) -> State:
        """Drop what was proposed."""
        return _says(self.declined_text)

    async def puzzle(self, state: State) -> State:
        """Say that nothing was understood, or end politely."""
        ends = user_act(str(state["messages"][-1].content)) == "close"
        return _says("Thank you, goodbye." if ends else self.puzzled_text)

    def _facts(self, text: str) -> dict[str, str]:
        found = {name: pattern.findall(text) for name, pattern in self.slots.items()}
        return {name: _first(matches[-1]) for name, matches in found.items() if matches}

    def _intent(self, text: str) -> str | None:
        for intent in self.intents.values():
            if any(re.search(cue, text, re.IGNORECASE) for cue in intent.cues):
                return intent.name
        return None


def _bare_answer(text: str, asked: str | None) -> dict[str, str]:
    """What was asked for, where the user says nothing but that."""
    words = re.sub(r"^(?:it|that)(?:'s| is) ", "", text.strip().rstrip(".!"), flags=re.IGNORECASE)
    short = asked is not None and "?" not in text and len(words.split()) <= 4
    return {str(asked): words} if short and user_act(text) == "inform" else {}


def _first(match: Any) -> str:
    return str(next(part for part in match if part) if isinstance(match, tuple) else match).strip()


def _says(text: str) -> State:
    return {"messages": [AIMessage(text)]}
