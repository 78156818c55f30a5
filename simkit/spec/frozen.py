"""The frozen models that values are built on: those that people write, and those that metrics return."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from simkit.errors import did_you_mean

_TEMPLATES: dict[type, dict[str, Any]] = {}
"""Class to its fields with their defaults, in order."""
_GIVEN: set[str] = set()
"""Which fields were given: nobody asks."""
_new, _set = object.__new__, object.__setattr__


class Value(BaseModel):
    """A value that code makes: immutable, with none but its own keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=False, populate_by_name=True, use_attribute_docstrings=True
    )

    @classmethod
    def of(cls, **fields: Any) -> Self:
        """The value with these fields and else its defaults, for who makes many out of what is right: nothing is
        looked at or copied."""
        template = _TEMPLATES.get(cls)
        if template is None:
            known = cls.model_fields.items()
            template = _TEMPLATES[cls] = {name: None if one.is_required() else one.default for name, one in known}
        value = _new(cls)
        _set(value, "__dict__", template | fields)
        _set(value, "__pydantic_fields_set__", _GIVEN)
        _set(value, "__pydantic_extra__", None)
        _set(value, "__pydantic_private__", None)
        return value

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """The value as JSON, made once: treat it as frozen too."""
        return self.model_dump(mode="json")


class Frozen(Value):
    """A value that people write: a key that it does not know is told with the one that was probably meant."""

    @model_validator(mode="before")
    @classmethod
    def _name_unknown_keys(cls, data: Any) -> Any:
        fields = cls.__pydantic_fields__
        if isinstance(data, dict) and not data.keys() <= fields.keys():
            unknown = [key for key in data if key not in fields]
            raise ValidationError.from_exception_data(cls.__name__, list(cls._mistakes(data, unknown)))
        return data

    @classmethod
    def _mistakes(cls, data: dict[str, Any], unknown: list[str]) -> Iterator[InitErrorDetails]:
        """Every unknown key, and whatever else is wrong: a key that is missing because it is misspelt counts once."""
        written = [name for name, field in cls.model_fields.items() if not _hidden(field)]
        for key in unknown:
            about = {"key": str(key), "cure": did_you_mean(key, written)}
            yield {"type": PydanticCustomError("unknown_key", "'{key}' is not a key here{cure}", about), "input": data}
        try:
            cls.model_validate({key: value for key, value in data.items() if key not in unknown})
        except ValidationError as error:
            for one in error.errors(include_url=False):
                loc = one["loc"]
                if not loc or (one["type"] == "missing" and get_close_matches(str(loc[-1]), map(str, unknown))):
                    continue
                kind = PydanticCustomError(one["type"], "{said}", {**one.get("ctx", {}), "said": one["msg"]})  # type: ignore[arg-type]
                yield {"type": kind, "loc": loc, "input": one["input"]}


def _hidden(field: FieldInfo) -> bool:
    """Whether people do not write it: the published schema leaves it out."""
    return any(isinstance(mark, SkipJsonSchema) for mark in field.metadata)


def canonical(value: Any) -> str:
    """`value` as JSON with sorted keys and no spaces: equal values give equal text.

    Lone surrogates and every other non-ASCII character are escaped, so the text can always be encoded.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of `value`, as 32 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:32]
