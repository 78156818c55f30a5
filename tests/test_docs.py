"""The documentation is true: whatever it tells people to type is typed, and whatever it says comes out comes out.

Each page is performed from top to bottom in a folder of its own that holds a copy of scenarios/ and personas/:

    a block with a title             is written to the file of that name
    ```python                        is executed; the blocks of a page share one namespace
    ```output                        is what the Python block before it prints
    ```console                       its `$ ` lines are run in a shell; what follows a command is what it prints
    ```yaml ```json                  is read as simkit reads it
    ```text ```mermaid               is for people

A block that `needs` a file that is not there is left out. `...` stands for anything, as in doctest. A command that
fails must be followed by `$ echo $?`. `make TARGET` is not run: the target has to exist; what README.md shows of
`make demo` is compared with what its recipe prints. `REFRESH_GOLDEN=1` writes that excerpt anew.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from simkit.metrics.score import ERROR_KINDS
from simkit.play.dialogue import diagram
from simkit.spec.circumstances import OwnWorld, ToolFault
from simkit.spec.condition import CHECKS
from simkit.spec.domain import DomainFile, Knowledge, Slot, UserAct
from simkit.spec.goal import SAYS_KINDS, EndState, Goal
from simkit.spec.invariants import INVARIANT_KINDS, Invariant
from simkit.spec.lint import Lint
from simkit.spec.persona import PHRASES, Irritation, Persona, Tactic
from simkit.spec.rules import RULE_KINDS, AtMost, Before, Guard, Rule
from simkit.spec.scenario import Change, Limits, Scenario
from simkit.spec.strict_yaml import read_documents

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
BENCHMARKS = ROOT / "benchmarks"
RECORDINGS = ROOT.parent / "shared" / "data"
"""Other people's sessions, which are not ours to ship: blocks that need one are performed where it is."""
FOR_PEOPLE = ("text", "mermaid")
LIKE_DOCTEST = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Block(NamedTuple):
    """A fenced block: its language, the file it is to be written to, a file it needs, its text, its first line's
    number."""

    language: str
    title: str
    needs: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """Every fenced block of a page."""
    text = page.read_text(encoding="utf-8")
    fences = re.finditer(r"^(```+)(\w*)([^\n`]*)\n(.*?)^\1[ ]*$", text, re.MULTILINE | re.DOTALL)
    found = []
    for fence in fences:
        said = dict(re.findall(r'(title|needs)="([^"]+)"', fence[3]))
        line = text.count("\n", 0, fence.start()) + 2
        found.append(Block(fence[2], said.get("title", ""), said.get("needs", ""), fence[4], line))
    assert len(found) == text.count("\n```") // 2, f"{page.name}: a block is not closed"
    return found


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder, with the shipped scenarios and personas to play with."""
    for name in ("scenarios", "personas"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    if RECORDINGS.is_dir():
        (tmp_path / "recordings").symlink_to(RECORDINGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_reader_who_does_what_the_page_says_gets_what_it_shows(
    page: Path, workplace: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Written, executed, typed and compared, block by block."""
    namespace: dict[str, object] = {"__name__": "page"}
    printed = ""
    for block in blocks(page):
        where = f"{page.relative_to(ROOT)}:{block.line}"
        if block.needs and not (workplace / block.needs).exists():
            continue
        if block.title:
            write(workplace / block.title, block.text)
        elif block.language == "python":
            printed = execute(block.text, where, namespace)
        elif block.language == "output":
            agree(block.text, printed, where)
        elif block.language == "console":
            type_in(block, where, workplace)
        elif block.language in ("yaml", "json"):
            load(block, tmp_path_factory.mktemp("fragment"))
        else:
            assert block.language in FOR_PEOPLE, f"{where}: say what this block is, {FOR_PEOPLE} if it is for people"


