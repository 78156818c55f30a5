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


def whole(path: Path) -> Any:
    """The value that a file is. Raises FileError."""
    cursor = _Cursor(path)
    _, value = cursor.value()
    if cursor.seen():
        raise FileError(path, "something stands after the value; remove it", line=cursor.line())
    return value


def begins(path: Path) -> str:
    """The first character of a file that is no space; empty where there is none. Raises FileError."""
    return _Cursor(path).seen()


def items(path: Path) -> Iterator[tuple[int, Any]]:
    """(line number, value) of each element of a file that is one JSON list. Raises FileError."""
    cursor = _Cursor(path)
    if cursor.seen() != "[":
        raise FileError(path, "is no JSON list; it must begin with [", line=cursor.line())
    yield from cursor.elements()


def members(path: Path) -> Iterator[tuple[int, str, Any]]:
    """(line number, key, value) of each member of a file that is one JSON object, in the file's order; a member that
    is a list comes element by element. Raises FileError."""
    cursor = _Cursor(path)
    if not cursor.seen():
        raise FileError(path, "is empty; it must hold one JSON object")
    if cursor.seen() != "{":
        raise FileError(path, "is no JSON object; it must begin with {", line=cursor.line())
    keys: set[str] = set()
    for line, key in cursor.parts("}"):
        if not isinstance(key, str) or key in keys or cursor.seen() != ":":
            twice = isinstance(key, str) and key in keys
            what = f"the key '{one_line(key, 40)}' stands twice" if twice else "a key and a colon must stand here"
            raise FileError(path, f"{what}; mend or remove this entry", line=line)
        keys.add(key)
        cursor.position += 1
        inner = cursor.elements() if cursor.seen() == "[" else [cursor.value()]
        yield from ((at, key, value) for at, value in inner)


class _Cursor:
    """A place in a file that is one JSON document, and the line in which it is."""

    def __init__(self, path: Path) -> None:
        self.path, self.text, self.position = path, _whole(path), 0
        self._line, self._counted = 1, 0

    def seen(self) -> str:
        """The next character that is no space."""
        self.position = _space(self.text, self.position)
        return self.text[self.position : self.position + 1]

    def line(self) -> int:
        self._line += self.text.count("\n", self._counted, self.position)
        self._counted = self.position
        return self._line

    def value(self) -> tuple[int, Any]:
        """The line in which the value here begins, and the value; then the cursor stands behind it."""
        self.seen()
        line = self.line()
        try:
            value, self.position = _DECODER.raw_decode(self.text, self.position)
            return line, _shallow(value)
        except (ValueError, RecursionError) as error:
            base = 1 if isinstance(error, json.JSONDecodeError) else line  # which counts from the file's begin
            raise _not_json(self.path, error, base, "mend or remove this entry") from None

    def parts(self, closing: str) -> Iterator[tuple[int, Any]]:
        """The values between commas from behind the bracket here to `closing`."""
        self.position += 1
        while self.seen() != closing:
            yield self.value()
            if self.seen() == ",":
                self.position += 1
            elif self.seen() != closing:
                what = f"after an entry there must be a comma or the closing {closing}; is the file whole?"
                raise FileError(self.path, what, line=self.line())
        self.position += 1

    def elements(self) -> Iterator[tuple[int, Any]]:
        """The elements of the list that begins here."""
        return self.parts("]")


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
