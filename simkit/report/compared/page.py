"""Two runs on one page: what `simkit compare` says, the scenarios that changed with transcripts side by side, the
matrices' difference, and each run whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from simkit.metrics.comparing.values import Comparison, Effect
from simkit.paths.change.result import Change
from simkit.paths.change.verdict import change
from simkit.paths.walks import Walks
from simkit.report.compared.words import amount, chance, otherwise, span, subject, title, told, warnings
from simkit.report.html import whole_page, write_page
from simkit.report.page import Page, safe_json
from simkit.report.shown import LONGEST, MOST, Choice
from simkit.report.summary import Scored, Summary

VIEWS = ("tool", "act")
"""The state views in which the page tells how the runs' matrices differ."""

Told = tuple[Summary, Iterable[Scored]]
"""A run: its figures, and its sessions by key."""


Changes = Mapping[str, Mapping[str, Change]]
"""How the runs' matrices differ: by state view, and by domain, of which `""` is all."""


def changes_of(walks: Sequence[Walks], domains: Mapping[str, str], names: tuple[str, str]) -> dict[str, Change]:
    """Whether the second run's walks differ from the first's: of all sessions, and of each domain that both played.
    `domains`: each scenario's."""
    found: dict[str, Change] = {}
    several = sorted(set(domains.values()))
    for domain in ("", *several):
        some = [_in_domain(one, domain, domains) for one in walks]
        if all(map(len, some)):
            whole = found.get("") if len(several) == 1 else None
            found[domain] = whole or change(some[0], some[1], names=names)
    return found


def _in_domain(walks: Walks, domain: str, domains: Mapping[str, str]) -> Walks:
    if not domain:
        return walks
    return walks.only([number for number, key in enumerate(walks.keys) if domains.get(key.scenario) == domain])


def write_comparison(path: Path | str, comparison: Comparison, changes: Changes, before: Told, after: Told) -> Path:
    """Write the page of two runs, whole or not at all. Raises StoreError where it cannot be written."""
    return write_page(path, comparison_html(comparison, changes, before, after))


def comparison_html(comparison: Comparison, changes: Changes, before: Told, after: Told) -> str:
    """The page as text."""
    pages = []
    for summary, sessions in (before, after):
        page = Page(summary, Choice(summary, MOST // 2, LONGEST // 2))
        for episode, score in sessions:
            page.add(episode, score)
        pages.append(page)
    one, two = pages
    blocks = {"index": one.index(), "other": two.index(), "compared": compared_json(comparison, changes)}
    return whole_page(
        f"{comparison.run_a} → {comparison.run_b}",
        {name: safe_json(value) for name, value in blocks.items()},
        {"s": one.transcripts, "t": two.transcripts},
    )


def compared_json(comparison: Comparison, changes: Changes) -> dict[str, Any]:
    """What the page tells of both: the words and numbers of every other telling, so that no two can differ."""
    known = comparison.passes.scenarios > 0
    figures = (comparison.passes, *told(comparison.errors), *told(comparison.effort)) if known else ()
    return {
        "verdict": comparison.verdict,
        "because": comparison.because,
        "runs": [comparison.run_a, comparison.run_b],
        "agents": [comparison.agent_a, comparison.agent_b],
        "subject": subject(comparison),
        "otherwise": otherwise(comparison),
        "warnings": list(warnings(comparison)),
        "figures": [_figure(one) for one in figures],
        "scenarios": [vars(one) for one in comparison.scenarios],
        "changes": {view: {name: _change(one) for name, one in by.items()} for view, by in changes.items()},
    }


def _figure(one: Effect) -> dict[str, Any]:
    return {
        "title": title(one),
        "better": one.better,
        "told": [amount(one.a, one.name), amount(one.b, one.name), amount(one.effect, one.name, signed=True)],
        "effect": one.effect,
        "low": one.low,
        "high": one.high,
        "span": span(one),
        "mde": amount(one.mde, one.name),
        "p": chance(one.p_adjusted),
        "verdict": one.verdict,
        "scenarios": one.scenarios,
        "sessions": [one.sessions_a, one.sessions_b],
    }


def _change(one: Change) -> dict[str, Any]:
    """The sentences, and the chances that only Python works out: of rows and of cells, by the names of their states."""
    return {
        "sentences": list(one.sentences()),
        "changed": one.changed,
        "rows": [[row.state, row.q] for row in one.rows if row.q is not None],
        "cells": [[cell.source, cell.target, cell.q] for cell in one.cells if cell.q is not None],
    }
