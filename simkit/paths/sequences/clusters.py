"""Sessions that go alike, and states that belong together.

A session is the shares of its transitions, its outcome apart; two sessions are as far apart as the square roots of
their shares (Hellinger). k-means with k-means++ starts (Arthur and Vassilvitskii 2007) on distinct ways, each weighted
by its sessions; k is the one with the best simplified silhouette (Hruschka et al. 2004). States belong together where
sessions stay among them: Louvain communities of the count graph (Blondel et al. 2008), by networkx.
"""

from __future__ import annotations

from typing import NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from simkit.paths.codes import Counts
from simkit.paths.sequences.variants import variant_of
from simkit.paths.states import START, is_end
from simkit.paths.walks import Walks

Floats = NDArray[np.float64]

_WIDEST = 512
_MOST = 8
_ROUNDS = 50
_STARTS = 4


class Cluster(NamedTuple):
    """Sessions that go alike."""

    sessions: tuple[str, ...]
    passing: float
    """Share that passed."""
    typical: str
    """The session in the middle."""
    way: tuple[str, ...]
    """Its states."""
    marks: tuple[tuple[str, str, float], ...]
    """Transitions that set them apart: from, to, and by how much more often a session takes them than one elsewhere."""


class Clustering(NamedTuple):
    """All sessions in groups, the largest first."""

    clusters: tuple[Cluster, ...]
    silhouette: float
    """How well they are apart: 1 very well, 0 not at all."""


class Community(NamedTuple):
    """States among which sessions stay."""

    states: tuple[str, ...]
    inside: float
    """Share of the transitions from these states that lead to one of them."""


