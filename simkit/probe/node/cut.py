"""Recorded occurrences of a node as a pytest file: inputs, what its tools gave, and what it did."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simkit.agents.nodes.case import case_of
from simkit.errors import UsageError, one_line
from simkit.probe.fork.parent import Parent
from simkit.probe.node.capture import Occurrence, Seen
from simkit.trace.log import canonical_line

MOST = 20
"""Cases that one file gets."""

PAGE = '''\
"""Cut by simkit from recorded sessions: one node of the agent, on inputs that it had, against what it did with them.

What is right is what happened then. Where the node is meant to do otherwise now, change `expected`, or cut again.
"""

import json

import pytest

from simkit.testing import check_node

RUN = {run}
AGENT = {agent}
NODE = {node}

TOOLS = json.loads(
    r\'\'\'{tools}\'\'\'
)

CASES = json.loads(
    r\'\'\'[
{cases}
]\'\'\'
)


@pytest.mark.parametrize("case", CASES, ids=[one["name"] for one in CASES])
def test_{function}_does_what_it_did(case):
    check_node(AGENT, NODE, case, TOOLS)
'''


def write_cases(seen: Seen, run: str, agent: str | None, file: Path) -> tuple[int, list[str]]:
    """Write up to `MOST` different occurrences to a pytest file: how many, and why others could not be.

    Raises UsageError where none can be written, or the file exists.
    """
    if file.exists():
        raise UsageError(f"{file}: exists; choose another --out, or remove it")
    cases, why = [], list[str]()
    for occurrence in _varied(seen):
        try:
            cases.append(case_of(occurrence.name, occurrence.given, occurrence.came, occurrence.recorded))
        except TypeError as error:
            why.append(f"{occurrence.name}: {one_line(error)}")
        if len(cases) == MOST:
            break
    if not cases:
        raise UsageError(
            f"no occurrence of '{seen.node}' can be written as a test; {'; '.join(why[:1]) or 'there is none'}"
        )
    parent = next(iter(seen.parents.values()))
    tools = [tool.model_dump(mode="json") for tool in parent.episode.card.tools if tool.by == "agent"]
    file.parent.mkdir(parents=True, exist_ok=True)
    words = {
        "run": json.dumps(run),
        "agent": json.dumps(agent or _demo(parent)),
        "node": json.dumps(seen.node),
        "tools": _text(tools),
        "cases": ",\n".join(map(_text, cases)),
        "function": re.sub(r"\W+", "_", seen.node.lower(), flags=re.ASCII).strip("_") or "node",
    }
    file.write_text(re.sub(r"\{(\w+)\}", lambda hole: words[hole[1]], PAGE), encoding="utf-8")
    return len(cases), why


def _varied(seen: Seen) -> Iterator[Occurrence]:
    """Each different input once; those first that are the first to go their way, by calls and route."""
    first: dict[str, Occurrence] = {}
    for one in seen.occurrences:
        way = [(call["tool"], call["outcome"]) for call in one.came.calls or ()]
        first.setdefault(repr((way, one.came.route)), one)
    chosen = {id(one) for one in first.values()}
    known: set[str] = set()
    for one in [*first.values(), *(one for one in seen.occurrences if id(one) not in chosen)]:
        input = re.sub(r"id='[^']*'", "", repr((one.given.input, one.given.state)))
        if input not in known:
            known.add(input)
            yield one


def _demo(parent: Parent) -> str:
    file, _, name = parent.domain.agent.partition(":")
    return f"{parent.domain.folder / file}:{name}"


def _text(value: Any) -> str:
    """JSON in ASCII that ends no text: as a literal of Python's it holds nothing but itself."""
    return canonical_line(value).replace("'", "\\u0027")
