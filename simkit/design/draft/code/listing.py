"""What a drafted tool does that lists records: which ones, in which order, which page, in which envelope."""

from __future__ import annotations

from collections.abc import Mapping

from simkit.design.draft.code.literals import literal, mapping, prose
from simkit.design.draft.code.types import default_of
from simkit.design.draft.names import singular, words
from simkit.design.draft.paths import listed
from simkit.design.draft.plan import Deed, Parameter, Table
from simkit.design.draft.shapes import Shape

_SIZE = {
    "limit",
    "size",
    "per_page",
    "page_size",
    "pagesize",
    "max_results",
    "top",
    "take",
    "count",
    "results_per_page",
}
_SKIP = {"offset", "skip", "start", "start_index"}
_PAGE = {"page", "page_number", "p", "page_no"}
_CURSOR = {"cursor", "page_token", "starting_after", "after", "next_token", "continuation_token", "next"}
_SORT = {"sort", "sort_by", "order_by", "orderby", "order", "ordering", "sort_order"}
_SEARCH = {"q", "query", "search", "keyword", "keywords", "term", "text", "filter"}
_LEAST = {"min", "from", "since", "after", "gte", "gt", "start", "minimum"}
_MOST = {"max", "to", "until", "before", "lte", "lt", "end", "maximum"}


def role_of(one: Parameter, table: Table) -> tuple[str, str]:
    """(`equals` | `least` | `most` | `size` | `skip` | `page` | `cursor` | `sort` | `search` | ``, the field)."""
    said = words(one.name)
    name, fields = "_".join(said), table.shape.fields
    for field, shape in fields.items():
        simple = shape.scalar or (shape.kind == "array" and shape.item is not None and shape.item.scalar)
        if simple and words(field) in (said, [*said[:-1], singular(said[-1])] if said else []):
            return "equals", field
        many = shape.kind == "array" and shape.item is not None and shape.item.scalar
        if many and said and [*words(field)[:-1], singular(words(field)[-1])] == said:
            return "equals", field
    near = [field for field, shape in fields.items() if shape.scalar and said and _nearly(said, words(field))]
    if len(near) == 1:
        return "equals", near[0]
    for names, role in (
        (_SIZE, "size"),
        (_SKIP, "skip"),
        (_PAGE, "page"),
        (_CURSOR, "cursor"),
        (_SORT, "sort"),
        (_SEARCH, "search"),
    ):
        if name in names:
            return role, ""
    for bounds, role in ((_LEAST, "least"), (_MOST, "most")):
        if set(said) & bounds:
            rest = [word for word in said if word not in bounds]
            for field, shape in fields.items():
                if rest and shape.scalar and words(field) in (rest, [*rest, "at"], [*rest, "date"]):
                    return role, field
    return "", ""


def _nearly(said: list[str], field: list[str]) -> bool:
    """Whether a parameter is a field's name but for one word: `country` for `country_code`."""
    paging = "_".join(said) in (*_SIZE, *_SKIP, *_PAGE, *_CURSOR, *_SORT, *_SEARCH)
    return not paging and len(field) == len(said) + 1 and (field[:-1] == said or field[1:] == said)


def find_lines(deed: Deed, table: Table) -> list[str]:
    """The lines of a tool that finds one record by what is said of it."""
    asked = [one for one in deed.operation.parameters if one.name in table.shape.fields]
    entries = [f"{literal(one.name)}: {one.argument}" for one in asked]
    rows = mapping(f"rows = _matching(world, {literal(table.name)}, ", entries, ")", "")
    return [*rows, "if not rows:", f'    raise Refused("there is no such {prose(table.one)}")', "return rows[0]"]


