"""The state graphs and transition matrices of a run, as its page shows them: one for each view and domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simkit.paths.matrix import TransitionMatrix, matrix_of
from simkit.paths.states import VIEWS, is_end, state_sequence
from simkit.report.layered import layered
from simkit.report.summary import Scored
from simkit.trace.events import NodeEntered

_DRAWN = 80
"""The most transitions in one drawing: the strongest; all stand in the matrix."""

Path = tuple[str, ...]


def flows(scored: Sequence[Scored]) -> dict[str, Any]:
    """Every view's states, each session's way through them, and the counts and drawing of each domain.

    `{view: {"states": [text], "paths": [[state number]], "domains": {domain: flow}}}`, a path for each session in the
    given order; the domain `""` is all of them, where there is more than one.
    """
    return {view: _view(view, scored) for view in _views(scored)}


def _views(scored: Sequence[Scored]) -> list[str]:
    """The views that say something readable: `world` has digests for states, `node` may have none at all."""
    nodes = any(isinstance(event, NodeEntered) for episode, _ in scored for event in episode.events)
    return ["tool", "act", *(["node"] if nodes else [])]


def _view(view: str, scored: Sequence[Scored]) -> dict[str, Any]:
    paths = [state_sequence(episode, VIEWS[view], score.outcome) for episode, score in scored]
    whole = matrix_of(paths, view)
    number = {state: i for i, state in enumerate(whole.states)}
    domains = {}
    for name, own in _domains(scored):
        failing = [paths[i] for i in own if scored[i][1].outcome == "fail"]
        domains[name] = _flow(matrix_of([paths[i] for i in own], view), matrix_of(failing, view), number)
    return {
        "states": list(whole.states),
        "paths": [[number[state] for state in path] for path in paths],
        "domains": domains,
    }


def _domains(scored: Sequence[Scored]) -> Iterator[tuple[str, list[int]]]:
    """Each domain with the places of its sessions; first all together, unless there is just one."""
    names = sorted({score.domain for _, score in scored})
    if len(names) != 1:
        yield "", list(range(len(scored)))
    for name in names:
        yield name, [i for i, (_, score) in enumerate(scored) if score.domain == name]


def _flow(matrix: TransitionMatrix, failing: TransitionMatrix, number: Mapping[str, int]) -> dict[str, Any]:
    rows, columns = matrix.counts.nonzero()
    pairs = [(matrix.states[i], matrix.states[j]) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)]
    return {
        "sessions": matrix.sessions,
        "states": [number[state] for state in matrix.states],
        "counts": [[number[a], number[b], matrix[a, b], failing[a, b]] for a, b in pairs],
        "drawing": _drawing(matrix, pairs, number),
    }


def _drawing(matrix: TransitionMatrix, pairs: list[tuple[str, str]], number: Mapping[str, int]) -> dict[str, Any]:
    strong = {pair: matrix[pair] for pair in sorted(pairs, key=lambda pair: -matrix[pair])[:_DRAWN]}
    touched = {state for pair in strong for state in pair}
    widths = {state: _width(state) for state in matrix.states if state in touched}
    drawn = layered(widths, strong, filter(is_end, widths))
    return {
        "width": drawn.width,
        "height": drawn.height,
        "boxes": [[number[box.state], *box[1:]] for box in drawn.boxes],
        "lines": [[number[one.source], number[one.target], one.path, *one.tip, one.points] for one in drawn.lines],
    }


def _width(state: str) -> float:
    """Room for the state's two lines, in pixels: its name, shortened beyond 26 characters; outcome and count."""
    head, colon, tail = state.rpartition(":")
    name, outcome = (head, tail) if colon and not is_end(state) else (state, "ok")
    return 22 + max(6.9 * min(26, len(name)), 5.6 * (8 + min(20, len(outcome))) if outcome != "ok" else 0)
