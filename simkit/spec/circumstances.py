"""What is different in one case: of its domain's world only a part is there, or a tool does not work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from simkit.errors import FileError, did_you_mean
from simkit.spec.domain import Domain
from simkit.spec.frozen import Frozen
from simkit.spec.state import Tables
from simkit.spec.strict_yaml import Document


class OwnWorld(Frozen):
    """How the world of a case differs from its domain's."""

    only: tuple[str, ...]
    """The tables and records (`orders.W1001`) of the domain's world that there are; nothing else is."""

    def of(self, tables: Tables) -> Tables:
        """What there is of a domain's tables; each table is there, if only empty."""
        whole = {name for name in self.only if name in tables}
        named: dict[str, set[str]] = {}
        for table, _, record in (name.partition(".") for name in self.only):
            named.setdefault(table, set()).add(record)
        return {
            table: rows if table in whole else {key: row for key, row in rows.items() if key in named.get(table, ())}
            for table, rows in tables.items()
        }


FaultOfTool = Literal["tool_error", "tool_timeout", "stale_data", "partial_data", "latency"]


class ToolFault(Frozen):
    """One call of a tool that does not go as it should, through no fault of the agent."""

    tool: str
    fault: FaultOfTool
    call: int = Field(default=1, ge=1, strict=True)
    """Which of the agent's calls of that tool, from 1."""


def circumstance_mistakes(
    world: OwnWorld | None, faults: Iterable[ToolFault], domain: Domain, document: Document, until: str = ""
) -> Iterator[FileError]:
    """Tables and records that a case keeps, tools whose faults it wants, and one at whose call it ends, that its domain
    does not have."""
    tables = domain.tables
    for at, name in enumerate(world.only if world else ()):
        table, _, record = name.partition(".")
        if table not in tables:
            what = f"the world has no table '{table}'{did_you_mean(table, tables)}"
            yield document.error(what, ("world", "only", at))
        elif record and record not in tables[table]:
            what = f"{table} has no record '{record}'{did_you_mean(record, tables[table])}"
            yield document.error(what, ("world", "only", at))
    known = [tool.name for tool in domain.card.tools if tool.by == "agent"]
    for at, fault in enumerate(faults):
        if fault.tool not in known:
            what = f"there is no tool '{fault.tool}'{did_you_mean(fault.tool, known)}"
            yield document.error(what, ("faults", at, "tool"))
    if until and until not in known:
        what = f"the agent has no tool '{until}', so no call of it ends the session{did_you_mean(until, known)}"
        yield document.error(what, ("limits", "until"))