def list_lines(deed: Deed, tables: Mapping[str, Table]) -> tuple[list[str], set[str], bool]:
    """The lines, the helpers they need, and whether a bare list is answered."""
    table = tables[deed.table]
    asked = [one for one in deed.operation.parameters if one.place != "path"]
    roles = {one.argument: role_of(one, table) for one in asked}
    entries = [f"{literal(link.field)}: {above.argument}" for above, link, _ in deed.within if link]
    entries += [
        f"{literal(roles[one.argument][1])}: {_asked(one)}" for one in asked if roles[one.argument][0] == "equals"
    ]
    uses = {"_matching"} if entries else set()
    look = mapping(f"rows = _matching(world, {literal(table.name)}, ", entries, ")", "")
    lines = look if entries else [f"rows = world.find({literal(table.name)})"]
    lines += _bounds(asked, roles)
    uses |= {"_between"} if any(role in ("least", "most") for role, _ in roles.values()) else set()
    for one in asked:
        role = roles[one.argument][0]
        if role == "search" and one.shape.kind == "string":
            lines.append(f"rows = _saying(rows, {one.argument})")
            uses.add("_saying")
        elif role == "sort" and one.shape.kind == "string":
            lines.append(f"rows = _sorted(rows, {one.argument})")
            uses.add("_sorted")
        elif role == "" or (role in ("search", "sort") and one.shape.kind != "string"):
            lines.append(f"# TODO: {one.argument} is taken and makes no difference")
    start, page = _page(asked, roles)
    lines += start
    many = listed(deed.operation.answer)
    envelope = deed.operation.answer if many and many[0] else None
    if envelope is None:
        return [*lines, f"return rows{page}"], uses, True
    return [*lines, *_envelope(envelope, many[0] if many else "", page)], uses, False


def _asked(one: Parameter) -> str:
    """The expression for what to look for; a switch that is off asks for nothing."""
    return f"{one.argument} or None" if one.shape.kind == "boolean" and not one.required else one.argument


def _bounds(asked: list[Parameter], roles: Mapping[str, tuple[str, str]]) -> list[str]:
    found: dict[str, dict[str, str]] = {}
    for one in asked:
        role, field = roles[one.argument]
        if role in ("least", "most"):
            found.setdefault(field, {})[role] = one.argument
    return [
        f"rows = _between(rows, {literal(field)}, {bound.get('least')}, {bound.get('most')})"
        for field, bound in found.items()
    ]


def _page(asked: list[Parameter], roles: Mapping[str, tuple[str, str]]) -> tuple[list[str], str]:
    """The lines that find where a page starts, and the slice behind `rows`; both empty where there are no pages."""
    by_role = {
        roles[one.argument][0]: one
        for one in reversed(asked)
        if one.shape.kind == "integer" and roles[one.argument][0] in ("size", "skip", "page")
    }
    size = by_role.get("size")
    if size is None:
        return [], ""
    many, skip, page = _whole(size, 20), by_role.get("skip"), by_role.get("page")
    if skip is not None:
        return [f"start = {_whole(skip, 0)}"], f"[start : start + {many}]"
    if page is not None:
        return [f"start = ({_whole(page, 1)} - 1) * {many}"], f"[start : start + {many}]"
    return [], f"[:{many}]"


def _whole(one: Parameter, otherwise: int) -> str:
    """The expression for a number that may not have been given."""
    given = one.required or isinstance(default_of(one.shape), int)
    return one.argument if given else f"({one.argument} or {otherwise})"


def _envelope(answer: Shape, holds: str, page: str) -> list[str]:
    """The lines that answer a page in its envelope, with the counts that the envelope has fields for."""
    entries = [f"{literal(holds)}: rows{page}"]
    for name, shape in answer.fields.items():
        said = set(words(name))
        if name == holds:
            continue
        if shape.kind in ("integer", "number") and said & {"total", "count"}:
            entries.append(f"{literal(name)}: len(rows)")
        elif shape.kind == "boolean" and said & {"more", "next"}:
            entries.append(f"{literal(name)}: len(rows) > len(rows{page})" if page else f"{literal(name)}: False")
    return mapping("return ", entries, "", "")
