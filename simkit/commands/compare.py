"""`simkit compare RUN_A RUN_B`: improved, regressed, or inconclusive; what broke, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from simkit.console import print_json, say
from simkit.options import AsJson, Junit, RunName


def compare(
    run_a: RunName,
    run_b: RunName,
    *,
    over: Annotated[
        Literal["scenarios", "trials"] | None,
        Parameter(help="Speak of scenarios like these, or of exactly these; scenarios, if left out and 6 are shared."),
    ] = None,
    format: Annotated[Literal["table", "markdown", "json"], Parameter(help="markdown: for a pull request.")] = "table",
    html: Annotated[
        Path | None,
        Parameter(help="Write one page to this file: the verdict, changed scenarios side by side, matrices."),
    ] = None,
    junit: Junit = None,
    as_json: AsJson = False,
) -> int:
    """Compare run B with run A, paired by scenario: improved, regressed, or inconclusive; what broke, and why.

    Exits 1 when B regressed.
    """
    from simkit import api

    runs = api.open_run(run_a), api.open_run(run_b)
    comparison = api.compare(*runs, over=over)
    if junit is not None:
        from simkit.report.junit import cases_of_comparison, write_junit

        write_junit(junit, f"{comparison.run_a} -> {comparison.run_b}", cases_of_comparison(comparison))
    if html is not None:
        from simkit.telling import write_comparison

        write_comparison(html, comparison, *runs)
        say(f"report: {html}")
    if as_json or format == "json":
        print_json(comparison.to_json())
    elif format == "markdown":
        from simkit.report.compared.markdown import markdown

        print(markdown(comparison), end="")
    else:
        from simkit.report.compared.terminal import print_comparison

        print_comparison(comparison)
    return int(comparison.verdict == "regressed")
