"""What a YAML text says, piece by piece: from libyaml where both parsers agree for sure, else from the strict one.

libyaml takes a twentieth of the time; ruamel.yaml says what is wrong, and where. So whatever libyaml objects to, or
the two might read in different ways, is left to ruamel.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

Where = tuple[int, int]

_AGREED = re.compile(r"[^\\\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]*")
"""No escapes and no white space but blanks and newlines."""
_DOUBTED = re.compile(r"^%|^\.\.\.|^(?:---)? *[|>]|[|>][-+0-9]*(?:#| *\n *\n)", re.MULTILINE)
"""Directives, the sign that ends a document, and a block that is a whole document, or begins with a comment or an empty
line."""


class Piece(NamedTuple):
    """One event of a parser."""

    kind: Literal["document", "mapping", "sequence", "scalar", "alias", "end", "other"]
    where: Where | None = None
    """Line and column, from 1; None where the parsers place it differently."""
    text: str = ""
    plain: bool = False
    anchor: str | None = None
    tag: str | None = None


class Doubtful(Exception):
    """This text is for the strict parser."""


def quick(text: str) -> Iterator[Piece]:
    """The pieces by libyaml. Raises Doubtful where the strict parser might see something else."""
    import yaml

    if not yaml.__with_libyaml__ or not _AGREED.fullmatch(text) or _DOUBTED.search(text):
        raise Doubtful
    try:
        for event in yaml.parse(text, Loader=yaml.CLoader):
            piece = _piece(event)
            if piece.anchor is not None or piece.tag is not None:
                raise Doubtful
            yield piece._replace(where=None) if piece.kind == "scalar" and piece.plain and not piece.text else piece
    except yaml.YAMLError:
        raise Doubtful from None


def strict(text: str) -> Iterator[Piece]:
    """The pieces by ruamel.yaml. Raises its MarkedYAMLError and ReaderError."""
    from ruamel.yaml import YAML

    return map(_piece, YAML(typ="safe", pure=True).parse(text))


_KINDS: dict[str, Any] = {
    "DocumentStartEvent": "document",
    "MappingStartEvent": "mapping",
    "SequenceStartEvent": "sequence",
    "ScalarEvent": "scalar",
    "AliasEvent": "alias",
    "MappingEndEvent": "end",
    "SequenceEndEvent": "end",
}
"""Both libraries have the names, of classes that have nothing else in common."""


def _piece(event: Any) -> Piece:
    kind, mark = _KINDS.get(type(event).__name__, "other"), event.start_mark
    if kind in ("end", "other", "document"):
        return Piece(kind)
    where = (mark.line + 1, mark.column + 1)
    tag = getattr(event, "tag", None)
    if kind == "scalar":
        plain = event.style not in ("'", '"', "|", ">")
        return Piece(kind, where, event.value, plain, event.anchor, None if tag is None else str(tag))
    return Piece(kind, where, anchor=event.anchor, tag=None if tag is None else str(tag))
