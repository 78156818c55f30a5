"""What is different in one case: of its domain's world only a part is there."""

from __future__ import annotations

from collections.abc import Iterator

from simkit.errors import FileError, did_you_mean
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


def world_mistakes(world: OwnWorld | None, tables: Tables, document: Document) -> Iterator[FileError]:
    """Tables and records that a case keeps and its domain does not have."""
    for at, name in enumerate(world.only if world else ()):
        table, _, record = name.partition(".")
        if table not in tables:
            what = f"the world has no table '{table}'{did_you_mean(table, tables)}"
            yield document.error(what, ("world", "only", at))
        elif record and record not in tables[table]:
            what = f"{table} has no record '{record}'{did_you_mean(record, tables[table])}"
            yield document.error(what, ("world", "only", at))
