"""What drafted tools do, line by line: list, read, create, update, delete, act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simkit.design.draft.acts import stamp
from simkit.design.draft.code.fields import begun, given, moment, said_when, unique_fields
from simkit.design.draft.code.listing import find_lines, list_lines
from simkit.design.draft.code.literals import literal, mapping, prose
from simkit.design.draft.names import identifier, snake, with_article
from simkit.design.draft.plan import Deed, Parameter, Table
from simkit.design.draft.seed.records import KeyForm

CALLS = "calls"
"""The table that notes what could not be understood."""


@dataclass
class Body:
    """The lines of a tool, without indentation, and what they need."""

    lines: list[str] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)
    writes: bool = True
    answer: str = "Answer"


def body_of(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    """What a deed's tool does."""
    makers: dict[str, Callable[[Deed, Mapping[str, Table], Mapping[str, KeyForm]], Body]] = {
        "read": _read,
        "find": _find,
        "list": _list,
        "create": _create,
        "update": _update,
        "delete": _delete,
        "act": _act,
        "recorded": _recorded,
        "live": _live,
        "other": _other,
    }
    return makers[deed.role](deed, tables, forms)


def text_of(one: Parameter | None, table: Table) -> str:
    """The expression for a record's name: names are texts, whatever their type in the source."""
    if one is None:
        return '"current"'
    return one.argument if table.key_shape.kind == "string" and one.shape.kind == "string" else f"str({one.argument})"


def _name(deed: Deed, tables: Mapping[str, Table]) -> tuple[str, str]:
    """The table in quotes and the expression for the name of the record that a deed is about."""
    table = tables[deed.table]
    if not table.single:
        return literal(table.name), text_of(deed.key, table)
    above = deed.within[-1] if deed.within else None
    return literal(table.name), text_of(above[0], tables[above[2]]) if above else '"current"'


def _variable(table: Table) -> str:
    """What the record is called in the code: never like a parameter, which is written as the source has it."""
    return identifier(f"{snake(table.one)}_record", "record")


def _opened(deed: Deed, tables: Mapping[str, Table]) -> list[str]:
    """Lines that look the record up, and refuse one that is not under the record it is asked for under."""
    table, (quoted, name) = tables[deed.table], _name(deed, tables)
    held = _variable(table)
    lines = [f"{held} = world.get({quoted}, {name})"]
    for parameter, link, _ in () if table.single else deed.within:
        if link is not None:
            lines.append(f"if {held}.get({literal(link.field)}) != {parameter.argument}:")
            what = f"{prose(table.one)} {{{deed.key.argument if deed.key else ''}}} does not belong to"
            lines.append(f'    raise Refused(f"{what} {{{parameter.argument}}}")')
    return lines


