"""The frozen model that every value of a scenario pack is built on."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from simkit.errors import did_you_mean


class Frozen(BaseModel):
    """A value: immutable, and deaf to keys that it does not know (they are mistakes, never ignored)."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=False, populate_by_name=True, use_attribute_docstrings=True
    )

    @model_validator(mode="before")
    @classmethod
    def _name_unknown_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            known = {field.alias or name for name, field in cls.model_fields.items()}
            known |= set(cls.model_fields)
            for key in data:
                if key not in known:
                    raise PydanticCustomError(
                        "unknown_key",
                        "'{key}' is not a key here{cure}",
                        {"key": str(key), "cure": did_you_mean(key, known)},
                    )
        return data

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """The value as JSON, made once: treat it as frozen too."""
        return self.model_dump(mode="json")


def canonical(value: Any) -> str:
    """`value` as JSON with sorted keys and no spaces: equal values give equal text.

    Lone surrogates and every other non-ASCII character are escaped, so the text can always be encoded.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of `value`, as 32 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:32]
