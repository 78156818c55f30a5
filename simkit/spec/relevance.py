"""Documents and the tools that find them, checked: what is named and is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simkit.errors import FileError, did_you_mean
from simkit.spec.domain import Domain, DomainFile, Tool
from simkit.spec.scenario import Scenario
from simkit.spec.strict_yaml import Document


def knowledge_mistakes(
    said: DomainFile, tools: tuple[Tool, ...], tables: Mapping[str, Any], document: Document
) -> Iterator[FileError]:
    """A table of documents, or a tool that finds them, that the domain does not have."""
    knowledge = said.knowledge
    if knowledge is None:
        return
    if knowledge.documents not in tables:
        what = f"the world has no table '{knowledge.documents}'{did_you_mean(knowledge.documents, tables)}"
        yield document.error(what, ("knowledge", "documents"))
    known = [tool.name for tool in tools if tool.by == "agent"]
    for name in knowledge.found_by:
        if name not in known:
            cure = did_you_mean(name, known) or "; name a tool of the agent's"
            yield document.error(f"there is no tool '{name}'{cure}", ("knowledge", "found_by", name), key=True)


def relevant_mistakes(scenario: Scenario, domain: Domain, document: Document) -> Iterator[FileError]:
    """Relevant documents that the domain does not have."""
    knowledge = domain.card.knowledge
    if not scenario.relevant:
        return
    if knowledge is None:
        what = f"domain '{domain.name}' has no documents; add 'knowledge:' to its domain.yaml"
        yield document.error(what, ("relevant",), key=True)
        return
    table = domain.tables[knowledge.documents]
    for at, name in enumerate(scenario.relevant):
        if name not in table:
            cure = did_you_mean(name, table) or f"; name an id of table '{knowledge.documents}'"
            graded = ("relevant", name) in document.keys_at
            place = ("relevant", name) if graded else ("relevant", at)
            yield document.error(f"there is no document '{name}'{cure}", place, key=graded)
