"""Where the states of a graph stand on a page: a layered drawing, top to bottom, after Sugiyama et al. (1981).

The heaviest edges that form no cycle point down; the others point up. A node's layer is its longest way from the
top. Edges over several layers bend around what stands between. Barycentre sweeps order each layer; least squares
with a minimum distance (pool adjacent violators) set the coordinates. Deterministic: ties go by the given order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import networkx as nx

_GAP_X, _GAP_Y, _HEIGHT, _BEND = 26.0, 58.0, 34.0, 10.0
_SWEEPS = 10

Key = tuple[str, str, int] | tuple[str]
"""A node `(state,)`, or a bend `(source, target, layer)` of an edge that passes a layer."""


class Box(NamedTuple):
    """A state's box: centre and size, in pixels."""

    state: str
    x: float
    y: float
    width: float
    height: float


class Line(NamedTuple):
    """An edge's course: an SVG path, the tip of its arrow, and where the arrow points (`down`, `up`, `left`)."""

    source: str
    target: str
    path: str
    tip: tuple[float, float]
    points: str


class Drawing(NamedTuple):
    """Boxes and lines on a canvas of that size, in pixels."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def levels(states: Sequence[str], edges: Mapping[tuple[str, str], int], last: Iterable[str] = ()) -> dict[str, int]:
    """How far down each state stands in such a drawing, from 0; the states in `last` stand lowest."""
    return _layers(_acyclic(states, edges), set(last)) if states else {}


def layered(widths: Mapping[str, float], edges: Mapping[tuple[str, str], int], last: Iterable[str] = ()) -> Drawing:
    """The drawing of a graph: `widths` has every state with its box's width, in order; `edges` the weights.

    The states in `last` (nothing follows them) stand together in the bottom layer.
    """
    if not widths:
        return Drawing(0.0, 0.0, (), ())
    down = _acyclic(widths, edges)
    layer = _layers(down, set(last))
    chains = {edge: _chain(edge, layer) for edge in down.edges}
    rows = _ordered(_rows(layer, chains.values()), chains.values())
    x = _coordinates(rows, chains.values(), widths)
    boxes = {s: Box(s, x[s,], _HEIGHT / 2 + layer[s] * (_HEIGHT + _GAP_Y) + 4, widths[s], _HEIGHT) for s in widths}
    lines = [*_lines(edges, chains, boxes, x), *(_loop(boxes[s]) for s in widths if (s, s) in edges)]
    right = max(box.x + box.width / 2 for box in boxes.values())
    far = max([right + 28.0, *(x[key] + 8.0 for row in rows for key in row)])
    return Drawing(far, max(box.y for box in boxes.values()) + _HEIGHT / 2 + 4, tuple(boxes.values()), tuple(lines))


def _acyclic(states: Iterable[str], edges: Mapping[tuple[str, str], int]) -> nx.DiGraph[str]:
    down: nx.DiGraph[str] = nx.DiGraph()
    down.add_nodes_from(states)
    for (source, target), _ in sorted(edges.items(), key=lambda item: -item[1]):
        if source != target:
            back = nx.has_path(down, target, source)
            down.add_edge(*((target, source) if back else (source, target)))
    return down


def _layers(down: nx.DiGraph[str], last: set[str]) -> dict[str, int]:
    layer = {state: depth for depth, states in enumerate(nx.topological_generations(down)) for state in states}
    bottom = max((depth for state, depth in layer.items() if state not in last), default=-1) + 1
    return {state: bottom if state in last else depth for state, depth in layer.items()}


def _chain(edge: tuple[str, str], layer: Mapping[str, int]) -> list[Key]:
    source, target = edge
    bends: list[Key] = [(source, target, depth) for depth in range(layer[source] + 1, layer[target])]
    return [(source,), *bends, (target,)]


def _rows(layer: Mapping[str, int], chains: Iterable[list[Key]]) -> list[list[Key]]:
    rows: list[list[Key]] = [[] for _ in range(max(layer.values()) + 1)]
    for state, depth in layer.items():
        rows[depth].append((state,))
    for chain in chains:
        for key in chain[1:-1]:
            rows[key[-1]].append(key)  # type: ignore[index]
    return rows


def _neighbours(chains: Iterable[list[Key]]) -> tuple[dict[Key, list[Key]], dict[Key, list[Key]]]:
    above: dict[Key, list[Key]] = {}
    below: dict[Key, list[Key]] = {}
    for chain in chains:
        for upper, lower in pairwise(chain):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return above, below


def _ordered(rows: list[list[Key]], chains: Iterable[list[Key]]) -> list[list[Key]]:
    """The order within each layer with few crossings: each key goes to the mean place of its neighbours."""
    above, below = _neighbours(chains)
    place = {key: i / max(1, len(row) - 1) for row in rows for i, key in enumerate(row)}
    for sweep in range(_SWEEPS):
        near = below if sweep % 2 else above
        for row in reversed(rows) if sweep % 2 else rows:
            mean = {key: _mean([place[other] for other in near.get(key, ())], place[key]) for key in row}
            row.sort(key=mean.__getitem__)
            place |= {key: i / max(1, len(row) - 1) for i, key in enumerate(row)}
    return rows


def _coordinates(rows: list[list[Key]], chains: Iterable[list[Key]], widths: Mapping[str, float]) -> dict[Key, float]:
    above, below = _neighbours(chains)
    size = {key: widths[key[0]] if len(key) == 1 else _BEND for row in rows for key in row}
    x: dict[Key, float] = {}
    for row in rows:
        x |= _spread(row, dict.fromkeys(row, 0.0), size)
    for sweep in range(_SWEEPS):
        near = above if sweep % 2 else below
        for row in rows if sweep % 2 else reversed(rows):
            wanted = {key: _mean([x[other] for other in near.get(key, ())], x[key]) for key in row}
            x |= _spread(row, wanted, size)
    left = min(x[key] - size[key] / 2 for key in x)
    return {key: round(value - left + 4, 1) for key, value in x.items()}


def _spread(row: Sequence[Key], wanted: Mapping[Key, float], size: Mapping[Key, float]) -> dict[Key, float]:
    """Places as near as possible (least squares) to those wanted, in this order and without overlap."""
    offset, offsets = 0.0, []
    for i, key in enumerate(row):
        offset += (size[row[i - 1]] + size[key]) / 2 + _GAP_X if i else 0.0
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []
    for key, shift in zip(row, offsets, strict=True):
        total, count = wanted[key] - shift, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / count:
            more, many = blocks.pop()
            total, count = total + more, count + many
        blocks.append((total, count))
    level = [total / count for total, count in blocks for _ in range(count)]
    return {key: base + shift for key, base, shift in zip(row, level, offsets, strict=True)}


def _lines(
    edges: Mapping[tuple[str, str], int],
    chains: Mapping[tuple[str, str], list[Key]],
    boxes: Mapping[str, Box],
    x: Mapping[Key, float],
) -> list[Line]:
    ports = _ports(edges, chains, boxes, x)
    lines = []
    for source, target in edges:
        if source == target:
            continue
        falls = (source, target) in chains and boxes[source].y < boxes[target].y
        chain = chains[source, target] if falls else chains[target, source][::-1]
        middle = [(x[key], _HEIGHT / 2 + key[-1] * (_HEIGHT + _GAP_Y) + 4) for key in chain[1:-1]]  # type: ignore[operator]
        side = _HEIGHT / 2 if falls else -_HEIGHT / 2
        start = (ports[source, target, source], boxes[source].y + side)
        tip = (ports[source, target, target], boxes[target].y - side)
        path = _curve([start, *middle, tip], _HEIGHT / 2)
        lines.append(Line(source, target, path, tip, "down" if falls else "up"))
    return lines


def _ports(
    edges: Mapping[tuple[str, str], int],
    chains: Mapping[tuple[str, str], list[Key]],
    boxes: Mapping[str, Box],
    x: Mapping[Key, float],
) -> dict[tuple[str, str, str], float]:
    """Where each edge touches its two boxes: side by side, in the order of where they come from."""
    sides: dict[tuple[str, bool], list[tuple[float, tuple[str, str, str]]]] = {}
    for source, target in edges:
        if source == target:
            continue
        chain = chains.get((source, target)) or chains[target, source][::-1]
        falls = boxes[source].y < boxes[target].y
        sides.setdefault((source, falls), []).append((x[chain[1]], (source, target, source)))
        sides.setdefault((target, not falls), []).append((x[chain[-2]], (source, target, target)))
    places = {}
    for (state, _), ends in sides.items():
        step = min(18.0, boxes[state].width * 0.8 / len(ends))
        for i, (_, end) in enumerate(sorted(ends)):
            places[end] = round(boxes[state].x + (i - (len(ends) - 1) / 2) * step, 1)
    return places


def _curve(points: Sequence[tuple[float, float]], half: float) -> str:
    """A smooth path through the points, upright where it passes a layer."""
    (x, y), *rest = points
    path = f"M{x:g} {y:g}"
    for i, (to_x, to_y) in enumerate(rest):
        passes = 0.0 if i == len(rest) - 1 else half if to_y > y else -half
        middle = (y + to_y - passes) / 2
        path += f"C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y - passes:g}"
        path += f"V{to_y + passes:g}" if passes else ""
        x, y = to_x, to_y + passes
    return path


def _loop(box: Box) -> Line:
    right, y = box.x + box.width / 2, box.y
    path = f"M{right:g} {y - 8:g}C{right + 26:g} {y - 16:g} {right + 26:g} {y + 16:g} {right:g} {y + 8:g}"
    return Line(box.state, box.state, path, (right, y + 8), "left")


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
