"""What simkit says of itself: `simkit explain-limits` and `simkit schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from simkit.console import print_json, say
from simkit.options import AsJson


def explain_limits(*, as_json: AsJson = False) -> int:
    """Print every limit: its value, where to change it, and what becomes of whoever reaches it."""
    from simkit.limits import limits, table

    print_json([limit._asdict() for limit in limits()]) if as_json else print(table())
    return 0


def schema(
    *, out: Annotated[Path | None, Parameter(help="A folder; all schemas on stdout, if left out.")] = None
) -> int:
    """Publish the JSON Schemas of scenario, persona, domain and dimensions files, for editors."""
    from simkit.spec.schema import schemas, write_schemas

    if out is None:
        print_json(schemas())
    else:
        for path in write_schemas(out):
            say(f"wrote {path}")
    return 0
