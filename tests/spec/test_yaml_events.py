"""The quick parser is a quicker way to the same documents: whatever it reads, the strict one reads so too."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.errors import FileError
from simkit.spec.strict_yaml import Document, _documents
from simkit.spec.yaml_events import Doubtful, Piece, quick, strict

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted([*(ROOT / "scenarios").rglob("*.yaml"), *(ROOT / "personas").rglob("*.yaml")])
PARTS = (
    *("a", "b c", "key", "- ", "-", ": ", ":", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "? ", "{", "}", "[", "]"),
    *(", ", ",", '"', "'", "|", ">", "|-", ">+", "|2", "# c", " #", "#", "---", "...", "\n---\n", "\n...\n", "!"),
    *("<<", "~", "null", "1", "0x1", "é", "😀", "\xa0", "@", "`", "%", "  ", "\n\n", "it's", "http://x", "12:30"),
    *("=", ".", "\u3000", '""', "''", "x: y", "- x: 1\n  y: 2", "k: |\n  ab\n\n   c\n", "k: >-\n  ab\n  c\n\n"),
    *("a: 1\n", "b: [1, 2]\n", 'c: {d: e, f: "g"}\n', "- - x\n", '"a b": ', "\n ", "\t", "\r\n", "\\", "&a ", "*a"),
)


def documents(pieces: object) -> list[Document]:
    return list(_documents(pieces, Path("some.yaml")))  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=14).map("".join))
def test_both_parsers_read_the_same_documents_at_the_same_places(text: str) -> None:
    try:
        found = documents(quick(text))
    except (Doubtful, FileError):
        return  # for the strict one
    assert found == documents(strict(text))


def test_shipped_files_take_the_quick_way() -> None:
    assert SHIPPED
    for file in SHIPPED:
        text = file.read_text(encoding="utf-8")
        assert documents(quick(text)) == documents(strict(text)), file


@pytest.mark.parametrize(
    "text",
    ["a: '", "%YAML 1.2\n---\na: 1", "a: &b 1", "a: *b", "- !!str 1", "a:\t1", 'a: "\\n"', "a: 1\r\nb: 2", "- \n- 1"],
)
def test_what_either_may_see_differently_is_left_to_the_strict_one(text: str) -> None:
    with pytest.raises(Doubtful):
        documents(quick(text))


def test_a_piece_says_where_it_stands() -> None:
    assert list(strict("a: x"))[3] == Piece("scalar", (1, 1), "a", plain=True)
    assert list(quick("a: x")) == list(strict("a: x"))