def _read(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    lines = _opened(deed, tables)
    held = _variable(tables[deed.table])
    if len(lines) == 1:
        return Body([lines[0].replace(f"{held} = ", "return ", 1)], writes=False)
    return Body([*lines, f"return {held}"], writes=False)


def _find(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    return Body(find_lines(deed, tables[deed.table]), {"_matching"}, writes=False)


def _list(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    lines, uses, bare = list_lines(deed, tables)
    return Body([*_parents(deed, tables), *lines], uses, writes=False, answer="list[Answer]" if bare else "Answer")


def _parents(deed: Deed, tables: Mapping[str, Table]) -> list[str]:
    """Lines that refuse a call under a record that is not there."""
    return [
        f"world.get({literal(name)}, {text_of(parameter, tables[name])})"
        for parameter, _, name in deed.within
        if not tables[name].single
    ]


def _linked(deed: Deed, table: Table, parameters: list[Parameter], tables: Mapping[str, Table]) -> list[str]:
    """Lines that refuse what names records that are not there."""
    lines = []
    for one in parameters:
        link = next((link for link in table.links if link.field == one.name), None)
        if link is None or one is deed.key:
            continue
        optional = "" if one.required else f"if {one.argument} is not None:"
        look = f"world.get({literal(link.table)}, {text_of(one, tables[link.table])})"
        if link.many:
            look = f"[world.get({literal(link.table)}, str(one)) for one in {one.argument} or ()]"
            optional = ""
        lines += [optional, f"    {look}"] if optional else [look]
    return lines


def new_key(table: Table, form: KeyForm) -> tuple[str, str]:
    """The expression for a new record's name, as text, and the helper it needs (or `""`)."""
    quoted = literal(table.name)
    if form.kind == "uuid":
        return f"_uuid(world, {quoted})", "_uuid"
    if form.width:
        return f"_counted_key(world, {quoted}, {literal(form.prefix)}, {form.width})", "_counted_key"
    return f"world.new_id({quoted}, {literal(form.prefix)})", ""


def _made(
    deed: Deed, table: Table, forms: Mapping[str, KeyForm], parameters: list[Parameter], links: list[str], key: str
) -> tuple[list[str], set[str]]:
    """Lines that put a new record together, and the helpers they need."""
    held, form = _variable(table), forms[table.name]
    shown = f"int({key})" if form.kind == "number" else key
    entries = [f"{literal(table.key)}: {shown}", *links]
    known, guessed = [], []
    names = {one.name for one in parameters if one.required}
    names |= {link.field for _, link, _ in deed.within if link}
    for name, expression, sure in begun(table, names):
        (known if sure else guessed).append(f"{literal(name)}: {expression}")
    optional = [one for one in parameters if not one.required]
    needed = [one for one in parameters if one.required]
    uses = {"_given"} if optional else set()
    entries += [*known, *guessed, *given(needed)]
    if optional:
        entries.append("**_given({" + ", ".join(given(optional)) + "})")
    lines = [f"# TODO: how {', '.join(one.split(':')[0] for one in guessed)} comes about"] if guessed else []
    return [*lines, *mapping(f"{held} = ", entries, "", "")], uses


def _create(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    table = tables[deed.table]
    quoted, held = literal(table.name), _variable(table)
    parameters = [one for one in deed.operation.parameters if one.place != "path" and one.name != table.key]
    lines = [*_parents(deed, tables), *_linked(deed, table, parameters, tables)]
    for one in unique_fields(deed, table):
        wanted = f"{{{literal(one.name)}: {one.argument}}}"
        asked = f"{one.argument} is not None and " if not one.required else ""
        lines.append(f"if {asked}_matching(world, {quoted}, {wanted}):")
        lines.append(
            f'    raise Refused(f"{one.argument} {{{one.argument}}} is taken by another {prose(table.one)} already")'
        )
    expression, helper = new_key(table, forms[table.name])
    own = next((one for one in deed.operation.at("body") if one.name == table.key), None)
    if own is not None:
        taken = f"str({own.argument})"
        expression = taken if own.required else f"{taken} if {own.argument} is not None else {expression}"
    lines.append(f"new_key = {expression}")
    if own is not None:
        lines.append(f"if world.has({quoted}, new_key):")
        lines.append(f'    raise Refused(f"there is {with_article(prose(table.one))} {{new_key}} already")')
    links = [f"{literal(link.field)}: {parameter.argument}" for parameter, link, _ in deed.within if link]
    made, uses = _made(deed, table, forms, parameters, links, "new_key")
    uses |= {helper} if helper else set()
    uses |= {"_matching"} if unique_fields(deed, table) else set()
    return Body([*lines, *made, f"world.put({quoted}, new_key, {held})", f"return {held}"], uses)


def _update(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    table = tables[deed.table]
    (quoted, name), held = _name(deed, tables), _variable(table)
    parameters = [one for one in deed.operation.parameters if one.place != "path" and one is not deed.key]
    whole = next((one for one in parameters if one.argument == "body" and one.name not in table.shape.fields), None)
    if whole is not None and whole.shape.kind in ("object", "any"):
        merged = [f"{held} |= {whole.argument} or {{}}"] if whole.shape.kind == "object" else []
    else:
        merged = []
    rest = [one for one in parameters if one is not whole]
    lines = [*_opened(deed, tables), *_linked(deed, table, rest, tables), *merged]
    if whole is not None and not merged:
        lines.append(f"# TODO: what {whole.argument} changes")
    times = [f"{literal(field)}: {expression}" for field, expression in said_when(table, made=False)]
    if rest:
        lines += mapping(f"{held} |= _given(", given(rest), ")", "")
    if times:
        lines += mapping(f"{held} |= ", times, "", "")
    uses = {"_given"} if rest else set()
    return Body([*lines, f"world.put({quoted}, {name}, {held})", f"return {held}"], uses)


def _delete(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    table = tables[deed.table]
    (quoted, name), lines = _name(deed, tables), []
    opened = _opened(deed, tables)
    lines += opened if len(opened) > 1 else []
    for below in tables.values():
        if below.parent is not None and below.parent.table == table.name and deed.key is not None:
            if below.single:
                lines += [f"if world.has({literal(below.name)}, {name}):"]
                lines += [f"    world.remove({literal(below.name)}, {name})"]
            elif below.key:
                wanted = f"{{{literal(below.parent.field)}: {deed.key.argument}}}"
                lines += [f"for row in _matching(world, {literal(below.name)}, {wanted}):"]
                lines += [f"    world.remove({literal(below.name)}, str(row[{literal(below.key)}]))"]
    gone = deed.key.argument if deed.key else name
    lines += [f"world.remove({quoted}, {name})", f'return {{{literal(table.key or "name")}: {gone}, "deleted": True}}']
    return Body(lines, {"_matching"} if any("_matching" in line for line in lines) else set())


def _act(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    table = tables[deed.table]
    (quoted, name), held = _name(deed, tables), _variable(table)
    parameters = [one for one in deed.operation.parameters if one.place != "path"]
    lines, entries = _opened(deed, tables), []
    if deed.moves is not None:
        state, value = deed.moves
        lines.append(f"if {held}.get({literal(state)}) == {literal(value)}:")
        done = str(value).replace("_", " ") if isinstance(value, str) else f"{state} {str(value).lower()}"
        shown = deed.key.argument if deed.key else "it"
        lines.append(f'    raise Refused(f"{prose(table.one)} {{{shown}}} is {_inert(done)} already")')
        entries.append(f"{literal(state)}: {literal(value)}")
    when = stamp(table, deed.verb)
    entries += (
        [f"{literal(when)}: {moment(table.shape.fields[when])}"] if when and moment(table.shape.fields[when]) else []
    )
    entries += [f"{literal(field)}: {expression}" for field, expression in said_when(table, made=False)]
    if deed.makes:
        return _act_that_makes(deed, tables, forms, lines, entries)
    if deed.moves is None and not when:
        lines.append(f"# TODO: what {prose(deed.verb, 40)} changes")
        entries.append(f"{literal(snake(deed.verb) + '_at')}: world.now")
    lines += mapping(f"{held} |= ", entries, "", "")
    if parameters:
        lines += mapping(f"{held} |= _given(", given(parameters), ")", "")
    uses = {"_given"} if parameters else set()
    return Body([*lines, f"world.put({quoted}, {name}, {held})", f"return {held}"], uses)


def _act_that_makes(
    deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm], lines: list[str], entries: list[str]
) -> Body:
    """An action that adds a record to another table: a refund to refunds."""
    table, made = tables[deed.table], tables[deed.makes]
    (quoted, name), held, new = _name(deed, tables), _variable(table), _variable(made)
    if entries:
        lines += [*mapping(f"{held} |= ", entries, "", ""), f"world.put({quoted}, {name}, {held})"]
    link = next((link for link in made.links if link.table == table.name and not link.many), None)
    links = [f"{literal(link.field)}: {deed.key.argument}"] if link and deed.key else []
    expression, helper = new_key(made, forms[made.name])
    parameters = [one for one in deed.operation.parameters if one.place != "path" and one.name != made.key]
    parameters = [one for one in parameters if link is None or one.name != link.field]
    put, uses = _made(deed, made, forms, parameters, links, "new_key")
    lines += [f"new_key = {expression}", *put, f"world.put({literal(made.name)}, new_key, {new})", f"return {new}"]
    return Body(lines, uses | ({helper} if helper else set()))


def _other(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    reads = deed.operation.method in ("get", "head", "query")
    shown = literal(deed.sample) if deed.sample is not None else "{}"
    what = "# TODO: the source does not say how this comes about; this is an example"
    answer = "Any"
    if reads:
        return Body([what, f"return {shown}"], writes=False, answer=answer)
    entries = [f'"tool": {literal(deed.operation.tool)}', *given(deed.operation.parameters)]
    name = f'world.new_id("{CALLS}", "C")'
    lines = ["# TODO: the source does not say what this changes; it is noted, and answered with an example"]
    lines += mapping(f'world.put("{CALLS}", {name}, ', entries, ")", "")
    return Body([*lines, f"return {shown}"], answer=answer)


def _recorded(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    tool, fields = literal(deed.operation.tool), given(deed.operation.parameters)
    answer = mapping(f"_recorded(world, {tool}, ", fields, ")", "")
    if deed.operation.method == "get":
        return Body([f"return {answer[0]}", *answer[1:]], {"_recorded"}, writes=False, answer="Any")
    lines = [f"answer = {answer[0]}", *answer[1:]]
    lines += mapping(f'world.put("{CALLS}", world.new_id("{CALLS}", "C"), ', [f'"tool": {tool}', *fields], ")", "")
    if deed.table:
        (quoted, name), held = _name(deed, tables), _variable(tables[deed.table])
        lines += [f"if isinstance(answer, dict) and world.has({quoted}, {name}):"]
        lines += [f"    {held} = world.get({quoted}, {name})"]
        lines += [f"    {held} |= {{field: value for field, value in answer.items() if field in {held}}}"]
        lines += [f"    world.put({quoted}, {name}, {held})"]
    return Body([*lines, "return answer"], {"_recorded"}, answer="Any")


def _live(deed: Deed, tables: Mapping[str, Table], forms: Mapping[str, KeyForm]) -> Body:
    """A call of the server that tools.py names; what may change something is noted besides."""
    tool, fields = literal(deed.operation.tool), given(deed.operation.parameters)
    called = literal(deed.operation.path or deed.operation.tool)
    answer = mapping(f"SERVER.call(world, {called}, ", fields, ")", "")
    if deed.operation.method == "get":
        return Body([f"return {answer[0]}", *answer[1:]], writes=False, answer="Any")
    lines = [f"answer = {answer[0]}", *answer[1:]]
    lines += mapping(f'world.put("{CALLS}", world.new_id("{CALLS}", "C"), ', [f'"tool": {tool}', *fields], ")", "")
    return Body([*lines, "return answer"], answer="Any")


def _inert(text: str) -> str:
    """Words inside an f-string: nothing in braces."""
    return prose(text, 60).replace("{", "(").replace("}", ")")
