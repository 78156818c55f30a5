"""Schemas of OpenAPI read into shapes: references followed, allOf merged, unions made one, null taken apart.

A union of objects becomes one object with the fields of all, of which only those that all require are required; a
union of anything else takes its first member. Beyond `DEEPEST` levels, and where a schema holds itself, anything may
stand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simkit.design.draft.openapi.document import Spec
from simkit.design.draft.shapes import MISSING, Kind, Shape
from simkit.errors import one_line
from simkit.spec.strict_yaml import Loc

DEEPEST = 6
MOST = 60_000
"""Shapes in all; a description that unfolds into more is refused."""

_SAID = [
    "description",
    "format",
    "options",
    "pattern",
    "low",
    "high",
    "shortest",
    "longest",
    "default",
    "examples",
    "item",
]
"""What of two shapes that are one the second says, if it says anything."""
_KINDS: dict[str, Kind] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "object": "object",
    "array": "array",
    "file": "string",
}


class Schemas:
    """Reads the schemas of one description."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.made = 0

    def shape(self, node: Any, loc: Loc = (), inside: tuple[str, ...] = ()) -> Shape:
        """The shape of values that a schema describes. Raises `FileError` as `Spec.follow` does."""
        self.made += 1
        if self.made > MOST:
            raise self.spec.error(f"unfolds into more than {MOST} schemas; choose operations with --only", loc)
        if not isinstance(node, dict):
            return Shape()
        schema, name = self.spec.follow(node, loc)
        if (name and name in inside) or len(inside) > DEEPEST:
            return Shape(name=name)
        inside = (*inside, name)
        if parts := _list(schema, "allOf"):
            return self._merged(schema, parts, name, loc, inside)
        if parts := _list(schema, "oneOf") or _list(schema, "anyOf"):
            return self._union(schema, parts, name, loc, inside)
        return self._plain(schema, name, loc, inside)

    def _plain(self, schema: dict[str, Any], name: str, loc: Loc, inside: tuple[str, ...]) -> Shape:
        kind, nullable = _kind(schema)
        fields = schema.get("properties") if isinstance(schema.get("properties"), dict) else {}
        more = schema.get("additionalProperties")
        item = schema.get("items") if kind == "array" else more if kind == "object" else None
        options = _options(schema)
        return Shape(
            kind=kind,
            name=name,
            description=one_line(schema.get("description") or schema.get("title") or "", 300),
            format=str(schema.get("format") or ""),
            options=tuple(one for one in options if one is not None),
            pattern=schema["pattern"] if isinstance(schema.get("pattern"), str) else "",
            low=_low(schema),
            high=_high(schema),
            shortest=_count(schema, "minItems" if kind == "array" else "minLength"),
            longest=_count(schema, "maxItems" if kind == "array" else "maxLength"),
            nullable=nullable or None in options,
            default=schema.get("default", MISSING),
            examples=_examples(schema),
            given=schema.get("readOnly") is not True,
            shown=schema.get("writeOnly") is not True,
            fields={str(key): self.shape(value, loc, inside) for key, value in (fields or {}).items()},
            required=frozenset(str(one) for one in _list(schema, "required")) & set(fields or {}),
            item=self.shape(item, loc, inside) if isinstance(item, dict) else None,
        )

    def _merged(self, schema: dict[str, Any], parts: list[Any], name: str, loc: Loc, inside: tuple[str, ...]) -> Shape:
        own = {key: value for key, value in schema.items() if key != "allOf"}
        shapes = [self.shape(part, loc, inside) for part in parts]
        if own:
            shapes.append(self.shape(own, loc, inside) if "$ref" not in own else Shape())
        made = shapes[0]
        for shape in shapes[1:]:
            made = together(made, shape)
        return replace(made, name=name or made.name)

    def _union(self, schema: dict[str, Any], parts: list[Any], name: str, loc: Loc, inside: tuple[str, ...]) -> Shape:
        nothing = [part for part in parts if isinstance(part, dict) and part.get("type") == "null"]
        shapes = [self.shape(part, loc, inside) for part in parts if part not in nothing] or [Shape()]
        objects = [shape for shape in shapes if shape.kind == "object"]
        made = shapes[0]
        if objects:
            made = objects[0]
            for shape in objects[1:]:
                made = replace(together(made, shape), required=made.required & shape.required)
            if mapped := _discriminator(schema):
                field = made.fields.get(mapped, Shape("string"))
                every = [one for shape in objects if mapped in shape.fields for one in shape.fields[mapped].options]
                options = tuple(dict.fromkeys(every))
                made = replace(made, fields={**made.fields, mapped: replace(field, options=options)})
        elif len(shapes) > 1 and all(shape.options for shape in shapes):
            made = replace(made, options=tuple(one for shape in shapes for one in shape.options))
        own = {key: value for key, value in schema.items() if key not in ("oneOf", "anyOf")}
        made = together(made, self.shape(own, loc, inside)) if "properties" in own else made
        said = one_line(schema.get("description") or "", 300)
        nullable = bool(nothing) or made.nullable or schema.get("nullable") is True
        return replace(
            made,
            # What a union is called is the name of no single member of it.
            name=name or (made.name if len(shapes) == 1 else ""),
            description=said or made.description,
            nullable=nullable,
            default=schema.get("default", made.default),
            examples=_examples(schema) or made.examples,
        )


