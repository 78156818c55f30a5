"""A state graph as a picture on a terminal: from START down to the ends, level by level, edges as bars.

A state stands below those that it is mostly come to from (`layered.levels`). Under each stand its edges, the strongest
first: an arrow says where they lead to, a bar how many went, its length by the strongest edge of all, and behind it the
share of all that left the state. What comes to an end is marked: ✓ passed, ✗ failed, ○ anything else.
"""

from __future__ import annotations

from collections.abc import Sequence

from simkit.errors import one_line
from simkit.paths.graph import Edge, Node, StateGraph
from simkit.paths.states import END, START, is_end
from simkit.paths.table import breadth, clipped, counted, padded
from simkit.report.layered import levels

_EDGES, _SHARE = 6, 0.02
"""Edges of a state that are drawn, at most; smaller shares than this only where there are few."""
_STATES = 60
_NAME, _LEAST = 46, 60
_EIGHTHS = " ▏▎▍▌▋▊▉"
_COLOURS = {"✓": "32", "✗": "31", "○": "33", "↑": "35", "↻": "35"}


def pictured(graph: StateGraph, width: int = 100, colour: bool = False) -> str:
    """The picture, no line longer than `width` (60 at least) once escape codes are taken off; ends with a line feed."""
    many = counted(graph.sessions, "session")
    head = f"{many}, {counted(sum(e.count for e in graph.edges), 'transition')}, view {one_line(graph.view, 40)}"
    if not graph.edges:
        return head + "\n"
    width = max(width, _LEAST)
    nodes = sorted(graph.nodes, key=lambda node: (node.state != START and not is_end(node.state), -node.visits))
    kept = {node.state for node in nodes[:_STATES]}
    shown = [node for node in graph.nodes if node.state in kept]
    weights: dict[tuple[str, str], int] = {}
    for edge in graph.edges:
        if edge.source in kept and edge.target in kept:
            weights[edge.source, edge.target] = weights.get((edge.source, edge.target), 0) + edge.count
    names = [node.state for node in shown]
    level = levels(names, weights, [name for name in names if is_end(name)])
    picture = _Picture(graph, level, width, colour)
    lines = [head]
    for depth in range(max(level.values()) + 1):
        here = [node for node in shown if level[node.state] == depth]
        here.sort(key=lambda node: -node.visits)
        lines += [picture.rule(depth)] if depth else [""]
        lines += [line for node in here for line in picture.block(node)]
    if len(kept) < len(graph.nodes):
        lines.append(f"{len(graph.nodes) - len(kept)} states that were visited least are not drawn")
    return "\n".join(lines) + "\n"


class _Picture:
    """Lines of a certain width."""

    def __init__(self, graph: StateGraph, level: dict[str, int], width: int, colour: bool) -> None:
        self._level, self._width, self._colour = level, width, colour
        self._sessions = graph.sessions
        self._from: dict[str, list[Edge]] = {}
        self._into: dict[str, list[Edge]] = {}
        for edge in graph.edges:
            self._from.setdefault(edge.source, []).append(edge)
            self._into.setdefault(edge.target, []).append(edge)
        self._most = max(edge.count for edge in graph.edges)
        self._digits = len(str(max(node.visits for node in graph.nodes)))
        longest = max(breadth(clipped(node.state, _NAME)) for node in graph.nodes)
        if graph.by_call:
            longest += max(breadth(clipped(edge.via, _NAME)) for edge in graph.edges) + 3
        self._name = min(longest + 2, width // 2)
        self._bar = width - self._name - self._digits - 14

    def rule(self, depth: int) -> str:
        """The line above a level."""
        return f"{'─' * 2} {depth} {'─' * (self._width - len(str(depth)) - 4)}"

    def block(self, node: Node) -> list[str]:
        """A state and where it went on to; an end and where it was come to from."""
        mark = _end_mark(node.state) if is_end(node.state) else "●"
        name = padded(clipped(node.state, self._name), self._name)
        of = f"in {node.sessions} session{'s' * (node.sessions != 1)} ({node.sessions / self._sessions:.0%})"
        lines = [self._painted(f"{mark} {name}  {node.visits:>{self._digits}}  {of}", mark)]
        if is_end(node.state):
            return lines + self._edges(self._into.get(node.state, []), node.visits, came=True)
        return lines + self._edges(self._from.get(node.state, []), sum(e.count for e in self._from[node.state]))

    def _edges(self, edges: Sequence[Edge], whole: int, *, came: bool = False) -> list[str]:
        ordered = sorted(edges, key=lambda edge: -edge.count)
        strong = [e for n, e in enumerate(ordered) if n < _EDGES and (n < 2 or e.count >= _SHARE * whole)]
        ends = [] if came else [e for e in ordered if is_end(e.target) and e not in strong]
        lines = [self._edge(edge, edge.count / whole, came) for edge in [*strong, *ends]]
        rest = [edge for edge in ordered if edge not in strong and edge not in ends]
        if rest:
            others = f"{len(rest)} more"
            lines.append(f"    · {others:{self._name - 2}} {sum(e.count for e in rest):>{self._digits}}")
        return lines

    def _edge(self, edge: Edge, share: float, came: bool) -> str:
        arrow = "←" if came else self._arrow(edge)
        via = f"{clipped(edge.via, _NAME)} → " if edge.via and not came else ""
        name = via + clipped(edge.source if came else edge.target, _NAME)
        name = padded(clipped(name, self._name - 2), self._name - 2)
        eighths = round(8 * self._bar * edge.count / self._most)
        bar = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
        line = f"    {arrow} {name} {edge.count:>{self._digits}} {share:>5.0%} {bar or '▏'}"
        return self._painted(line.rstrip(), arrow)

    def _arrow(self, edge: Edge) -> str:
        if is_end(edge.target):
            return _end_mark(edge.target)
        if edge.source == edge.target:
            return "↻"
        below = self._level.get(edge.target, -1) > self._level.get(edge.source, 0)
        return "↓" if below or edge.target not in self._level else "↑"

    def _painted(self, line: str, mark: str) -> str:
        code = _COLOURS.get(mark) if self._colour else None
        return f"\x1b[{code}m{line}\x1b[0m" if code else line


def _end_mark(state: str) -> str:
    return {f"{END}pass": "✓", f"{END}fail": "✗"}.get(state, "○")
