"""Scenarios that dimensions make, as files that a person can go on with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simkit.design.dimensions.loading import rows_of, split_ref
from simkit.design.dimensions.making import read_dimensions
from simkit.design.yamltext import block
from simkit.errors import UsageError
from simkit.spec.files import load_pack, read_domain
from simkit.spec.strict_yaml import Document


def scenarios(path: Path) -> Iterator[tuple[str, str]]:
    """Name and YAML of each scenario that `path` makes: a dimensions file, with its choice behind a colon or without.

    Raises SimkitError for what cannot be read, and for scenarios that are wrong.
    """
    found = split_ref(path)
    if found is None:
        raise UsageError(f"{path}: is no dimensions file; its name ends in .dimensions.yaml")
    read = read_dimensions(found[0])
    documents = read.made(rows_of(read, found[1]))
    load_pack([], documents)
    for document in documents:
        yield document.value["scenario"], as_scenario(document)


def as_scenario(document: Document) -> str:
    """A scenario's document as YAML that can stand in any folder."""
    return block(_with_domain(document)) + "\n"


def _with_domain(document: Document) -> dict[str, Any]:
    """The scenario with its domain's name, so that it can stand in another folder."""
    said: dict[str, Any] = document.value
    if said.get("domain"):
        return said
    domain = read_domain(document.path.parent).name
    return {"scenario": said["scenario"], "domain": domain, **{k: v for k, v in said.items() if k != "scenario"}}
