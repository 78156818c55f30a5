"""Retrieval's figures are those of the definitions, worked out by hand and by a second way of counting."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needed import needed
from storylog import story

from simkit.metrics.retrieval import metric
from simkit.metrics.retrieval.figures import MEASURES, MISSING, figures
from simkit.metrics.retrieval.metric import Retrieval
from simkit.metrics.retrieval.pool import Pool
from simkit.metrics.session import score_session
from simkit.paths.episode import Episode

needed("ir_measures")

ONE = {"d1": 1}
TWO = {"d1": 1, "d2": 1}
GRADED = {"d1": 3, "d2": 1}


@pytest.mark.parametrize(
    ("ranked", "relevant", "k", "hit_rate", "precision", "recall", "mrr", "ndcg"),
    [
        (["d1"], ONE, 1, 1, 1, 1, 1, 1),
        (["x", "d1"], ONE, 1, 0, 0, 0, 0, 0),
        (["x", "d1"], ONE, 3, 1, 1 / 3, 1, 1 / 2, 1 / log2(3)),
        (["x", "y", "z", "d1"], ONE, 3, 0, 0, 0, 0, 0),
        ([], ONE, 3, 0, 0, 0, 0, 0),
        (["d1", "x", "d2"], TWO, 3, 1, 2 / 3, 1, 1, (1 + 1 / 2) / (1 + 1 / log2(3))),
        (["d1", "x", "d2"], TWO, 2, 1, 1 / 2, 1 / 2, 1, 1 / (1 + 1 / log2(3))),
        (["x", "d2", "d1"], GRADED, 3, 1, 2 / 3, 1, 1 / 2, (1 / log2(3) + 3 / 2) / (3 + 1 / log2(3))),
        (["d1", "d2"], GRADED, 5, 1, 2 / 5, 1, 1, 1),
        (["d2", "d1"], GRADED, 1, 1, 1, 1 / 2, 1, 1 / 3),
    ],
)
def test_ten_rankings_worked_out_by_hand(
    ranked: list[str], relevant: dict[str, int], k: int, hit_rate: float, precision: float, recall: float, mrr: float,
    ndcg: float,
) -> None:  # fmt: skip
    expected = dict(zip(MEASURES, (hit_rate, precision, recall, mrr, ndcg), strict=True))

    assert figures(ranked, relevant, k) == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)  # WHY: the library is imported by the first example.
@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True),
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 10), min_size=1),
    st.integers(1, 6),
)
def test_any_ranking_agrees_with_the_definitions(ranked: list[str], relevant: dict[str, int], k: int) -> None:
    grades = [relevant.get(document, 0) for document in ranked[:k]]
    best = sorted(relevant.values(), reverse=True)[:k]
    hits = [rank for rank, grade in enumerate(grades, 1) if grade]

    def gain(given: list[int]) -> float:
        return sum(grade / log2(rank + 1) for rank, grade in enumerate(given, 1))

    assert figures(ranked, relevant, k) == pytest.approx(
        {
            "hit_rate": float(bool(hits)),
            "precision": len(hits) / k,
            "recall": len(hits) / len(relevant),
            "mrr": 1 / hits[0] if hits else 0.0,
            "ndcg": gain(grades) / gain(best),
        },
        abs=1e-9,
    )


def told(*ids: str, relevant: object = TWO, trial: int = 0, said: str = "I don't know.") -> Episode:
    """A session in which one search found `ids`."""
    hits = ", ".join(f'{{"id": "{one}"}}' for one in ids)
    knowledge = {"documents": "articles", "found_by": {"search": "hits.*.id"}}
    lines = ("user: How do I print?", f'call search {{}} -> ok {{"hits": [{hits}]}}', f"agent: {said}")
    return story(*lines, scenario={"relevant": relevant}, card={"domain": "desk", "knowledge": knowledge}, trial=trial)


def test_a_metric_has_value_reason_and_the_searches_as_evidence() -> None:
    (score,) = [one for one in score_session(told("x", "d1"), [Retrieval("mrr", 5)]).scores if one.name == "mrr@5"]

    assert (score.value, score.evidence) == (0.5, (2,))
    assert score.reason == "found x, d1; relevant d1, d2"


def test_what_the_agent_then_said_makes_no_difference() -> None:
    values = {Retrieval("ndcg", 3)(told("d1", said=words)).value for words in ("See d1.", "I don't know.", "d9!")}

    assert len(values) == 1


def test_without_relevant_documents_or_without_the_library_there_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Retrieval()(told("d1", relevant={})).value is None
    monkeypatch.setattr(metric, "available", lambda: False)
    score = Retrieval()(told("d1"))
    assert (score.value, score.reason) == (None, MISSING)


def test_a_run_has_the_mean_over_its_sessions() -> None:
    pool = Pool()
    for trial, ids in enumerate([("d1", "d2"), ("d1", "d2"), ("x", "d1"), ()]):
        pool.add(told(*ids, trial=trial))
    pool.add(told("d1", relevant={}))

    found = pool.to_json()
    assert (found["sessions"], found["searches"]) == (4, 4)
    assert found["at"]["1"]["hit_rate"] == 0.5
    assert found["at"]["3"]["mrr"] == pytest.approx((1 + 1 + 0.5 + 0) / 4)
    assert Pool().to_json() == {}
