"""The house holds: floors, no circles, one place to wait, no drawers without a name."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "simkit"

FLOORS = {
    "errors": 0,
    "llm": 1,
    "spec": 1,
    "trace": 1,
    "play": 2,
    "paths": 2,
    "metrics": 2,
    "agents": 3,
    "users": 3,
    "imports": 3,
    "guests": 3.5,
    "testing": 4,
    "report": 3,
    "design": 3,
    "resuming": 3,
    "rounds": 3,
    "limits": 4,
    "spending": 3,
    "scored": 4,
    "spread": 4,
    "runs": 4,
    "lint": 4.5,
    "probe": 4.5,
    "api": 5,
    "console": 5,
    "telling": 5.5,
    "viewing": 5.5,
    "options": 5,
    "commands": 5.7,
    "cli": 6,
    "pytest_plugin": 6,
    "__init__": 6,
}
"""Room -> floor. Imports go downward, or sideways on one floor where `SIDEWAYS` says so."""

SIDEWAYS = {("metrics", "paths"), ("runs", "scored"), ("runs", "spread")}
"""Rooms of one floor that may lean on each other: a score reads the episode, a run hands out scored sessions."""

WAITS = (
    "play/agent.py",
    "play/threads.py",
    "play/user.py",
    "play/gate.py",
    "play/session.py",
    "play/suite.py",
    "play/paying.py",
    "play/keeping.py",
    "agents/",
    "users/",
    "llm/",
    "spread/",
    "runs.py",
    "testing.py",
)
"""Where `await` may be written."""

DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "core", "misc"}

FILES = sorted(HOUSE.rglob("*.py"))


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """Every node of a file's syntax tree, the module first."""
    return tuple(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def room(module: str) -> str:
    """`simkit.paths.chain` -> `paths`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def module_name(file: Path) -> str:
    """The dotted name of a file."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


KNOWN = {module_name(file) for file in FILES}


@cache
def imports(file: Path) -> set[str]:
    """Every simkit module that a file imports, wherever in it (functions and TYPE_CHECKING counted)."""
    found: set[str] = set()
    for node in nodes(file):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "simkit":
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & KNOWN
            found |= inner or {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "simkit"}
    return found


def test_imports_go_downward_only() -> None:
    wrong = []
    for file in FILES:
        here = room(module_name(file))
        for target in sorted(imports(file)):
            there = room(target)
            down = there in (here, "__init__") or FLOORS[there] < FLOORS[here] or (here, there) in SIDEWAYS
            if not down:
                wrong.append(f"{file.relative_to(HOUSE)} (floor {FLOORS[here]}) must not import {target}")

    assert wrong == []


def test_there_are_no_circles() -> None:
    graph = networkx.DiGraph(
        (module_name(file), target) for file in FILES for target in imports(file) if target != "simkit"
    )

    assert list(networkx.simple_cycles(graph)) == []


def test_await_is_written_at_the_edge_only() -> None:
    places = [
        file.relative_to(HOUSE).as_posix()
        for file in FILES
        if any(isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith) for node in nodes(file))
    ]

    assert places, "somebody waits"
    assert [place for place in places if not place.startswith(WAITS)] == [], f"keep it pure or wait in {WAITS}"


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function below its signature and docstring: what it does, not what it takes."""
    does = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - does[0].lineno + 1 if does else 0


def test_files_are_small_and_say_what_is_in_them() -> None:
    wrong = []
    for file in FILES:
        place, lines = file.relative_to(HOUSE), len(file.read_text(encoding="utf-8").splitlines())
        wrong += [
            f"{place}: {node.name} has {lines_of(node)} lines"
            for node in nodes(file)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > 45
        ]
        wrong += [f"{place} has {lines} lines"] if lines > 320 else []
        wrong += [f"{place}: name it by what is in it"] if file.stem in DRAWERS else []
        module = nodes(file)[0]
        assert isinstance(module, ast.Module)
        wrong += [] if ast.get_docstring(module) else [f"{place} does not say what it is for"]

    assert wrong == []


def test_nothing_can_run_what_a_file_or_a_model_says() -> None:
    for file in FILES:
        for node in nodes(file):
            called = getattr(getattr(node, "func", None), "id", "") if isinstance(node, ast.Call) else ""
            assert called not in ("eval", "exec", "compile", "__import__"), f"{file}: {called}"
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not {"pickle", "marshal", "shelve", "dill"} & set(names), f"{file}: {names}"


@pytest.mark.parametrize("statement", ["import simkit", "import simkit.cli"])
def test_importing_simkit_pulls_in_neither_langgraph_nor_a_web_stack(statement: str) -> None:
    heavy = (
        "langgraph",
        "langchain_core",
        "numpy",
        "networkx",
        "sqlalchemy",
        "httpx2",
        "jinja2",
        "openai",
        "starlette",
    )
    code = f"{statement}; import sys; print(*[name for name in {heavy!r} if name in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert loaded == []


def test_the_face_names_what_it_hands_on() -> None:
    import simkit

    assert simkit.__all__ == sorted(simkit.__all__)
    for name in simkit.__all__:
        assert getattr(simkit, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = simkit.nonsense
