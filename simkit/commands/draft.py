"""`simkit draft …`: domains and cases made from what exists already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from simkit.commands.coverage import Files
from simkit.console import say
from simkit.errors import UsageError
from simkit.options import Tuples, TupleTerms

draft = App(
    name="draft",
    help="Make domains and cases from what exists: an API's description, dimensions, the holes in what was played.",
    help_epilogue="Try: `simkit draft domain shop --openapi openapi.yaml`, then `simkit check scenarios/shop`.",
)


@draft.command
def domain(
    name: Annotated[str, Parameter(help="Small letters, digits, '-', '_': the folder is called so, too.")],
    *,
    openapi: Annotated[Path | None, Parameter(help="An OpenAPI 3 or Swagger 2 file, YAML or JSON.")] = None,
    only: Annotated[tuple[str, ...], Parameter(negative="", help="Operations: ids, tags or paths, `*` allowed.")] = (),
    scenarios: Annotated[int, Parameter(help="Cases to draft, at most.")] = 20,
    into: Annotated[Path, Parameter(help="The folder it goes into.")] = Path("scenarios"),
) -> int:
    """Draft a domain from what exists: tools over a stateful world, records, rules, a policy to fill, cases.

    From an OpenAPI file, each operation becomes a typed function in tools.py that lists, reads, makes, changes, removes
    or acts on records, as the API would. What the file cannot say is marked TODO. Every case has a reference path that
    was tried. Nothing is overwritten.
    """
    from simkit.design.draft.drafting import plan_of_openapi, write_domain
    from simkit.design.scaffold.files import beside, free, named

    folder = free(into / named(name, "domain"))
    if openapi is None:
        raise UsageError("say what to draft from: --openapi FILE")
    made = write_domain(plan_of_openapi(name, openapi, only), folder, scenarios)
    beside(into)
    say(f"wrote {folder}: {made.tools} tools, {made.tables} tables, {len(made.cases)} cases")
    for note in made.notes:
        say(f"note: {note}")
    say(f"next: simkit check {folder}; then read {folder / 'tools.py'} and search it for TODO")
    return 0


@draft.command
def cover(
    file: Annotated[Path, Parameter(help="A dimensions file: NAME.dimensions.yaml.")],
    *,
    tuples: Tuples = TupleTerms(),
    seed: Annotated[int, Parameter(help="Of the tuples that --sample draws.")] = 0,
    out: Annotated[Path | None, Parameter(help="A folder, for a file each; stdout, if left out.")] = None,
) -> int:
    """Write the scenarios that a dimensions file makes, to be changed by hand.

    To play them there is no need to: `simkit run FILE` makes the same ones.
    """
    from simkit.design.dimensions.written import scenarios

    (path,) = tuples.applied([file], seed)
    made = list(scenarios(path))
    return _put(made, out)


@draft.command
def fill(
    *runs: Annotated[str, Parameter(help="The runs whose holes are to be filled.")],
    dimensions: Files = (),
    most: Annotated[int, Parameter(help="Scenarios, at most.")] = 20,
    out: Annotated[Path | None, Parameter(help="A folder, for a file each; stdout, if left out.")] = None,
) -> int:
    """Write the scenarios that play what these runs never played, the largest holes first.

    They are tuples of the dimensions that the runs were made from, and scenarios of their domains that were left out.
    `simkit coverage` shows the holes.
    """
    from simkit import api

    return _put(api.coverage(*runs, dimensions=dimensions).fills(most), out)


def _put(made: Sequence[tuple[str, str]], out: Path | None) -> int:
    """Write scenarios, name and text each, into a folder or on stdout."""
    if out is None:
        print("---\n".join(text for _, text in made), end="")
    else:
        out.mkdir(parents=True, exist_ok=True)
        schema = out.parent / "scenario.schema.json"
        first = "# yaml-language-server: $schema=../scenario.schema.json\n" if schema.exists() else ""
        for name, text in made:
            (out / f"{name}.yaml").write_text(first + text, encoding="utf-8")
    say(f"{len(made)} scenario{'s' * (len(made) != 1)}" + (f" in {out}" if out else ""))
    return 0
