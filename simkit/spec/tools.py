"""A domain's tools: typed Python functions in tools.py, whose signatures give their JSON Schemas.

    from typing import Annotated, Literal
    from simkit import Refused, World, reads, writes, Field

    @writes
    def cancel_order(world: World, order_id: Annotated[str, Field(pattern=r"^W\\d+$")]) -> dict:
        '''Cancel an order that has not been shipped.'''

`@reads(by="user")` and `@writes(by="user")` make tools of the user's own (dual control).
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from pydantic import Field, create_model
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

from simkit.errors import FileError
from simkit.spec.domain import Tool

Function = Callable[..., Any]


def reads(function: Function | None = None, *, by: Literal["agent", "user"] = "agent") -> Any:
    """Mark a function as a tool that changes nothing."""
    return _marked(function, "read", by)


def writes(function: Function | None = None, *, by: Literal["agent", "user"] = "agent") -> Any:
    """Mark a function as a tool that may change the world."""
    return _marked(function, "write", by)


def _marked(function: Function | None, effect: str, by: str) -> Any:
    def mark(target: Function) -> Function:
        target.__simkit__ = (effect, by)  # type: ignore[attr-defined]
        return target

    return mark if function is None else mark(function)


def load_module(path: Path) -> ModuleType:
    """Import the Python file at `path` under a name of its own. Raises `FileError` with the line that failed."""
    name = "simkit_pack_" + "_".join(part for part in path.resolve().with_suffix("").parts if part.isidentifier())
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileError(path, "is not a Python file that can be read; check the path")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with redirect_stdout(sys.stderr):  # stdout is for results, whatever a pack prints
            spec.loader.exec_module(module)
    except SyntaxError as error:
        what = f"not Python: {error.msg}; mend the syntax"
        file = Path(error.filename or path)
        file = file if file.is_file() and file.resolve() != path.resolve() else path
        raise FileError(file, what, line=error.lineno or 1, column=error.offset or 1) from None
    except (Exception, SystemExit) as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).resolve() == path.resolve()]
        said = re.sub(r" \([^()]*\.py\)$", "", str(error))  # an ImportError names a file of this machine
        what = f"importing it raised {type(error).__name__}: {said}; mend that line"
        raise FileError(path, what, line=(frames[-1].lineno if frames else 1) or 1) from None
    return module


def read_tools(path: Path) -> tuple[tuple[Tool, ...], dict[tuple[str, str], Function]]:
    """The tools of a tools.py, in the order in which they are written, and their functions by (side, name)."""
    module = load_module(path)
    tools, functions = [], {}
    for name, function in vars(module).items():
        if inspect.isfunction(function) and hasattr(function, "__simkit__"):
            tool = _tool(name, function, path)
            if (tool.by, name) in functions:
                continue
            tools.append(tool)
            functions[tool.by, name] = function
    if not tools:
        raise FileError(path, "has no tools; mark functions with @reads or @writes")
    return tuple(tools), functions


def _tool(name: str, function: Function, path: Path) -> Tool:
    effect, by = function.__simkit__  # type: ignore[attr-defined]
    doc = inspect.getdoc(function)
    if not doc:
        raise _mistake(function, path, f"tool '{name}' has no docstring; say what it does, agents read it")
    return Tool(name=name, description=doc, parameters=_schema(name, function, path), effect=effect, by=by)


def _mistake(function: Function, path: Path, what: str) -> FileError:
    """A mistake in a tool, at the line of its `def`."""
    code = inspect.unwrap(function).__code__
    file = Path(code.co_filename)
    file = file if file.is_file() and file.resolve() != path.resolve() else path
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    line = code.co_firstlineno
    while line < len(lines) and not re.match(r"\s*(async )?def\b", lines[line - 1]):
        line += 1
    return FileError(file, what, line=line)


def _schema(name: str, function: Function, path: Path) -> dict[str, Any]:
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise _mistake(function, path, f"tool '{name}' must be a plain function; remove async and yield")
    try:
        parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    except Exception as error:
        what = f"the types of tool '{name}' cannot be read ({type(error).__name__}: {error}); mend or import them"
        raise _mistake(function, path, what) from None
    if not parameters:
        raise _mistake(function, path, f"tool '{name}' takes nothing; its first parameter is the world")
    fields: dict[str, Any] = {}
    for parameter in parameters[1:]:
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            what = f"'{parameter}' of tool '{name}' cannot be given by name; write plain parameters"
            raise _mistake(function, path, what)
        if parameter.annotation is parameter.empty:
            what = f"'{parameter.name}' of tool '{name}' has no type; annotate it, as in {parameter.name}: str"
            raise _mistake(function, path, what)
        default = ... if parameter.default is parameter.empty else parameter.default
        # Under an alias, since a parameter may be named like a method of pydantic's models.
        fields[f"parameter_{len(fields)}"] = (parameter.annotation, Field(default, alias=parameter.name))
    try:
        schema = create_model(name, __config__={"extra": "forbid"}, **fields).model_json_schema()
    except (PydanticUserError, PydanticSchemaGenerationError, NameError, TypeError) as error:
        about = str(error).splitlines()[0].split(". ")[0]
        what = f"the types of tool '{name}' have no JSON Schema; use plain ones such as str or list[int] ({about})"
        raise _mistake(function, path, what) from None
    return without_titles(schema)  # type: ignore[no-any-return]


def without_titles(schema: Any) -> Any:
    """A JSON Schema without the titles that pydantic makes up from names."""
    if isinstance(schema, dict):
        return {
            key: without_titles(value)
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [without_titles(item) for item in schema] if isinstance(schema, list) else schema
