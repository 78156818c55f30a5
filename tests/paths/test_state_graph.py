"""The state graph tells the same as the matrix, and its exports survive whatever agents call their tools."""

from __future__ import annotations

import json
import re

import networkx as nx
import pytest
from goldenfile import golden
from hypothesis import given
from hypothesis import strategies as st
from storylog import call, story

from simkit.paths.graph import Edge, Node, graph_of
from simkit.paths.matrix import matrix_of
from simkit.paths.states import END, START, Visit, step_sequence, tool, world

labels = st.lists(st.sampled_from(["a", "b", "c"]), max_size=6)
walks = st.lists(
    st.builds(
        lambda inner, end: (
            Visit(START, 0),
            *(Visit(s, i + 1, f"{s}?") for i, s in enumerate(inner)),
            Visit(END + end, 9),
        ),
        labels,
        st.sampled_from(["pass", "fail"]),
    ),
    max_size=8,
)

HOSTILE = '"]; x -->|click| y\\N <script>alert(1)</script> %%{init}%% `#quot;`\n\x00\ud800‮'
STORY = story(
    'call get_order {"order_id": "W1001"} -> ok',
    call(HOSTILE, outcome="unknown_tool"),
    'call refund {"order_id": "W1001"} -> ok @2222222222',
    world="1111111111",
)


@given(walks, st.booleans())
def test_the_edges_of_the_graph_are_the_counts_of_the_matrix(run: list[tuple[Visit, ...]], by_call: bool) -> None:
    graph = graph_of(run, "tool", by_call=by_call)
    matrix = matrix_of([[visit.state for visit in walk] for walk in run], "tool")
    total: dict[tuple[str, str], int] = {}
    for edge in graph.edges:
        total[edge.source, edge.target] = total.get((edge.source, edge.target), 0) + edge.count

    assert [node.state for node in graph.nodes] == list(matrix.states)
    assert total == {(a, b): matrix[a, b] for a in matrix.states for b in matrix.states if matrix[a, b]}
    assert graph.sessions == matrix.sessions


@given(walks)
def test_visits_and_sessions_are_those_of_the_walks(run: list[tuple[Visit, ...]]) -> None:
    for node in graph_of(run, "tool").nodes:
        assert node.visits == sum(visit.state == node.state for walk in run for visit in walk)
        assert node.sessions == sum(node.state in {visit.state for visit in walk} for walk in run)


@given(walks)
def test_what_leaves_a_state_is_shared_out_whole(run: list[tuple[Visit, ...]]) -> None:
    graph = graph_of(run, "world")
    left: dict[str, float] = {}
    for edge in graph.edges:
        left[edge.source] = left.get(edge.source, 0) + edge.probability
        assert 1 <= edge.sessions <= min(edge.count, graph.sessions)

    assert list(left.values()) == pytest.approx([1.0] * len(left))


def test_under_world_each_call_is_an_edge_of_its_own() -> None:
    graph = graph_of([step_sequence(STORY, world, "pass")], "world")

    assert graph.nodes == (Node(START, 1, 1), Node("11111111", 3, 1), Node("22222222", 1, 1), Node("END:pass", 1, 1))
    assert graph.edges == (
        Edge(START, "11111111", "", 1, 1.0, 1),
        Edge("11111111", "11111111", "get_order:ok", 1, 1 / 3, 1),
        Edge("11111111", "11111111", f"{HOSTILE}:unknown_tool", 1, 1 / 3, 1),
        Edge("11111111", "22222222", "refund:ok", 1, 1 / 3, 1),
        Edge("22222222", "END:pass", "", 1, 1.0, 1),
    )


def test_networkx_gets_a_multigraph_keyed_by_call_under_world_and_a_plain_one_else() -> None:
    by_world = graph_of([step_sequence(STORY, world, "pass")], "world").networkx()
    by_tool = graph_of([step_sequence(STORY, tool, "pass")], "tool").networkx()

    assert by_world["11111111"]["22222222"]["refund:ok"] == {
        "via": "refund:ok",
        "count": 1,
        "probability": 1 / 3,
        "sessions": 1,
    }
    assert by_tool["refund:ok"]["END:pass"] == {"count": 1, "probability": 1.0, "sessions": 1}
    assert by_tool.nodes["refund:ok"] == {"visits": 1, "sessions": 1}


@pytest.mark.parametrize("name", ["tool", "world"])
def test_json_comes_back_as_the_same_graph(name: str) -> None:
    graph = graph_of([step_sequence(STORY, {"tool": tool, "world": world}[name], "pass")], name)
    back = nx.node_link_graph(json.loads(json.dumps(graph.to_json())), edges="edges")

    assert nx.utils.graphs_equal(back, graph.networkx())


@pytest.mark.parametrize("name", ["tool", "world"])
def test_drawings_read_like_the_story(name: str) -> None:
    graph = graph_of([step_sequence(STORY, {"tool": tool, "world": world}[name], "pass")] * 2, name)

    assert graph.dot() == golden(f"paths/story-{name}.dot", graph.dot())
    assert graph.mermaid() == golden(f"paths/story-{name}.mmd", graph.mermaid())
    before = nx.parse_graphml(golden(f"paths/story-{name}.graphml", graph.graphml()), force_multigraph=name == "world")
    assert nx.utils.graphs_equal(nx.parse_graphml(graph.graphml(), force_multigraph=name == "world"), before)


@given(st.text(max_size=40))
def test_no_label_breaks_out_of_a_drawing(text: str) -> None:
    graph = graph_of([step_sequence(story(call(text, outcome="unknown_tool")), tool, "fail")], "tool")
    safe = graph_of([step_sequence(story(call("x", outcome="unknown_tool")), tool, "fail")], "tool")

    for line, plain in zip(graph.dot().splitlines(), safe.dot().splitlines(), strict=True):
        assert re.sub(r'"(?:[^"\\]|\\.)*"', "", line) == re.sub(r'"[^"]*"', "", plain)
    for line, plain in zip(graph.mermaid().splitlines(), safe.mermaid().splitlines(), strict=True):
        assert re.sub(r'"[^"<>`{}\[\]|%]*"', "", line) == re.sub(r'"[^"]*"', "", plain)
    back = nx.parse_graphml(graph.graphml())
    assert [facts["label"] for _, facts in back.nodes(data=True)][0::2] == [START, "END:fail"]
    graph.dot().encode(), graph.mermaid().encode(), graph.graphml().encode()


def test_no_sessions_make_a_graph_of_the_start_alone() -> None:
    graph = graph_of([], "tool")

    assert (graph.nodes, graph.edges, graph.sessions) == ((Node(START, 0, 0),), (), 0)
    assert nx.parse_graphml(graph.graphml()).number_of_nodes() == 1
