"""From a dimensions file and its tuples to scenarios, each under a name that says its tuple."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from simkit.design.covering.rows import Row
from simkit.design.dimensions.filling import Filled, Filler
from simkit.design.dimensions.space import Space, Tuple, space_of
from simkit.errors import FileError, UsageError
from simkit.spec.dimensions import DimensionsFile, Slots, named
from simkit.spec.mistakes import validate
from simkit.spec.scenario import MADE
from simkit.spec.strict_yaml import Document, Loc, read_documents

ENDING = ".dimensions.yaml"
"""How the name of a dimensions file ends."""

LONGEST = 100
"""Characters of a scenario's name."""


@dataclass(frozen=True)
class Dimensions:
    """A dimensions file that was read."""

    said: DimensionsFile
    document: Document
    space: Space

    def made(self, rows: Iterable[Row]) -> list[Document]:
        """A scenario for each row, as a document whose mistakes are told where they stand in the dimensions file."""
        return [self._made(self.space.tuple_of(row)) for row in rows]

    def name_of(self, one: Tuple) -> str:
        """The name of a tuple's scenario: the file's name and each value, or a digest where that is too long."""
        name = ".".join([self.said.dimensions, *map(_slug, one.values())])
        if len(name) <= LONGEST:
            return name
        return f"{name[: LONGEST - 9]}-{hashlib.sha256(repr(one).encode()).hexdigest()[:8]}"

    def _made(self, one: Tuple) -> Document:
        first = {"scenario": self.name_of(one), "made_from": self.said.dimensions, "dimensions": one}
        made = Filler(self.document, self._slots(one)).fill(("scenario",), first)
        tags = made.value.setdefault("tags", [])
        if isinstance(tags, list):
            tags += [f"{name}:{value}" for name, value in one.items()]
        return made

    def _slots(self, one: Tuple) -> dict[str, Filled]:
        """What fills each slot: the file's own slots, then the values', then what depends on several of them."""
        found = _filled(self.said.slots, ("slots",))
        for name, value in one.items():
            loc = _loc_of(self.document, name, value)
            found[name] = Filled(value, loc)
            for slot, what in self.said.over[name][value].items():
                found[slot] = Filled(what, loc if isinstance(loc[-1], int) else (*loc, slot))
        for at, filling in enumerate(self.said.fill):
            if all(one[name] in some for name, some in filling.when.items()):
                found |= _filled(filling.slots, ("fill", at, "slots"))
        return found


def _filled(slots: Slots, loc: Loc) -> dict[str, Filled]:
    return {name: Filled(value, (*loc, name)) for name, value in slots.items()}


def _loc_of(document: Document, name: str, value: str) -> Loc:
    """Where a value of a dimension stands: a number comes last where it is one of a list."""
    written = document.value["over"][name]
    return ("over", name, [*map(named, written)].index(value) if isinstance(written, list) else value)


def _slug(value: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "-", value).strip("-") or "x"


def is_dimensions(path: str | Path) -> bool:
    """Whether a path names a dimensions file."""
    return str(path).endswith((ENDING, ".dimensions.yml"))


def read_dimensions(path: Path) -> Dimensions:
    """The dimensions in a file. Raises FileError, or UsageError where there is none."""
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; check the path")
    documents = read_documents(path)
    if not documents:
        raise FileError(path, "is empty; dimensions start with 'dimensions: NAME'")
    if len(documents) > 1:
        raise documents[1].error("a second document; one set of dimensions a file")
    document = documents[0]
    said = validate(DimensionsFile, document)
    for key in MADE:
        if key in said.scenario:
            raise document.error(f"'{key}' is made from the tuple; remove it", ("scenario", key), key=True)
    for name, values in said.over.items():
        _told_apart(document, name, values)
    return Dimensions(said, document, space_of(said, document))


def _told_apart(document: Document, name: str, values: Mapping[str, Slots]) -> None:
    """Values whose names come to the same in a scenario's name are a mistake."""
    seen: dict[str, str] = {}
    for value in values:
        other = seen.setdefault(_slug(named(value)), value)
        if other != value:
            what = f"'{value}' and '{other}' look the same in a scenario's name; call one of them otherwise"
            raise document.error(what, _loc_of(document, name, value), key=True)
