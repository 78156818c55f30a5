"""The state graph of one session or of many: which states were visited, and which way it went between them.

Built from counts: sessions are coded and counted in one go, and a networkx graph is made only when asked for. Under
the `world` view two states may be joined by several edges, one per call that led from one to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from simkit.paths import draw
from simkit.paths.states import START, Visit, in_order

Codes = NDArray[np.int64]


class Node(NamedTuple):
    """One state: how often it was visited, in how many sessions."""

    state: str
    visits: int
    sessions: int


class Edge(NamedTuple):
    """One way between two states."""

    source: str
    target: str
    via: str
    """The call that led there, `name:outcome`; empty where edges are not told apart by calls."""
    count: int
    probability: float
    """Share of all that left `source`; over its edges these sum to 1."""
    sessions: int
    """In how many sessions this edge was taken."""


@dataclass(frozen=True)
class StateGraph:
    """The graph of `sessions` sessions under one view. Immutable."""

    view: str
    sessions: int
    nodes: tuple[Node, ...]
    """START first, inner states in the order of their first visit, END:* last."""
    edges: tuple[Edge, ...]
    """In the order of their nodes, then of the first time they were taken."""
    by_call: bool = False
    """Whether edges between the same states are told apart by the call that led there."""

    def networkx(self) -> nx.DiGraph:
        """A DiGraph, or a MultiDiGraph keyed by call if `by_call`. Nodes have visits and sessions; edges have count,
        probability and sessions, and `via` if `by_call`."""
        graph = nx.MultiDiGraph() if self.by_call else nx.DiGraph()
        graph.graph.update(view=self.view, sessions=self.sessions)
        for node in self.nodes:
            graph.add_node(node.state, visits=node.visits, sessions=node.sessions)
        for edge in self.edges:
            facts = {"count": edge.count, "probability": edge.probability, "sessions": edge.sessions}
            own = {"key": edge.via, "via": edge.via} if self.by_call else {}
            graph.add_edge(edge.source, edge.target, **own, **facts)
        return graph

    def to_json(self) -> dict[str, Any]:
        """networkx's node-link form, with `edges` as the key of the edges: `networkx.node_link_graph` reads it."""
        return nx.node_link_data(self.networkx(), edges="edges")  # type: ignore[no-any-return]

    def dot(self) -> str:
        """Graphviz text; hostile labels stay labels."""
        return draw.dot(self._names, self._arrows)

    def mermaid(self) -> str:
        """A Mermaid flowchart; hostile labels stay labels."""
        return draw.mermaid(self._names, self._arrows)

    def graphml(self) -> str:
        """GraphML, for Gephi and the like: nodes `n0`, `n1` …, their state as `label`."""
        names = {node.state: f"n{number}" for number, node in enumerate(self.nodes)}
        return draw.graphml(nx.relabel_nodes(self.networkx(), names), self._names)

    @property
    def _names(self) -> list[str]:
        return [node.state for node in self.nodes]

    @property
    def _arrows(self) -> list[draw.Arrow]:
        place = {name: number for number, name in enumerate(self._names)}
        return [draw.Arrow(place[e.source], place[e.target], e.count, e.probability, e.via) for e in self.edges]


def graph_of(walks: Iterable[Sequence[Visit]], view: str, *, by_call: bool | None = None) -> StateGraph:
    """The graph of one or many sessions, each as `states.step_sequence` gives it.

    `by_call` tells edges between the same states apart by their call: left out, under the `world` view only.
    """
    calls = view == "world" if by_call is None else by_call
    visits: list[str] = []
    vias: list[str] = []
    owner: list[int] = []
    sessions = 0
    for walk in walks:
        visits.extend(visit.state for visit in walk)
        vias.extend((visit.via for visit in walk) if calls else repeat("", len(walk)))
        owner.extend(repeat(sessions, len(walk)))
        sessions += 1
    states = in_order([START, *visits])
    return _counted(view, sessions, states, _codes(visits, states), vias, np.array(owner, dtype=np.int64), calls)


def _counted(
    view: str, sessions: int, states: tuple[str, ...], steps: Codes, vias: list[str], owner: Codes, by_call: bool
) -> StateGraph:
    names = tuple(dict.fromkeys(vias)) or ("",)
    k, width = len(states), len(names)
    inside = owner[1:] == owner[:-1]
    cells = ((steps[:-1] * k + steps[1:]) * width + _codes(vias, names)[1:])[inside]
    kinds, times, spread = _tally(cells, owner[1:][inside])
    pairs, call = np.divmod(kinds, width)
    source, target = np.divmod(pairs, k)
    left = np.bincount(source, weights=times, minlength=k)
    edges = zip(source.tolist(), target.tolist(), call.tolist(), times.tolist(), spread.tolist(), strict=True)
    seen = {code: counts for code, *counts in zip(*(part.tolist() for part in _tally(steps, owner)), strict=True)}
    return StateGraph(
        view,
        sessions,
        tuple(Node(state, *seen.get(number, (0, 0))) for number, state in enumerate(states)),
        tuple(Edge(states[i], states[j], names[c], n, float(n / left[i]), s) for i, j, c, n, s in edges),
        by_call,
    )


def _codes(labels: Sequence[str], names: Sequence[str]) -> Codes:
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[label] for label in labels], dtype=np.int64)


def _tally(values: Codes, owner: Codes) -> tuple[Codes, Codes, Codes]:
    """The distinct values in order, how often each came, and in how many sessions."""
    kinds, which, times = np.unique(values, return_inverse=True, return_counts=True)
    owned = np.unique(owner * max(len(kinds), 1) + which)
    spread = np.bincount(owned % max(len(kinds), 1), minlength=len(kinds))
    return kinds, times, spread
