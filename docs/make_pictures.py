"""Make what README.md shows: two pictures of the report, and the excerpt of what `make demo` prints.

    .venv/bin/python docs/make_pictures.py        needs playwright and a chromium on the PATH (or $CHROMIUM)

Plays the shipped suite with the demo agents, so it takes some seconds.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).resolve().parent
README = DOCS.parent / "README.md"
SHOWN = ("Pass rate", "k  all k", "Tool-use errors", "Worst")
"""The first words of the parts of the result table that README.md shows."""
HEADLINES, KINDS, WORST = 1, 5, 2
"""How many lines after the first, kinds of tool-use error, and worst scenarios are shown."""


def excerpt(printed: str) -> str:
    """The parts of the result table that a newcomer should see; `...` where something is left out."""
    parts = re.split(r"\n[ ]*\n", "\n".join(line.rstrip() for line in printed.splitlines()))
    kept = [part for part in (_trimmed(one) for one in parts) if part.lstrip().startswith(SHOWN)]
    return "\n\n".join(kept) + "\n"


def _trimmed(part: str) -> str:
    lines = [line.removeprefix(" ") for line in part.splitlines() if line.strip() and "──" not in line]
    starts = [number for number, line in enumerate(lines) if number and not line.startswith(" ")]
    shown = {"Pass ": HEADLINES, "Worst": WORST, "Tool-": KINDS}.get(lines[0][:5] if lines else "", len(lines))
    return "\n".join([*lines[: starts[shown]], "..."] if len(starts) > shown else lines)


def with_excerpt(readme: str, printed: str) -> str:
    """README.md with the excerpt of `printed` under its `$ make demo`. Raises ValueError where there is none."""
    pattern = re.compile(r"(```console\n\$ make demo\n)(?:.*?)(```)", re.DOTALL)
    if not pattern.search(readme):
        raise ValueError("README.md has no console block that starts with `$ make demo`")
    return pattern.sub(lambda match: match[1] + excerpt(printed) + match[2], readme, count=1)


def play(folder: Path) -> tuple[str, Path]:
    """Play the demo in `folder`: what it prints, and the page of its report."""
    environment = {**os.environ, "COLUMNS": "96", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    command = [Path(sys.executable).with_name("simkit"), "run", "--fail-under", "0", "--out", "demo"]
    done = subprocess.run(command, cwd=folder, env=environment, encoding="utf-8", stderr=subprocess.PIPE, check=True)
    if re.search(r"Pass rate +0\.0%", done.stderr):
        raise RuntimeError("no session passed: something is broken, and README.md should not show it")
    return done.stderr, folder / "runs" / "demo" / "report.html"


PICTURES = {
    "report.png": ("", 860),
    "graph.png": ("#view=graph&domain=airline&at=get_reservation:ok", 620),
}
"""File to an address in the report, and how many pixels of it are shown."""


def photograph(page: Path, folder: Path) -> None:
    """The first screen of some views, as a browser shows them."""
    from playwright.sync_api import sync_playwright

    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for name, (address, height) in PICTURES.items():
            view = browser.new_page(viewport={"width": 1280, "height": height}, color_scheme="light")
            view.goto(f"{page.as_uri()}{address}")
            view.wait_for_timeout(500)
            view.screenshot(path=folder / name)
        browser.close()


def main() -> None:
    """Make both anew."""
    with tempfile.TemporaryDirectory() as folder:
        printed, page = play(Path(folder))
        README.write_text(with_excerpt(README.read_text(encoding="utf-8"), printed), encoding="utf-8")
        photograph(page, DOCS)


if __name__ == "__main__":
    main()