def clusters(walks: Walks, most: int = _MOST, seed: int = 0) -> Clustering:
    """The sessions in 2 to `most` groups; one group where all go alike."""
    if not len(walks):
        return Clustering((), 0.0)
    ways = variant_of(walks)
    firsts, weights = np.unique(ways, return_index=True, return_counts=True)[1:]
    counts, cells = _transitions(walks, firsts)
    points = np.sqrt(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    best = np.zeros(len(points), dtype=np.int64), 0.0
    rng = np.random.default_rng(seed)
    for k in range(2, min(most, len(points) - 1) + 1):
        found = _k_means(points, weights.astype(np.float64), k, rng)
        quality = _silhouette(points, weights.astype(np.float64), found)
        if quality > best[1] + 1e-9:
            best = found, quality
    return Clustering(_told(walks, best[0][ways], firsts, points, counts, cells, ways), best[1])


def _transitions(walks: Walks, chosen: Counts) -> tuple[Floats, Counts]:
    """(V, C) how often each of the sessions took each of the C transitions that most of them have."""
    some, k = walks.only(chosen), len(walks.states)
    ends = np.array([is_end(state) for state in walks.states])
    # How a session ended is not the way it went: all ends are the last one here.
    steps = np.where(ends[some.steps], k - 1, some.steps).astype(np.int64)
    inside = some.owners[1:] == some.owners[:-1]
    cells, owners = (steps[:-1] * k + steps[1:])[inside], some.owners[1:][inside]
    kinds, which, times = np.unique(cells, return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(-times, kind="stable")[:_WIDEST])
    counts = np.zeros((len(some), len(kinds)))
    np.add.at(counts, (owners, which), 1)
    return counts[:, kept], kinds[kept]


def _k_means(points: Floats, weights: Floats, k: int, rng: np.random.Generator) -> Counts:
    tried = [_one_start(points, weights, k, rng) for _ in range(_STARTS)]
    return min(tried, key=lambda one: one[1])[0]


def _one_start(points: Floats, weights: Floats, k: int, rng: np.random.Generator) -> tuple[Counts, float]:
    centres = points[[int(rng.choice(len(points), p=weights / weights.sum()))]]
    while len(centres) < k:
        pull = weights * _squares(points, centres).min(axis=1)
        if pull.sum() <= 0:
            break
        centres = np.vstack([centres, points[int(rng.choice(len(points), p=pull / pull.sum()))]])
    belongs = np.full(len(points), -1)
    for _ in range(_ROUNDS):
        squares = _squares(points, centres)
        nearest = squares.argmin(axis=1)
        if (nearest == belongs).all():
            break
        belongs = nearest
        for number in range(len(centres)):
            mine = belongs == number
            if mine.any():
                centres[number] = np.average(points[mine], axis=0, weights=weights[mine])
    return belongs, float((weights * _squares(points, centres).min(axis=1)).sum())


def _squares(points: Floats, centres: Floats) -> Floats:
    crossed = points @ centres.T
    return np.maximum((points**2).sum(axis=1)[:, None] - 2 * crossed + (centres**2).sum(axis=1), 0.0)


def _silhouette(points: Floats, weights: Floats, belongs: Counts) -> float:
    names = np.unique(belongs)
    if len(names) < 2:
        return 0.0
    centres = np.array([np.average(points[belongs == n], axis=0, weights=weights[belongs == n]) for n in names])
    apart = np.sqrt(_squares(points, centres))
    own = np.searchsorted(names, belongs)
    mine = apart[np.arange(len(points)), own]
    apart[np.arange(len(points)), own] = np.inf
    other = apart.min(axis=1)
    larger = np.maximum(mine, other)
    each = np.divide(other - mine, larger, out=np.zeros_like(larger), where=larger > 0)
    each[np.bincount(own, weights=weights)[own] <= 1] = 0.0  # a session alone is like nobody
    return float(np.average(each, weights=weights))


def _told(
    walks: Walks, belongs: Counts, firsts: Counts, points: Floats, counts: Floats, cells: Counts, ways: Counts
) -> tuple[Cluster, ...]:
    told = []
    for number in np.unique(belongs).tolist():
        mine = np.flatnonzero(belongs == number)
        rest = np.flatnonzero(belongs != number)
        distances = _squares(points, points[ways[mine]].mean(axis=0)[None])[:, 0]
        typical = int(mine[np.argmin(distances[ways[mine]])])
        more = counts[ways[mine]].mean(axis=0) - (counts[ways[rest]].mean(axis=0) if len(rest) else 0.0)
        names = [*walks.states[:-1], "END"]
        marks = [(*divmod(int(cells[c]), len(names)), float(more[c])) for c in np.argsort(-more, kind="stable")[:3]]
        told.append(
            Cluster(
                tuple(str(walks.keys[session]) for session in mine.tolist()),
                float(walks.passed[mine].mean()),
                str(walks.keys[typical]),
                walks.states_of(typical),
                tuple((names[a], names[b], by) for a, b, by in marks if by > 0) if len(rest) else (),
            )
        )
    return tuple(sorted(told, key=lambda one: -len(one.sessions)))


def communities(walks: Walks, seed: int = 0) -> tuple[tuple[Community, ...], float]:
    """Groups of inner states, the busiest first, and their modularity: how much more sessions stay inside a group than
    they would by chance (0: not at all)."""
    matrix = walks.matrix()
    inner = [n for n, state in enumerate(matrix.states) if state != START and not is_end(state)]
    graph = nx.Graph()
    graph.add_nodes_from(inner)
    for a, b in np.argwhere(matrix.counts).tolist():
        if a in graph and b in graph:
            known = graph[a][b]["weight"] if graph.has_edge(a, b) else 0
            graph.add_edge(a, b, weight=known + int(matrix.counts[a, b]))
    if not graph.number_of_edges():
        return (), 0.0
    groups = nx.community.louvain_communities(graph, weight="weight", seed=seed)
    quality = nx.community.modularity(graph, groups, weight="weight")
    left = matrix.counts.sum(axis=1)
    groups.sort(key=lambda group: (-left[list(group)].sum(), min(group)))
    told = []
    for group in map(sorted, groups):
        staying, leaving = matrix.counts[np.ix_(group, group)].sum(), left[group].sum()
        told.append(Community(tuple(matrix.states[n] for n in group), float(staying / max(leaving, 1))))
    return tuple(told), float(quality)
