"""What a description says never becomes code, never leaves its folder, and never ends in a traceback."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit import api, cli
from simkit.design.draft.drafting import write_domain
from simkit.design.draft.openapi.plan import plan_of_openapi
from simkit.design.yamltext import block
from simkit.spec.strict_yaml import parse_documents

EVIL = (
    '"""\nimport os; os.system("touch owned")\n"""',
    "'''\nopen('owned', 'w')\n'''",
    "x\\",
    '{__import__("os").system("touch owned")}',
    "${7*7} {{7*7}} {name} {title} %s",
    "a\u2028open('owned','w')\u2029\r\n# -*- coding: utf-7 -*-",
    "\x1b[31mred\x07",
    "../../owned",
    "世界",
    "class",
    "world",
    "",
    "x" * 500,
    "None); open('owned', 'w'",
)


def spec(said: str) -> dict[str, Any]:
    """A description in which everything that can be said is that."""
    record = {
        "type": "object",
        "description": said,
        "required": ["id", said],
        "properties": {
            "id": {"type": "string", "example": said or "A1", "description": said},
            said: {"type": "string", "description": said, "default": said, "example": said},
            "state": {"type": "string", "enum": [said, "open", "closed"], "description": said},
            "part": {"type": "object", "required": [said], "properties": {said: {"type": "integer"}}},
            "code": {"type": "string", "pattern": said},
        },
    }
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    answers = {"200": {"description": said, **content}}
    where = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "description": said}
    asked = {"name": said, "in": "query", "schema": {"type": "string"}, "description": said}
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
    many = {"200": {"description": said, "content": {"application/json": {"schema": listed}}}}
    about = {"operationId": said, "summary": said, "tags": [said]}
    return {
        "openapi": "3.0.0",
        "info": {"title": said, "version": said},
        "paths": {
            "/things": {
                "get": {**about, "parameters": [asked], "responses": many},
                "post": {**about, "requestBody": content, "responses": answers},
            },
            "/things/{id}": {
                "parameters": [where],
                "get": {**about, "responses": answers},
                "patch": {**about, "requestBody": content, "responses": answers},
                "delete": {**about, "responses": {"204": {"description": said}}},
            },
            f"/things/{{id}}/{said.replace('/', '')}": {"post": {**about, "parameters": [where], "responses": answers}},
        },
        "components": {"schemas": {"Thing": record}},
    }


def drafted(said: str) -> Path:
    """A domain drafted from such a description."""
    Path("spec.json").write_text(json.dumps(spec(said)), encoding="utf-8")
    folder = Path("scenarios") / "thing"
    for at in range(1000):
        folder = Path("scenarios") / f"thing-{at}"
        if not folder.exists():
            break
    return write_domain(plan_of_openapi(folder.name, Path("spec.json")), folder, 8).folder


@pytest.mark.parametrize("said", EVIL, ids=range(len(EVIL)))
def test_hostile_words_become_a_domain_that_holds(said: str) -> None:
    checked = api.check(drafted(said))

    assert [str(one) for one in checked.problems] == []
    assert not list(Path().rglob("owned"))


@settings(max_examples=12)
@given(st.text(max_size=60))
def test_whatever_is_said_stays_text(said: str) -> None:
    folder = drafted(said)

    for name in ("tools.py", "demo.py"):
        tree = ast.parse((folder / name).read_text(encoding="utf-8"))
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"open", "eval", "exec", "compile", "__import__"}


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(st.dictionaries(st.text(max_size=12), PLAIN, min_size=1, max_size=5))
def test_what_is_written_as_yaml_is_read_back(value: dict[str, Any]) -> None:
    (document,) = parse_documents(block(value), Path("x.yaml"))

    assert document.value == value


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("openapi: 3.0.0\ninfo: {}\n", "describes no paths"),
        ("hello: 1\n", "is no OpenAPI 3 or Swagger 2"),
        ("- 1\n", "is no OpenAPI description"),
        ("", "is no OpenAPI description"),
        ("openapi: 3.0.0\npaths: {/a: {get: {responses: {200: {$ref: '#/nowhere'}}}}}\n", "leads to nothing"),
        ("openapi: 3.0.0\npaths: {/a: {get: {responses: {200: {$ref: 'b.yaml#/x'}}}}}\n", "is in another file"),
        ("openapi: 3.0.0\nx: {$ref: '#/x'}\npaths: {/a: {$ref: '#/x'}}\n", "refers to itself"),
        ('{"openapi": "3.0.0", "paths": {', "not YAML"),
        ("openapi: 3.0.0\npaths:\n\t/a: {}\n", "a tab stands here"),
    ],
)
def test_what_is_no_description_is_one_line(text: str, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("api.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(SystemExit) as left:
        cli.main(["draft", "domain", "shop", "--openapi", "api.yaml"])

    (line,) = capsys.readouterr().err.splitlines()
    assert left.value.code == 2
    assert line.startswith("simkit: error: api.yaml:") and what in line
    assert not Path("scenarios").exists()
