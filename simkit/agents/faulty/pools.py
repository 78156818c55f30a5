"""Values for the arguments of calls that the reference path does not make: first those that were given, then those
that stand in the world, then whatever the schema admits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain, islice, product
from random import Random
from typing import Any

from simkit.agents.faulty.slips import fits
from simkit.agents.faulty.stage import Call, Stage
from simkit.spec.domain import Domain, Tool

MOST = 60
"""Ways to fill the arguments of one tool that are looked at."""
FEW = 12
"""Values of one argument that are looked at."""


class Pools:
    """What arguments of a scenario's tools may be."""

    def __init__(self, stage: Stage, random: Random) -> None:
        self._stage, self._random = stage, random
        self._known: dict[str, list[Any]] = {}

    @cached_property
    def given(self) -> list[tuple[str, Any, str]]:
        """Name, value and shape of all that the user knows, the reference uses and its calls bring to light."""
        stage = self._stage
        used = (pair for step in stage.steps for pair in named(step.arguments))
        found = (pair for call in stage.clean.calls if call.outcome == "ok" for pair in named(call.result))
        return [_shaped(*pair) for pair in chain(stage.scenario.facts().items(), used, found)]

    @cached_property
    def world(self) -> list[tuple[str, Any, str]]:
        """Name, value and shape of what stands in the world."""
        return _world(self._stage.domain)

    def values(self, name: str, schema: Mapping[str, Any]) -> list[Any]:
        """Values for an argument, the likeliest first."""
        if "enum" in schema:
            return self._some(list(schema["enum"]))
        if schema.get("type") == "boolean":
            return [True, False]
        if schema.get("type") in ("integer", "number"):
            told = [value for key, value, _ in self.given if key == name and not isinstance(value, bool)]
            return _distinct([*self._some(told), 1, 2, 5, 10, 20, 60, 100])[:FEW]
        if name not in self._known:
            self._known[name] = self._texts(name)
        return self._known[name]

    def _texts(self, name: str) -> list[Any]:
        shapes = {like for key, _, like in self.given if key == name and like}
        values = []
        for pool in (self.given, self.world):
            values += self._some([value for key, value, like in pool if like and (key == name or like in shapes)])
        return _distinct(values)[: 3 * FEW] or ["as agreed with the customer"]

    def fillings(self, tool: Tool, pinned: Mapping[str, list[Any]]) -> Iterator[Call]:
        """Calls of a tool that its schema admits, `pinned` arguments as they are given."""
        properties: Mapping[str, Any] = tool.parameters.get("properties", {})
        wanted = {name for name, values in pinned.items() if values}
        names = [name for name in properties if name in tool.parameters.get("required", ()) or name in wanted]
        pools = [pinned.get(name) or self.values(name, properties[name]) for name in names]
        for values in islice(nearest(pools), MOST):
            arguments = dict(zip(names, values, strict=True))
            call = Call(tool.name, arguments)
            if fits(tool, call):
                yield call

    def _some(self, values: list[Any]) -> list[Any]:
        found = _distinct(values)
        self._random.shuffle(found)
        return found


def nearest(pools: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Every combination, those with the likeliest values of all first."""
    for farthest in range(max(map(len, pools), default=1)):
        for places in product(*(range(min(len(pool), farthest + 1)) for pool in pools)):
            if max(places, default=0) == farthest:
                yield tuple(pool[place] for pool, place in zip(pools, places, strict=True))


_WORLDS: dict[int, tuple[Domain, list[tuple[str, Any, str]]]] = {}


def _world(domain: Domain) -> list[tuple[str, Any, str]]:
    """What stands in a domain's world at the start; read once for all of its scenarios."""
    if id(domain) not in _WORLDS:
        found = {}
        for name, value in named({table: dict(rows) for table, rows in domain.tables.items()}):
            found[name, repr(value)] = _shaped(name, value)
        _WORLDS[id(domain)] = (domain, list(found.values()))
    return _WORLDS[id(domain)][1]


def _shaped(name: str, value: Any) -> tuple[str, Any, str]:
    return name, value, shape(value) if isinstance(value, str) else ""


def named(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value in a JSON value, by the name of its field; keys of records go by what they are records of."""
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict) and name:
                yield f"{singular(name)}_id", key
            yield from named(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from named(item, name)
            yield from named(item, f"{singular(name)}_id") if isinstance(item, str) else ()
    elif value is not None:
        yield name, value


def singular(name: str) -> str:
    """`order` for `orders`."""
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


def shape(text: str) -> str:
    """What kind of name a text is: `W0-0` for `W1004-1`."""
    return re.sub(r"\d+", "0", text) if re.search(r"\d", text) else re.sub(r"[a-z]+", "a", text)


def _distinct(values: list[Any]) -> list[Any]:
    return list({repr(value): value for value in values}.values())
