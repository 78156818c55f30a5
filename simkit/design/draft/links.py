"""Fields that name records of other tables: a foreign key, as its name says it."""

from __future__ import annotations

from dataclasses import replace

from simkit.design.draft.names import singular, words
from simkit.design.draft.plan import Link, Table
from simkit.design.draft.shapes import Shape

_ENDS = (["id"], ["uuid"], ["code"], ["number"], ["key"], ["slug"], ["ref"])


def linked(tables: dict[str, Table]) -> dict[str, Table]:
    """The tables, each with the links that its fields' names show."""
    natural = _natural_keys(tables)
    for table in tables.values():
        found = list(table.links)
        taken = {link.field for link in found}
        for name, shape in table.shape.fields.items():
            there = None if name in taken or name == table.key else _named(name, shape, tables)
            held = natural.get("_".join(words(name)))
            if there is None and held is not None and name not in taken and name != table.key and not shape.options:
                there = held if shape.kind == held.key_shape.kind else None
            if there is not None:
                found.append(Link(name, there.name, many=shape.kind == "array"))
        table.links = tuple(found)
    return tables


def _natural_keys(tables: dict[str, Table]) -> dict[str, Table]:
    """Name of a key that says by itself whose it is, `isbn` or `card_no`, and the only table whose key is called so."""
    plain = {"id", "uuid", "code", "number", "key", "slug", "ref", "name", "title", "email", "sku"}
    found: dict[str, list[Table]] = {}
    for table in tables.values():
        if not table.single and words(table.key) and "_".join(words(table.key)) not in plain:
            found.setdefault("_".join(words(table.key)), []).append(table)
    return {name: one[0] for name, one in found.items() if len(one) == 1}


def _named(name: str, shape: Shape, tables: dict[str, Table]) -> Table | None:
    many = shape.kind == "array"
    inner = shape.item if many else shape
    if inner is None or inner.kind not in ("string", "integer"):
        return None
    said = words(name)
    if many and said:
        said = [*said[:-1], singular(said[-1])]
    end = next((end for end in _ENDS if said[-1:] == end and len(said) > 1), None)
    if end is None and inner.options:
        return None
    if (told := _told(inner.description or shape.description, tables)) is not None and not inner.options:
        return told
    base = said[:-1] if end else said
    for size in range(len(base)):
        for table in tables.values():
            names = (words(table.one), words(table.shape.name))
            keyed = end is not None or inner.format == "uuid" or (inner.kind, inner.pattern) == _key(table)
            if base[size:] in names and not table.single and keyed and (end or (size == 0 and many)):
                return table
    return None


def _told(about: str, tables: dict[str, Table]) -> Table | None:
    """The table of which a description says that this is an id: `The ID of the origin station`."""
    said = words(about)
    if not {"id", "identifier"} & set(said[:4]) or len(said) > 12:
        return None
    kept = [table for table in tables.values() if not table.single and words(table.one)[-1] == said[-1]]
    return kept[0] if len(kept) == 1 else None


def _key(table: Table) -> tuple[str, str]:
    return (table.key_shape.kind, table.key_shape.pattern)


def link_to(table: Table, above: Table, parameter: str, *, make: bool) -> Link | None:
    """The field by which a table's records belong to a record of `above`, as the path says; made where there is none
    and `make` is True: the record then holds it though no answer shows it."""
    if table is above:
        return None
    wanted = [words(parameter), [*words(above.one), "id"], words(above.one)]
    for name in wanted:
        for field, shape in table.shape.fields.items():
            if words(field) == name and shape.kind in ("string", "integer", "any") and field != table.key:
                return _linked_by(table, Link(field, above.name))
    if not make:
        return None
    plain = words(parameter)[:-1] or words(parameter) == words(above.one)
    field = parameter if plain else f"{'_'.join(words(above.one))}_{parameter}"
    field = f"{field}_" if field in table.shape.fields else field
    fields = {**table.shape.fields, field: replace(above.key_shape, given=False)}
    table.shape = replace(table.shape, fields=fields, required=table.shape.required | {field})
    return _linked_by(table, Link(field, above.name))


def _linked_by(table: Table, link: Link) -> Link:
    table.parent = table.parent or link
    table.links = tuple(dict.fromkeys((*table.links, link)))
    return link
