"""The JSON Schemas of the files that people write, for editors: scenario, persona, domain and dimensions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from simkit.spec.condition import CHECKS, REFERRING, Condition, InCall, InRecord
from simkit.spec.dimensions import DimensionsFile
from simkit.spec.domain import DomainFile
from simkit.spec.goal import SAYS_KINDS
from simkit.spec.persona import Persona
from simkit.spec.scenario import MADE, Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ANY = {"description": "Any plain value."}
_CALL = {
    "description": "A tool's name, or one name with the arguments it must have.",
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {"type": ["object", "null"]},
        },
    ],
}
_NUMBER = {"type": "number"}
_ORDERED = {"type": ["number", "string"]}
_TYPES = {
    "in": {"type": "array"},
    "exists": {"type": "boolean"},
    "approx": _NUMBER,
    "within": {**_NUMBER, "minimum": 0},
}
_TYPES |= {check: _ORDERED for check in ("at_least", "at_most", "above", "below")}


def _condition(model: type[Condition]) -> dict[str, Any]:
    """A condition as it is written; what it compares with may stand elsewhere, where its model says so."""
    checks = {check: _TYPES.get(check, _ANY) for check in (*CHECKS[1:], "within")}
    if model.elsewhere:
        named = {kind: {"type": "string"} for kind in model.elsewhere}
        other = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False}
        checks |= {check: {"anyOf": [checks[check], other | {"properties": named}]} for check in REFERRING}
    return {
        "description": "A value that must stand there, or one check of it.",
        "anyOf": [
            {"type": ["string", "number", "boolean", "null", "array"]},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 2,
                "additionalProperties": False,
                "properties": checks,
                "dependentRequired": {"within": ["approx"]},
            },
        ],
    }


_SAYS_TYPES: dict[str, Any] = {"money": _NUMBER, "number": _NUMBER, "any_of": {"type": "array", "minItems": 1}}
_SAYS_TYPES["any_of"]["items"] = {"$ref": "#/$defs/Says"}
_WRITTEN: dict[str, Any] = {
    "Condition": _condition(Condition),
    "InRecord": _condition(InRecord),
    "InCall": _condition(InCall),
    "CallPattern": _CALL,
    "Says": {
        "description": "Words the agent must say: a text, or a typed value.",
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
                "properties": {kind: _SAYS_TYPES.get(kind, {"type": ["string", "number"]}) for kind in SAYS_KINDS},
            },
        ],
    },
    "ErringCall": {
        "description": "A tool with its arguments, which may be anything.",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
    },
    "Step": {
        "description": "A call (`get_order: {order_id: W1}`), a user's (`user.X: …`), `say: …`, or `any_order: […]`.",
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "properties": {
                    "say": {"type": "string"},
                    "any_order": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Step"}},
                },
                "additionalProperties": {"type": ["object", "null"]},
            },
        ],
    },
}
"""Definitions whose short written forms differ from the values they are read into."""

_ONE_OR_MANY = ("personas", "then", "script", "also", "when", "call", "first", "confirm_before")


def schemas() -> dict[str, dict[str, Any]]:
    """File name to schema: scenario.schema.json and so on for persona, domain and dimensions."""
    models = {"scenario": Scenario, "persona": Persona, "domain": DomainFile}
    made = {f"{name}.schema.json": _schema(model) for name, model in models.items()}
    return {**made, "dimensions.schema.json": _with_template(_schema(DimensionsFile))}


def _with_template(schema: dict[str, Any]) -> dict[str, Any]:
    """The template's keys are a scenario's, but a slot may stand wherever a value does."""
    written = {name: field for name, field in Scenario.model_fields.items() if name not in MADE}
    keys = {name: {"description": field.description} if field.description else {} for name, field in written.items()}
    keys.pop("benchmark")
    schema["properties"]["scenario"] |= {"properties": keys, "additionalProperties": False}
    schema["properties"]["scenario"]["required"] = ["wants", "goal"]
    return schema


def write_schemas(folder: Path) -> list[Path]:
    """Write the schemas into `folder` and return their paths."""
    import json

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, schema in schemas().items():
        paths.append(folder / name)
        paths[-1].write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return paths


def _schema(model: Any) -> dict[str, Any]:
    schema = model.model_json_schema(schema_generator=GenerateJsonSchema)
    for name in schema.get("$defs", {}):
        if name in _WRITTEN:
            schema["$defs"][name] = _WRITTEN[name]
    _loosen(schema)
    return {"$schema": DIALECT, **schema}


def _loosen(node: Any) -> None:
    """Let a single text stand where a list of texts is wanted, as the reader does."""
    if isinstance(node, dict):
        properties = node.get("properties")
        for name, field in (properties if isinstance(properties, dict) else {}).items():
            if name in _ONE_OR_MANY and isinstance(field, dict):
                _one_or_many(field)
            if name == "phrases" and isinstance(field, dict):
                _one_or_many(field["additionalProperties"])
        for value in node.values():
            _loosen(value)
    elif isinstance(node, list):
        for value in node:
            _loosen(value)


def _one_or_many(field: dict[str, Any]) -> None:
    choices = field.get("anyOf") or [field.copy()]
    lists = [choice for choice in choices if choice.get("type") == "array"]
    if lists and not any(choice.get("type") == "string" for choice in choices):
        about = {key: field[key] for key in ("description", "default", "title") if key in field}
        kept = [{k: v for k, v in choice.items() if k not in about} for choice in choices]
        field.clear()
        field |= {**about, "anyOf": [{"type": "string"}, *kept]}
