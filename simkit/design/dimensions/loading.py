"""Packs with dimensions files among their paths: `FILE.dimensions.yaml`, or with what to make of it after a colon.

returns.dimensions.yaml               a covering array of the strength that the file says
returns.dimensions.yaml:strength=3    of strength 3
returns.dimensions.yaml:full          every tuple
returns.dimensions.yaml:sample=20     20 tuples at random
returns.dimensions.yaml:focus=RUN     closer where the run failed
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from simkit.design.dimensions.choice import Choice, chosen
from simkit.design.dimensions.focus import Focus, focus_of
from simkit.design.dimensions.making import Dimensions, is_dimensions, read_dimensions
from simkit.errors import UsageError
from simkit.spec.files import Pack, load_pack
from simkit.spec.strict_yaml import Document

_REF = re.compile(r"(?P<file>.+\.dimensions\.ya?ml)(?::(?P<choice>.*))?", re.DOTALL)


def split_ref(path: str | Path) -> tuple[Path, Choice] | None:
    """The file and the choice that a path names; None for what is no dimensions file."""
    found = _REF.fullmatch(str(path))
    return (Path(found["file"]), Choice.read(found["choice"] or "")) if found else None


def with_choice(paths: Sequence[str | Path], choice: Choice) -> list[str | Path]:
    """The paths, with the choice for each dimensions file among them. Raises UsageError where there is none."""
    if choice == Choice():
        return list(paths)
    if not any(is_dimensions(path) for path in paths):
        asked = str(replace(choice, seed=0)).partition("=")[0]
        raise UsageError(f"--{asked} is about dimensions; name a file that ends in .dimensions.yaml")
    return [f"{path}:{choice}" if is_dimensions(path) else path for path in paths]


def load(paths: Sequence[str | Path]) -> Pack:
    """Everything under `paths`, with the scenarios that dimensions files make. Raises SimkitError as `load_pack`."""
    refs = [(path, found) for path in paths if (found := split_ref(path))]
    plain = [path for path in paths if split_ref(path) is None]
    documents: list[Document] = []
    for _, (file, choice) in refs:
        read = read_dimensions(file)
        source = f"{file.absolute()}:{choice}"
        documents += [replace(one, source=source) for one in read.made(rows_of(read, choice))]
    return load_pack(plain, documents)


def rows_of(read: Dimensions, choice: Choice) -> list[tuple[int, ...]]:
    """The tuples that a choice makes of a file, as rows."""
    focus = focus_of(choice.focus, read.said.dimensions, read.space) if choice.focus else Focus()
    return chosen(read.space, choice, read.said.strength, focus)


def files_of(documents: Iterable[Document]) -> list[str]:
    """What to load, in another process, to have these documents' scenarios again."""
    return sorted({document.source or str(document.path.absolute()) for document in documents})
