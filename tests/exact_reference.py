"""Reference cases of our own, in the form of the shared ones, from fractions and textbook loops: nothing of simkit.

Slow and plain on purpose. What floats are needed for (eigenvalues, quantiles, p-values) comes from numpy and scipy.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import stats

Rows = list[list[Fraction]]
META = {"conventions": {"tolerance": "1e-9 relative for closed forms, 1e-7 for p-values"}}


def case(name: str, states: Sequence[str], sequences: Sequence[Sequence[str]], **given: Any) -> dict[str, Any]:
    """One case with every field that its input allows."""
    states = list(states)
    counts = counted(states, sequences)
    asked = {"states": states, "sequences": [list(one) for one in sequences], **given}
    expected: dict[str, Any] = {**simple(states, sequences, counts), "policy_absorb": chain(asked, counts)}
    if "groups" in given:
        expected |= groups(asked)
    if "turn_split" in given:
        expected["turn_homogeneity"] = early_late(asked)
    if "max_order" in given:
        expected["order_selection"] = order(asked)
    if "success" in given:
        expected |= worth(asked, counts)
    return {"id": name, "description": name, "input": asked, "expected": expected, "agreement_max_rel_diff": {}}


def table(name: str, states: Sequence[str], counts: list[list[int]], **given: Any) -> dict[str, Any]:
    """A case of counts that no sequence could be written out for."""
    asked = {"states": list(states), "counts": counts, **given}
    totals = list(map(sum, counts))
    mle = [[n / t for n in row] if t else None for row, t in zip(counts, totals, strict=True)]
    expected = {"mle": mle, "row_totals": totals, "policy_absorb": chain(asked, counts)}
    if "success" in given:
        at, first = asked["states"].index(given["success"]), asked["states"].index(given["start"])
        values = succeed(shares_of(counts)[1], at)
        expected["removal_effect"] = {"p_success_from_start_distribution": float(values[first])}
    return {"id": name, "input": asked, "expected": expected}


def counted(states: list[str], sequences: Sequence[Sequence[str]]) -> list[list[int]]:
    pairs = Counter(pair for one in sequences for pair in itertools.pairwise(one))
    return [[pairs[a, b] for b in states] for a in states]


def simple(states: list[str], sequences: Sequence[Sequence[str]], counts: list[list[int]]) -> dict[str, Any]:
    k, totals = len(states), list(map(sum, counts))
    runs = dict.fromkeys(states, 0)
    for one in sequences:
        for state, run in itertools.groupby(one):
            runs[state] = max(runs[state], len(list(run)))
    found: dict[str, Any] = {
        "counts": counts,
        "start_counts": [sum(one[:1] == [s] for one in map(list, sequences)) for s in states],
        "end_counts": [sum(one[-1:] == [s] for one in map(list, sequences)) for s in states],
        "n_transitions": sum(totals),
        "n_events": sum(map(len, sequences)),
        "n_sessions": len(sequences),
        "row_totals": totals,
        "zero_rows": [s for s, n in zip(states, totals, strict=True) if not n],
        "mle": [[n / t for n in row] if t else None for row, t in zip(counts, totals, strict=True)],
        "max_run": runs,
    }
    for prior, weight, a in (("laplace", "1", 1.0), ("jeffreys", "0.5", 0.5), ("perks", "1_over_K", 1 / k)):
        found[f"smoothed_{prior}_a{weight}"] = [
            [(n + a) / (t + k * a) for n in row] for row, t in zip(counts, totals, strict=True)
        ]
    if k > 1:
        found["ci95_jeffreys"] = [
            [
                [float(stats.beta.ppf(tail, n + 0.5, t - n + (k - 1) / 2)) for n in row]
                for row, t in zip(counts, totals, strict=True)
            ]
            for tail in (0.025, 0.975)
        ]
    all_of = max(sum(totals), 1)
    found["empirical_conditional_entropy_nats"] = math.fsum(
        -n / all_of * math.log(n / t) for row, t in zip(counts, totals, strict=True) for n in row if n
    )
    return found


def solve(table: Rows, right: Rows) -> Rows:
    """X with table X = right, by Gauss and Jordan."""
    rows = [[*a, *b] for a, b in zip(table, right, strict=True)]
    for k in range(len(rows)):
        pivot = next(i for i in range(k, len(rows)) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(len(rows)):
            if i != k and rows[i][k]:
                rows[i] = [x - rows[i][k] * y for x, y in zip(rows[i], rows[k], strict=True)]
    return [row[len(rows) :] for row in rows]


def identity(n: int) -> Rows:
    return [[Fraction(i == j) for j in range(n)] for i in range(n)]


def shares_of(counts: list[list[int]]) -> tuple[list[int], Rows]:
    """The active states, and exact probabilities among them; what is never left stays."""
    k = len(counts)
    active = [i for i in range(k) if any(counts[i]) or any(row[i] for row in counts)]
    rows = []
    for i in active:
        total = sum(counts[i])
        rows.append([Fraction(counts[i][j], total) if total else Fraction(i == j) for j in active])
    return active, rows


def structure(p: Rows) -> tuple[list[list[int]], list[list[int]], list[int]]:
    n = len(p)
    reach = [[i == j or p[i][j] > 0 for j in range(n)] for i in range(n)]
    for k, i, j in itertools.product(range(n), repeat=3):
        reach[i][j] = reach[i][j] or (reach[i][k] and reach[k][j])
    classes = [sorted(c) for c in {frozenset(j for j in range(n) if reach[i][j] and reach[j][i]) for i in range(n)}]
    classes.sort()
    closed = [c for c in classes if all(p[i][j] == 0 for i in c for j in range(n) if j not in c)]
    return classes, closed, [period(p, c) for c in closed]


def period(p: Rows, members: list[int]) -> int:
    """The gcd of the lengths, up to twice the size of the class, of the ways back to its first state."""
    here, found = {members[0]}, 0
    for length in range(1, 2 * len(members) + 1):
        here = {j for i in here for j in members if p[i][j] > 0}
        if members[0] in here:
            found = math.gcd(found, length)
    return found


def chain(asked: dict[str, Any], counts: list[list[int]]) -> dict[str, Any]:
    active, p = shares_of(counts)
    label = [asked["states"][i] for i in active]
    n = len(p)
    classes, closed, periods = structure(p)
    stationary = []
    for members in closed:
        part = [[p[j][i] - (i == j) for j in members] for i in members]
        part[-1] = [Fraction(1)] * len(members)
        own = solve(part, [[Fraction(i == len(members) - 1)] for i in range(len(members))])
        stationary.append([own[members.index(i)][0] if i in members else Fraction(0) for i in range(n)])
    named = [[label[i] for i in members] for members in closed]
    found: dict[str, Any] = {
        "active_states": label,
        "classes": [[label[i] for i in members] for members in classes],
        "closed_classes": named,
        "periods": periods,
        "stationary_per_closed_class": [list(map(float, one)) for one in stationary],
        "stationary_exact": [list(map(str, one)) for one in stationary],
    }
    if len(classes) == 1:
        found["entropy_rate_nats"] = math.fsum(
            -float(w * x) * math.log(x) for w, row in zip(stationary[0], p, strict=True) for x in row if x
        )
        moduli = sorted(abs(np.linalg.eigvals(np.array(p, dtype=float))))
        found["second_eigenvalue_modulus"] = float(moduli[-2]) if n > 1 else None
    inner = [i for i in range(n) if not any(i in members for members in closed)]
    if inner:
        found |= ending(asked, p, label, closed, inner)
    return found


def ending(
    asked: dict[str, Any], p: Rows, label: list[str], closed: list[list[int]], inner: list[int]
) -> dict[str, Any]:
    n, t = len(p), len(inner)
    visits = solve([[Fraction(i == j) - p[i][j] for j in inner] for i in inner], identity(t))
    into = [[sum(p[i][j] for j in members) for members in closed] for i in inner]
    ends = [[sum(v * r[e] for v, r in zip(row, into, strict=True)) for e in range(len(closed))] for row in visits]
    steps = [sum(row) for row in visits]
    given = [
        [
            float(sum(v * ends[j][e] for j, v in enumerate(row)) / ends[i][e]) if ends[i][e] else None
            for e in range(len(closed))
        ]
        for i, row in enumerate(visits)
    ]
    among = np.array([[float(p[i][j]) for j in inner] for i in inner])
    found: dict[str, Any] = {
        "transient": [label[i] for i in inner],
        "fundamental_matrix": [list(map(float, row)) for row in visits],
        "absorption_into_closed_class": [list(map(float, row)) for row in ends],
        "absorption_exact": [list(map(str, row)) for row in ends],
        "expected_steps_to_any_closed_class": list(map(float, steps)),
        "expected_steps_exact": list(map(str, steps)),
        "expected_steps_given_class": given,
        "leading_eigenvalue_Q": float(max(abs(np.linalg.eigvals(among)))),
    }
    whole = {i: row for i, row in zip(inner, ends, strict=True)}
    for e, members in enumerate(closed):
        if len(members) == 1:
            found[f"committor_to_{label[members[0]]}"] = [
                float(whole[i][e]) if i in whole else float(i in members) for i in range(n)
            ]
    start = asked.get("start")
    if start and label.index(start) in inner:
        at = label.index(start)
        here = [Fraction(i == at) for i in range(n)]
        absorbed = []
        for _ in range(12):
            here = [sum(here[i] * p[i][j] for i in range(n)) for j in range(n)]
            absorbed.append([float(sum(here[j] for j in members)) for members in closed])
        found["absorbed_by_step_1_to_12_from_start"] = absorbed
        row = dict(zip(inner, visits[inner.index(at)], strict=True))
        found["expected_edge_traversals_from_start"] = [
            [float(row[i] * p[i][j]) if i in row else 0.0 for j in range(n)] for i in range(n)
        ]
    return found


def succeed(p: Rows, at: int) -> list[Fraction]:
    """Probability of coming to a state, from every state."""
    n = len(p)
    can = {at}
    while True:
        more = {i for i in range(n) if any(p[i][j] for j in can)} - can
        if not more:
            break
        can |= more
    inner = sorted(can - {at})
    own = solve([[Fraction(i == j) - p[i][j] for j in inner] for i in inner], [[p[i][at]] for i in inner])
    result = [Fraction(0)] * n
    result[at] = Fraction(1)
    for i, (value,) in zip(inner, own, strict=True):
        result[i] = value
    return result


def worth(asked: dict[str, Any], counts: list[list[int]]) -> dict[str, Any]:
    active, p = shares_of(counts)
    label = [asked["states"][i] for i in active]
    good, first = label.index(asked["success"]), label.index(asked["start"])
    values = succeed(p, good)
    _, closed, _ = structure(p)
    inner = [i for i in range(len(p)) if not any(i in members for members in closed)]
    starts = [sum(one[:1] == [s] for one in asked["sequences"]) for s in label]
    shares = [Fraction(n, sum(starts)) for n in starts]
    total = sum(share * v for share, v in zip(shares, values, strict=True))
    removal, edges = {}, []
    bad = label.index(asked["failure"])
    visits = solve([[Fraction(i == j) - p[i][j] for j in inner] for i in inner], identity(len(inner)))
    for i in inner:
        gone = [[Fraction(j == k) for k in range(len(p))] if j == i else row for j, row in enumerate(p)]
        left = succeed(gone, good)
        without = sum(share * v for j, (share, v) in enumerate(zip(shares, left, strict=True)) if j != i)
        removal[label[i]] = float(1 - without / total)
        if p[i][bad] and p[i][bad] < 1:
            kept = [Fraction(0) if j == bad else x / (1 - p[i][bad]) for j, x in enumerate(p[i])]
            mended = succeed([kept if j == i else row for j, row in enumerate(p)], good)
            mass = visits[inner.index(first)][inner.index(i)] * p[i][bad]
            gained = float(mended[first])
            edges.append(
                {"edge": [label[i], label[bad]], "failure_mass": float(mass), "success_if_edge_removed": gained}
            )
    success = {label[i]: float(values[i]) for i in inner}
    return {
        "whatif": {"success_from": success, "edges": edges, "rule": "the others in proportion"},
        "removal_effect": {
            "p_success_from_start_distribution": float(total),
            "removal_effect": removal,
            "rule": "what comes there fails",
        },
    }


def compared(tables: list[list[list[int]]], rows: range) -> dict[str, Any]:
    g2 = x2 = 0.0
    dof = 0
    for i in rows:
        own = [table[i] for table in tables if sum(table[i])]
        columns = [j for j in range(len(tables[0])) if any(row[j] for row in own)]
        dof += max(len(own) - 1, 0) * max(len(columns) - 1, 0)
        whole = sum(map(sum, own))
        for row, j in itertools.product(own, columns):
            m = sum(row) * sum(other[j] for other in own) / whole
            g2 += 2 * row[j] * math.log(row[j] / m) if row[j] else 0.0
            x2 += (row[j] - m) ** 2 / m
    chances = {f"p_{name}": float(stats.chi2.sf(v, dof)) if dof else None for name, v in (("G2", g2), ("X2", x2))}
    return {"G2": g2, "X2": x2, "dof": dof, **chances}


def groups(asked: dict[str, Any]) -> dict[str, Any]:
    states, labels, sequences = asked["states"], asked["groups"], asked["sequences"]
    kinds, k = sorted(set(labels)), len(asked["states"])
    tables = [counted(states, [s for s, g in zip(sequences, labels, strict=True) if g == kind]) for kind in kinds]
    found: dict[str, Any] = {
        "group_counts": tables,
        "homogeneity": compared(tables, range(k)),
        "homogeneity_per_row": [compared(tables, range(i, i + 1)) for i in range(k)],
    }
    if len(kinds) == 2:
        cells = [(i, j) for i in range(k) for j in range(k) if sum(t[i][j] for t in tables)]
        p = [stats.fisher_exact([[t[i][j], sum(t[i]) - t[i][j]] for t in tables]).pvalue for i, j in cells]
        found["cell_fisher"] = {
            "cells": [[states[i], states[j]] for i, j in cells],
            "p": list(map(float, p)),
            "p_bh": stats.false_discovery_control(p).tolist(),
        }
        splits = math.comb(len(labels), labels.count(kinds[1]))
        if splits <= 1000:
            found["permutation_exact"] = permuted(asked, found["homogeneity"]["G2"], splits)
    return found


def permuted(asked: dict[str, Any], observed: float, splits: int) -> dict[str, Any]:
    states, sequences = asked["states"], asked["sequences"]
    larger = 0
    for chosen in itertools.combinations(range(len(sequences)), asked["groups"].count(max(asked["groups"]))):
        parts = [[s for n, s in enumerate(sequences) if (n in chosen) == side] for side in (False, True)]
        larger += compared([counted(states, part) for part in parts], range(len(states)))["G2"] >= observed - 1e-9
    return {"statistic": "G2", "observed": observed, "n_splits": splits, "p": larger / splits}


def early_late(asked: dict[str, Any]) -> dict[str, Any]:
    split, states, sequences = asked["turn_split"], asked["states"], asked["sequences"]
    early, late = counted(states, [s[: split + 1] for s in sequences]), counted(states, [s[split:] for s in sequences])
    return {"rule": "", "early": early, "late": late, **compared([early, late], range(len(states)))}


def order(asked: dict[str, Any]) -> dict[str, Any]:
    most, k = asked["max_order"], len(asked["states"])
    fitted = []
    for m in range(most + 1):
        grams = Counter(tuple(one[at - m : at + 1]) for one in asked["sequences"] for at in range(most, len(one)))
        past: Counter[tuple[str, ...]] = Counter()
        for gram, n in grams.items():
            past[gram[:-1]] += n
        likelihood = math.fsum(n * math.log(n / past[gram[:-1]]) for gram, n in grams.items())
        fitted.append((likelihood, k**m * (k - 1), len(grams) - len(past), sum(grams.values())))
    rows = []
    for m, (likelihood, full, support, n) in enumerate(fitted):
        row: dict[str, Any] = {"order": m, "n": n, "loglik": likelihood, "k_full": full, "k_support": support}
        costs = {"aic": 2 * full, "bic": full * math.log(n), "bic_support": support * math.log(n)}
        row |= {name: cost - 2 * likelihood for name, cost in costs.items()}
        if m < most:
            g2, dof = 2 * (fitted[m + 1][0] - likelihood), fitted[m + 1][1] - full
            row["lr_vs_next"] = {"G2": g2, "dof_full": dof, "p": float(stats.chi2.sf(g2, dof))}
        rows.append(row)
    best = {f"best_{c}": min(rows, key=lambda r, c=c: r[c])["order"] for c in ("bic", "aic")}
    return {"conditioning": "", "orders": rows, **best}
