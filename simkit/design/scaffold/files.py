"""New files from the texts beside: written whole or not at all, and never over anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from simkit.design.yamltext import scalar
from simkit.errors import UsageError
from simkit.spec.rules import fill
from simkit.spec.schema import schemas, write_schemas

TEXTS = Path(__file__).parent / "texts"
DOMAIN = ("domain.yaml", "tools.py", "policy.md", "state.json", "demo.py", "README.md")
CASES = ("status", "order", "cancel", "cancel-ready", "no-such-order")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def new_domain(name: str, into: Path) -> list[Path]:
    """Write the folder of a new domain, and the schemas beside it. Raises `UsageError` where something is there."""
    named(name, "domain")
    folder = free(into / name)
    values = {"name": name, "written": scalar(name), "spoken": spoken(name)}
    texts = {folder / part: text_of(part, values) for part in DOMAIN}
    texts |= {folder / f"{name}-{case}.yaml": text_of(f"case-{case}.yaml", values) for case in CASES}
    return [*written(texts), *beside(into)]


def new_persona(name: str, into: Path, schemas_in: Path) -> list[Path]:
    """Write the file of a new persona."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", name):
        raise UsageError(f"'{name}' is no name for a persona; write small letters, digits and '-', as in slow-reader")
    file = free(into / f"{name}.yaml")
    return [*written({file: text_of("persona.yaml", {"written": scalar(name)})}), *beside(schemas_in)]


def named(name: str, what: str) -> str:
    """`name`, if it can be a domain's. Raises `UsageError`."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name}' is no name for a {what}; write small letters, digits, '-' and '_', as in pharmacy")
    return name


def free(path: Path) -> Path:
    """`path`, if nothing is there. Raises `UsageError`."""
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already and is left as it is; choose another name, or remove it first")
    return path


def spoken(name: str) -> str:
    """A domain's name in a sentence."""
    return name.replace("-", " ").replace("_", " ")


def text_of(part: str, values: Mapping[str, str]) -> str:
    """A text with its holes filled."""
    return fill((TEXTS / f"{part}.txt").read_text(encoding="utf-8"), values)


def written(texts: Mapping[Path, str]) -> list[Path]:
    """Write new files. Raises `UsageError` where that cannot be done."""
    for file, text in texts.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as out:
                out.write(text)
        except OSError as error:
            raise UsageError(f"{file}: cannot be written ({error.strerror}); choose another place") from None
    return list(texts)


def beside(folder: Path) -> list[Path]:
    """The schemas that editors read, written into `folder` where they are not there yet."""
    if all((folder / name).is_file() for name in schemas()):
        return []
    return write_schemas(folder)
