"""Sessions for tests, told line by line.

    story(
        "user(inform): I'd like a refund for W1001.",
        "node lookup",
        'call get_order {"order_id": "W1001"} -> ok {"status": "delivered"}',
        "agent: Shall I refund it?",
        "user: Yes, please.",
        'call refund {"order_id": "W1001"} -> refused "window closed" @w2',
        "user call toggle_wifi -> ok",
        "judged reward: 0.0",
        "failed model: TimeoutError: no answer",
        "user(close): Bye.",
        "end user_closed",
    )

`Started` is put before, `Ended(user_closed)` after, unless the last line says otherwise or `ended=False`. Every line
may also be an event (its number is set here): use `call(...)` for calls with changes or values before. `@digest` is
the world after the call; without it the world stays as it was. `user(close)` sets `closing`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from simkit.paths.episode import Episode, EpisodeReader
from simkit.spec.domain import Card
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.events import Event, ToolCalled, any_event
from simkit.trace.log import Log, SessionKey

_SAID = re.compile(r"(user|agent)(?:\((\w+)\))?: (.*)", re.DOTALL)
_CALL = re.compile(
    r"(user )?call (\S+)(?: ((?!->).*?))?(?: -> (\w+)(?: ((?!@).*?))?)?(?: @(\S*))?",
    re.DOTALL,
)
_JUDGED = re.compile(r"judged ([^:]+): ([^(]*?)(?: \((.*)\))?", re.DOTALL)
_FAILED = re.compile(r"failed (\w+): (.*)", re.DOTALL)
_MODEL = re.compile(r"model (\w+) (\S+)(?: (\{.*\}))?")


def story(
    *lines: str | Event,
    scenario: str | dict[str, Any] | Scenario = "late-refund",
    persona: str | dict[str, Any] | Persona = "plain",
    card: dict[str, Any] | Card | None = None,
    trial: int = 0,
    seed: int = 7,
    world: str = "",
    ended: bool = True,
    end_state: dict[str, Any] | None = None,
) -> Episode:
    """The episode of a session told in `lines`; `.log` is its log.

    `scenario`, `persona` and `card` are whole values, or what differs from a plain one (a text: its name); `world` is
    the digest that the session starts with; `end_state` becomes `Ended.state`.
    """
    the_scenario, the_persona, the_card = _scenario(scenario), _persona(persona), _card(card, world)
    rows: list[dict[str, Any]] = [
        {
            "kind": "started",
            "scenario": the_scenario.model_dump(mode="json"),
            "persona": the_persona.model_dump(mode="json"),
            "domain": the_card.model_dump(mode="json"),
            "seed": seed,
            "trial": trial,
        }
    ]
    digest = the_card.world
    for line in lines:
        row = _row(line) if isinstance(line, str) else line.model_dump(mode="json")
        if row["kind"] == "tool_called":
            digest = row["world"] = row.get("world") or digest
        rows.append(row)
    if ended and rows[-1]["kind"] != "ended":
        rows.append({"kind": "ended", "reason": "user_closed"})
    if end_state is not None:
        rows[-1]["state"] = end_state
    events = tuple(any_event.validate_python({**row, "seq": number}) for number, row in enumerate(rows))
    key = SessionKey(the_scenario.scenario, the_persona.persona, trial)
    return EpisodeReader().read(Log(key, events))


def call(tool: str, arguments: Any = None, outcome: str = "ok", result: Any = None, **more: Any) -> ToolCalled:
    """One call with whatever a line cannot say: `changes`, `before`, `node`, `world`, `by`."""
    given = {"tool": tool, "arguments": {} if arguments is None else arguments, "outcome": outcome, "result": result}
    return ToolCalled.model_validate({"seq": 0, **given, **more})


def _scenario(given: str | dict[str, Any] | Scenario) -> Scenario:
    if isinstance(given, Scenario):
        return given
    own = {"scenario": given} if isinstance(given, str) else given
    plain = {"scenario": "late-refund", "domain": "shop", "wants": "a refund", "goal": {}}
    return Scenario.model_validate({**plain, **own})


def _persona(given: str | dict[str, Any] | Persona) -> Persona:
    if isinstance(given, Persona):
        return given
    own = {"persona": given} if isinstance(given, str) else given
    return Persona.model_validate({"persona": "plain", "summary": "Anybody.", "manner": "Plain.", **own})


def _card(given: dict[str, Any] | Card | None, world: str) -> Card:
    if isinstance(given, Card):
        return given.model_copy(update={"world": world or given.world})
    return Card.model_validate({"domain": "shop", "world": world, **(given or {})})


def _row(line: str) -> dict[str, Any]:
    if match := _CALL.fullmatch(line):
        return _call_row(match)
    if match := _SAID.fullmatch(line):
        side, act, text = match.groups()
        if side == "agent":
            return {"kind": "agent_said", "text": text}
        return {"kind": "user_said", "text": text, "act": act, "closing": act == "close"}
    if match := _JUDGED.fullmatch(line):
        question, verdict, reason = match.groups()
        return {"kind": "judged", "question": question, "verdict": _value(verdict), "reason": reason or ""}
    if match := _FAILED.fullmatch(line):
        return {"kind": "failed", "boundary": match[1], "error": match[2]}
    if match := _MODEL.fullmatch(line):
        return {"kind": "model_called", "role": match[1], "model": match[2], "usage": json.loads(match[3] or "{}")}
    word, _, rest = line.partition(" ")
    if word == "node":
        return {"kind": "node_entered", "node": rest}
    if word == "end":
        return {"kind": "ended", "reason": rest}
    raise ValueError(f"a story has no line like {line!r}")


def _call_row(match: re.Match[str]) -> dict[str, Any]:
    user, tool, arguments, outcome, result, world = match.groups()
    return {
        "kind": "tool_called",
        "by": "user" if user else "agent",
        "tool": tool,
        "arguments": {} if arguments is None else _value(arguments),
        "outcome": outcome or "ok",
        "result": None if result is None else _value(result),
        "world": world or "",
    }


def _value(text: str) -> Any:
    """JSON where it is JSON, else the text itself (arguments that no parser reads are text in logs too)."""
    try:
        return json.loads(text)
    except ValueError:
        return text
