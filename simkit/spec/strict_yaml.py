"""YAML as scenario packs use it: YAML 1.2 core types, no aliases, tags or duplicate keys, every node's position.

Values are built straight from the parser's events, so nothing can be constructed but dicts, lists, strings,
numbers, booleans and nulls. `NO`, `12:30` and `2026-03-01` are strings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simkit.errors import FileError, one_line
from simkit.spec.yaml_events import Doubtful, Piece, Where, quick, strict

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

Loc = tuple[str | int, ...]

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64
KEPT_LENGTH = 16 * 1024
"""Characters of the longest text whose documents are kept: a scenario has about a thousand, a domain some thousands."""

_NULL = re.compile(r"null|Null|NULL|~|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,4000}")
_OCTAL, _HEX = re.compile(r"0o[0-7]{1,1000}"), re.compile(r"0x[0-9a-fA-F]{1,1000}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

_COMPLAINTS = {
    r"found character '\t'": "a tab stands here; indent with spaces",
    "unknown escape character": "a backslash that means nothing here; double it, or use single quotes",
    "mapping values are not allowed": "'key: value' cannot stand here; put the text in quotes, or indent as above",
    "could not find expected ':'": "a key without a value; write it as 'key: value', or put the text in quotes",
    "expected '<document start>'": "this does not go on from the line above; check its indentation",
    "expected <block end>": "this does not go on from the line above; check its indentation",
    "found character '@'": "a text cannot start with @; put it in quotes",
    "found character '`'": "a text cannot start with a backquote; put it in quotes",
    "found character '%'": "a text cannot start with %; put it in quotes",
    "expected the node content": "a value should stand here; write it, or remove the comma or bracket",
    "expected chomping": "a text in | or > style starts on the next line; put a text in one line in quotes",
}
"""Part of the parser's problem to what it means for whoever wrote the file."""
_OPENED = {
    "flow sequence": "the list that opens here is not well closed; check its commas and its ]",
    "flow mapping": "the mapping that opens here is not well closed; check its commas and its }",
    "quoted scalar": "the quotes that open here are not well closed; check them, and any backslash between them",
}
"""Part of the parser's context to what was opened and never closed."""


@dataclass
class Document:
    """One YAML document: its value, and where each node stands (1-based line and column)."""

    path: Path
    value: Any = None
    values_at: dict[Loc, Where] = field(default_factory=dict)
    keys_at: dict[Loc, Where] = field(default_factory=dict)
    source: str = ""
    """What to load to have it again, where its path alone does not say."""

    def error(self, what: str, loc: Loc = (), *, key: bool = False) -> FileError:
        """A mistake at `loc`: at its key when `key`, else at its value, else at the nearest parent known."""
        tables = (self.keys_at, self.values_at) if key else (self.values_at, self.keys_at)
        for size in range(len(loc), -1, -1):
            for table in tables:
                if (where := table.get(loc[:size])) is not None:
                    return FileError(self.path, what, line=where[0], column=where[1])
        return FileError(self.path, what)


