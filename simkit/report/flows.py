"""The state graphs and transition matrices of a run, as its page shows them: one for each view and domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simkit.metrics.score import SessionScore
from simkit.paths.episode import Episode
from simkit.paths.failures.matrix import step_of
from simkit.paths.matrix import TransitionCounting, TransitionMatrix
from simkit.paths.states import VIEWS, Visit, is_end, step_sequence
from simkit.paths.table import breadth
from simkit.report.crowd import Walks
from simkit.report.layered import layered
from simkit.trace.events import NodeEntered

_DRAWN = 40, 80
"""How many transitions a drawing has, at most: the strongest; all stand in the matrix. Each has a layout of its own: in
one that was made for more, the places of what is not drawn stay empty."""


class Flows:
    """Every view's states and transitions, counted as sessions come in by key; the ways of those that a page shows.

    `to_json` gives `{view: {"states": [text], "paths": [[state number]], "events": [[event number]], "domains":
    {domain: flow}}}`, a path for each session that is shown; the domain `""` is all of them, where there is not just
    one. Where `walked`, each view has the walks of all sessions too (`report.crowd.Walks`).
    """

    def __init__(self, *, walked: bool = False) -> None:
        self._views = {name: _View(name, walked=walked) for name in ("tool", "act", "node")}
        self._nodes = False

    def add(self, episode: Episode, score: SessionScore, *, shown: bool) -> None:
        """Count one session."""
        self._nodes = self._nodes or any(isinstance(event, NodeEntered) for event in episode.events)
        for view in self._views.values():
            view.add(episode, score, shown=shown)

    def to_json(self) -> dict[str, Any]:
        """The views that say something readable: `world` has digests for states, `node` may have none at all."""
        names = ["tool", "act", *(["node"] if self._nodes else [])]
        return {name: self._views[name].to_json() for name in names}


class _View:
    def __init__(self, name: str, *, walked: bool) -> None:
        self._name = name
        self._walks = Walks(name) if walked else None
        self._whole, self._failing = TransitionCounting(), TransitionCounting()
        self._domains: dict[str, tuple[TransitionCounting, TransitionCounting]] = {}
        self._paths: list[tuple[Visit, ...]] = []

    def add(self, episode: Episode, score: SessionScore, *, shown: bool) -> None:
        steps = step_sequence(episode, VIEWS[self._name], score.outcome)
        path = tuple(step.state for step in steps)
        if score.domain not in self._domains:
            self._domains[score.domain] = TransitionCounting(), TransitionCounting()
        own, failing = self._domains[score.domain]
        for counting in (self._whole, own, *((self._failing, failing) if score.outcome == "fail" else ())):
            counting.add(path)
        if shown:
            self._paths.append(steps)
        if self._walks is not None:
            self._walks.add(episode, score, steps)

    def to_json(self) -> dict[str, Any]:
        whole = self._whole.matrix(self._name)
        named = self._walks.states() if self._walks is not None else {}
        number = {state: i for i, state in enumerate(dict.fromkeys((*whole.states, *named)))}
        domains = {name: self._domains[name] for name in sorted(self._domains)}
        if len(domains) != 1:
            domains = {"": (self._whole, self._failing), **domains}
        return {
            "states": list(number),
            "steps": [step_of(state) for state in number],
            "paths": [[number[step.state] for step in path] for path in self._paths],
            "events": [[step.event for step in path] for path in self._paths],
            "domains": {
                name: _flow(own.matrix(self._name), failing.matrix(self._name), number)
                for name, (own, failing) in domains.items()
            },
            **(self._walks.to_json(number) if self._walks is not None else {}),
        }


def _flow(matrix: TransitionMatrix, failing: TransitionMatrix, number: Mapping[str, int]) -> dict[str, Any]:
    rows, columns = matrix.counts.nonzero()
    pairs = [(matrix.states[i], matrix.states[j]) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)]
    return {
        "sessions": matrix.sessions,
        "states": [number[state] for state in matrix.states],
        "counts": [[number[a], number[b], matrix[a, b], failing[a, b]] for a, b in pairs],
        "drawings": {
            "marks": _drawings(matrix, [pair for pair in pairs if not is_end(pair[1])], number, marked=True),
            "states": _drawings(matrix, pairs, number, marked=False),
        },
    }


def _drawings(
    matrix: TransitionMatrix, pairs: list[tuple[str, str]], number: Mapping[str, int], *, marked: bool
) -> list[dict[str, Any]]:
    """The smallest first; none that has no more in it than the one before."""
    strongest = sorted(pairs, key=lambda pair: -matrix[pair])
    sizes = dict.fromkeys(min(size, len(pairs)) for size in _DRAWN)
    return [_drawing(matrix, strongest[:size], number, marked=marked) for size in sizes]


def _drawing(
    matrix: TransitionMatrix, pairs: list[tuple[str, str]], number: Mapping[str, int], *, marked: bool
) -> dict[str, Any]:
    """Where everything stands. `marked`: how sessions end is a mark on the state they end after, with room for it,
    and no state of its own: nearly every state has a way to an end, and these lines hide all others."""
    strong = {pair: matrix[pair] for pair in pairs}
    touched = {state for pair in strong for state in pair}
    marks = {state: _marks(matrix, state) if marked else 0.0 for state in touched}
    widths = {state: _width(state) + marks[state] for state in matrix.states if state in touched}
    drawn = layered(widths, strong, filter(is_end, widths))
    return {
        "width": drawn.width,
        "height": drawn.height,
        "boxes": [[number[box.state], *box[1:], marks[box.state]] for box in drawn.boxes],
        "lines": [[number[one.source], number[one.target], one.path, *one.tip, one.points] for one in drawn.lines],
    }


def _marks(matrix: TransitionMatrix, state: str) -> float:
    """Room for how many sessions end after a state, in pixels: a sign and the count."""
    ends = [matrix[state, end] for end in matrix.states if is_end(end)]
    return 17 + 6.0 * len(str(max(ends))) if any(ends) else 0.0


def _width(state: str) -> float:
    """Room for the state's two lines, in pixels: its name, shortened beyond 26 characters; outcome and count."""
    head, colon, tail = state.rpartition(":")
    name, outcome = (head, tail) if colon and not is_end(state) else (state, "ok")
    kept = name if len(name) <= 26 else name[:13] + name[-13:]
    # The page writes out a character that nobody sees: ⟨U+202E⟩.
    wide = breadth(kept) + 7 * sum(not c.isprintable() for c in kept)
    return 22 + max(6.9 * wide, 5.6 * (8 + min(20, len(outcome))) if outcome != "ok" else 0)
