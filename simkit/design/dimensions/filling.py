"""A scenario with slots, filled with the values of one tuple: each slot once, nothing is read again.

A slot's value that is a text is put in as it stands, braces and all. One that is a list or a mapping is a piece of
scenario: its own slots are filled with plain values, and it is put in whole, a list inside a list member by member.
Every node keeps the place in the file where it was written, so that what is wrong with it is told there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from simkit.errors import did_you_mean
from simkit.spec.strict_yaml import Document, Loc

_HOLE = re.compile(r"\{(\w+)\}")


class Filled(NamedTuple):
    """What a slot is filled with, and where in the file that stands."""

    value: Any
    loc: Loc

    @property
    def is_piece(self) -> bool:
        """Whether it is a piece of scenario."""
        return isinstance(self.value, list | dict)


class Filler:
    """Fills one document's template; the new document has every node's place in the file."""

    def __init__(self, source: Document, slots: Mapping[str, Filled]) -> None:
        self._source, self._slots = source, slots
        self._made = Document(source.path)

    def fill(self, loc: Loc, first: Mapping[str, Any]) -> Document:
        """The mapping at `loc` of the source, filled, with the keys of `first` before it.

        Raises FileError, at its place, for a slot that nothing fills.
        """
        at = self._source.values_at.get((), (1, 1))
        self._made.values_at[()] = at
        for key, value in first.items():
            self._written((key,), loc)
            self._placed(value, (key,), loc)
        template = _at(self._source.value, loc)
        filled = self._node(template, loc, (), within=False)
        self._made.value = {**first, **filled}
        return self._made

    def _node(self, node: Any, loc: Loc, new: Loc, *, within: bool) -> Any:
        """`within`: inside of a piece, where only plain values may be put in."""
        self._made.values_at[new] = self._source.values_at.get(loc, (1, 1))
        if isinstance(node, dict):
            return self._mapping(node, loc, new, within=within)
        if isinstance(node, list):
            return self._list(node, loc, new, within=within)
        if not isinstance(node, str):
            return node
        if whole := _HOLE.fullmatch(node):
            found = self._slot(whole[1], loc, new)
            if found is None:
                return node
            if not found.is_piece:
                self._made.values_at[new] = self._source.values_at.get(found.loc, self._made.values_at[new])
                return found.value
            if within:
                raise self._source.error(f"'{{{whole[1]}}}' is a piece within a piece; write it out here", loc)
            return self._node(found.value, found.loc, new, within=True)
        return _HOLE.sub(lambda hole: self._text(hole, loc, new), node)

    def _mapping(self, node: dict[str, Any], loc: Loc, new: Loc, *, within: bool) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in node.items():
            name = _HOLE.sub(lambda hole: self._text(hole, (*loc, key), new), key)  # noqa: B023
            if name in made:
                raise self._source.error(f"'{name}' would stand here twice; keep one", (*loc, key), key=True)
            self._written((*new, name), (*loc, key))
            made[name] = self._node(value, (*loc, key), (*new, name), within=within)
        return made

    def _list(self, node: list[Any], loc: Loc, new: Loc, *, within: bool) -> list[Any]:
        made: list[Any] = []
        for at, value in enumerate(node):
            whole = _HOLE.fullmatch(value) if isinstance(value, str) else None
            found = self._slots.get(whole[1]) if whole else None
            if found is not None and isinstance(found.value, list) and not within:
                for place, one in enumerate(found.value):
                    made.append(self._node(one, (*found.loc, place), (*new, len(made)), within=True))
            else:
                made.append(self._node(value, (*loc, at), (*new, len(made)), within=within))
        return made

    def _text(self, hole: re.Match[str], loc: Loc, new: Loc) -> str:
        found = self._slot(hole[1], loc, new)
        if found is None:
            return hole[0]
        if found.is_piece:
            what = f"'{hole[0]}' is a piece of scenario and cannot stand inside a text; let it stand alone"
            raise self._source.error(what, loc)
        return str(found.value).lower() if isinstance(found.value, bool) else str(found.value)

    def _slot(self, name: str, loc: Loc, new: Loc) -> Filled | None:
        """What fills a slot; None for a fact in the opening, which the user fills in."""
        if name in self._slots:
            return self._slots[name]
        if new[:1] == ("opening",):
            return None
        what = f"nothing fills '{{{name}}}'{did_you_mean(name, self._slots)}"
        raise self._source.error(what, loc)

    def _written(self, new: Loc, loc: Loc) -> None:
        where = self._source.keys_at.get(loc) or self._source.values_at.get(loc)
        if where is not None:
            self._made.keys_at[new] = where

    def _placed(self, value: Any, new: Loc, loc: Loc) -> None:
        where = self._source.keys_at.get(loc, (1, 1))
        self._made.values_at[new] = where
        if isinstance(value, dict):
            for key, one in value.items():
                self._made.keys_at[(*new, key)] = where
                self._placed(one, (*new, key), loc)


def _at(value: Any, loc: Loc) -> Any:
    for part in loc:
        value = value[part]
    return value