def write(file: Path, text: str) -> None:
    """A file that the page shows."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def execute(code: str, where: str, namespace: dict[str, object]) -> str:
    """Run a Python block and give what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, where, "exec"), namespace)
    return out.getvalue()


def load(block: Block, folder: Path) -> None:
    """A fragment of a file is at least readable."""
    if block.language == "json":
        json.loads(block.text)
    else:
        write(folder / "fragment.yaml", block.text)
        assert read_documents(folder / "fragment.yaml")


def type_in(block: Block, where: str, workplace: Path) -> None:
    """Type each command of a block and compare what it prints, where the page shows something."""
    code = 0
    for command, expected in commands(block.text):
        if command.startswith("make "):
            assert command.split()[1] in targets(), f"{where}: the Makefile has no target {command.split()[1]}"
            continue
        done = typed(f"(exit {code}); {command}", workplace)
        if code:
            assert command == "echo $?", f"{where}: the command before '{command}' exited with {code}"
        code = done.returncode
        if expected:
            agree(expected, done.stdout, f"{where}: $ {command}")
        assert code == 0 or expected, f"{where}: $ {command} exited with {code}\n{done.stdout}"
    assert code == 0, f"{where}: the last command exited with {code}\n{done.stdout}"


def typed(command: str, workplace: Path) -> subprocess.CompletedProcess[str]:
    """What a terminal shows of a command, stdout and stderr together."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "96", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    environment |= {"PYTEST_ADDOPTS": "-p no:cacheprovider", "PYTHONDONTWRITEBYTECODE": "1"}
    for name in {"PYTEST_XDIST_WORKER", "OPENAI_BASE_URL"} & set(environment):
        del environment[name]
    return subprocess.run(
        ["bash", "-c", command],
        cwd=workplace,
        env=environment,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=280,
    )


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output that is shown; `\\` at a line's end continues it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        match = re.match(r"((?:[^\n]*\\\n)*[^\n]*)\n?(.*)", part, re.DOTALL)
        assert match is not None
        yield match[1], match[2]


def agree(expected: str, actual: str, where: str) -> None:
    """What is shown and what came out are the same, `...` standing for anything."""
    checker, example = doctest.OutputChecker(), doctest.Example("", expected)
    assert checker.check_output(expected, actual, LIKE_DOCTEST), f"{where}: " + checker.output_difference(
        example, actual, LIKE_DOCTEST
    )


def targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def pictures() -> ModuleType:
    """docs/make_pictures.py, which makes what README.md shows."""
    spec = importlib.util.spec_from_file_location("make_pictures", DOCS / "make_pictures.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readme_shows_what_the_demo_prints(workplace: Path) -> None:
    """The excerpt of `make demo`, to the letter; the recipe is run without making an environment first."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^demo:.*\n\t\$\(BIN\)/(simkit run .*)$", makefile, re.MULTILINE)
    assert recipe is not None
    readme = ROOT / "README.md"

    done = typed(f"{recipe[1]} --out demo", workplace)

    assert done.returncode == 0, done.stdout
    shown = pictures().with_excerpt(readme.read_text(encoding="utf-8"), done.stdout)
    if os.environ.get("REFRESH_GOLDEN"):
        readme.write_text(shown, encoding="utf-8")
    assert readme.read_text(encoding="utf-8") == shown, (
        "run `make golden` (or docs/make_pictures.py) and look at the diff"
    )


KEYS = {
    "Scenario": Scenario.model_fields,
    "Changes": Change.model_fields,
    "Own world": OwnWorld.model_fields,
    "Faults of tools": ToolFault.model_fields,
    "Limits": Limits.model_fields,
    "Goal": Goal.model_fields,
    "Acceptable ends": EndState.model_fields,
    "Conditions": [*CHECKS[1:], "within"],
    "Words": SAYS_KINDS,
    "Steps": ["TOOL", "user.TOOL", "say", "any_order"],
    "Lint": Lint.model_fields,
    "Persona": Persona.model_fields,
    "Irritation": Irritation.model_fields,
    "Tactics": Tactic.model_fields,
    "Phrases": PHRASES,
    "Domain": DomainFile.model_fields,
    "Slots": Slot.model_fields,
    "Knowledge": Knowledge.model_fields,
    "User acts": UserAct.model_fields,
    "Rules": Rule.model_fields,
    "Invariants": Invariant.model_fields,
    "before": Before.model_fields,
    "never and requires": Guard.model_fields,
    "at_most": AtMost.model_fields,
}
"""Section of docs/scenario-files.md -> the keys that its table has to explain."""


