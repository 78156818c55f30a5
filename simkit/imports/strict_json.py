"""JSON from strangers: finite numbers, no key twice, no endless nesting or lines, and the line of every mistake."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import TypeAdapter, ValidationError

from simkit.errors import FileError, one_line

MAX_LINE = 64 * 1024 * 1024
"""Bytes of one line of JSONL."""
MAX_FILE = 512 * 1024 * 1024
"""Bytes of a file that is one JSON document, which has to be read whole."""
MAX_DEPTH = 100

Shape = TypeVar("Shape")


def parse(text: str) -> Any:
    """The value that `text` is. Raises ValueError, in words, for anything but strict JSON."""
    try:
        value, end = _DECODER.raw_decode(text, _space(text, 0))
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels") from None
    if _space(text, end) != len(text):
        raise ValueError("something stands after the value")
    return _shallow(value)


def lines(path: Path) -> Iterator[tuple[int, Any]]:
    """(line number, value) of each line of a JSONL file that is not empty. Raises FileError."""
    with _opened(path) as file:
        number = 0
        while raw := file.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                raise FileError(path, f"the line is longer than {MAX_LINE} bytes; split it", line=number)
            text = _decoded(path, raw, number).strip()
            if text:
                try:
                    yield number, parse(text)
                except ValueError as error:
                    raise _not_json(path, error, number, "each line must be one JSON value") from None


def items(path: Path) -> Iterator[tuple[int, Any]]:
    """(line number, value) of each element of a file that is one JSON list. Raises FileError."""
    text = _whole(path)
    position, line = _space(text, 0), 1
    if text[position : position + 1] != "[":
        raise FileError(path, "is no JSON list; it must begin with [", line=text.count("\n", 0, position) + 1)
    end = position
    position = _space(text, position + 1)
    while text[position : position + 1] != "]":
        line += text.count("\n", end, position)
        try:
            value, end = _DECODER.raw_decode(text, position)
            yield line, _shallow(value)
        except (ValueError, RecursionError) as error:
            base = 1 if isinstance(error, json.JSONDecodeError) else line  # which counts from the file's begin
            raise _not_json(path, error, base, "mend or remove this entry") from None
        line += text.count("\n", position, end)
        position = _space(text, end)
        if text[position : position + 1] == ",":
            position = _space(text, position + 1)
        elif text[position : position + 1] != "]":
            at = line + text.count("\n", end, position)
            raise FileError(path, "after an entry there must be a comma or the closing ]; is the file whole?", line=at)


def shaped(adapter: TypeAdapter[Shape], value: Any, path: Path, line: int) -> Shape:
    """`value` in the shape that a format has. Raises FileError naming the field that is wrong."""
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise FileError(path, _wrong(error), line=line) from None


def _wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = one_line(".".join(str(part) for part in first["loc"]) or "the value", 80)
    if first["type"] == "missing":
        return f"{where} is missing; there is only {_seen(first['input'])}"
    if first["type"] in ("model_type", "dict_type", "model_attributes_type"):
        return f"{where} must be an object; there is {_seen(first['input'])}"
    if first["type"] == "union_tag_invalid":
        about = first["ctx"]
        name = str(about["discriminator"]).strip("'")
        return f"{name} must be one of {about['expected_tags']}; there is {_seen(about['tag'])}"
    what = first["msg"].replace("Input should be", "must be").replace("Extra inputs are not permitted", "no key here")
    return f"{where}: {one_line(what, 160)}; there is {_seen(first['input'])}"


def _seen(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object with {one_line(', '.join(map(str, value)), 60) or 'no keys'}"
    return one_line(repr(value), 60)


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        raise FileError(path, f"cannot be read ({one_line(error.strerror)}); check the path") from None


def _whole(path: Path) -> str:
    with _opened(path) as file:
        raw = file.read(MAX_FILE + 1)
    if len(raw) > MAX_FILE:
        raise FileError(path, f"is larger than {MAX_FILE} bytes; split it")
    return _decoded(path, raw, 1)


def _decoded(path: Path, raw: bytes, line: int) -> str:
    try:
        return raw.decode("utf-8-sig" if line == 1 else "utf-8")
    except UnicodeDecodeError as error:
        at = line + raw.count(b"\n", 0, error.start)
        raise FileError(path, f"is not UTF-8 (byte {error.start}); save it as UTF-8 text", line=at) from None


def _not_json(path: Path, error: Exception, line: int, cure: str) -> FileError:
    what, column = str(error), 1
    if isinstance(error, json.JSONDecodeError):
        what, line, column = error.msg, line + error.lineno - 1, error.colno
    if isinstance(error, RecursionError):
        what = f"nested deeper than {MAX_DEPTH} levels"
    return FileError(path, f"not JSON: {one_line(what, 120)}; {cure}", line=line, column=column)


def _space(text: str, position: int) -> int:
    while text[position : position + 1] in (" ", "\t", "\r", "\n"):
        position += 1
    return position


def _shallow(value: Any, depth: int = 0) -> Any:
    if depth > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, dict | list):
                _shallow(item, depth + 1)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key '{one_line(twice, 40)}' stands twice in one object")
    return result


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large for a number")
    return number


def _whole_number(text: str) -> int:
    if len(text) > 1000:
        raise ValueError("a number has more than 1000 digits")
    return int(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite, parse_int=_whole_number
)
