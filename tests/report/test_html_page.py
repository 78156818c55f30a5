"""The page is one whole file, and its walls stand: one script and one style by digest, everything said as data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from scored_sessions import hostile_run, small_run, told
from storylog import call

from simkit.errors import StoreError
from simkit.metrics.comparing.across import across
from simkit.metrics.score import ERROR_KINDS
from simkit.report.html import render_html, write_html
from simkit.report.page import KINDS, Page, safe_json
from simkit.report.summary import Scored, in_order, summarise


class Parts(HTMLParser):
    """The page's elements: (tag, attributes, text) of scripts and styles, and the attributes of all others."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.others: list[tuple[str, dict[str, str | None]]] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag if tag in ("script", "style") else ""
        (
            self.scripts.append((dict(attrs) | {"tag": tag}, ""))
            if self._inside
            else self.others.append((tag, dict(attrs)))
        )

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)


def page_of(sessions: list[Scored], name: str = "demo") -> Parts:
    return Parts(render_html(summarise(name, sessions), sessions))


def test_the_policy_admits_this_script_and_this_style_and_nothing_else() -> None:
    """By their digests, which a browser checks against the very text that stands in the file."""
    parts = page_of(hostile_run())
    policy = next(a["content"] for tag, a in parts.others if a.get("http-equiv") == "Content-Security-Policy")
    own = [(a, text) for a, text in parts.scripts if a.get("type") != "application/json"]
    digests = ["sha256-" + base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for _, t in own]
    assert [a["tag"] for a, _ in own] == ["style", "script"]
    assert policy is not None and policy.startswith(
        f"default-src 'none'; script-src '{digests[1]}'; style-src '{digests[0]}';"
    )


@pytest.mark.parametrize("sessions", [small_run(), hostile_run()], ids=["small", "hostile"])
def test_what_agents_say_adds_no_element(sessions: list[Scored]) -> None:
    """The page of any run has the same elements, but for one block of data a session."""
    empty, full = page_of([]), page_of(sessions)
    assert [tag for tag, _ in full.others] == [tag for tag, _ in empty.others]
    assert len(full.scripts) == len(empty.scripts) + len(sessions)
    for attributes, text in full.scripts:
        if attributes.get("type") == "application/json":
            assert not set(text) & set("<>&\u2028\u2029")
            json.loads(text)


def test_the_page_names_no_other_place() -> None:
    """Neither links nor sources: nothing to fetch, whatever a browser makes of it."""
    page = render_html(summarise("demo", small_run()), small_run())
    assert not re.search(r"""(?:\bsrc|\baction|url\(|@import|//(?!www\.w3\.org/2000/svg))\s*=?["'(]*https?:""", page)
    assert "innerHTML" not in page


def test_equal_runs_have_equal_pages() -> None:
    """Whatever the order in which the sessions ended."""
    one, other = small_run(), small_run()[::-1]
    assert render_html(summarise("demo", one), one) == render_html(summarise("demo", other), other)


def test_the_matrix_on_the_page_has_the_run_s_own_counts() -> None:
    """Transitions are counted once per domain and once over all, with those of failed sessions beside."""
    sessions = in_order(small_run())
    page = Page(summarise("demo", sessions))
    for episode, score in sessions:
        page.add(episode, score)
    views = page.index()["views"]
    assert list(views) == ["tool", "act", "node"]
    tool = views["tool"]
    assert list(tool["domains"]) == ["", "airline", "retail"]
    named = {(tool["states"][a], tool["states"][b]): (n, bad) for a, b, n, bad in tool["domains"]["retail"]["counts"]}
    assert named["get_order:ok", "request_refund:ok"] == (4, 2)
    assert named["START", "get_order:ok"] == (5, 3)
    assert named["get_order:ok", "get_order:ok"] == (2, 2)
    pooled = tool["domains"][""]["counts"]
    assert sum(n for *_, n, _ in pooled) == sum(len(path) - 1 for path in tool["paths"])


def test_results_that_json_cannot_say_are_told_as_text() -> None:
    """A tool may return not-a-number; the page opens all the same."""
    sessions = [told(call("rate", {}, "ok", {"rate": float("nan"), "most": float("inf")}))]
    record = json.loads(page_of(sessions).scripts[2][1])
    assert record["events"][0]["result"] == {"rate": "nan", "most": "inf"}


def test_a_very_long_result_is_cut_and_says_so() -> None:
    """One tool that returns a megabyte must not make the page unreadable; the log keeps all of it."""
    record = json.loads(page_of([told(call("dump", {}, "ok", "x" * 1_000_000))]).scripts[2][1])
    assert record["events"][0]["result"].endswith("(950,000 more characters stand in the log)")


def test_every_kind_of_error_is_explained() -> None:
    """A reader need not know the vocabulary."""
    assert tuple(KINDS) == ERROR_KINDS


def test_half_characters_do_not_break_the_data() -> None:
    """Models emit lone surrogates; JSON in the page stays ASCII."""
    assert safe_json({"a": "\ud83d </script>"}) == '{"a":"\\ud83d \\u003c/script\\u003e"}'


def test_the_file_is_written_whole_and_replaces_the_old_one(tmp_path: Path) -> None:
    """Nothing half-written stays beside it."""
    path = tmp_path / "deep" / "report.html"
    for sessions in (small_run(), hostile_run()):
        assert write_html(path, summarise("demo", sessions), sessions) == path
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]
    assert path.read_text(encoding="utf-8").endswith("</html>\n")


def test_a_place_that_cannot_be_written_is_said_with_the_cure(tmp_path: Path) -> None:
    """One line, no traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"report cannot be written .*; give another --out"):
        write_html(tmp_path / "file" / "report.html", summarise("demo", []), [])


@pytest.mark.parametrize("several", [True, False])
def test_a_run_of_several_domains_tells_how_the_agent_does_across_them(several: bool) -> None:
    """The same figures as `simkit run --across`; of one domain there is nothing to tell."""
    sessions = [one for one in in_order(small_run()) if several or one[1].domain == "retail"]
    page = Page(summarise("demo", sessions))
    for episode, score in sessions:
        page.add(episode, score)
    assert page.index().get("across") == (across(sessions).to_json() if several else None)
