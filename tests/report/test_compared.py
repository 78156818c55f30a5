"""A comparison tells in a minute what broke and why, and nothing that an agent wrote becomes more than text."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from compared_runs import run_of, suite
from goldenfile import golden
from rich.console import Console
from scored_sessions import PAYLOADS, hostile_run, small_run

from simkit.errors import StoreError
from simkit.metrics.comparing.comparison import compare
from simkit.metrics.comparing.values import Comparison
from simkit.report.compared.markdown import markdown, plain
from simkit.report.compared.terminal import print_comparison
from simkit.report.junit import cases_of_comparison, cases_of_run, write_junit


def shown(comparison: Comparison, width: int = 100) -> str:
    """As a terminal of that width shows it."""
    file = io.StringIO()
    print_comparison(comparison, console=Console(file=file, width=width, highlight=False))
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"


def broken() -> Comparison:
    """Fourteen scenarios, of which nine broke, one is flaky, one was mended; a kind of error came up, sessions got
    longer; the other run played one more."""
    before = suite(14, 4) | {"s12": [True, False, True, False], "s13": [False] * 4}
    after = before | {name: [False] * 4 for name in list(before)[:9]} | {"s13": [True] * 4, "only-here": [True]}
    names = list(before)[:9]
    return compare(
        run_of("runs/monday", before),
        run_of("runs/tuesday", after, kinds=dict.fromkeys(names, "missing_call"), turns=dict.fromkeys(names, 6.0)),
    )


def hostile() -> Comparison:
    """Scenarios named by, and failing with, texts that attack."""
    names = [payload.replace("/", "|") for payload in PAYLOADS]
    return compare(
        run_of(PAYLOADS[0], dict.fromkeys(names, [True] * 4)),
        run_of(PAYLOADS[1], dict.fromkeys(names, [False] * 4), reason="|".join(PAYLOADS)),
    )


def test_it_reads_well_at_100_columns() -> None:
    text = shown(broken())
    assert text == golden("compared_100.txt", text)


def test_kinds_are_in_one_piece_on_a_terminal_of_80_columns() -> None:
    names = dict.fromkeys(list(suite(14, 4))[:9], "unconfirmed_write")
    text = shown(compare(run_of("a", suite(14, 4)), run_of("b", suite(14, 4), kinds=names)), width=80)
    assert "unconfirmed_write" in text
    assert "any tool-use error" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_long_name_is_broken_between_its_words_on_a_terminal_of_80_columns() -> None:
    found = broken()
    streaks = tuple(replace(one, name="longest_failing_streak") for one in found.effort)

    narrow, wide = (shown(replace(found, effort=streaks), width) for width in (80, 100))

    assert "longest_failing_streak" in wide
    assert {"longest", "failing", "streak"} <= set(re.findall("[a-z]+", narrow))


def test_the_markdown_reads_well_in_a_pull_request() -> None:
    text = markdown(broken())
    assert text == golden("compared.md", text)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """A terminal narrower than the figures cuts them rather than breaking the table."""
    assert max(map(len, shown(hostile(), width).splitlines())) <= width
    assert max(map(len, shown(broken(), width).splitlines())) <= width


def test_a_terminal_gets_no_control_characters() -> None:
    assert all(c.isprintable() or c == "\n" for c in shown(hostile()))


def test_markdown_shows_what_attacks_as_text() -> None:
    text = markdown(hostile())

    assert not re.search(r"(?<!\\)[<]", text.replace("&lt;", "").replace("<0.0001", ""))
    assert "://evil" not in text and "://\u200bevil" in text
    assert all(c.isprintable() or c == "\n" for c in text.replace("\u200b", ""))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7, 9}


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("@maintainers", "@\u200bmaintainers"),
        ("[x](javascript:1)", "\\[x\\]\\(javascript:1\\)"),
        ("a | b", "a \\| b"),
        ("<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
        ("see www.evil.example", "see www.\u200bevil.example"),
        ("fixes #12\n# heading", "fixes \\#12 \\# heading"),
    ],
)
def test_nobody_is_mentioned_and_nothing_is_linked(text: str, shows: str) -> None:
    assert plain(text) == shows


def test_junit_counts_what_regressed_as_failed(tmp_path: Path) -> None:
    comparison = broken()
    write_junit(tmp_path / "compare.xml", "nightly", cases_of_comparison(comparison))

    suite_of = ElementTree.parse(tmp_path / "compare.xml").getroot()[0]

    cases = {case.get("name"): case for case in suite_of}
    assert cases["verdict"].find("failure").get("message") == "the pass rate regressed"  # type: ignore[union-attr]
    assert cases["pass rate"].find("failure") is not None
    assert cases["loop"].find("failure") is None
    assert suite_of.get("tests") == str(len(suite_of))
    assert suite_of.get("failures") == str(len(suite_of.findall("testcase/failure")))


def test_junit_of_a_run_fails_what_failed_and_errs_what_is_invalid(tmp_path: Path) -> None:
    write_junit(tmp_path / "run.xml", "demo", cases_of_run(score for _, score in small_run()))

    suite_of = ElementTree.parse(tmp_path / "run.xml").getroot()[0]

    assert {name: suite_of.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7", "failures": "3", "errors": "1", "skipped": "0",
    }  # fmt: skip
    first = suite_of[0]
    assert (first.get("classname"), first.get("name")) == ("retail.late-refund", "impatient/0")
    assert "wrong_arguments: The refund went to card_2" in (first.findtext("system-out") or "")


def test_junit_of_hostile_sessions_is_well_formed(tmp_path: Path) -> None:
    """Control characters, lone surrogates and markup in every name."""
    write_junit(tmp_path / "run.xml", PAYLOADS[0], cases_of_run(score for _, score in hostile_run()))
    write_junit(tmp_path / "compare.xml", PAYLOADS[5], cases_of_comparison(hostile()))

    assert len(ElementTree.parse(tmp_path / "run.xml").getroot()[0]) == len(PAYLOADS)
    named = {case.get("name") for case in ElementTree.parse(tmp_path / "compare.xml").getroot()[0]}
    assert "<svg onload=alert(3)>" in named


def test_junit_that_cannot_be_written_is_wrong_input(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write_junit(tmp_path / "nowhere" / "run.xml", "demo", [])
