"""The types of a drafted tools.py: annotations, named types for keys, and typed dictionaries for nested objects."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import Any

from simkit.design.draft.code.literals import WIDTH, call, docstring, literal, prose
from simkit.design.draft.names import identifier, pascal, singular
from simkit.design.draft.shapes import MISSING, Shape

SHORT = 40
"""Characters of an annotation that stands in a signature as it is."""
_FORMS = {
    "date": (r"^\d{4}-\d{2}-\d{2}$", "as in 2026-03-14"),
    "date-time": (r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", "as in 2026-03-14T09:30:00Z"),
    "email": (r"^\S+@\S+$", ""),
}
"""Formats that a tool checks, each with its pattern and how to write it."""


class Types:
    """Collects the definitions that annotations need."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.definitions: list[str] = []
        self.named: dict[str, str] = {}
        self.known: dict[tuple[str, str], str] = {}
        self.aliases: dict[str, str] = {}
        self.uses: set[str] = set()

    def key(self, table: str, one: str, shape: Shape, pattern: str) -> str:
        """The name of the type of a table's keys; defined when first asked for."""
        if table not in self.named:
            name = identifier(f"{pascal(one)}Id" if not one.lower().endswith("id") else pascal(one), "Key", self.taken)
            self.taken.add(name)
            self.named[table] = name
            kept = self._field(shape, pattern, about=shape.description or f"which {one}")
            self.definitions.append(_defined(name, _plain(shape), kept))
            self.uses |= {"Annotated", "Field"}
        return self.named[table]

    def of(self, shape: Shape, name: str, where: str, depth: int = 0) -> str:
        """The annotation for a shape; `name` and, where that is taken, `where` are what its types are called after."""
        written = self._of(shape, name, where, depth)
        return f"{written} | None" if shape.nullable and "None" not in written.split(" | ") else written

    def _of(self, shape: Shape, name: str, where: str, depth: int) -> str:
        about = self._field(shape, self._pattern(shape), shape.description)
        if shape.options:
            self.uses.add("Literal")
            values = ", ".join(literal(one) for one in dict.fromkeys(shape.options) if not isinstance(one, float))
            if values:
                described = [part for part in about if part.startswith("description")]
                return self._annotated(f"Literal[{values}]", described, name, where)
        if shape.kind == "array":
            one = singular(name)
            inner = self.of(shape.item, one, where, depth + 1) if shape.item is not None else self._any()
            return self._annotated(f"list[{inner}]", about, name, where)
        if shape.kind == "object":
            if shape.fields and depth <= 3:
                return self._dictionary(shape, name, where, depth)
            return f"dict[str, {self._any()}]"
        return self._any() if shape.kind == "any" else self._annotated(_plain(shape), about, name, where)

    def _any(self) -> str:
        self.uses.add("Any")
        return "Any"

    def _annotated(self, written: str, about: list[str], name: str, where: str) -> str:
        """The annotation where it is short, else the name of a type that is defined once."""
        if not about and len(written) <= SHORT:
            return written
        self.uses |= {"Annotated", "Field"} if about else set()
        text = f"Annotated[{written}, Field({', '.join(about)})]" if about else written
        if len(text) <= SHORT:
            return text
        known = self.aliases.get(text)
        if known is None:
            names = (pascal(name), pascal(f"{where} {name}"))
            known = next((one for one in names if one and identifier(one, "x", self.taken) == one), None)
            known = known or identifier(names[1] or "Value", "Value", self.taken)
            self.taken.add(known)
            self.aliases[text] = known
            self.definitions.append(_defined(known, written, about))
        return known

    def _field(self, shape: Shape, pattern: str, about: str) -> list[str]:
        found: list[str] = []
        if shape.kind in ("integer", "number"):
            found += [f"ge={_bare(shape.low)}"] if shape.low is not None else []
            found += [f"le={_bare(shape.high)}"] if shape.high is not None else []
        elif shape.kind in ("string", "array"):
            if pattern and shape.kind == "string":
                found.append(f"pattern={_raw(pattern)}")
            found += [f"min_length={shape.shortest}"] if shape.shortest else []
            found += [f"max_length={shape.longest}"] if shape.longest is not None else []
        about = _first_sentence(about) or (_FORMS[shape.format][1] if shape.format in _FORMS else "")
        return [*found, f"description={literal(about)}"] if about else found

    def _pattern(self, shape: Shape) -> str:
        pattern = shape.pattern or (_FORMS[shape.format][0] if shape.format in _FORMS else "")
        return pattern if understood(pattern) else ""

    def _dictionary(self, shape: Shape, name: str, where: str, depth: int) -> str:
        """A typed dictionary for a nested object; the same schema gives the same."""
        wanted = pascal(shape.name or f"{where} {name}") or "Part"
        entries = []
        for field, inner in shape.fields.items():
            if not inner.given:
                continue
            written = self.of(inner, field, wanted, depth + 1)
            if field not in shape.required or inner.default is not MISSING:
                self.uses.add("NotRequired")
                written = f"NotRequired[{written}]"
            entries.append((field, written))
        if not entries:
            return f"dict[str, {self._any()}]"
        known = self.known.get((wanted, repr(entries)))
        if known is None:
            known = identifier(wanted, "Part", self.taken)
            self.taken.add(known)
            self.known[wanted, repr(entries)] = known
            self.uses.add("TypedDict")
            self.definitions.append(_class(known, entries, shape.description))
        return known