@pytest.mark.parametrize("section", KEYS)
def test_every_key_of_a_file_is_explained_and_no_other(section: str) -> None:
    """The tables of docs/scenario-files.md are the models, key by key."""
    text = (DOCS / "scenario-files.md").read_text(encoding="utf-8")
    body = re.search(rf"^##+ `?{section}`?\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert body is not None, f"there is no section '{section}'"

    assert re.findall(r"^\| `([^`]+)` \|", body[1], re.MULTILINE) == list(KEYS[section])


def test_the_five_kinds_of_rule_are_all_shown() -> None:
    """A rule of each kind stands in an example that loads."""
    text = (DOCS / "scenario-files.md").read_text(encoding="utf-8")

    assert all(re.search(rf"^ +{kind}:", text, re.MULTILINE) for kind in RULE_KINDS)


def test_the_six_kinds_of_invariant_are_all_shown() -> None:
    """An invariant of each kind stands in an example that loads."""
    shown = next(block.text for block in blocks(DOCS / "scenario-files.md") if block.text.startswith("invariants:"))

    assert set(re.findall(rf"^    ({'|'.join(INVARIANT_KINDS)}):", shown, re.MULTILINE)) == set(INVARIANT_KINDS)


def test_the_turn_table_in_the_docs_is_the_one_that_is_played() -> None:
    """The diagram is drawn from the table that moves sessions."""
    page = DOCS / "how-a-session-runs.md"

    assert [block.text.strip() for block in blocks(page) if block.language == "mermaid"][:1] == [diagram()]


def test_every_kind_of_tool_use_error_has_its_paragraph() -> None:
    """Fourteen headings, in the order of the contract."""
    text = (DOCS / "tool-use-errors.md").read_text(encoding="utf-8")

    assert re.findall(r"^## `(\w+)`$", text, re.MULTILINE) == list(ERROR_KINDS)


@pytest.mark.parametrize("page", [*PAGES, BENCHMARKS / "README.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Every relative link and picture exists, and so does the heading that it points to."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target, heading in re.findall(r"\]\(([^)#\s]*)(?:#([^)]*))?\)", text):
        if "://" not in target:
            there = page.parent / target if target else page
            assert there.exists(), f"{page.relative_to(ROOT)}: {target} does not exist"
            assert not heading or heading in headings(there), f"{page.relative_to(ROOT)}: {target} has no #{heading}"


def headings(page: Path) -> set[str]:
    """The anchors of a page."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in found}


def test_the_picture_of_the_report_is_small() -> None:
    """README.md loads fast."""
    assert 10_000 < (DOCS / "report.png").stat().st_size < 300_000


@pytest.mark.parametrize(
    "command",
    ["import_time.py 1", "play.py 2", "read.py scenarios/airline/airline-flight-status.yaml", "intervals.py 4"],
)
def test_a_benchmark_prints_the_table_that_its_page_shows(command: str, workplace: Path) -> None:
    """The scripts run as typed, and the rows of benchmarks/README.md are the rows that they print."""
    done = typed(f"python {BENCHMARKS}/{command}", workplace)

    assert done.returncode == 0, done.stdout
    page = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in done.stdout.splitlines() if line.startswith("| ")][1:]
    assert rows
    for row in rows:
        assert f"|{row}|" in page, f"benchmarks/README.md has no row{row}"