def read_text(path: Path) -> str:
    """The text of a file, with a `FileError` for what cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror}); check the path") from None
    if len(data) > MAX_BYTES:
        raise FileError(path, f"has {len(data)} bytes; at most {MAX_BYTES} are read")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise FileError(path, "is not UTF-8 text; save it as UTF-8", line=line, column=column) from None


def read_documents(path: Path) -> list[Document]:
    """Every document of the file at `path`. Raises `FileError` at the first thing that is not plain YAML."""
    return parse_documents(read_text(path), path)


def parse_documents(text: str, path: Path) -> list[Document]:
    """Every document in `text`; `path` is only named in errors. A short text is parsed once, however often it is
    asked for; each time its documents are new ones, to be changed at will."""
    if len(text) > KEPT_LENGTH:
        return _parsed(text, path)
    try:
        known = _known(text)
    except FileError as error:
        raise FileError(path, error.what, line=error.line, column=error.column) from None
    return [Document(path, _again(one.value), dict(one.values_at), dict(one.keys_at)) for one in known]


@lru_cache(maxsize=256)
def _known(text: str) -> tuple[Document, ...]:
    return tuple(_parsed(text, Path()))


def _again(value: Any) -> Any:
    """The same value in new lists and dicts."""
    if isinstance(value, dict):
        return {key: _again(one) for key, one in value.items()}
    return [_again(one) for one in value] if isinstance(value, list) else value


def _parsed(text: str, path: Path) -> list[Document]:
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    # Whatever is wrong is told by the strict parser.
    with suppress(Doubtful, FileError):
        return list(_documents(quick(text), path))
    try:
        return list(_documents(strict(text), path))
    except MarkedYAMLError as error:
        raise _unclosed(error, text, path) or _not_yaml(error, path) from None
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        what = f"the control character U+{ord(text[error.position]):04X} stands here; remove it"
        raise FileError(path, what, line=line, column=column) from None


_OPEN = re.compile(r"""(?:^|[:\-,\[{])\s+(?P<quote>["'])(?:(?!(?P=quote)).)*$""")
"""A value in quotes that are not closed in their line."""


def _unclosed(error: MarkedYAMLError, text: str, path: Path) -> FileError | None:
    """Quotes that were closed by others further down, where the parser then stumbles: the place where they open."""
    mark = error.problem_mark or error.context_mark
    if mark is None or not str(error.problem or "").startswith(("expected", "mapping values", "did not find", "while")):
        return None
    lines = text.splitlines()
    for line in range(min(mark.line, len(lines)) - 1, max(-1, mark.line - 6), -1):
        if found := _OPEN.search(lines[line]):
            quotes = next(words for sign, words in _OPENED.items() if sign == "quoted scalar")
            return FileError(path, f"not YAML: {quotes}", line=line + 1, column=found.start("quote") + 1)
    return None


def _not_yaml(error: MarkedYAMLError, path: Path) -> FileError:
    """The parser's complaint in words, at the place that has to be mended."""
    mark = error.problem_mark or error.context_mark
    problem, context = " ".join(str(error.problem or "").split()), str(error.context or "")
    what = next((words for sign, words in _COMPLAINTS.items() if sign in problem), "")
    opened = next((words for sign, words in _OPENED.items() if sign in context), "")
    if opened and not what.startswith(("a tab", "a backslash")):
        what, mark = opened, error.context_mark or mark
    what = what or f"{problem or context}; check indentation, quotes and brackets"
    return FileError(
        path, f"not YAML: {what}", line=mark.line + 1 if mark else 1, column=mark.column + 1 if mark else 1
    )


def _documents(pieces: Iterator[Piece], path: Path) -> Iterator[Document]:
    for piece in pieces:
        if piece.kind == "document":
            document = Document(path)
            document.value = _node(next(pieces), pieces, document, ())
            if document.value is not None:
                yield document


def _node(piece: Piece, pieces: Iterator[Piece], document: Document, loc: Loc) -> Any:
    if loc not in document.values_at:
        document.values_at[loc] = _placed(piece)
    where = document.values_at[loc]
    _refuse(piece, document, where, len(loc))
    if piece.kind == "scalar":
        return _scalar(piece, document, where)
    if piece.kind == "mapping":
        return _mapping(pieces, document, loc)
    return _sequence(pieces, document, loc)


def _placed(piece: Piece) -> Where:
    if piece.where is None:
        raise Doubtful
    return piece.where


def _refuse(piece: Piece, document: Document, where: Where, depth: int) -> None:
    def error(what: str) -> FileError:
        return FileError(document.path, what, line=where[0], column=where[1])

    if piece.kind == "alias":
        raise error(f"'*{piece.anchor}' is an alias; write the value out")
    if piece.anchor is not None:
        raise error(f"'&{piece.anchor}' is an anchor; write the value out where it is needed")
    if piece.tag is not None and piece.tag != "!":
        written = piece.tag.replace("tag:yaml.org,2002:", "!!")
        raise error(f"'{written}' is a tag; only plain values are read, so remove it")
    if depth > MAX_DEPTH:
        raise error(f"nested deeper than {MAX_DEPTH} levels; flatten it")


def _mapping(pieces: Iterator[Piece], document: Document, loc: Loc) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for piece in pieces:
        if piece.kind == "end":
            break
        where = _placed(piece)
        if piece.kind != "alias":
            _refuse(piece, document, where, len(loc))
        if piece.kind != "scalar":
            raise FileError(document.path, "a key must be plain text", line=where[0], column=where[1])
        key = piece.text
        if key == "<<" and piece.plain:
            what = "'<<' would merge another mapping in; write its keys out"
            raise FileError(document.path, what, line=where[0], column=where[1])
        if key in result:
            first = document.keys_at[(*loc, key)][0]
            what = f"'{key}' stands here twice (first in line {first}); keep one"
            raise FileError(document.path, what, line=where[0], column=where[1])
        document.keys_at[(*loc, key)] = where
        value = next(pieces)
        if value.kind == "scalar" and value.text == "" and value.plain:
            document.values_at[(*loc, key)] = where  # nothing stands there; the parser's mark is on the next line
        result[key] = None
        result[key] = _node(value, pieces, document, (*loc, key))
    return result


def _sequence(pieces: Iterator[Piece], document: Document, loc: Loc) -> list[Any]:
    result: list[Any] = []
    for piece in pieces:
        if piece.kind == "end":
            break
        result.append(_node(piece, pieces, document, (*loc, len(result))))
    return result


def _scalar(piece: Piece, document: Document, where: Where) -> Any:
    text = piece.text
    if not piece.plain:
        return text
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text) or _FALSE.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text) or _HEX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    if _INFINITE.fullmatch(text) or _FLOAT.fullmatch(text):
        what = f"{one_line(text, 40)} is not a finite number; write a finite one, or quote it"
        raise FileError(document.path, what, line=where[0], column=where[1])
    return text
