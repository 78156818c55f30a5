"""Which tables the world has, and what each operation does to which: read off paths, methods and shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simkit.design.draft.acts import moves
from simkit.design.draft.links import link_to, linked
from simkit.design.draft.names import plural, singular, snake, words
from simkit.design.draft.paths import Part, collections, listed, parts, unwrapped
from simkit.design.draft.plan import Deed, Operation, Parameter, Role, Table
from simkit.design.draft.shapes import Shape

_ITEM_ROLES: dict[str, Role] = {"get": "read", "put": "update", "patch": "update", "delete": "delete", "post": "update"}
_LOOKS = ("find", "look", "lookup", "search", "query", "resolve", "fetch")
"""Verbs of operations that only read, whatever their method."""
_CODES = ("id", "uuid", "code", "slug", "sku", "number", "key", "username", "name", "email")


def understood(operations: Sequence[Operation]) -> tuple[dict[str, Table], list[Deed]]:
    """The tables by name, and one deed for each operation."""
    reader = _Reader(operations)
    deeds = [reader.deed(operation) for operation in operations]
    return linked(reader.tables), deeds


class _Reader:
    def __init__(self, operations: Sequence[Operation]) -> None:
        ways = collections(operations)
        self.collections = set(ways)
        self.ways: dict[tuple[str, ...], str] = {}
        """Way of words to the name of its table."""
        self.named: dict[str, str] = {}
        """Name of a schema to the table whose records it describes."""
        self.tables: dict[str, Table] = {}
        self.operations = operations
        for way in sorted(ways, key=len):
            self._table(way, [one for one in operations if tuple(p.word for p in parts(one.path)) == way])
        self.readable = {
            tuple(p.word for p in parts(one.path))
            for one in operations
            if one.method == "get" and one.answer is not None and one.answer.kind == "object"
        }

    def _table(self, way: tuple[str, ...], here: Sequence[Operation]) -> None:
        shape = _record(way[-1], here)
        base = "_".join([*words(way[-1])[:-1], plural((words(way[-1]) or ["record"])[-1])])
        same = self.tables.get(base)
        if same is not None and (not shape.name or not same.shape.name or shape.name == same.shape.name):
            self.ways[way] = base
            if not set(same.shape.fields) - {same.key}:
                # Until now only things done to its records were seen, which tell nothing but their key.
                same.shape = replace(shape, fields={**same.shape.fields, **shape.fields})
                self.named.setdefault(shape.name or base, base)
            return
        name = base
        if same is not None:
            above = next((self.ways[way[:size]] for size in range(len(way) - 1, 0, -1) if way[:size] in self.ways), "")
            name = f"{snake(self.tables[above].one) if above else way[0]}_{base}"
        number = 2
        while name in self.tables:
            name, number = f"{base}_{number}", number + 1
        asked = self._asked(way)
        key = _key(way[-1], shape, asked.name if asked else "")
        if asked is not None and key not in shape.fields:
            shape = replace(shape, fields={key: replace(asked.shape, given=False), **shape.fields})
        self.ways[way] = name
        self.tables[name] = Table(name, " ".join([*words(base)[:-1], singular(words(base)[-1])]), shape, key)
        if shape.name:
            self.named.setdefault(shape.name, name)

    def _asked(self, way: tuple[str, ...]) -> Parameter | None:
        """The parameter that names a record of the collection at the end of a way, in whatever path has one."""
        for operation in self.operations:
            found = parts(operation.path)[: len(way)]
            if tuple(part.word for part in found) == way and found[-1].parameter:
                return _parameter(operation, found[-1].parameter)
        return None

    def deed(self, operation: Operation) -> Deed:
        """What an operation does."""
        way = parts(operation.path)
        if not way:
            return Deed(operation, "other")
        here = tuple(part.word for part in way)
        if way[-1].parameter:
            return self._on_record(operation, way)
        if here in self.collections:
            return self._on_collection(operation, way, self.ways[here])
        many = listed(operation.answer)
        known = self.named.get(many[1].name) if many else None
        if operation.method == "get" and many and known:
            return self._deed(operation, "list", known, way)
        if len(way) > 1 and way[-2].parameter and operation.method != "get":
            if operation.method in ("put", "patch") and here in self.readable:
                return self._deed(operation, "update", self._single(here, operation), way)
            if operation.method == "post" and self._is_made(operation, way):
                self.collections |= {here}
                self._table(here, [operation])
                return self._on_collection(operation, way, self.ways[here])
            return self._act(operation, way)
        if here in self.readable and operation.method in ("get", "put", "patch") and _states(operation):
            role: Role = "read" if operation.method == "get" else "update"
            return self._deed(operation, role, self._single(here, operation), way)
        if (answer := self._looked_up(operation)) is not None:
            return self._deed(operation, answer, self._named_by(operation), way)
        return Deed(operation, "other", verb=way[-1].word)

    def _looked_up(self, operation: Operation) -> Role | None:
        """`find` for a POST that only finds a record, by what is in its body."""
        says = {*words(operation.tool)[:1], *words(parts(operation.path)[-1].word)[:1]}
        table = self._named_by(operation)
        if operation.method != "post" or not says & set(_LOOKS) or not table:
            return None
        fields = self.tables[table].shape.fields
        return "find" if any(one.name in fields for one in operation.at("body")) else None

    def _named_by(self, operation: Operation) -> str:
        """The table of whose records an answer is one; empty where there is none."""
        answer = unwrapped(operation.answer, "")
        return self.named.get(answer.name, "") if answer is not None and answer.name else ""

    def _on_record(self, operation: Operation, way: tuple[Part, ...]) -> Deed:
        table = self.ways[tuple(part.word for part in way)]
        role = _ITEM_ROLES.get(operation.method, "other")
        deed = self._deed(operation, role, table, way[:-1])
        verb = (words(operation.tool) or ["delete"])[0]
        if role == "delete" and verb not in ("delete", "remove") and moves(self.tables[table], verb) is not None:
            deed = replace(deed, role="act", verb=verb)  # what is cancelled stays, with the status that says so
        return replace(deed, key=_parameter(operation, way[-1].parameter))

    def _on_collection(self, operation: Operation, way: tuple[Part, ...], table: str) -> Deed:
        if operation.method == "get":
            role: Role = "list" if listed(operation.answer) or operation.answer is None else "other"
            return self._deed(operation, role, table, way)
        if operation.method == "post":
            several = any(one.argument == "body" and one.shape.kind == "array" for one in operation.parameters)
            return Deed(operation, "other") if several else self._deed(operation, "create", table, way)
        key = next((one for one in operation.at("body") if one.name == self.tables[table].key), None)
        if operation.method in ("put", "patch") and key is not None:
            return replace(self._deed(operation, "update", table, way), key=key)
        return Deed(operation, "other")

    def _act(self, operation: Operation, way: tuple[Part, ...]) -> Deed:
        above = tuple(part.word for part in way[:-1])
        deed = self._deed(operation, "act", self.ways[above], way[:-2])
        key, verb = _parameter(operation, way[-2].parameter), way[-1].word
        if operation.method == "delete":
            verb = f"un{verb}"
        answer = unwrapped(operation.answer, verb)
        made = self.named.get(answer.name, "") if answer is not None and answer.name else ""
        return replace(deed, key=key, verb=verb, makes=made if made != self.ways[above] else "")

    def _is_made(self, operation: Operation, way: tuple[Part, ...]) -> bool:
        """Whether an operation below a record makes something of its own kind, with an id of its own: a payment."""
        answer = unwrapped(operation.answer, way[-1].word)
        if answer is None or not answer.fields or answer.name in self.named:
            return False
        above = self.tables[self.ways[tuple(part.word for part in way[:-1])]].shape
        own = {"_".join(words(name)) for name in answer.fields}
        called = {"id", f"{snake(singular(way[-1].word))}_id"}
        return bool(own & called) and answer.name != above.name and set(answer.fields) != set(above.fields)

    def _single(self, way: tuple[str, ...], operation: Operation) -> str:
        """The table of something of which there is one: settings, the profile of a user."""
        if way not in self.ways:
            name, number = snake(way[-1]) or "state", 2
            while name in self.tables:
                name, number = f"{snake(way[-1])}_{number}", number + 1
            shape = unwrapped(operation.answer, way[-1]) or Shape("object")
            self.ways[way] = name
            self.tables[name] = Table(name, " ".join(words(way[-1])), shape, key="", single=True)
        return self.ways[way]

    def _deed(self, operation: Operation, role: Role, table: str, way: tuple[Part, ...]) -> Deed:
        within = []
        for at, part in enumerate(way):
            above = self.ways.get(tuple(one.word for one in way[: at + 1]))
            if part.parameter and above is not None:
                parameter = _parameter(operation, part.parameter)
                nearest = not any(one.parameter for one in way[at + 1 :])
                link = link_to(self.tables[table], self.tables[above], part.parameter, make=nearest)
                within.append((parameter, link, above))
        return Deed(operation, role, table, within=tuple(within), answers_many=listed(operation.answer) is not None)


def _states(operation: Operation) -> bool:
    """Whether an answer is a thing with fields of its own."""
    return operation.method != "get" or bool(operation.answer is not None and operation.answer.fields)


def _parameter(operation: Operation, name: str) -> Parameter:
    return next(one for one in operation.parameters if one.place == "path" and one.name == name)


def _record(word: str, here: Sequence[Operation]) -> Shape:
    """The shape of a collection's records: as it is read, else listed, else answered to whoever makes one, else given;
    with the fields that can be given besides."""
    one = singular((words(word) or ["record"])[-1])
    found: list[Shape] = []
    for method, at_record in (("get", True), ("get", False), ("post", False), ("put", True), ("patch", True)):
        for operation in here:
            if operation.method != method or bool(parts(operation.path)[-1].parameter) is not at_record:
                continue
            many = listed(operation.answer)
            shape = many[1] if many and not at_record else unwrapped(operation.answer, one)
            if shape is not None and shape.kind == "object" and shape.fields:
                found.append(shape)
    shape = found[0] if found else Shape("object")
    for operation in here:
        if operation.method in ("post", "put", "patch"):
            given = {one.name: one.shape for one in operation.at("body") if one.name != "body" and one.shape.shown}
            shape = replace(shape, fields={**given, **shape.fields})
    return shape


def _key(word: str, shape: Shape, asked: str) -> str:
    """The field that names a record: what the path calls it, else `id` and its like."""
    one = words(singular((words(word) or ["record"])[-1]))
    wanted = [words(asked)] if asked else []
    wanted += [words(asked)[-1:]] if asked else []
    wanted += [[code] for code in _CODES[:3]] + [[*one, code] for code in _CODES[:4]]
    for name in wanted:
        for field, held in shape.fields.items():
            if words(field) == name and held.scalar:
                return field
    return asked if asked and words(asked)[-1:] != ["id"] else "id"
