"""A world's tables as a file holds them, and the hash by which equal worlds are known."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simkit.errors import FileError
from simkit.spec.frozen import canonical
from simkit.spec.strict_yaml import read_text

Place = tuple[str | int, ...]
Tables = Mapping[str, Mapping[str, Any]]

MODULUS = 1 << 128
MAX_DIGITS = 400
"""Digits of one number."""


def record_hash(table: str, record: str, value: Any) -> int:
    """128 bits of SHA-256 over one record and its place."""
    return int.from_bytes(hashlib.sha256(canonical([table, record, value]).encode()).digest()[:16], "big")


def tables_hash(tables: Tables) -> int:
    """The sum of all records' hashes modulo 2**128 (the additive multiset hash of Bellare and Micciancio, 1997):
    the order does not matter, and changing one record costs one subtraction and one addition."""
    return sum(record_hash(t, name, row) for t, rows in tables.items() for name, row in rows.items()) % MODULUS


def read_state(file: Path) -> dict[str, dict[str, Any]]:
    """The tables in a state.json: table -> record id -> record. Raises `FileError`."""
    text = read_text(file)
    if not text.strip():
        raise FileError(file, 'is empty; a world is an object of tables, as in {"orders": {"W1001": {…}}}')
    try:
        tables = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _not_json(file, text, error) from None
    except _Unfit:
        raise _unfit(file, text) from None
    except RecursionError:
        raise FileError(file, "nested too deeply; flatten it") from None
    if not isinstance(tables, dict):
        raise FileError(file, 'must be an object of tables, as in {"orders": {"W1001": {…}}}')
    for table, rows in tables.items():
        if not isinstance(rows, dict):
            what = f"table '{table}' must be an object of records by id, as in {{\"W1001\": {{…}}}}"
            raise _error(file, text, _offset_of(text, (table,)), what)
        for name, row in rows.items():
            if not isinstance(row, dict):
                what = f"record '{name}' of table '{table}' must be an object, as in {{\"status\": \"paid\"}}"
                raise _error(file, text, _offset_of(text, (table, name)), what)
    return tables


def line_of(file: Path, *place: str) -> int:
    """The line in a state.json at which a table, or a record in it, begins; 1 where it is not there."""
    text = read_text(file)
    at = next((offset for found, offset, token in _tokens(text) if found == place and token.startswith('"')), 0)
    return text.count("\n", 0, at) + 1


class _Unfit(ValueError):
    """Something that JSON allows, or Python's reader, and a world does not."""


def _refuse(text: str) -> Any:
    raise _Unfit(text)


def _finite(text: str) -> float:
    return float(text) if math.isfinite(float(text)) else _refuse(text)


def _short(text: str) -> int:
    return int(text) if len(text) <= MAX_DIGITS else _refuse(text)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    return result if len(result) == len(pairs) else _refuse("duplicate")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_without_duplicates, parse_constant=_refuse, parse_float=_finite, parse_int=_short
)


def _error(file: Path, text: str, offset: int, what: str) -> FileError:
    before = text[:offset]
    return FileError(file, what, line=before.count("\n") + 1, column=len(before) - before.rfind("\n"))


def _not_json(file: Path, text: str, error: json.JSONDecodeError) -> FileError:
    comma = len(text[: error.pos].rstrip()) - 1 if text[error.pos : error.pos + 1] in ("}", "]") else error.pos
    if text[comma : comma + 1] == "," and text[comma + 1 :].lstrip()[:1] in ("}", "]"):
        return _error(file, text, comma, "not JSON: a comma after the last entry; remove it")
    return _error(file, text, error.pos, f"not JSON: {error.msg}; check commas, quotes and brackets")


def _unfit(file: Path, text: str) -> FileError:
    """Where the key that stands twice is, or the number that is none."""
    first: dict[Place, int] = {}
    for place, offset, token in _tokens(text):
        if token.startswith('"'):
            if place in first:
                line = text.count("\n", 0, first[place]) + 1
                what = f"the key '{place[-1]}' stands in this object twice (first in line {line}); keep one"
                return _error(file, text, offset, what)
            first[place] = offset
        elif len(token) > MAX_DIGITS or not _NUMBER.fullmatch(token) or not math.isfinite(float(token)):
            return _error(file, text, offset, f"{token[:20]} is not a finite number; write a finite one, or null")
    return FileError(file, "holds something that is no plain value; write texts, numbers, true, false and null")


def _offset_of(text: str, wanted: Place) -> int:
    """Where the value at `wanted` begins."""
    key = next(offset for place, offset, token in _tokens(text) if place == wanted and token.startswith('"'))
    return re.compile(r'"(?:[^"\\]|\\.)*"\s*:\s*').match(text, key).end()  # type: ignore[union-attr]


def _tokens(text: str) -> Iterator[tuple[Place, int, str]]:
    """(place, offset, token) of each key and each bare number or word of a JSON text that is well formed."""
    stack: list[list[Any]] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "{[":
            stack.append(["" if token == "{" else 0, token])
        elif token in "}]":
            stack.pop()
        elif token == "," and stack[-1][1] == "[":
            stack[-1][0] += 1
        elif match["key"]:
            stack[-1][0] = json.loads(match["key"])
            yield tuple(part for part, _ in stack), match.start(), match["key"]
        elif match["bare"] and token not in ("true", "false", "null"):
            yield tuple(part for part, _ in stack), match.start(), token


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_TOKEN = re.compile(r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|[{}\[\],]|(?P<bare>[^\s{}\[\],:"]+)')


def names_at(tables: Any, path: str) -> Iterator[str]:
    """Every text at a path in which `*` stands for each record or list item: `products.*.name`."""
    nodes = [tables]
    for part in path.split("."):
        found: list[Any] = []
        for node in nodes:
            if part == "*":
                found += node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
            elif isinstance(node, dict) and part in node:
                found.append(node[part])
        nodes = found
    return (str(node) for node in nodes if isinstance(node, str | int | float))
