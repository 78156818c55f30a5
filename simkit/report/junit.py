"""JUnit XML, which build servers show: one test case a session of a run, or one a figure and scenario of a comparison.

Names and reasons come from packs, agents and models: what XML cannot hold is escaped or shown as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from simkit.errors import StoreError, one_line
from simkit.metrics.comparing.values import Comparison
from simkit.metrics.score import SessionScore
from simkit.report.compared.words import amount, chance, counts, span, title


class Case(NamedTuple):
    """A test case: it failed, was in error, was skipped, or passed, in this order."""

    group: str
    name: str
    failure: str = ""
    error: str = ""
    skipped: str = ""
    said: str = ""


def cases_of_run(scores: Iterable[SessionScore]) -> Iterable[Case]:
    """Each session: failed with its reason, or in error where it says nothing about the agent."""
    for score in scores:
        name = f"{score.persona}/{score.trial}"
        group = f"{score.domain}.{score.scenario}" if score.domain else score.scenario
        said = "\n".join(f"{one.kind}: {one_line(one.sentence)}" for one in score.findings)
        failure = score.reason if score.outcome == "fail" else ""
        yield Case(group, name, failure=failure, error=score.reason if score.outcome == "invalid" else "", said=said)


def cases_of_comparison(comparison: Comparison) -> Iterable[Case]:
    """The verdict, each figure and each scenario: failed where it regressed, skipped where nothing can be told."""
    because = comparison.because
    failed = because if comparison.verdict == "regressed" else ""
    yield Case("compare", "verdict", failed, skipped=because if comparison.verdict == "inconclusive" else "")
    for one in comparison.figures():
        said = (
            f"{amount(one.a, one.name)} -> {amount(one.b, one.name)}, {amount(one.effect, one.name, signed=True)} "
            f"({span(one)}), p {chance(one.p_adjusted)}, n {one.scenarios} scenarios"
        )
        failed = said if one.verdict == "regressed" else ""
        yield Case(
            "compare.figures", title(one), failed, skipped="" if one.effect is not None else "no value", said=said
        )
    for change in comparison.scenarios:
        said = f"{' -> '.join(counts(change))}, p {chance(change.p_adjusted)}{'; flaky' * change.flaky}"
        failed = f"{said}: {change.reason} [{change.session}]" if change.verdict == "regressed" else ""
        yield Case("compare.scenarios", change.name, failed, said=said)


def write_junit(path: Path, name: str, cases: Iterable[Case]) -> None:
    """Write test cases as one suite. Raises StoreError where the file cannot be written."""
    suite = Element("testsuite")
    count = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for case in cases:
        count["tests"] += 1
        element = SubElement(suite, "testcase", classname=_text(case.group, 200), name=_text(case.name, 200))
        marks = (("failure", "failures"), ("error", "errors"), ("skipped", "skipped"))
        for mark, counter in marks:
            if said := getattr(case, mark):
                count[counter] += 1
                SubElement(element, mark, message=_text(said, 500))
                break
        if case.said:
            SubElement(element, "system-out").text = "\n".join(_text(line, 500) for line in case.said.split("\n"))
    suite.attrib |= {"name": _text(name, 200), **{key: str(value) for key, value in count.items()}}
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    try:
        ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        what = one_line(error.strerror or error)
        raise StoreError(f"{path}: cannot be written ({what}); check the path and its permissions") from None


def _text(text: object, limit: int) -> str:
    """One line of printable text: no control character, surrogate or private mark that XML 1.0 forbids."""
    return one_line(text, limit)
