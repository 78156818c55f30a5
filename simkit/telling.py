"""What a command tells of a run: the result table or one JSON object, where all else lies, and the exit code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simkit.api import Run
from simkit.console import Gate, print_json, say

if TYPE_CHECKING:
    from simkit.metrics.comparing.across import Across
    from simkit.metrics.comparing.values import Comparison


def told_of(
    told: Run, *, as_json: bool, gate: Gate, report: bool, junit: Path | None = None, across: bool = False
) -> int:
    """Tell a run, writing its HTML report beside it where `report`, and JUnit XML to `junit`; the exit code.

    `across`: with how the agent does across domains.
    """
    from simkit.report.compared.across import print_across
    from simkit.report.terminal import print_summary

    if junit is not None:
        from simkit.report.junit import cases_of_run, write_junit

        write_junit(junit, told.name, cases_of_run(score for _, score in told.scored))

    summary = told.summary()
    found = told_across(told) if across else None
    if as_json:
        more = {"resumed": told.resumed.to_json()} if told.resumed else {}
        print_json(summary.to_json() | more | ({"across": found.to_json()} if found else {}))
    else:
        where = {"Transition matrix": f"simkit matrix {told.name}", "Log": f"simkit export {told.name} --format jsonl"}
        if report and told.store.folder is not None:
            path = Path(told.name) / "report.html"
            write_report(told, path)
            where = {"HTML report": str(path), **where}
        else:
            where["HTML report"] = f"simkit report {told.name}"
        print_summary(summary, where)
        if found:
            print_across(found)
    if told.resumed:
        say(f"simkit: {told.resumed}")
    if told.stopped:
        say(f"simkit: stopped; go on by: simkit run --out {told.name} --resume")
        return 128 + told.stopped
    return gate.code(summary.total, summary.skipped)


def told_across(told: Run) -> Across:
    """How the agent of a run does across its domains."""
    from simkit.api import across

    return across(told)


def told_of_tau2(told: Run, *, as_json: bool, fail_under: float) -> int:
    """Tell a run as tau2-bench scores it; the exit code, 1 where the mean reward is below `fail_under`."""
    from simkit.report.tau2 import print_tau2, tau2_summary

    found = tau2_summary(told.summary(), told.scored)
    if as_json:
        print_json(found.to_json())
    else:
        print_tau2(found)
    return int(fail_under > 0 and (found.mean_reward is None or found.mean_reward < fail_under))


def write_report(told: Run, path: Path) -> None:
    """Write the run as one HTML page."""
    from simkit.report.html import write_html

    write_html(path, told.summary(), told.scored)


def write_comparison(path: Path, comparison: Comparison, before: Run, after: Run) -> None:
    """Write two runs and their comparison as one HTML page."""
    from simkit import api
    from simkit.report.compared import page

    runs = before, after
    names = before.name, after.name
    domains = {name: one.domain for run in runs for name, one in run.summary().by_scenario.items()}
    changes = {view: page.changes_of([api.walks(one, view) for one in runs], domains, names) for view in page.VIEWS}
    page.write_comparison(path, comparison, changes, *((one.summary(), one.scored) for one in runs))


def run_name(what: str | None) -> str:
    """A free name under runs/: the moment, and what is run."""
    import re
    import time

    slug = re.sub(r"[^a-z0-9]+", "-", (what or "demo").lower()).strip("-")[-40:] or "run"
    stem = f"{time.strftime('%Y-%m-%d-%H%M%S')}-{slug}"
    number = 1
    name = stem
    while (Path("runs") / name).exists():
        number += 1
        name = f"{stem}-{number}"
    return name
