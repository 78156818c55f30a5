"""For tests of your own: does an agent keep the contract, does a state view, and parties that do as they are told.

from simkit.testing import check_agent, check_view

def test_my_agent():
    check_agent("my_agent.py:agent")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio

from simkit.agents.faulty.rates import faulty
from simkit.agents.resolve import resolve_agent
from simkit.design.sessions.strategy import sessions
from simkit.metrics.properties import conserved, reads_of_one
from simkit.paths.episode import Episode, EpisodeReader
from simkit.paths.states import state_sequence
from simkit.paths.states import view as view_named
from simkit.play.agent import Turn
from simkit.play.recording import Unrecorded
from simkit.play.session import play_session
from simkit.play.sitting import Sitting
from simkit.play.user import Heard, Said
from simkit.play.world import Start, World
from simkit.spec.domain import Card, Domain, Tool
from simkit.spec.files import Case
from simkit.spec.goal import Goal
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.events import Failed
from simkit.trace.log import Log, SessionKey
from simkit.users.faulty import faulty_user

LINES = ("Hello, who are you?", "", "Please look up the thing named T1.", "Ünïcödé, \x1b[31mred\x1b[0m, {braces}")
"""What the user of `check_agent` says: plain, empty, to the point, and odd."""


def scripted_agent(*replies: str | tuple[str, dict[str, Any]]) -> Callable[[Turn], Any]:
    """An agent that goes through `replies` in order: a text is said, a `(tool, arguments)` is called first.

    After the last it says `Is there anything else?` for ever.
    """
    todo = list(replies)

    async def agent(turn: Turn) -> str:
        while todo:
            reply = todo.pop(0)
            if isinstance(reply, str):
                return reply
            await turn.call(reply[0], **reply[1])
        return "Is there anything else?"

    return agent


class ScriptedUser:
    """A user that says `lines` in order and closes with the last."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)

    async def respond(self, heard: Heard) -> Said:
        """The next line."""
        at = min(heard.number, len(self.lines)) - 1
        return Said(self.lines[at], closing=heard.number >= len(self.lines))


def check_agent(agent: Any, *, lines: Sequence[str] = LINES, case: Case | None = None) -> Episode:
    """Play two short sessions at once against an agent and raise AssertionError, in a full sentence, for whatever
    breaks the contract: it answers each turn with text, raises nothing, and keeps sessions apart.

    `agent` is whatever `--agent` takes, or the thing itself. Without a `case` it gets a domain with one tool,
    `look_up(name)`. Returns the first session, for further questions.
    """
    scenario, domain, persona = (case.scenario, case.domain, case.personas[0]) if case else _desk()
    _, make = resolve_agent(agent, domain)
    start = Start(domain.tables, domain.card.now)
    logs: list[Log] = []

    async def one(trial: int) -> None:
        sitting = Sitting(SessionKey(scenario.scenario, persona.persona, trial), scenario, persona, domain, start, 0)
        user = ScriptedUser(lines)
        logs.append(await play_session(sitting, make, lambda role: user, Unrecorded(), lambda: 0.0))

    async def both() -> None:
        async with anyio.create_task_group() as group:
            for trial in range(2):
                group.start_soon(one, trial)

    anyio.run(both)
    episodes = [EpisodeReader().read(log) for log in sorted(logs, key=lambda log: log.session)]
    for episode in episodes:
        for event in episode.events:
            if isinstance(event, Failed):
                raise AssertionError(f"in session {episode.log.session} the agent failed: {event.error}")
        if len(episode.agent_texts) != len(lines) - 1:
            raise AssertionError(f"the agent answered {len(episode.agent_texts)} of {len(lines) - 1} turns")
        for said in episode.agent_texts:
            if not said.text.strip():
                raise AssertionError(f"the agent answered turn {said.seq} with an empty text; say something")
    return episodes[0]


def check_view(view: str | Callable[..., str | None], episode: Episode) -> tuple[str, ...]:
    """Raise AssertionError for a state view that is not a function of event and episode alone, or that names no state
    at all; return the states of the episode."""
    function = view_named(view) if isinstance(view, str) else view
    first, second = (state_sequence(episode, function, "unknown") for _ in range(2))
    if first != second:
        raise AssertionError("the view gives other states the second time; it must depend on event and episode alone")
    if len(first) <= 2:
        raise AssertionError("the view gives no state for any event of this episode; return a text for some event")
    return first


def check_node(agent: Any, node: str, case: Mapping[str, Any], tools: Sequence[Mapping[str, Any]]) -> None:
    """Run one node of a LangGraph agent on a case that `simkit node --out` cut from a run, its calls answered as they
    were recorded, and raise AssertionError where it calls, writes or goes on to anything else than it did."""
    from simkit.agents.nodes.case import differences_of

    found = differences_of(agent, node, case, tools)
    if found:
        raise AssertionError(f"node '{node}' on {case['name']}:\n" + "\n".join(found))


def _desk() -> tuple[Scenario, Domain, Persona]:
    tool = Tool(
        name="look_up",
        description="Look up a thing by its name.",
        parameters={
            "type": "object",
            "properties": {"name": {"type": "string"}},
            "required": ["name"],
            "additionalProperties": False,
        },
        effect="read",
    )

    def look_up(world: World, name: str) -> dict[str, Any]:
        return world.get("things", name)

    tables = {"things": {"T1": {"colour": "red"}}}
    card = Card(
        domain="desk", summary="A desk with one tool.", now="2026-01-01T09:00:00", policy="Be kind.", tools=(tool,)
    )
    domain = Domain(card=card, folder=Path(), functions={("agent", "look_up"): look_up}, tables=tables)
    scenario = Scenario(scenario="contract", domain="desk", wants="to see whether you keep the contract", goal=Goal())
    return scenario, domain, Persona(persona="plain", summary="Somebody.", manner="Plain.")


__all__ = [
    "LINES",
    "ScriptedUser",
    "check_agent",
    "check_node",
    "check_view",
    "conserved",
    "faulty",
    "faulty_user",
    "reads_of_one",
    "scripted_agent",
    "sessions",
]
