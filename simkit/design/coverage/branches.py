"""The ways in which a domain's tools refuse, read off tools.py: each `raise Refused("why")` is a branch."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

Branches = dict[str, tuple[str, ...]]
"""Tool -> why it refuses, in words; `…` stands for what is filled in."""


def branches_of(tools: Path, names: set[str]) -> Branches:
    """The branches of the tools in `names`, with those of the functions of the same file that they call."""
    tree = ast.parse(tools.read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {name: tuple(dict.fromkeys(_raised(name, functions, set()))) for name in sorted(names & functions.keys())}


def _raised(name: str, functions: Mapping[str, ast.FunctionDef], seen: set[str]) -> list[str]:
    if name in seen or name not in functions:
        return []
    seen.add(name)
    found: list[str] = []
    for node in ast.walk(functions[name]):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _called(node.exc) == "Refused":
            found += [text for one in node.exc.args[:1] for text in _texts(one)]
        elif isinstance(node, ast.Call):
            found += _raised(_called(node), functions, seen)
    return found


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _texts(node: ast.expr) -> list[str]:
    """The words of a message; both where it is one or another."""
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)]
    return [str(node.value)] if isinstance(node, ast.Constant) else ["…"]


def is_branch(branch: str, refusal: str) -> bool:
    """Whether a refusal, as the log has it, came from this branch."""
    return re.fullmatch(".*".join(map(re.escape, branch.split("…"))), refusal, re.DOTALL) is not None
