"""The plan of a domain over the operations that an OpenAPI file describes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simkit.design.draft.openapi.document import Spec
from simkit.design.draft.openapi.operations import operations
from simkit.design.draft.plan import Plan
from simkit.design.draft.tables import understood
from simkit.errors import UsageError, one_line


def plan_of_openapi(name: str, file: Path, only: Sequence[str] = ()) -> Plan:
    """The plan of a domain over the operations that an OpenAPI file describes. Raises `FileError`, `UsageError`."""
    if file.parts[:1] in (("https:",), ("http:",)):
        raise UsageError("--openapi takes a file, not an address; download it first, as in curl -o api.yaml URL")
    spec = Spec(file)
    about = spec.root.get("info") if isinstance(spec.root.get("info"), dict) else {}
    title = one_line((about or {}).get("title") or name, 120)
    plan = Plan(name, title, f"{file.name}, OpenAPI")
    plan.tables, plan.deeds = understood(operations(spec, only))
    return plan
