"""Every field of every reference case, held against simkit.

The file is the one that SIMKIT_MARKOV_REFERENCE names, else the one beside the project. Any other of the same form will
do: fields are read by what they are called, tolerances and conventions by what `meta` says. A field that is not known
here fails: nothing in the file goes unread. What a package is known to get wrong (`peer_disagreement`) and what its
agreement was (`agreement…`) is for people; it is not to be matched.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from storylog import call, story

from simkit.paths.chain import Chain, chain_of
from simkit.paths.chain.longrun import entropy_rate_of, second_eigenvalue
from simkit.paths.chain.loops import longest_runs
from simkit.paths.chain.worth import Worth, worth_of
from simkit.paths.change.relabel import Relabelling
from simkit.paths.change.verdict import change
from simkit.paths.failures import FailureMatrix, failure_matrix
from simkit.paths.fit.agreement import Agreement, agreement, agreement_by_row, fisher_by_cell, statistics
from simkit.paths.fit.estimate import smoothed, weight_of
from simkit.paths.fit.intervals import credible
from simkit.paths.fit.order import best, orders
from simkit.paths.fit.turns import Turns, turns
from simkit.paths.matrix import TransitionMatrix
from simkit.paths.states import END, START
from simkit.paths.walks import Walks, walks_of_states
from simkit.trace.events import Event, ToolCalled
from simkit.trace.log import SessionKey

ROOT = Path(__file__).resolve().parents[2]
NAMED = os.environ.get("SIMKIT_MARKOV_REFERENCE")
FILE = Path(NAMED) if NAMED else ROOT.parent / "shared/data/markov-reference.json"
if NAMED and not FILE.is_absolute() and not FILE.is_file():
    FILE = ROOT / FILE
REFERENCE: dict[str, Any] = json.loads(FILE.read_text()) if FILE.is_file() or NAMED else {}

if not REFERENCE:
    pytest.skip("the reference cases (../shared/data) are not here", allow_module_level=True)

TOLERANCE = str(REFERENCE.get("meta", {}).get("conventions", {}).get("tolerance", ""))
FOR_PEOPLE = ("agreement", "peer_", "rule", "note", "description", "definition", "conditioning", "comment")
"""Fields that begin so say how the others were come by."""


def said(pattern: str, otherwise: float) -> float:
    """A tolerance as `meta` words it."""
    found = re.search(pattern, TOLERANCE)
    return float(found[1]) if found else otherwise


REL = said(r"([\d.eE+-]+) relative", 1e-9)
REL_P = said(r"([\d.eE+-]+) for p", 1e-7)
TINY = 1e-14
"""What is written as 0 may have been computed as this."""
LEAST = 1e-300
"""A p-value below this has lost digits to the format of numbers, or is 0."""
EIGEN = 1e-8
"""Of an eigenvalue 0 that comes twice, no solver finds more than half of the digits."""


class Case:
    """One case, as simkit reads its input."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given, self.expected = given["input"], given["expected"]
        self.states: list[str] = self.given["states"]
        self.k = len(self.states)

    @cached_property
    def sequences(self) -> list[list[str]]:
        return self.given.get("sequences", [])  # type: ignore[no-any-return]

    @cached_property
    def weights(self) -> np.ndarray[Any, Any] | None:
        """A table given in place of sequences: counts or probabilities, which no sequence could have."""
        return next((np.array(self.given[name], dtype=float) for name in TABLES if name in self.given), None)

    @cached_property
    def walks(self) -> Walks:
        """START and END:* are simkit's; a state of the case that is called so is written as simkit writes it."""
        return walks_of_states([(START, *map(written, one), END + "unknown") for one in self.sequences], "reference")

    @cached_property
    def whole(self) -> TransitionMatrix:
        return self.walks.matrix()

    @cached_property
    def counts(self) -> np.ndarray[Any, Any]:
        return counted(self.whole, self.states) if self.weights is None else self.weights

    @cached_property
    def coded(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """The sequences as codes in the declared order, without START and END, and where each begins."""
        place = {state: number for number, state in enumerate(self.states)}
        steps = np.array([place[state] for one in self.sequences for state in one], dtype=np.int64)
        return steps, np.cumsum([0, *map(len, self.sequences)])

    @cached_property
    def chain(self) -> Chain:
        return chain_of(self.counts, self.states, policy="absorb", seen_only=True)

    @cached_property
    def closed(self) -> list[int]:
        """The file's closed classes as places among ours, which are in the order of the states if it lists none."""
        ours = [set(names(self.chain, states)) for states in self.chain.closed_classes]
        return [ours.index(set(members)) for members in self.expected["policy_absorb"].get("closed_classes", ours)]

    @cached_property
    def inner(self) -> list[int]:
        """The file's transient states as numbers of ours."""
        listed = self.expected["policy_absorb"].get("transient", names(self.chain, self.chain.transient))
        return self.chain.numbers(listed).tolist()  # type: ignore[no-any-return]

    @cached_property
    def started(self) -> np.ndarray[Any, Any]:
        """Share of sessions that begin in each active state."""
        starts = np.array([self.whole[START, written(state)] for state in self.chain.states], dtype=float)
        if self.weights is not None:
            starts[self.chain.numbers([self.given["start"]])] = 1.0
        return starts / starts.sum()

    @cached_property
    def success(self) -> str:
        return self.given.get("success") or self.given["absorbing"][0]  # type: ignore[no-any-return]

    @cached_property
    def worth(self) -> Worth:
        return worth_of(self.chain, [self.success], self.given["start"])

    @cached_property
    def worth_of_all(self) -> Worth:
        return worth_of(self.chain, [self.success], self.started)

    @cached_property
    def groups(self) -> list[Walks]:
        labels = self.given["groups"]
        return [self.walks.only(np.flatnonzero(np.array(labels) == label)) for label in sorted(set(labels))]

    @cached_property
    def group_counts(self) -> np.ndarray[Any, Any]:
        return np.stack([counted(group.matrix(), self.states) for group in self.groups])

    @cached_property
    def by_session(self) -> np.ndarray[Any, Any]:
        """(S, K, K) counts."""
        ones = [self.walks.only([number]).matrix() for number in range(len(self.walks))]
        return np.stack([counted(one, self.states) for one in ones])

    @cached_property
    def turns(self) -> Turns:
        return turns(*self.coded, self.k, self.given["turn_split"])


NAMED_FIELDS = {"states", "sequences", "absorbing", "start", "success", "failure", "edge", "cells", "state"}
NAMED_FIELDS |= {"zero_rows", "active_states", "classes", "closed_classes", "transient"}


def worded(value: Any, labels: bool = False) -> Any:
    """The same with every state's name as text: a file may number its states."""
    if isinstance(value, dict):
        return {key: worded(item, labels or key in NAMED_FIELDS) for key, item in value.items()}
    if isinstance(value, list):
        return [worded(item, labels) for item in value]
    return str(value) if labels and isinstance(value, int) else value


def written(state: str) -> str:
    return f"state {state}" if state == START or state.startswith((END, "state ")) else state


def counted(matrix: TransitionMatrix, states: list[str]) -> np.ndarray[Any, Any]:
    return matrix.counts_in([written(state) for state in states])


def names(chain: Chain, numbers: np.ndarray[Any, Any]) -> list[str]:
    return [chain.states[number] for number in numbers]


def same(found: Any, expected: Any, rel: float = REL, floor: float = TINY) -> None:
    """Equal to so many digits, in any shape; null is nan or None."""
    if isinstance(expected, list | tuple):
        found = list(found)
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            same(one, other, rel, floor)
    elif isinstance(expected, dict):
        assert set(found) == set(expected)
        for key, value in expected.items():
            same(found[key], value, rel, floor)
    elif missing(expected):
        assert found is None or np.isnan(found).all()
    elif isinstance(expected, str | bool):
        assert found == expected
    else:
        assert found == pytest.approx(expected, rel=rel, abs=floor)


def missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def exactly(found: Any, expected: Any) -> None:
    """Equal to twelve digits to fractions."""
    if isinstance(expected, list):
        for one, other in zip(found, expected, strict=True):
            exactly(one, other)
    else:
        assert found == pytest.approx(float(Fraction(expected)), rel=min(REL, 1e-12), abs=0)


# What is counted, and read off the counts.


def mle(case: Case, expected: Any) -> None:
    if case.weights is None:
        rows = TransitionMatrix("reference", tuple(case.states), case.counts, 0).to_json()["probabilities"]
    else:
        rows = chain_of(case.weights, case.states, policy="undefined").probabilities
    same([None if row[0] is None or np.isnan(row[0]) else row for row in rows], expected)


def smoothing(case: Case, expected: Any, prior: str, weight: str) -> None:
    own = case.counts.shape[1]
    per_cell = 1 / own if weight == "1_over_K" else float(weight)
    assert weight_of(prior, own) == pytest.approx(per_cell)
    same(smoothed(case.counts, weight_of(prior, own)), expected)


def jeffreys(case: Case, expected: Any, percent: str) -> None:
    same(credible(case.counts, 0.5, float(percent) / 100), expected)


def entropy(case: Case, expected: Any) -> None:
    totals = case.counts.sum(axis=1)
    same(entropy_rate_of(case.counts.astype(float), totals / max(totals.sum(), 1)), expected)


COUNTED: dict[str, Callable[..., None]] = {
    "counts": lambda case, expected: same(case.counts, expected, 0, 0),
    "start_counts": lambda case, expected: same([case.whole[START, written(s)] for s in case.states], expected, 0, 0),
    "end_counts": lambda case, expected: same(
        [case.whole[written(s), END + "unknown"] for s in case.states], expected, 0, 0
    ),
    "n_transitions": lambda case, expected: same(case.counts.sum(), expected, 0, 0),
    "n_events": lambda case, expected: same(case.whole.transitions - case.whole.sessions, expected, 0, 0),
    "n_sessions": lambda case, expected: same(case.whole.sessions, expected, 0, 0),
    "row_totals": lambda case, expected: same(case.counts.sum(axis=1), expected, 0, 0),
    "zero_rows": lambda case, expected: same(sorted(chain_of(case.counts, case.states).without_data), sorted(expected)),
    "mle": mle,
    r"smoothed_([a-z]+)_a(.+)": smoothing,
    r"ci([\d.]+)_jeffreys": jeffreys,
    "empirical_conditional_entropy_nats": entropy,
    "max_run": lambda case, expected: same(
        {state: longest_runs(case.walks).get(written(state), 0) for state in expected}, expected, 0, 0
    ),
}

# The chain, with states that are never left as ends (`policy_absorb`).


def sole(values: tuple[Any, ...]) -> Any:
    (only,) = values
    return only


def sets(classes: Any) -> list[list[str]]:
    """Classes, and the states of each, in one order: a file may have any."""
    return sorted(sorted(members) for members in classes)


def classes(case: Case, expected: Any) -> None:
    assert sets(names(case.chain, states) for states in case.chain.classes) == sets(expected)


def closed_classes(case: Case, expected: Any) -> None:
    assert sets(names(case.chain, states) for states in case.chain.closed_classes) == sets(expected)


def quasi_stationary(case: Case, expected: Any) -> None:
    shares = case.chain.quasi_stationary.shares
    order = [case.chain.transient.tolist().index(number) for number in case.inner]
    same(None if shares is None else shares[order], expected)


def committor(case: Case, expected: Any, target: str) -> None:
    ends = [names(case.chain, states) for states in case.chain.closed_classes]
    others = [state for members in ends if target not in members for state in members]
    same(case.chain.hitting([target], others), expected)


def absorbed(case: Case, expected: Any, last: str) -> None:
    same(case.chain.absorbed_by(case.given["start"], int(last))[:, case.closed], expected)


def visits(case: Case) -> Any:
    order = [case.chain.transient.tolist().index(number) for number in case.inner]
    return case.chain.visits[np.ix_(order, order)]


def absorption(case: Case) -> Any:
    return case.chain.absorption.probabilities[np.ix_(case.inner, case.closed)]


CHAIN: dict[str, Callable[..., None]] = {
    "active_states": lambda case, expected: same(case.chain.states, expected),
    "classes": classes,
    "closed_classes": closed_classes,
    "periods": lambda case, expected: same([case.chain.periods[at] for at in case.closed], expected, 0, 0),
    "stationary_per_closed_class": lambda case, expected: same(
        [case.chain.stationary[at] for at in case.closed], expected
    ),
    "stationary_exact": lambda case, expected: exactly([case.chain.stationary[at] for at in case.closed], expected),
    "entropy_rate_nats": lambda case, expected: same(sole(case.chain.entropy_rates), expected),
    "second_eigenvalue_modulus": lambda case, expected: same(
        second_eigenvalue(case.chain.weights), expected, floor=EIGEN
    ),
    "transient": lambda case, expected: same(sorted(names(case.chain, case.chain.transient)), sorted(expected)),
    "fundamental_matrix": lambda case, expected: same(visits(case), expected),
    "absorption_into_closed_class": lambda case, expected: same(absorption(case), expected),
    "absorption_exact": lambda case, expected: exactly(absorption(case), expected),
    "expected_steps_to_any_closed_class": lambda case, expected: same(
        case.chain.absorption.steps[case.inner], expected
    ),
    "expected_steps_exact": lambda case, expected: exactly(case.chain.absorption.steps[case.inner], expected),
    "expected_steps_given_class": lambda case, expected: same(
        case.chain.absorption.steps_given[np.ix_(case.inner, case.closed)], expected
    ),
    "leading_eigenvalue_Q": lambda case, expected: same(case.chain.quasi_stationary.rate, expected, floor=EIGEN),
    "quasi_stationary": quasi_stationary,
    r"absorbed_by_step_1_to_(\d+)_from_start": absorbed,
    "expected_edge_traversals_from_start": lambda case, expected: same(
        case.chain.traversals(case.given["start"]), expected
    ),
    r"committor_to_(.+)": committor,
}

# What calls are worth.


def values(case: Case, expected: Any) -> None:
    found = dict(zip(case.chain.states, case.worth.values, strict=True))
    same({state: found[state] for state in expected}, expected)


def repaired(case: Case, expected: Any) -> None:
    taken, leverages = case.worth.traversals, case.worth.leverages
    for one in expected:
        assert set(one) == {"edge", "failure_mass", "success_if_edge_removed"}
        source, target = case.chain.numbers(one["edge"])
        same(taken[source, target], one["failure_mass"])
        same(case.worth.what_if(tuple(one["edge"])), one["success_if_edge_removed"])
        same(case.worth.total + leverages[source, target], one["success_if_edge_removed"])


def removal(case: Case, expected: Any) -> None:
    found = dict(zip(case.chain.states, case.worth_of_all.removal_effects, strict=True))
    same({state: found[state] for state in expected}, expected)


WHATIF: dict[str, Callable[..., None]] = {"success_from": values, "edges": repaired}
REMOVAL: dict[str, Callable[..., None]] = {
    "p_success_from_start_distribution": lambda case, expected: same(case.worth_of_all.total, expected),
    "removal_effect": removal,
}

# Whether groups, halves and orders agree.

STATISTICS = {"G2": "g2", "X2": "x2", "dof": "dof", "p_G2": "p_g2", "p_X2": "p_x2"}


def agrees(found: Agreement, expected: dict[str, Any]) -> None:
    assert set(expected) - {"state", "row"} <= set(STATISTICS)
    for name, value in expected.items():
        if name in STATISTICS and not (value is None and found.dof == 0):
            one_by_one(name)(found, value)


def one_by_one(name: str) -> Callable[[Agreement, Any], None]:
    rel, floor = (REL_P, LEAST) if name.startswith("p_") else (REL, 1e-9)
    return lambda found, value: same(getattr(found, STATISTICS[name]), value, rel, floor)


def by_row(case: Case, expected: Any) -> None:
    found = dict(zip(case.states, agreement_by_row(case.group_counts), strict=True))
    rows = expected.items() if isinstance(expected, dict) else zip(case.states, expected, strict=True)
    for state, row in rows:
        if row is None:
            assert found[state].dof == 0
        else:
            agrees(found[row.get("state", state)], row)


def fisher(case: Case, expected: Any) -> None:
    assert set(expected) == {"cells", "p", "p_bh"}
    place = {state: number for number, state in enumerate(case.states)}
    cells = [(place[source], place[target]) for source, target in expected["cells"]]
    p, q = fisher_by_cell(case.group_counts, cells)
    same(p, expected["p"], REL_P, 0)
    same(q, expected["p_bh"], REL_P, 0)


def permuted(case: Case, expected: Any) -> None:
    assert set(expected) == {"statistic", "observed", "n_splits", "p"}
    labels = np.array(case.given["groups"]) == max(case.given["groups"])
    every = Relabelling(labels.astype(np.uint8), np.arange(len(labels)), "session", False).every().astype(bool)
    same(len(every), expected["n_splits"], 0, 0)
    found = np.array([split_statistic(case, one, expected["statistic"]) for one in (labels, *every)])
    same(found[0], expected["observed"], floor=1e-9)
    same((found[1:] >= found[0] - 1e-9).mean(), expected["p"], REL_P, 0)
    if expected["statistic"] == "G2":
        sides = [plain_walks(case, labels == side) for side in (False, True)]
        tested = change(*sides, unit="session", permutations=expected["n_splits"])
        assert tested.exact
        same([tested.statistic, tested.p], [expected["observed"], expected["p"]], REL_P, 1e-9)


def split_statistic(case: Case, side: np.ndarray[Any, Any], statistic: str) -> float:
    """G2 or X2 of the sessions on one side against the others."""
    assert statistic in ("G2", "X2")
    groups = np.stack([case.by_session[side == one].sum(axis=0) for one in (False, True)])
    return float(statistics(groups)[("G2", "X2").index(statistic)].sum())


def plain_walks(case: Case, sessions: np.ndarray[Any, Any]) -> Walks:
    """The sequences of some sessions as they are: the case compares neither how they begin nor how they end."""
    steps, bounds = case.coded
    keys = tuple(SessionKey(f"session-{number}", "anybody", 0) for number in range(len(bounds) - 1))
    whole = Walks("reference", tuple(case.states), keys, steps.astype(np.int32), steps.astype(np.int32), bounds)
    return whole.only(np.flatnonzero(sessions))


def order_selection(case: Case, expected: Any) -> None:
    fitted = orders(*case.coded, case.k, case.given["max_order"])
    for one, wanted in zip(fitted, expected, strict=True):
        found = {
            "order": one.order,
            "n": one.scored,
            "loglik": one.log_likelihood,
            "k_full": one.parameters_full,
            "k_support": one.parameters_support,
            "aic": one.aic,
            "bic": one.bic,
            "bic_support": one.bic_support,
        }
        against = wanted.get("lr_vs_next")
        same(found, {key: value for key, value in wanted.items() if key != "lr_vs_next"})
        assert (against is None) == (one.g2 is None)
        if against is not None:
            assert set(against) == {"G2", "dof_full", "p"}
            same(one.g2, against["G2"], REL, 1e-9)
            same(one.dof, against["dof_full"], 0, 0)
            if one.dof or not missing(against["p"]):
                same(one.p, against["p"], REL_P, LEAST)


def best_order(case: Case, expected: Any, criterion: str) -> None:
    assert best(orders(*case.coded, case.k, case.given["max_order"]), criterion) == expected


ORDERS: dict[str, Callable[..., None]] = {"orders": order_selection, r"best_(aic|bic|bic_support)": best_order}
TURNS: dict[str, Callable[..., None]] = {
    "early": lambda case, expected: same(case.turns.early, expected, 0, 0),
    "late": lambda case, expected: same(case.turns.late, expected, 0, 0),
    **{
        name: lambda case, expected, name=name: agrees(case.turns.agreement, {name: expected})  # type: ignore[misc]
        for name in STATISTICS
    },
}
BETWEEN: dict[str, Callable[..., None]] = {
    "group_counts": lambda case, expected: same(case.group_counts, expected, 0, 0),
    "homogeneity": lambda case, expected: agrees(agreement(case.group_counts), expected),
    "homogeneity_per_row": by_row,
    "cell_fisher": fisher,
    "permutation_exact": permuted,
}

NESTED: dict[str, dict[str, Callable[..., None]]] = {
    "policy_absorb": CHAIN,
    "whatif": WHATIF,
    "removal_effect": REMOVAL,
    "order_selection": ORDERS,
    "turn_homogeneity": TURNS,
}
FLAT = COUNTED | BETWEEN
TABLES = ("counts", "probabilities", "P", "transition_matrix")
INPUTS = {
    "states",
    "sequences",
    "absorbing",
    "start",
    "success",
    "failure",
    "groups",
    "max_order",
    "turn_split",
    *TABLES,
}


def fields(expected: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The way to every field that has a check of its own."""
    for name, value in expected.items():
        if name in NESTED and isinstance(value, dict):
            yield from ((name, inner) for inner in value)
        else:
            yield (name,)


def check_of(way: tuple[str, ...]) -> Callable[[Case, Any], None] | None:
    """The check that a field is held to; None for one that nobody knows."""
    *room, name = way
    known = NESTED[room[0]] if room else FLAT
    for pattern, check in known.items():
        found = re.fullmatch(pattern, name)
        if found:
            return lambda case, expected: check(case, expected, *found.groups())
    return None


CASES = {str(case["id"]): worded(case) for case in REFERENCE["cases"]}
PARSED: dict[str, Case] = {}
FIELDS = [
    pytest.param(name, way, id=f"{name}-{'.'.join(way)}")
    for name, case in CASES.items()
    for way in fields(case["expected"])
    if not way[-1].startswith(FOR_PEOPLE)
]


@pytest.mark.parametrize(("name", "way"), FIELDS)
def test_a_field_holds(name: str, way: tuple[str, ...]) -> None:
    case = PARSED.setdefault(name, Case(CASES[name]))
    check = check_of(way)
    assert check is not None, f"nobody knows what {'.'.join(way)} is"
    expected = case.expected
    for step in way:
        expected = expected[step]
    check(case, expected)


@pytest.mark.parametrize("name", CASES)
def test_nothing_in_a_case_goes_unread(name: str) -> None:
    case = CASES[name]

    assert {key for key in case if not key.startswith(FOR_PEOPLE)} == {"id", "input", "expected"}
    assert set(case["input"]) <= INPUTS


def test_nothing_in_the_file_goes_unread() -> None:
    assert set(REFERENCE) <= {"meta", "cases", "transition_failure_matrix"}
    assert len(CASES) == len(REFERENCE["cases"]) > 0
    assert FIELDS


def test_the_tolerance_is_the_files() -> None:
    assert 0 < REL <= 1e-6
    assert 0 < REL_P <= 1e-4


def test_an_unknown_field_is_a_failure() -> None:
    assert check_of(("policy_absorb", "colour")) is None
    assert check_of(("colour",)) is None


# The transition failure matrix.

TRACES: dict[str, Any] = REFERENCE.get("transition_failure_matrix", {})
FAILURE_FIELDS = [key for key in TRACES.get("expected", {}) if not key.startswith(FOR_PEOPLE)]


def step_name(event: Event, episode: object) -> str | None:
    return event.tool if isinstance(event, ToolCalled) else None


def traced() -> FailureMatrix:
    episodes = [
        story(*(call(step, outcome="ok" if good else "error") for step, good in one["steps"]), scenario=f"trace-{n}")
        for n, one in enumerate(TRACES["input"])
    ]
    failing = {
        f"trace-{n}/plain/0": next(number for number, (_, good) in enumerate(one["steps"], 1) if not good)
        for n, one in enumerate(TRACES["input"])
        if not all(good for _, good in one["steps"])
    }
    return failure_matrix(episodes, step_name, failing)


def own_name(state: str) -> str:
    return state if state == START else written(state)


@pytest.mark.parametrize("field", FAILURE_FIELDS)
def test_the_transition_failure_matrix(field: str) -> None:
    expected, matrix = TRACES["expected"], traced()
    states = [own_name(state) for state in expected["states"]]
    attempts = [[matrix.tried.get((row, column), 0) for column in states] for row in states]
    counts = [[len(matrix.sessions_in(row, column)) for column in states] for row in states]
    found: dict[str, Any] = {
        "states": states,
        "per_trace": {one.session: [one.row, one.column] for one in matrix.failures},
        "matrix": counts,
        "attempts_until_first_failure": attempts,
        "hazard": [
            [n / tried if tried else None for n, tried in zip(*rows, strict=True)]
            for rows in zip(counts, attempts, strict=True)
        ],
    }
    assert field in found, f"nobody knows what {field} is"
    wanted = expected[field]
    if field == "per_trace":
        number = {one["id"]: n for n, one in enumerate(TRACES["input"])}
        cells = ((number[one["id"]], one["cell"]) for one in wanted if one["cell"])
        wanted = {f"trace-{n}/plain/0": list(map(own_name, cell)) for n, cell in cells}
    if field == "states":
        assert {state for way in matrix.tried for state in way} <= {*states, END}
        wanted = states
    same(found[field], wanted)
    for at, row in enumerate(matrix.rows):
        for to, column in enumerate(matrix.columns):
            same(matrix.hazards[at, to], found["hazard"][states.index(row)][states.index(column)])


def test_the_file_says_nothing_else_of_failures() -> None:
    assert {key for key in TRACES if not key.startswith(FOR_PEOPLE)} <= {"input", "expected"}