def together(one: Shape, other: Shape) -> Shape:
    """What is both: the fields of both, and of everything else what either says, the second winning."""
    blank = Shape()
    kind = other.kind if other.kind != "any" else one.kind
    chosen = {key: getattr(other if getattr(other, key) != getattr(blank, key) else one, key) for key in _SAID}
    fields = dict(one.fields)
    for name, shape in other.fields.items():
        fields[name] = together(fields[name], shape) if name in fields else shape
    return Shape(
        kind=kind,
        name=one.name or other.name,
        nullable=one.nullable or other.nullable,
        given=one.given and other.given,
        shown=one.shown and other.shown,
        fields=fields,
        required=(one.required | other.required) & set(fields),
        **chosen,
    )


def _kind(schema: dict[str, Any]) -> tuple[Kind, bool]:
    said = schema.get("type")
    kinds = [one for one in said if isinstance(one, str)] if isinstance(said, list) else [said]
    nullable = "null" in kinds or schema.get("nullable") is True or schema.get("x-nullable") is True
    kind = next((_KINDS[one] for one in kinds if isinstance(one, str) and one in _KINDS), None)
    if kind is None:
        options = [one for one in _options(schema) if one is not None]
        if "properties" in schema or isinstance(schema.get("additionalProperties"), dict):
            kind = "object"
        elif "items" in schema:
            kind = "array"
        elif (options and all(isinstance(one, str) for one in options)) or "pattern" in schema:
            kind = "string"
        elif options and all(isinstance(one, int) and not isinstance(one, bool) for one in options):
            kind = "integer"
    return kind or "any", nullable


def _options(schema: dict[str, Any]) -> list[Any]:
    if "const" in schema:
        return [schema["const"]]
    options = _list(schema, "enum")
    return [one for one in options if one is None or isinstance(one, str | int | float)]


def _examples(schema: dict[str, Any]) -> tuple[Any, ...]:
    found = [schema["example"]] if "example" in schema else []
    more = schema.get("examples")
    found += more if isinstance(more, list) else []
    return tuple(one for one in found if one is not None)


def _discriminator(schema: dict[str, Any]) -> str:
    said = schema.get("discriminator")
    return str(said.get("propertyName") or "") if isinstance(said, dict) else ""


def _list(schema: dict[str, Any], key: str) -> list[Any]:
    value = schema.get(key)
    return value if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _low(schema: dict[str, Any]) -> float | None:
    """The least value; beyond an exclusive bound it is one more, or a cent more for a number with a fraction."""
    low, beyond = _number(schema.get("minimum")), schema.get("exclusiveMinimum")
    step = 1 if schema.get("type") == "integer" else 0.01
    if beyond is True and low is not None:
        return low + step
    return _number(beyond) + step if _number(beyond) is not None else low  # type: ignore[operator]


def _high(schema: dict[str, Any]) -> float | None:
    high, beyond = _number(schema.get("maximum")), schema.get("exclusiveMaximum")
    step = 1 if schema.get("type") == "integer" else 0.01
    if beyond is True and high is not None:
        return high - step
    return _number(beyond) - step if _number(beyond) is not None else high  # type: ignore[operator]


def _count(schema: dict[str, Any], key: str) -> int | None:
    value = _number(schema.get(key))
    return int(value) if value is not None and value >= 0 else None
