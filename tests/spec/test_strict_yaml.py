"""Truths about the YAML that packs are written in: what is text stays text, and every mistake has its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.errors import FileError
from simkit.spec.strict_yaml import MAX_DEPTH, Document, parse_documents, read_documents

FILE = Path("case.yaml")


def value(text: str) -> Any:
    """The only document of `text`."""
    (document,) = parse_documents(text, FILE)
    return document.value


def complaint(text: str) -> str:
    """What is said of a text that must be refused."""
    with pytest.raises(FileError) as refused:
        parse_documents(text, FILE)
    said = str(refused.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("On", "On"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("", None),
        ("nul", "nul"),
        ("12:30", "12:30"),
        ("12:30:59", "12:30:59"),
        ("010", 10),
        ("-07", -7),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("+12", 12),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        ("1e", "1e"),
        (".", "."),
        ("2026-03-01", "2026-03-01"),
        ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z"),
        ("1.2.3", "1.2.3"),
        ("'12'", "12"),
        ('"null"', "null"),
        ("! 12", 12),
        ("=", "="),
        ("🙂 ünïcode", "🙂 ünïcode"),
        ('"tab\\tand \\u00e9"', "tab\tand é"),
    ],
)
def test_plain_values_follow_yaml_1_2_and_nothing_else(written: str, read: Any) -> None:
    found = value(f"key: {written}\n")["key"]

    assert found == read
    assert type(found) is type(read)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "case.yaml:3:1: 'a' stands here twice (first in line 1); keep one"),
        ("a: {x: 1,\n    x: 2}\n", "case.yaml:2:5: 'x' stands here twice (first in line 1); keep one"),
        ("a: &x 1\n", "case.yaml:1:4: '&x' is an anchor; write the value out where it is needed"),
        ("&k a: 1\n", "case.yaml:1:1: '&k' is an anchor; write the value out where it is needed"),
        ("a: *x\n", "case.yaml:1:4: '*x' is an alias; write the value out"),
        ("*x : 1\n", "case.yaml:1:1: a key must be plain text"),
        ("a: !!set {}\n", "case.yaml:1:4: '!!set' is a tag; only plain values are read, so remove it"),
        ("!x a: 1\n", "case.yaml:1:1: '!x' is a tag; only plain values are read, so remove it"),
        ("a: !!str 1\n", "case.yaml:1:4: '!!str' is a tag; only plain values are read, so remove it"),
        ("a: 1\n<<: {b: 2}\n", "case.yaml:2:1: '<<' would merge another mapping in; write its keys out"),
        ("? [a]\n: 1\n", "case.yaml:1:3: a key must be plain text"),
        ("a:\n\tb: 1\n", "case.yaml:2:1: not YAML: a tab stands here; indent with spaces"),
        ("a: .inf\n", "case.yaml:1:4: .inf is not a finite number; write a finite one, or quote it"),
        ("a: -.INF\n", "case.yaml:1:4: -.INF is not a finite number; write a finite one, or quote it"),
        ("a: 1e999\n", "case.yaml:1:4: 1e999 is not a finite number; write a finite one, or quote it"),
        ("a: ok\nb: \x00\n", "case.yaml:2:4: the control character U+0000 stands here; remove it"),
        ("a: \x1b[31m\n", "case.yaml:1:4: the control character U+001B stands here; remove it"),
        ("a: [1,\nb: 2\n", "case.yaml:1:4: not YAML: the list that opens here is not well closed; "
         "check its commas and its ]"),
        ('a: "x\nb: 2\n', "case.yaml:1:4: not YAML: the quotes that open here are not well closed; "
         "check them, and any backslash between them"),
        ('a: "\\q"\n', "case.yaml:1:6: not YAML: a backslash that means nothing here; double it, or use single quotes"),
        ("a: b: c\n", "case.yaml:1:5: not YAML: 'key: value' cannot stand here; "
         "put the text in quotes, or indent as above"),
        ("a: @x\n", "case.yaml:1:4: not YAML: a text cannot start with @; put it in quotes"),
    ],
)  # fmt: skip
def test_what_is_not_plain_data_is_refused_at_its_place(text: str, said: str) -> None:
    assert complaint(text) == said


def test_a_text_that_only_looks_like_a_merge_key_is_a_text() -> None:
    assert value('"<<": 1\n') == {"<<": 1}


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n", "---\n---\n", "\ufeff"])
def test_a_file_without_content_has_no_document(text: str) -> None:
    assert parse_documents(text.removeprefix("\ufeff"), FILE) == []


def test_several_documents_each_know_where_they_stand() -> None:
    first, second = parse_documents("---\na: 1\n---\n# more\n\nb: [x, y]\n", FILE)

    assert (first.value, second.value) == ({"a": 1}, {"b": ["x", "y"]})
    assert (first.keys_at["a",], second.keys_at["b",]) == ((2, 1), (6, 1))
    assert second.values_at["b", 1] == (6, 8)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    plain, windows = tmp_path / "plain.yaml", tmp_path / "windows.yaml"
    plain.write_bytes(b"a: 1\nb:\n  - x\n  - |\n    two\n    lines\n")
    windows.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n"))
    (left,), (right,) = read_documents(plain), read_documents(windows)

    assert right.value == left.value
    assert right.keys_at == left.keys_at


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a: 1\nb: caf\xe9\n", "2:7: is not UTF-8 text; save it as UTF-8"),
        ("a: 1\n".encode("utf-16"), "1:1: is not UTF-8 text; save it as UTF-8"),
        (b"#" * (8 * 1024 * 1024 + 1), "1:1: has 8388609 bytes; at most 8388608 are read"),
    ],
)
def test_a_file_that_is_no_text_of_bearable_size_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_bytes(data)

    with pytest.raises(FileError) as refused:
        read_documents(tmp_path / "case.yaml")

    assert str(refused.value) == f"{tmp_path}/case.yaml:{said}"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere.yaml:1:1: cannot be read \(No such file"):
        read_documents(tmp_path / "nowhere.yaml")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["[" * 20_000, "{a: " * 20_000, "- " * 5_000, "[[" * 40 + "]]" * 40])
def test_deep_nesting_is_refused_and_not_followed(text: str) -> None:
    assert f"nested deeper than {MAX_DEPTH} levels; flatten it" in complaint(text)


def test_numbers_of_any_length_never_break_the_reader() -> None:
    assert value(f"a: {'9' * 4000}\n") == {"a": int("9" * 4000)}
    assert "is not a finite number" in complaint(f"a: {'9' * 5000}\n")
    assert value(f"a: 0x{'f' * 9000}\n") == {"a": f"0x{'f' * 9000}"}


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(tree=st.dictionaries(words, trees, min_size=1, max_size=4))
def test_json_is_read_as_the_json_that_it_is(tree: dict[str, Any]) -> None:
    text = json.dumps(tree, indent=2, ensure_ascii=False).replace("\x7f", "\\u007f").replace("\ufeff", "\\ufeff")

    assert value(text) == json.loads(text)


names = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(lambda name: name not in ("null", "true", "false"))
blocks = st.recursive(
    st.integers(0, 999) | names | names.map(lambda name: name + " 🙂"),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3),
    max_leaves=10,
)


def block(node: Any, indent: int = 0) -> list[str]:
    """`node` as block YAML, a line each, with blank lines and comments between."""
    pad = " " * indent
    if isinstance(node, dict):
        lines = []
        for key, inner in node.items():
            deep = isinstance(inner, dict | list)
            lines += ["", f"{pad}# {key}", f"{pad}{key}:" + ("" if deep else f" {inner}")]
            lines += block(inner, indent + 2) if deep else []
        return lines
    if isinstance(node, list):
        lines = []
        for inner in node:
            if isinstance(inner, dict | list):
                lines += [f"{pad}-", *block(inner, indent + 2)]
            else:
                lines.append(f"{pad}- {inner}")
        return lines
    return [f"{pad}{node}"]


@settings(deadline=None)
@given(tree=st.dictionaries(names, blocks, min_size=1, max_size=3))
def test_the_place_reported_for_a_key_or_value_is_where_its_text_stands(tree: dict[str, Any]) -> None:
    lines = block(tree)
    (document,) = parse_documents("\n".join(lines) + "\n", FILE)

    assert document.value == tree
    for loc, (line, column) in document.keys_at.items():
        assert lines[line - 1][column - 1 :].startswith(f"{loc[-1]}:")
    for loc, (line, column) in document.values_at.items():
        if not isinstance(found := _at(document, loc), dict | list):
            assert lines[line - 1][column - 1 :] == str(found)


def _at(document: Document, loc: tuple[str | int, ...]) -> Any:
    node = document.value
    for part in loc:
        node = node[part]
    return node


@settings(deadline=None, max_examples=300)
@given(text=st.text(alphabet="ab:-[]{},&*!|>'\"#%@?\n\t 01~.\x00é", max_size=40))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        parse_documents(text, FILE)
    except FileError as error:
        assert "\n" not in str(error)
        assert error.line <= text.count("\n") + 2


def test_the_same_text_in_another_file_is_a_document_of_its_own() -> None:
    (first,) = parse_documents("a: {b: [1, 2]}\n", Path("one.yaml"))
    first.value["a"]["b"].append(3)
    first.keys_at.clear()

    (second,) = parse_documents("a: {b: [1, 2]}\n", Path("two.yaml"))

    assert (second.path, second.value, second.keys_at["a",]) == (Path("two.yaml"), {"a": {"b": [1, 2]}}, (1, 1))
    for name in ("one.yaml", "two.yaml"):
        with pytest.raises(FileError, match=f"{name}:1:4: "):
            parse_documents("a: *x\n", Path(name))
