"""Hit rate, precision, recall, MRR and NDCG at k, by the library ir-measures (extra `eval`).

With rel(i) the grade of the document at rank i (0: not relevant) and R the number of relevant documents:

    hit rate   1 if any of the first k is relevant, else 0
    precision  relevant documents among the first k / k
    recall     relevant documents among the first k / R
    mrr        1 / rank of the first relevant document if that is at most k, else 0
    ndcg       DCG / the DCG of the best order, DCG = sum over i <= k of rel(i) / log2(i + 1)

as trec_eval defines them (Voorhees and Harman 2005, "TREC: Experiment and Evaluation in Information Retrieval"; NDCG
after Järvelin and Kekäläinen 2002, with the grade itself as the gain).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

MEASURES = ("hit_rate", "precision", "recall", "mrr", "ndcg")
"""In the order in which they are shown."""

MISSING = "needs the library ir-measures: pip install 'simkit[eval]'"
"""What a score says where the library is not installed."""


def available() -> bool:
    """Whether the library is installed."""
    from importlib.util import find_spec

    return find_spec("ir_measures") is not None


def figures(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> dict[str, float]:
    """Every measure of one ranking at a depth of k >= 1. Raises ImportError where the library is not installed."""
    return dict(_figures(tuple(ranked), tuple(sorted(relevant.items())), k))


@lru_cache(maxsize=4096)
def _figures(ranked: tuple[str, ...], relevant: tuple[tuple[str, int], ...], k: int) -> dict[str, float]:
    import ir_measures

    measures = _measures(ir_measures, k)
    if not ranked:
        return dict.fromkeys(MEASURES, 0.0)
    wanted = [ir_measures.Qrel("q", document, grade) for document, grade in relevant]
    run = [ir_measures.ScoredDoc("q", document, float(-rank)) for rank, document in enumerate(ranked)]
    found = ir_measures.calc_aggregate(list(measures.values()), wanted, run)
    return {name: float(found[measure]) for name, measure in measures.items()}


def _measures(library: Any, k: int) -> dict[str, Any]:
    every = (library.Success @ k, library.P @ k, library.R @ k, library.RR @ k, library.nDCG @ k)
    return dict(zip(MEASURES, every, strict=True))
