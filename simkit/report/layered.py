"""Where the states of a graph stand on a page: a layered drawing, from left to right, after Sugiyama et al. (1981).

The heaviest edges that form no cycle point right; the others point left. A node's layer is its longest way from the
start, and a column on the page: names are wide and low, so columns hold more of them than rows. Edges over several
layers bend around what stands between. Barycentre sweeps order each layer; least squares with a minimum distance (pool
adjacent violators) set the heights. Deterministic: ties go by the given order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import networkx as nx

_GAP_X, _GAP_Y, _HEIGHT, _BEND = 74.0, 22.0, 34.0, 6.0
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
    """An edge's course: an SVG path, the tip of its arrow, and where the arrow points (`right`, `left`, `down`)."""

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
    """In which column each state stands in such a drawing, from 0; the states in `last` stand in the last."""
    return _layers(_acyclic(states, edges), set(last)) if states else {}


class _Column(NamedTuple):
    """Where a layer stands, in pixels."""

    left: float
    right: float


def layered(widths: Mapping[str, float], edges: Mapping[tuple[str, str], int], last: Iterable[str] = ()) -> Drawing:
    """The drawing of a graph: `widths` has every state with its box's width, in order; `edges` the weights.

    The states in `last` (nothing follows them) stand together in the last layer.
    """
    if not widths:
        return Drawing(0.0, 0.0, (), ())
    ahead = _acyclic(widths, edges)
    layer = _layers(ahead, set(last))
    chains = {edge: _chain(edge, layer) for edge in ahead.edges}
    rows = _ordered(_rows(layer, chains.values()), chains.values())
    y = _coordinates(rows, chains.values())
    columns = _columns(rows, widths)
    boxes = {s: Box(s, columns[layer[s]].left + widths[s] / 2, y[s,], widths[s], _HEIGHT) for s in widths}
    lines = [*_lines(edges, chains, boxes, y, columns), *(_loop(boxes[s]) for s in widths if (s, s) in edges)]
    low = max([*(box.y + _HEIGHT / 2 for box in boxes.values()), *y.values()])
    return Drawing(columns[-1].right + 4, low + 8, tuple(boxes.values()), tuple(lines))


def _columns(rows: Sequence[Sequence[Key]], widths: Mapping[str, float]) -> list[_Column]:
    """As wide as the widest box of each layer, and a gap for the lines between them."""
    wide = [max((widths[key[0]] for key in row if len(key) == 1), default=_BEND) for row in rows]
    lefts = accumulate(wide, lambda at, width: at + width + _GAP_X, initial=4.0)
    return [_Column(left, left + width) for left, width in zip(lefts, wide, strict=False)]


def _acyclic(states: Iterable[str], edges: Mapping[tuple[str, str], int]) -> nx.DiGraph[str]:
    ahead: nx.DiGraph[str] = nx.DiGraph()
    ahead.add_nodes_from(states)
    for (source, target), _ in sorted(edges.items(), key=lambda item: -item[1]):
        if source != target:
            back = nx.has_path(ahead, target, source)
            ahead.add_edge(*((target, source) if back else (source, target)))
    return ahead


def _layers(ahead: nx.DiGraph[str], last: set[str]) -> dict[str, int]:
    layer = {state: depth for depth, states in enumerate(nx.topological_generations(ahead)) for state in states}
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


def _coordinates(rows: list[list[Key]], chains: Iterable[list[Key]]) -> dict[Key, float]:
    """How far down the middle of each key is."""
    above, below = _neighbours(chains)
    size = {key: _HEIGHT if len(key) == 1 else _BEND for row in rows for key in row}
    y: dict[Key, float] = {}
    for row in rows:
        y |= _spread(row, dict.fromkeys(row, 0.0), size)
    for sweep in range(_SWEEPS):
        near = above if sweep % 2 else below
        for row in rows if sweep % 2 else reversed(rows):
            wanted = {key: _mean([y[other] for other in near.get(key, ())], y[key]) for key in row}
            y |= _spread(row, wanted, size)
    top = min(y[key] - size[key] / 2 for key in y)
    return {key: round(value - top + 24, 1) for key, value in y.items()}


def _spread(row: Sequence[Key], wanted: Mapping[Key, float], size: Mapping[Key, float]) -> dict[Key, float]:
    """Places as near as possible (least squares) to those wanted, in this order and without overlap."""
    offset, offsets = 0.0, []
    for i, key in enumerate(row):
        offset += (size[row[i - 1]] + size[key]) / 2 + _GAP_Y if i else 0.0
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
    y: Mapping[Key, float],
    columns: Sequence[_Column],
) -> list[Line]:
    ports = _ports(edges, chains, boxes, y)
    lines = []
    for source, target in edges:
        if source == target:
            continue
        ahead = (source, target) in chains and boxes[source].x < boxes[target].x
        chain = chains[source, target] if ahead else chains[target, source][::-1]
        side = 0.5 if ahead else -0.5
        start = (boxes[source].x + side * boxes[source].width, ports[source, target, source])
        tip = (boxes[target].x - side * boxes[target].width, ports[source, target, target])
        passed = [(columns[key[-1]], y[key]) for key in chain[1:-1]]  # type: ignore[misc, index]
        path = _curve(start, passed, tip, ahead=ahead)
        lines.append(Line(source, target, path, tip, "right" if ahead else "left"))
    return lines


def _ports(
    edges: Mapping[tuple[str, str], int],
    chains: Mapping[tuple[str, str], list[Key]],
    boxes: Mapping[str, Box],
    y: Mapping[Key, float],
) -> dict[tuple[str, str, str], float]:
    """Where each edge touches its two boxes: one below the other, in the order of where they come from."""
    sides: dict[tuple[str, bool], list[tuple[float, tuple[str, str, str]]]] = {}
    for source, target in edges:
        if source == target:
            continue
        chain = chains.get((source, target)) or chains[target, source][::-1]
        ahead = boxes[source].x < boxes[target].x
        sides.setdefault((source, ahead), []).append((y[chain[1]], (source, target, source)))
        sides.setdefault((target, not ahead), []).append((y[chain[-2]], (source, target, target)))
    places = {}
    for (state, _), ends in sides.items():
        step = min(9.0, _HEIGHT * 0.8 / len(ends))
        for i, (_, end) in enumerate(sorted(ends)):
            places[end] = round(boxes[state].y + (i - (len(ends) - 1) / 2) * step, 1)
    return places


def _curve(
    start: tuple[float, float], passed: Sequence[tuple[_Column, float]], tip: tuple[float, float], *, ahead: bool
) -> str:
    """A smooth path that lies level where it leaves, where it passes a column, and where it arrives."""
    x, y = start
    path = f"M{x:g} {y:g}"
    for column, at in passed:
        enters, leaves = (column.left, column.right) if ahead else (column.right, column.left)
        middle = (x + enters) / 2
        path += f"C{middle:g} {y:g} {middle:g} {at:g} {enters:g} {at:g}H{leaves:g}"
        x, y = leaves, at
    middle = (x + tip[0]) / 2
    return f"{path}C{middle:g} {y:g} {middle:g} {tip[1]:g} {tip[0]:g} {tip[1]:g}"


def _loop(box: Box) -> Line:
    top, x = box.y - box.height / 2, box.x
    path = f"M{x - 9:g} {top:g}C{x - 16:g} {top - 22:g} {x + 16:g} {top - 22:g} {x + 9:g} {top:g}"
    return Line(box.state, box.state, path, (x + 9, top), "down")


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
