"""What the path of an operation says: collections, the records in them, and what is done to one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from simkit.design.draft.names import is_plural, words
from simkit.design.draft.plan import Operation
from simkit.design.draft.shapes import Shape

_ENDING = re.compile(r"\.(?:json|xml|csv|\{format\})(?=/|$)", re.IGNORECASE)
_VERSION = re.compile(r"v\d+(\.\d+)*|api|rest", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A word of a path, with the parameter that follows it, if any: `orders/{orderId}`."""

    word: str
    parameter: str = ""


def parts(path: str) -> tuple[Part, ...]:
    """A path cut into its parts; versions are left out, and `{id}:cancel` is a part of its own."""
    found: list[Part] = []
    for piece in (one for one in _ENDING.sub("", path).split("/") if one):
        hole = re.match(r"\{([^}]+)\}(?:[:.](.+))?$", piece)
        if hole is None:
            inner = re.search(r"\{([^}]+)\}", piece)
            word = re.sub(r"\{[^}]+\}|[()'\"]", "", piece)
            if inner and word:  # orders({id}), as OData writes it
                found.append(Part(word, inner[1]))
            elif not _VERSION.fullmatch(piece):
                found.append(Part(word or piece))
        elif found and not found[-1].parameter:
            found[-1] = Part(found[-1].word, hole[1])
            found += [Part(hole[2])] if hole[2] else []
        else:
            found.append(Part(hole[1], hole[1]))
    return tuple(found)


def collections(operations: Iterable[Operation]) -> tuple[tuple[str, ...], ...]:
    """Which ways of words lead to a collection, in the order in which they come up: a record is named after them, or
    many are listed there."""
    found: dict[tuple[str, ...], None] = {}
    for operation in operations:
        way = parts(operation.path)
        found |= {tuple(one.word for one in way[: at + 1]): None for at, part in enumerate(way) if part.parameter}
        many = bool(way) and not way[-1].parameter and is_plural((words(way[-1].word) or [""])[-1])
        lists = operation.method == "get" and listed(operation.answer) is not None
        if many and (lists or (operation.method == "post" and operation.at("body"))):
            found[tuple(one.word for one in way)] = None
    return tuple(found)


def listed(answer: Shape | None) -> tuple[str, Shape] | None:
    """Where an answer holds many records, and what each is: (`""`, …) for a bare array, (`data`, …) for an envelope."""
    if answer is None:
        return None
    if answer.kind == "array":
        return ("", answer.item or Shape("any"))
    arrays = [
        (name, field.item)
        for name, field in answer.fields.items()
        if field.kind == "array" and field.item is not None and field.item.kind in ("object", "any")
    ]
    plain = [name for name, field in answer.fields.items() if field.kind in ("object", "any")]
    paging = {"total", "count", "page", "next", "cursor", "limit", "offset", "more", "size", "pages", "pagination"}
    told = {word for name in answer.fields for word in words(name)}
    alone = len(arrays) == 1 and "id" not in {name.lower() for name in answer.fields}
    if alone and (len(answer.fields) <= 2 or told & paging or not plain):
        return arrays[0]
    embedded = answer.fields.get("_embedded")
    return listed(embedded) if embedded is not None else None


def unwrapped(answer: Shape | None, one: str) -> Shape | None:
    """The record in an answer: `{data: {…}}` and `{order: {…}}` hold it, anything else is it."""
    if answer is None or answer.kind != "object":
        return answer
    for name, field in answer.fields.items():
        holds = name.lower() in ("data", "result", "item") or words(name) == words(one)
        if field.kind == "object" and field.fields and holds and len(answer.fields) <= 3:
            return field
    return answer
