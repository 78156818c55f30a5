"""What is wrong with a document's shape, in words: every mistake at its line and column, with what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError

from simkit.errors import FileError, FileErrors, did_you_mean, one_line
from simkit.spec.frozen import Frozen
from simkit.spec.strict_yaml import Document, Loc

Model = TypeVar("Model", bound=Frozen)

_WANTED = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "tuple": "a list, as in [one, two]",
    "dict": "a mapping of keys to values",
    "model": "a mapping of keys to values",
}
"""First word of a pydantic error's type to what should stand there."""

_BOUNDS = {
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least one entry",
}


def validate(model: type[Model], document: Document) -> Model:
    """The document as a `model`. Raises `FileErrors` with one error a mistake, each at its line and column."""
    if not isinstance(document.value, dict):
        name = model.__name__.removesuffix("File").lower()
        raise document.error(f"a {name} is a mapping of keys to values; start with '{name}: NAME'")
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        raise FileErrors(sorted(_mistakes(document, error), key=lambda one: (one.line, one.column))) from None


def _mistakes(document: Document, error: ValidationError) -> Iterator[FileError]:
    """One error for each place and kind: what members of a union say of one place is said together."""
    places: dict[Loc, list[dict[str, Any]]] = {}
    for at, one in enumerate(error.errors(include_url=False)):
        loc = _written(document.value, tuple(one["loc"]), missing=one["type"] == "missing")
        told = one["type"].startswith(("unknown_", "bad_"))
        places.setdefault((*loc, f"#{at}") if told else loc, []).append({**one, "loc": loc})
    for found in places.values():
        yield _mistake(document, found)


def _mistake(document: Document, found: list[dict[str, Any]]) -> FileError:
    error, loc = found[0], found[0]["loc"]
    context = error.get("ctx") or {}
    if error["type"] == "unknown_key":
        return document.error(error["msg"], (*loc, context["key"]), key=True)
    if error["type"] == "missing":
        return document.error(f"'{loc[-1]}' is missing; add '{loc[-1]}: …'", loc[:-1])
    if "at" in context:
        return document.error(error["msg"], (*loc, *context["at"]), key=True)
    if error["type"].startswith(("bad_", "unknown_")):
        return document.error(error["msg"], loc)
    name = ".".join(str(part) for part in loc) or "this"
    if error["input"] is None:
        return document.error(f"{name} has no value; write {_wanted(found)}, or remove the key", loc)
    return document.error(f"{name} is {_seen(error['input'])}; {_cure(found)}", loc)


def _cure(found: list[dict[str, Any]]) -> str:
    error = found[0]
    names = _literals(found)
    if names and (near := did_you_mean(error["input"], names)).startswith("; did"):
        return near.removeprefix("; ")
    if error["type"] == "string_type" and len(found) == 1 and isinstance(error["input"], int | float):
        return f'put it in quotes: "{_seen(error["input"])}"'
    quoted = error["type"] in ("int_type", "float_type", "bool_type") and isinstance(error["input"], str)
    return f"write {_wanted(found)}" + (" without quotes" if quoted and _plain(error["input"]) else "")


def _plain(text: str) -> bool:
    return re.fullmatch(r"[-+]?[0-9.]+|true|false", text) is not None


def _wanted(found: list[dict[str, Any]]) -> str:
    """What may stand there: `a text, a whole number, or true or false`."""
    wanted = list(dict.fromkeys(_one_wanted(one) for one in found))
    return ", ".join(wanted[:-1]) + f", or {wanted[-1]}" if len(wanted) > 1 else wanted[0]


def _one_wanted(error: dict[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "literal_error":
        return "one of " + ", ".join(_literals([error]))
    if kind == "string_pattern_mismatch":
        case = "" if "A-Z" in context["pattern"] else "lower-case "
        return f"{case}letters, digits and hyphens only, as in late-refund (the pattern is {context['pattern']})"
    if kind in _BOUNDS:
        return _BOUNDS[kind].format(**context)
    return _WANTED.get(kind.split("_")[0], one_line(error["msg"], 120))


def _literals(found: list[dict[str, Any]]) -> list[str]:
    expected = [(one.get("ctx") or {}).get("expected", "") for one in found if one["type"] == "literal_error"]
    return [name for text in expected for name in re.findall(r"'([^']*)'", str(text))]


def _seen(value: Any) -> str:
    if isinstance(value, list | dict):
        return f"a {'list' if isinstance(value, list) else 'mapping'}"
    if isinstance(value, bool):
        return str(value).lower()
    return one_line(repr(value), 60)


def _written(value: Any, loc: Loc, *, missing: bool) -> Loc:
    """`loc` as the file has it: `arguments` of a call stand under the tool's name; members of a union stand nowhere."""
    written: list[str | int] = []
    for at, part in enumerate(loc):
        if part == "arguments" and isinstance(value, dict) and len(value) == 1 and part not in value:
            part = next(iter(value))
        in_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if in_list or (isinstance(value, dict) and part in value):
            value = value[part]
        elif not (missing and at == len(loc) - 1):
            continue
        written.append(part)
    return tuple(written)
