"""Matrices and walks as tables: columns for pandas, polars and Arrow, and Parquet files.

    columns(matrix)   from, to, count, probability: a row for each transition that occurred
    columns(walks)    session, scenario, persona, trial, outcome, position, state, event: a row for each step

`paths.rows` counts such a table of steps, or anybody's. pandas, polars and pyarrow are asked for when they are needed:
`pip install 'simkit[tables]'`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simkit.errors import UsageError
from simkit.paths.matrix import TransitionMatrix
from simkit.paths.walks import Walks

if TYPE_CHECKING:
    import networkx as nx

Columns = dict[str, Any]


def columns(what: TransitionMatrix | Walks) -> Columns:
    """Column name to numpy array or list of text."""
    return _steps(what) if isinstance(what, Walks) else _cells(what)


def to_pandas(what: TransitionMatrix | Walks) -> Any:
    """A pandas DataFrame."""
    return needed("pandas").DataFrame(columns(what))


def to_polars(what: TransitionMatrix | Walks) -> Any:
    """A polars DataFrame."""
    return needed("polars").DataFrame(columns(what))


def to_arrow(what: TransitionMatrix | Walks) -> Any:
    """A pyarrow Table."""
    return needed("pyarrow").table(columns(what))


def to_networkx(matrix: TransitionMatrix) -> nx.DiGraph:
    """A DiGraph with `count` and `probability` on its edges, and the view and sessions of the matrix."""
    import networkx

    graph = networkx.DiGraph(view=matrix.view, sessions=matrix.sessions)
    graph.add_nodes_from(matrix.states)
    cells = _cells(matrix)
    rows = zip(
        *(cells[name] for name in ("from", "to")), cells["count"].tolist(), cells["probability"].tolist(), strict=True
    )
    graph.add_edges_from((a, b, {"count": count, "probability": share}) for a, b, count, share in rows)
    return graph


def to_parquet(what: TransitionMatrix | Walks, file: str | Path) -> None:
    """A Parquet file. Raises UsageError where it cannot be written."""
    parquet = needed("pyarrow.parquet")
    try:
        parquet.write_table(to_arrow(what), str(file))
    except OSError as error:
        raise UsageError(f"{file}: cannot be written ({error.strerror or error}); choose another place") from None


def _cells(matrix: TransitionMatrix) -> Columns:
    source, target = np.nonzero(matrix.counts)
    names = np.array(matrix.states, dtype=object)
    return {
        "from": names[source].tolist(),
        "to": names[target].tolist(),
        "count": matrix.counts[source, target],
        "probability": matrix.probabilities[source, target],
    }


def _steps(walks: Walks) -> Columns:
    owners, names = walks.owners, np.array(walks.states, dtype=object)
    facts: dict[str, list[Any]] = {
        "session": [str(key) for key in walks.keys],
        "scenario": [key.scenario for key in walks.keys],
        "persona": [key.persona for key in walks.keys],
        "trial": [key.trial for key in walks.keys],
        "outcome": list(walks.outcomes),
    }
    told: Mapping[str, Any] = {name: np.array(values, dtype=object)[owners] for name, values in facts.items()}
    return {
        **{name: values.tolist() for name, values in told.items()},
        "position": np.arange(len(owners)) - walks.bounds[:-1][owners],
        "state": names[walks.steps].tolist(),
        "event": walks.events,
    }


def needed(module: str) -> Any:
    """A module of the extra `tables`. Raises UsageError with the cure where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise UsageError(f"{package} is not installed; pip install 'simkit[tables]'") from None
