"""Truths about rules and tools as a domain writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.errors import FileError
from simkit.spec.crosscheck import argument_mistakes, has_clause
from simkit.spec.rules import Rule, fill
from simkit.spec.tools import read_tools

HEAD = """\
from __future__ import annotations
from typing import Annotated, Literal
from simkit import Field, World, reads, writes

"""


def tools(folder: Path, text: str) -> Any:
    (folder / "tools.py").write_text(HEAD + text, encoding="utf-8")
    return read_tools(folder / "tools.py")


@given(values=st.dictionaries(st.sampled_from("abc"), st.text(alphabet="ab{}\\1 g<>", max_size=8)))
def test_what_is_filled_in_is_never_filled_again(values: dict[str, str]) -> None:
    template = "x {a} y {b} z {c} {d}"
    expected = template
    for name in "abc":
        expected = expected.replace(f"{{{name}}}", f"\0{name}" if name in values else f"{{{name}}}")
    for name, value in values.items():
        expected = expected.replace(f"\0{name}", value)

    assert fill(template, values) == expected


def test_a_name_that_nobody_gives_stays_as_it_stands() -> None:
    assert fill("orders.{order_id}.{x}", {"order_id": "{x}"}) == "orders.{x}.{x}"


def test_a_rule_knows_its_kind_its_calls_and_the_paths_it_needs() -> None:
    rule = Rule.model_validate(
        {"id": "a", "clause": "1", "never": {"call": "cancel", "when": {"orders.{order_id}.status": "sent"}}}
    )

    assert (rule.kind, rule.calls) == ("never", ("cancel",))
    assert rule.paths("cancel", {"order_id": "W1"}) == ["orders.W1.status"]
    assert rule.paths("other", {"order_id": "W1"}) == []


@pytest.mark.parametrize(
    ("clause", "there"),
    [(name, True) for name in ("1.1", "1.10", "1", "1.", "Refunds", "refunds")]
    + [(name, False) for name in ("1.2", "10", "1.1.1", "2", "Refund", "", " ")],
)
def test_a_clause_is_found_by_its_number_or_heading(clause: str, there: bool) -> None:
    policy = "# 1. Refunds\n\n1.1 Ask first.\n\n- **1.10** Look again.\n\n## Refunds\n"

    assert has_clause(policy, clause) is there


def test_a_signature_is_the_schema(tmp_path: Path) -> None:
    (tool, user), functions = tools(
        tmp_path,
        '''
Code = Annotated[str, Field(description="as on the receipt", pattern="^W[0-9]+$")]


@writes
def book(
    world: World, code: Code, fare: Literal["basic", "flex"], bags: int = 0, names: list[str] | None = None
) -> dict:
    """Book a seat."""


@reads(by="user")
def look(world: World, schema: str, _private: int = 1) -> dict:
    """Look at the phone."""
''',
    )

    assert (tool.name, tool.description, tool.effect, tool.by) == ("book", "Book a seat.", "write", "agent")
    assert tool.parameters["required"] == ["code", "fare"]
    assert tool.parameters["additionalProperties"] is False
    assert tool.parameters["properties"] == {
        "code": {"description": "as on the receipt", "pattern": "^W[0-9]+$", "type": "string"},
        "fare": {"enum": ["basic", "flex"], "type": "string"},
        "bags": {"default": 0, "type": "integer"},
        "names": {"anyOf": [{"items": {"type": "string"}, "type": "array"}, {"type": "null"}], "default": None},
    }
    assert list(user.parameters["properties"]) == ["schema", "_private"]
    assert set(functions) == {("agent", "book"), ("user", "look")}


def test_what_is_wrong_with_arguments_is_told_in_words(tmp_path: Path) -> None:
    (tool,), _ = tools(tmp_path, '@reads\ndef get(world: World, code: str, n: int = 1) -> dict:\n    """Get."""\n')

    assert list(argument_mistakes(tool, {"code": "x"})) == []
    (said,) = argument_mistakes(tool, {"code": 3})
    assert said == 'code: 3 is not of type "string"; its schema wants code, n (optional)'


GET = "@reads\ndef get({}) -> dict:\n    '''Get.'''\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GET.format("world: World, code"), "6:1: 'code' of tool 'get' has no type"),
        (GET.replace("'''Get.'''", "pass").format("world: World"), "6:1: tool 'get' has no docstring"),
        (GET.format(""), "6:1: tool 'get' takes nothing"),
        (GET.replace("def", "async def").format("world: World"), "6:1: tool 'get' must be a plain function"),
        (GET.format("world: World, *codes: str"), "6:1: '*codes: str' of tool 'get' cannot be given by name"),
        (GET.format("world: World, code: str, /"), "6:1: 'code: str' of tool 'get' cannot be given by name"),
        (GET.format("world: World, code: Cod"), "6:1: the types of tool 'get' cannot be read (NameError"),
        (GET.format("world: World, code: World"), "6:1: the types of tool 'get' have no JSON Schema"),
        ("def get(world: World) -> dict:\n    '''Get.'''\n", "1:1: has no tools; mark functions with @reads"),
        ("import sys\nsys.exit('bye')\n", "6:1: importing it raised SystemExit: bye"),
        ("import nowhere_at_all\n", "5:1: importing it raised ModuleNotFoundError"),
        ("x = [1,\n", "5:5: not Python: '[' was never closed"),
        ("def f():\nreturn 1\n", "6:1: not Python: expected an indented block"),
    ],
)
def test_a_tool_that_cannot_be_one_is_named_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FileError) as refused:
        tools(tmp_path, text)

    assert str(refused.value).startswith(f"{tmp_path}/tools.py:{said}")
    assert "\n" not in str(refused.value)


def test_what_a_pack_prints_while_it_is_read_is_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tools(tmp_path, 'print("hello")\n@reads\ndef get(world: World) -> dict:\n    """Get."""\n')

    assert capsys.readouterr() == ("", "hello\n")
