"""The page of a run: one HTML file that needs nothing else, asks the network for nothing, and runs no foreign text.

Three walls stand between what agents say and the reader's browser. Everything said travels as JSON with `<`, `>`
and `&` escaped; the page's script puts it in place as text only; and the page's Content-Security-Policy admits this
one script and this one style sheet, by their digests, and no other source of anything.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from itertools import chain
from pathlib import Path

from simkit.errors import StoreError, one_line
from simkit.report.page import Page, safe_json
from simkit.report.summary import Scored, Summary, in_order

_SCRIPTS = (
    "dom", "live", "data", "crowd", "statistics", "curve", "beside", "across", "overview", "sessions", "values",
    "events", "session", "flow", "explorer", "graph", "heat", "matrix", "difference", "ranks", "failures", "paths",
    "pair", "compare", "main",
)  # fmt: skip
_STYLES = ("theme", "tables", "session", "flow", "paths", "compare", "small")
"""In this order they make the page's one script and its one style sheet."""


def write_html(path: Path | str, summary: Summary, sessions: Iterable[Scored]) -> Path:
    """Write the page of a run to `path`, whole or not at all. Raises StoreError where it cannot be written.

    `sessions` come sorted by key, or as a list. A large run's page shows some of them (`report.shown`).
    """
    return write_page(path, render_html(summary, sessions))


def write_page(path: Path | str, page: str) -> Path:
    """Write a page, whole or not at all. Raises StoreError where it cannot be written."""
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, page.encode())
    except OSError as error:
        raise StoreError(f"{path}: the report cannot be written ({error.strerror}); give another --out") from error
    return path


def render_html(summary: Summary, sessions: Iterable[Scored]) -> str:
    """The page as text."""
    page = Page(summary)
    for episode, score in in_order(sessions) if isinstance(sessions, list) else sessions:
        page.add(episode, score)
    return whole_page(summary.run, {"index": safe_json(page.index())}, {"s": page.transcripts})


def whole_page(
    title: str, blocks: Mapping[str, str], transcripts: Mapping[str, Sequence[str]] = {}, *, live: bool = False
) -> str:
    """A page around its data: JSON that may stand in a `<script>`, by the id that the page's script reads it by, and
    lists of it (`s` gives `s0`, `s1`, …). A `live` page may ask the server that it came from, and no other place."""
    from jinja2 import Environment
    from markupsafe import Markup

    numbered = ((f"{kind}{i}", text) for kind, some in transcripts.items() for i, text in enumerate(some))
    script = '"use strict";(() => {\n' + "\n".join(_asset(f"{name}.js") for name in _SCRIPTS) + "})();\n"
    style = "\n".join(_asset(f"{name}.css") for name in _STYLES)
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    return environment.from_string(_asset("page.html.j2")).render(
        title=one_line(title, 80),
        policy=_policy(script, style, live),
        style=Markup(style),
        script=Markup(script),
        data=((name, Markup(text)) for name, text in chain(blocks.items(), numbered)),
        live=live,
    )


def _policy(script: str, style: str, live: bool) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
            *(("connect-src 'self'",) if live else ()),
        )
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _asset(name: str) -> str:
    return files("simkit.report").joinpath("assets", name).read_text(encoding="utf-8")


def _write_whole(path: Path, content: bytes) -> None:
    """Write beside, then move into place: nobody ever reads half a file."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
