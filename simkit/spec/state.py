"""A world's tables as a file holds them, and the hash by which equal worlds are known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simkit.errors import FileError
from simkit.spec.frozen import canonical
from simkit.spec.strict_yaml import read_text

Tables = Mapping[str, Mapping[str, Any]]

MODULUS = 1 << 128


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
    try:
        tables = json.loads(text, object_pairs_hook=_without_duplicates)
    except json.JSONDecodeError as error:
        what = f"not JSON: {error.msg}; check commas, quotes and brackets"
        raise FileError(file, what, line=error.lineno, column=error.colno) from None
    except _Duplicate as error:
        raise FileError(
            file, f"the key '{error}' stands twice in one object; keep one", line=error.line(text)
        ) from None
    except RecursionError:
        raise FileError(file, "nested too deeply; flatten it") from None
    if not isinstance(tables, dict):
        raise FileError(file, 'must be an object of tables, as in {"orders": {"W1001": {…}}}')
    for table, rows in tables.items():
        if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
            raise FileError(file, f"table '{table}' must be an object of records by id, each an object")
    return tables


class _Duplicate(ValueError):
    def line(self, text: str) -> int:
        """The line of the key's second appearance, or its first if that is written unusually."""
        needle = json.dumps(str(self))
        second = text.find(needle, text.find(needle) + 1)
        return text.count("\n", 0, max(second, 0)) + 1


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Duplicate(next(name for name in names if names.count(name) > 1))
    return result


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
