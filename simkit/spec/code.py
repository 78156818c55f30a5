"""What the code of a domain's tools.py does, one digest a definition: comments and layout change none of them.

A digest is that of the syntax tree without positions, docstrings (they stand in the tools' descriptions) and whatever
is empty, so that neither the machine nor the release of Python is in it.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from simkit.spec.frozen import digest

ELSE = "(module)"
"""The name of what stands between the definitions: imports, and statements that are run."""


def code_digests(path: Path) -> dict[str, str]:
    """Name -> digest, of every function, class and constant of the module at `path` and of the rest of it.

    The module has been imported before: its syntax is right.
    """
    found: dict[str, list[Any]] = {}
    for node in ast.parse(path.read_bytes()).body:
        if not _is_text(node):
            found.setdefault(_name(node), []).append(_shape(node))
    return {name: digest(shapes)[:12] for name, shapes in found.items()}


def _name(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ELSE


def _shape(thing: Any) -> Any:
    if isinstance(thing, ast.AST):
        inner = {name: _shape(value) for name, value in ast.iter_fields(thing) if value is not None and value != []}
        if isinstance(thing, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            inner["body"] = [_shape(node) for node in thing.body if not _is_text(node)]
        return [type(thing).__name__, inner]
    if isinstance(thing, list):
        return [_shape(one) for one in thing]
    return thing if isinstance(thing, str | bool) else repr(thing)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
