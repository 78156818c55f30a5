"""Small functions that drafted tools lean on, each written into tools.py where it is used."""

from __future__ import annotations

PARTS = {
    "_given": '''def _given(fields: Answer) -> Answer:
    """The fields that were given."""
    return {name: value for name, value in fields.items() if value is not None}''',
    "_recorded": '''def _recorded(world: World, tool: str, given: Answer) -> Any:
    """What was answered to a call when it was recorded. TODO: say what the tool does instead."""
    asked = {name: value for name, value in given.items() if value is not None}
    for row in world.find("recorded", tool=tool):
        if row["given"] == asked:
            if row["refused"]:
                raise Refused(row["refused"])
            return row["answer"]
    raise Refused(f"nothing was recorded for {tool} with {asked}")''',
    "_matching": '''def _matching(world: World, table: str, wanted: Answer) -> list[Answer]:
    """The records of a table whose fields are as wanted (None: not asked for); of a list, any one of it."""
    asked = {name: value for name, value in wanted.items() if value is not None}

    def fits(row: Answer) -> bool:
        held = {name: row.get(name) for name in asked}
        return all(
            value in held[name]
            if isinstance(held[name], list)
            else held[name] in value
            if isinstance(value, list)
            else held[name] == value
            for name, value in asked.items()
        )

    return world.find(table, fits)''',
    "_between": '''def _between(rows: list[Answer], field: str, least: Any, most: Any) -> list[Answer]:
    """The records whose field lies between two bounds (None: no bound)."""
    held = [row for row in rows if row.get(field) is not None or (least is None and most is None)]
    kept = [row for row in held if least is None or row[field] >= least]
    return [row for row in kept if most is None or row[field] <= most]''',
    "_saying": '''def _saying(rows: list[Answer], text: str | None) -> list[Answer]:
    """The records in whose texts every word of `text` stands."""
    words = (text or "").casefold().split()
    return [row for row in rows if all(word in str(list(row.values())).casefold() for word in words)]''',
    "_sorted": '''def _sorted(rows: list[Answer], by: str | None) -> list[Answer]:
    """The records in the order of a field: `name`, `-name` or `name:desc`; as they are, where none has it."""
    field, _, way = (by or "").lstrip("-+").partition(":")
    falling = (by or "").startswith("-") or way.lower() == "desc"
    have = [row for row in rows if row.get(field) is not None]
    return sorted(have, key=lambda row: str(row[field]), reverse=falling) + [row for row in rows if row not in have]''',
    "_counted_key": '''def _counted_key(world: World, table: str, prefix: str, width: int) -> str:
    """The next free name PREFIX<number> of a table, with leading zeros."""
    number = int(world.new_id(table, prefix).removeprefix(prefix))
    return f"{prefix}{number:0{width}d}"''',
    "_uuid": '''def _uuid(world: World, table: str) -> str:
    """The next free UUID of a table: the same in every session that makes the same records."""
    number = len(world.find(table)) + 1
    while world.has(table, str(uuid.uuid5(uuid.NAMESPACE_URL, f"{table}/{number}"))):
        number += 1
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{table}/{number}"))''',
}
