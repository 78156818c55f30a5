"""A tau2 environment behind a session's world: calls go to it, and what they changed comes back as records.

The world is the truth, the environment a copy that is kept beside it for as long as both agree; where they do not (a
session that goes on from its tape, a call that was refused half way) it is made anew from the world. A call that tau2
answers with an error is a refusal, and leaves no trace in the world.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from simkit.errors import Refused
from simkit.guests.tau2.tables import Tables, changed, put_back, tables_of
from simkit.metrics.benchmarks.tau2 import TABLE
from simkit.spec.domain import Tool
from simkit.spec.tools import without_titles

SIDES = {"agent": "assistant", "user": "user"}


class World(Protocol):
    """What is asked of a session's world."""

    def digest(self) -> str: ...
    def value(self, path: str) -> Any: ...
    def put(self, table: str, record: str, value: Mapping[str, Any]) -> None: ...
    def remove(self, table: str, record: str) -> None: ...


@dataclass
class _Live:
    environment: Any
    tables: Tables
    digest: str
    """Of the world, when both last agreed."""


class Stage:
    """One task's environment: how it begins, what its assertions say, and the functions behind its tools."""

    def __init__(
        self, begun: Any, assertions: list[Any], call: Callable[..., Any], shared: Tables | None = None
    ) -> None:
        """`begun`: the environment as the task begins; `shared`: its tables, where other tasks begin the same."""
        self._begun, self._assertions, self._call = begun, assertions, call
        tables = tables_of(begun) if shared is None else shared
        self.tables: Tables = tables | {TABLE: self._met(copy.deepcopy(begun))} if assertions else tables
        self.begins = ""
        """Digest of the world with these tables, where it is known: it need not be looked through."""
        self._live: WeakKeyDictionary[World, _Live] = WeakKeyDictionary()

    def after(self, actions: list[Any]) -> list[tuple[str, str, dict[str, Any] | None]]:
        """What gold actions leave otherwise than it was; one that fails is passed over, as tau2 does."""
        if not actions:
            return []
        gold = copy.deepcopy(self._begun)
        for action in actions:
            try:
                gold.make_tool_call(tool_name=action.name, requestor=action.requestor, **action.arguments)
            except Exception:
                continue
        before = {name: rows for name, rows in self.tables.items() if name != TABLE}
        return list(changed(before, tables_of(gold)))

    def functions(self, tools: tuple[Tool, ...]) -> dict[tuple[str, str], Callable[..., Any]]:
        """(side, tool's name) to what a domain calls."""
        return {(tool.by, tool.name): partial(self._do, tool) for tool in tools}

    def _do(self, tool: Tool, world: World, /, **arguments: Any) -> Any:
        live = self._beside(world)
        asked = self._call(id="call", name=tool.name, arguments=arguments, requestor=SIDES[tool.by])
        answer = live.environment.get_response(asked)
        if answer.error:
            if tool.effect == "write":
                del self._live[world]
            raise Refused(str(answer.content).removeprefix("Error: "))
        if tool.effect == "write":
            self._bring(world, live)
        return _parsed(answer.content)

    def _beside(self, world: World) -> _Live:
        live = self._live.get(world)
        if live is None or live.digest != world.digest():
            environment, held = copy.deepcopy(self._begun), self.tables
            if world.digest() != self.begins:
                held = {name: rows for name in self.tables if isinstance(rows := world.value(name), dict)}
                put_back(environment, held, self._begun)
            live = self._live[world] = _Live(environment, held, world.digest())
        return live

    def _bring(self, world: World, live: _Live) -> None:
        after = tables_of(live.environment)
        if self._assertions:
            after[TABLE] = self._met(live.environment)
        for table, record, value in changed(live.tables, after):
            if value is None:
                world.remove(table, record)
            else:
                world.put(table, record, value)
        live.tables, live.digest = after, world.digest()

    def _met(self, environment: Any) -> dict[str, Any]:
        """Each assertion on the environment as it is, and whether it is met; one that cannot be run is not."""
        found = {}
        for number, assertion in enumerate(self._assertions):
            try:
                met = bool(environment.run_env_assertion(assertion, raise_assertion_error=False))
            except Exception:
                met = False
            found[f"assertion-{number}"] = {"asks": assertion.func_name, "met": met}
        return found


def tools_of(environment: Any, allowed: list[str] | None) -> tuple[Tool, ...]:
    """Both sides' tools with their schemas; `allowed`: the user's that a task grants, if not all."""
    own = [] if environment.tools is None else environment.get_tools()
    theirs = [] if environment.user_tools is None else environment.get_user_tools()
    chosen = [one for one in theirs if allowed is None or one.name in allowed]
    sides = (("agent", environment.tools, own), ("user", environment.user_tools, chosen))
    return tuple(_tool(one, kit, by) for by, kit, tools in sides for one in tools)


def _tool(one: Any, kit: Any, by: Any) -> Tool:
    about = one.openai_schema["function"]
    parameters = {**without_titles(about["parameters"]), "additionalProperties": False}
    mutates = getattr(kit, "tool_mutates_state", None)
    writes = mutates(one.name) if mutates else str(getattr(kit.tool_type(one.name), "value", "")) == "write"
    effect = "write" if writes else "read"
    return Tool(name=one.name, description=about["description"], parameters=parameters, effect=effect, by=by)


def _parsed(content: Any) -> Any:
    if not isinstance(content, str) or content.lstrip()[:1] not in ("{", "["):
        return content
    try:
        return json.loads(content)
    except ValueError:
        return content
