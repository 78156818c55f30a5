"""The operations of an OpenAPI description, each with what it is given and what it answers, as shapes."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from simkit.design.draft.names import identifier, is_plural, plain, singular, words
from simkit.design.draft.openapi.document import Spec
from simkit.design.draft.openapi.schemas import Schemas
from simkit.design.draft.plan import Operation, Parameter
from simkit.design.draft.shapes import Shape
from simkit.errors import UsageError, did_you_mean, one_line
from simkit.spec.strict_yaml import Loc

WIDEST = 30
"""Fields of a body that become parameters of their own; a body with more stays one parameter."""

_VERBS = {"get": "get", "post": "create", "put": "update", "patch": "update", "delete": "delete"}


def operations(spec: Spec, only: Sequence[str] = ()) -> list[Operation]:
    """Every operation (of which the id, a tag or the path matches one of `only`, where given).

    Raises `FileError` for broken references, `UsageError` where nothing matches.
    """
    schemas, taken, found, there = Schemas(spec), set[str](), [], list[str]()
    for path, method, item, said in spec.operations():
        if method in ("options", "head", "trace"):
            continue
        names = [str(said.get("operationId", "")), path, *map(str, said.get("tags") or ())]
        there += [name for name in names if name]
        if only and not any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in only):
            continue
        loc = ("paths", path, method)
        tool = identifier(str(said.get("operationId") or _named(method, path)), "call", taken)
        taken.add(tool)
        found.append(_operation(schemas, loc, tool, item, said))
    if not found:
        known = did_you_mean(only[0] if only else "", list(dict.fromkeys(there)))
        raise UsageError(f"{spec.path}: no operation matches {', '.join(only) or 'anything'}{known}")
    return found


def _operation(schemas: Schemas, loc: Loc, tool: str, item: dict[str, Any], said: dict[str, Any]) -> Operation:
    _, path, method = loc
    parameters = list(_parameters(schemas, loc, item, said))
    body, required = _body(schemas, loc, said)
    if body is not None:
        parameters += _from_body(body, required, {one.name for one in parameters if one.place == "path"})
    taken: set[str] = {"world"}
    named = []
    for one in sorted(parameters, key=lambda one: not one.required):
        argument = identifier(one.name, "value", taken)
        taken.add(argument)
        named.append(replace(one, argument=argument))
    words_said = said.get("summary") or said.get("description") or ""
    statuses = frozenset(str(status) for status in said.get("responses") or {})
    group = next((str(tag) for tag in said.get("tags") or ()), "")
    answer = _answer(schemas, loc, said)
    return Operation(tool, str(method), str(path), one_line(words_said, 240), tuple(named), answer, statuses, group)


def _named(method: str, path: str) -> str:
    """A name for an operation that has none: `get_order`, `list_orders`, `create_order`, `cancel_order`."""
    parts = [part for part in path.split("/") if part]
    fixed = [part for part in parts if not part.startswith("{")]
    last = "_".join(words(fixed[-1])) if fixed else "root"
    one = singular(last)
    done = re.search(r"\}[:.](?!json|xml|csv)(\w+)$", path)
    if done is not None:
        return f"{'_'.join(words(done[1]))}_{one}"
    if parts and parts[-1].startswith("{"):
        return f"{_VERBS.get(method, method)}_{one}"
    if method == "post" and not is_plural(last) and len(fixed) > 1:
        return f"{last}_{singular('_'.join(words(fixed[-2])))}"
    if method == "get" and is_plural(last):
        return f"list_{last}"
    return f"{_VERBS.get(method, method)}_{one if method == 'post' else last}"


def _parameters(schemas: Schemas, loc: Loc, item: dict[str, Any], said: dict[str, Any]) -> Iterator[Parameter]:
    """What stands in the path and after it. Headers and cookies are the client's business, not the agent's."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for node in [*(item.get("parameters") or ()), *(said.get("parameters") or ())]:
        one, _ = schemas.spec.follow(node, (*loc, "parameters"))
        if "name" in one:
            found[str(one.get("in")), str(one["name"])] = one
    for (where, name), one in found.items():
        inline = {key: value for key, value in one.items() if key not in ("in", "name", "required", "description")}
        shape = schemas.shape(one.get("schema") or _content(one) or inline, (*loc, "parameters"))
        about = one_line(one.get("description") or shape.description, 300)
        shape = replace(shape, description=about, examples=shape.examples or _example_of(one))
        if where in ("path", "query"):
            yield Parameter(name, "", "path" if where == "path" else "query", shape, where == "path" or _must(one))
        elif where == "formData":
            yield Parameter(name, "", "body", shape, _must(one))
    named = {name for where, name in found if where == "path"}
    for part in str(loc[1]).split("{")[1:]:
        name = part.split("}")[0]
        if name not in named:  # not declared, though the path has it
            yield Parameter(name, "", "path", Shape("string"), True)


def _must(one: dict[str, Any]) -> bool:
    return one.get("required") is True


def _example_of(one: dict[str, Any]) -> tuple[Any, ...]:
    if "example" in one:
        return (one["example"],)
    more = one.get("examples")
    values = [each.get("value") for each in more.values() if isinstance(each, dict)] if isinstance(more, dict) else []
    return tuple(value for value in values if value is not None)


def _content(one: Any) -> Any:
    """The schema of a body or answer: of JSON, where there are several kinds."""
    content = one.get("content")
    if not isinstance(content, dict) or not content:
        return None
    kinds = sorted(content, key=lambda kind: ("json" not in kind, "form" not in kind))
    chosen = content[kinds[0]]
    return chosen.get("schema") if isinstance(chosen, dict) else None


def _body(schemas: Schemas, loc: Loc, said: dict[str, Any]) -> tuple[Shape | None, bool]:
    if schemas.spec.old:
        for node in said.get("parameters") or ():
            one, _ = schemas.spec.follow(node, (*loc, "parameters"))
            if one.get("in") == "body":
                return schemas.shape(one.get("schema"), loc), _must(one)
        return None, False
    if "requestBody" not in said:
        return None, False
    one, _ = schemas.spec.follow(said["requestBody"], (*loc, "requestBody"))
    schema = _content(one)
    return (None, False) if schema is None else (schemas.shape(schema, (*loc, "requestBody")), _must(one))


def _from_body(body: Shape, required: bool, in_path: set[str]) -> Iterator[Parameter]:
    """The fields of a body, each a parameter; a body that is no object, or a very wide one, is one parameter."""
    if body.kind != "object" or not body.fields or len(body.fields) > WIDEST:
        if body.kind != "object" or body.fields or body.item:
            yield Parameter("body", "", "body", body, required)
        return
    for name, shape in body.fields.items():
        if shape.given and name not in in_path and plain(name):
            yield Parameter(name, "", "body", shape, name in body.required)


def _answer(schemas: Schemas, loc: Loc, said: dict[str, Any]) -> Shape | None:
    """What the first success answers."""
    answers = said.get("responses") or {}
    for status in sorted(str(one) for one in answers if str(one).startswith("2")) or ["default"]:
        node = answers.get(status, answers.get(int(status) if status.isdigit() else status))
        one, _ = schemas.spec.follow(node, (*loc, "responses", status))
        schema = one.get("schema") if schemas.spec.old else _content(one)
        if schema is not None:
            return schemas.shape(schema, (*loc, "responses", status))
    return None