def _defined(name: str, written: str, about: list[str]) -> str:
    """The definition of a named type, over several lines where it is long."""
    line = f"{name} = Annotated[{written}, Field({', '.join(about)})]" if about else f"{name} = {written}"
    if len(line) <= WIDTH or not about:
        return line if len(line) <= WIDTH else line.replace("[", "[\n    ", 1).removesuffix("]") + ",\n]"
    lines = [f"    {written},", *call("Field", about, ",", "    ")]
    return "\n".join([f"{name} = Annotated[", *lines, "]"])


def _class(name: str, entries: list[tuple[str, str]], about: str) -> str:
    if all(field.isascii() and field.isidentifier() and not iskeyword(field) for field, _ in entries):
        fields = [f"    {field}: {written}" for field, written in entries]
        head = [f"class {name}(TypedDict):", *([*docstring(about), ""] if about else [])]
        return "\n".join([*head, *fields])
    inner = [f"        {literal(field)}: {written}," for field, written in entries]
    return "\n".join([f"{name} = TypedDict(", f'    "{name}",', "    {", *inner, "    },", ")"])


def _first_sentence(about: str) -> str:
    """What a value is, short enough to stand beside it."""
    said = prose(about, 300)
    return said if len(said) <= 90 else prose(re.split(r"(?<=[.!?]) ", said)[0], 90)


def _plain(shape: Shape) -> str:
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}.get(shape.kind, "str")


def _bare(number: float) -> str:
    return repr(int(number)) if float(number).is_integer() else repr(float(number))


def _raw(pattern: str) -> str:
    """A pattern in a raw string where that can hold it."""
    fits = '"' not in pattern and "\n" not in pattern and pattern.isprintable() and not pattern.endswith("\\")
    return f'r"{pattern}"' if fits else literal(pattern)


def understood(pattern: str) -> bool:
    """Whether pydantic and the validator of calls both take a pattern: they know no look-around."""
    if not pattern:
        return False
    from typing import Annotated as Noted

    import jsonschema_rs
    from pydantic import Field, TypeAdapter

    try:
        re.compile(pattern)
        TypeAdapter(Noted[str, Field(pattern=pattern)]).json_schema()
        jsonschema_rs.validator_for({"type": "string", "pattern": pattern})
    except Exception:  # whatever it is, the pattern is not taken
        return False
    return True


def default_of(shape: Shape) -> Any:
    """The default that a parameter can have in Python, or MISSING."""
    if shape.default is MISSING or isinstance(shape.default, dict | list):
        return MISSING
    if shape.options and shape.default not in shape.options:
        return MISSING
    return shape.default
