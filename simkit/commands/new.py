"""`simkit new domain|persona|scenario`: files to begin with, which pass `simkit check` at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from simkit.console import say

new = App(
    name="new",
    help="Begin something: files that pass `simkit check` at once and teach by their comments. Nothing is overwritten.",
    help_epilogue="Try: `simkit new domain pharmacy`, then `simkit check scenarios/pharmacy`.",
)

Into = Annotated[Path, Parameter(help="The folder it goes into.")]


@new.command
def domain(
    name: Annotated[str, Parameter(help="Small letters, digits, '-', '_': the folder is called so, too.")],
    *,
    into: Into = Path("scenarios"),
) -> int:
    """Begin a domain: tools, world, policy, rules, five cases and a demo agent in a folder of its own."""
    from simkit.design.scaffold.files import new_domain

    for file in new_domain(name, into):
        say(f"wrote {file}")
    say(f"next: simkit check {into / name}; then make it yours, file by file ({into / name / 'README.md'})")
    return 0


@new.command(help_epilogue="Try: `simkit new persona hurried-parent`, then name it in a scenario's `personas`.")
def persona(
    name: Annotated[str, Parameter(help="Small letters, digits, '-': the file is called so, too.")],
    *,
    into: Into = Path("personas"),
    schemas: Annotated[Path, Parameter(help="Where the JSON Schemas are.")] = Path("scenarios"),
) -> int:
    """Begin a persona: one file that shows every key."""
    from simkit.design.scaffold.files import new_persona

    for file in new_persona(name, into, schemas):
        say(f"wrote {file}")
    say(f"next: simkit check {into / name}.yaml")
    return 0


@new.command(help_epilogue="Try: `simkit new scenario late-refund --domain retail`.")
def scenario(
    name: Annotated[str, Parameter(help="Letters, digits, '-', '_', '.': the file is called so, too.")],
    *,
    domain: Annotated[str | None, Parameter(help="Its name or folder; the only one there is, if left out.")] = None,
    into: Annotated[Path, Parameter(help="The folder with the domains.")] = Path("scenarios"),
) -> int:
    """Begin a scenario for a domain that there is: about one of its records, with a path that was tried."""
    from simkit.design.scaffold.scenario import new_scenario

    for file in new_scenario(name, domain, into):
        say(f"wrote {file}")
        say(f"next: simkit check {file}")
    return 0
