"""The plan of a domain over recorded sessions: their calls become tools, their results the world, their users personas.

A look-up by one id makes a table of what it gave; other calls answer as they were recorded, until somebody says in
tools.py what they do. Sessions that passed become cases, with their calls as reference paths.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import mean
from typing import Any

from simkit.design.draft.names import identifier
from simkit.design.draft.plan import Plan, Recorded
from simkit.design.draft.seen import Seen, opened, plan_of_seen
from simkit.design.yamltext import block
from simkit.errors import UsageError, one_line
from simkit.trace.events import ToolCalled, UserSaid
from simkit.trace.log import Log

MOST_SESSIONS = 2000
_UNREAD = ("unknown_tool", "malformed", "invalid_arguments")


def plan_of_traces(name: str, source: str, sessions: Iterable[tuple[Log, bool]]) -> Plan:
    """The plan, of (log, whether it passed) of each session. Raises `UsageError` where no tool was called."""
    tools: dict[str, Seen] = {}
    recorded: list[Recorded] = []
    styles: Counter[str] = Counter()
    for number, (log, passed) in enumerate(sessions):
        if number >= MOST_SESSIONS:
            break
        _learn(tools, log)
        lines = tuple(said.text for said in log.of(UserSaid) if said.text.strip())
        persona = f"{name.replace('_', '-')}-{_style(lines)}"[:60]
        styles[persona] += 1
        if passed:
            recorded.append(Recorded(lines, _calls(log), persona))
    if not tools:
        raise UsageError(f"{source}: no tool was called in it; a domain needs tools")
    title = f"{name.replace('-', ' ').replace('_', ' ')}, as recorded"
    plan = plan_of_seen(name, title, source, tools.values(), {})
    plan.recorded = tuple(recorded)
    plan.personas = {persona: _persona(persona, many) for persona, many in styles.items()}
    return plan


def _learn(tools: dict[str, Seen], log: Log) -> None:
    described = {str(one.get("name")): one for one in log.started.domain.get("tools", ())}
    for call in log.calls:
        if call.by != "agent" or call.outcome in _UNREAD or not isinstance(call.arguments, dict):
            continue
        about = described.get(call.tool, {})
        seen = tools.setdefault(
            call.tool,
            Seen(call.tool, about.get("effect") == "write", one_line(about.get("description") or "", 300)),
        )
        refused = "" if call.outcome == "ok" else one_line(call.result or "refused", 300)
        seen.calls.append((_plain(call), opened(call.result), refused))


def _calls(log: Log) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The calls that went well, each once where it was made twice in a row."""
    taken: set[str] = set()
    found: list[tuple[str, dict[str, Any]]] = []
    for call in log.calls:
        if call.by == "agent" and call.outcome == "ok" and isinstance(call.arguments, dict):
            one = (identifier(call.tool, "call", taken), _plain(call))
            if not found or found[-1] != one:
                found.append(one)
    return tuple(found)


def _plain(call: ToolCalled) -> dict[str, Any]:
    arguments = call.arguments if isinstance(call.arguments, dict) else {}
    return {str(name): value for name, value in arguments.items() if value is not None}


def _style(lines: tuple[str, ...]) -> str:
    """How somebody talks: few, some or many words a turn, and numbers at once or later."""
    long = mean(len(line.split()) for line in lines) if lines else 0
    verbosity = "terse" if long <= 7 else "talkative" if long > 25 else "plain"
    early = bool(lines) and any(char.isdigit() or char == "@" for char in lines[0])
    return f"{verbosity}-{'upfront' if early else 'asked'}"


def _persona(name: str, many: int) -> str:
    *_, verbosity, discloses = name.split("-")
    early = discloses == "upfront"
    said: dict[str, Any] = {
        "persona": name,
        "summary": f"Talks as the users of {many} recorded {'session' if many == 1 else 'sessions'} do.",
        "manner": {
            "terse": "Uses as few words as possible.",
            "plain": "Says what is needed, in a sentence or two.",
            "talkative": "Tells much, also what nobody asked for.",
        }[verbosity]
        + (" Gives numbers and names at once." if early else " Gives numbers and names when asked."),
        "verbosity": verbosity,
        "discloses": "upfront" if early else "when_asked",
        "patience": 8,
    }
    return "# yaml-language-server: $schema=../../persona.schema.json\n" + block(said) + "\n"
