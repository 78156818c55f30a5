"""State graphs as text for other programs: DOT, Mermaid, GraphML. Labels are what agents and models said, so each
format gets them with everything escaped that means something there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import networkx as nx

from simkit.errors import one_line
from simkit.paths.states import START, is_end


class Arrow(NamedTuple):
    """One edge between node numbers."""

    source: int
    target: int
    count: int
    probability: float
    via: str

    @property
    def label(self) -> str:
        """`7 (0.58)`, led by the call if there is one."""
        told = f"{self.count} ({self.probability:.2f})"
        return f"{one_line(self.via)} {told}" if self.via else told


def dot(names: Sequence[str], arrows: Iterable[Arrow]) -> str:
    """Graphviz: the thicker an edge, the likelier from its source."""
    lines = ["digraph states {", "  rankdir=LR;", "  node [shape=box, style=rounded];"]
    for number, name in enumerate(names):
        shape = ", shape=circle" if name == START else ", shape=doublecircle" if is_end(name) else ""
        lines.append(f"  n{number} [label={_dot_text(one_line(name))}{shape}];")
    for arrow in arrows:
        pen = f"penwidth={1 + 4 * arrow.probability:.2f}"
        lines.append(f"  n{arrow.source} -> n{arrow.target} [label={_dot_text(arrow.label)}, {pen}];")
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(names: Sequence[str], arrows: Iterable[Arrow]) -> str:
    """A Mermaid flowchart, left to right; START and the ends are round."""
    lines = ["flowchart LR"]
    for number, name in enumerate(names):
        text = f'"{_mermaid_text(one_line(name))}"'
        lines.append(f"  n{number}({text})" if name == START or is_end(name) else f"  n{number}[{text}]")
    lines += [f'  n{a.source} -->|"{_mermaid_text(a.label)}"| n{a.target}' for a in arrows]
    return "\n".join(lines) + "\n"


def graphml(graph: nx.DiGraph, names: Sequence[str]) -> str:
    """GraphML of a graph whose nodes are `n0`, `n1` …; `names` are their labels, in that order."""
    for number, name in enumerate(names):
        graph.nodes[f"n{number}"]["label"] = one_line(name)
    graph.graph["view"] = one_line(graph.graph["view"])
    for edge in graph.edges(data=True):
        if "via" in edge[2]:
            edge[2]["via"] = one_line(edge[2]["via"])
    if graph.is_multigraph():
        graph = _keyed_by_number(graph)
    return "\n".join(["<?xml version='1.0' encoding='utf-8'?>", *nx.generate_graphml(graph)]) + "\n"


def _keyed_by_number(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """Keys become edge ids in GraphML, and ids must not be anybody's text."""
    plain = nx.MultiDiGraph(**graph.graph)
    plain.add_nodes_from(graph.nodes(data=True))
    for number, (source, target, facts) in enumerate(graph.edges(data=True)):
        plain.add_edge(source, target, key=f"e{number}", **facts)
    return plain


def _dot_text(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _mermaid_text(text: str) -> str:
    """Letters, digits and a few signs as they are, all else as `#code;`: quotes, brackets, directives, HTML."""
    return "".join(c if c.isalnum() or c in " _.:,()-" else f"#{ord(c)};" for c in text)
