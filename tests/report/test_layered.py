"""The drawing of a graph shows every state and transition, and no box lies on another."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.report.layered import Drawing, layered

NAMES = [f"s{i}" for i in range(9)]
GRAPHS = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), st.integers(1, 50), min_size=1, max_size=30
)


def drawn(edges: dict[tuple[str, str], int]) -> Drawing:
    states = sorted({state for pair in edges for state in pair})
    left = {a for a, b in edges if a != b}
    return layered({s: 60.0 + 9 * int(s[1:]) for s in states}, edges, [s for s in states if s not in left])


@settings(deadline=None, max_examples=60)
@given(GRAPHS)
def test_every_state_and_transition_is_drawn_once(edges: dict[tuple[str, str], int]) -> None:
    """Loops and ways back too."""
    drawing = drawn(edges)
    assert {box.state for box in drawing.boxes} == {state for pair in edges for state in pair}
    assert sorted((line.source, line.target) for line in drawing.lines) == sorted(edges)


@settings(deadline=None, max_examples=60)
@given(GRAPHS)
def test_boxes_stand_apart_and_on_the_canvas(edges: dict[tuple[str, str], int]) -> None:
    """Names stay readable."""
    drawing = drawn(edges)
    for one, other in combinations(drawing.boxes, 2):
        assert abs(one.y - other.y) >= one.height or abs(one.x - other.x) >= (one.width + other.width) / 2
    for box in drawing.boxes:
        assert box.x - box.width / 2 >= 0 and box.x + box.width / 2 <= drawing.width
        assert box.y + box.height / 2 <= drawing.height


def test_a_chain_reads_from_left_to_right_and_the_way_back_points_left() -> None:
    """The heavier direction decides which way is ahead."""
    drawing = layered(dict.fromkeys("abc", 50.0), {("a", "b"): 5, ("b", "c"): 4, ("c", "a"): 1})
    places = {box.state: box.x for box in drawing.boxes}
    assert places["a"] < places["b"] < places["c"]
    assert [line.points for line in drawing.lines] == ["right", "right", "left"]


def test_a_graph_without_states_is_an_empty_drawing() -> None:
    """An empty run has a page too."""
    assert layered({}, {}) == Drawing(0.0, 0.0, (), ())
