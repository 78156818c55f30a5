"""The options of the command line: what each is called, takes and means, once for all commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from simkit.spending import ModelTerms

RunName = Annotated[str, Parameter(help="A run: its name under runs/, its folder, or a database URL.")]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Print exactly one JSON object on stdout.")]
Out = Annotated[str | None, Parameter(help="Where the run is kept: a name under runs/, or a path.")]
By = Annotated[
    str,
    Parameter(
        help="State view: tool, world, node, act, your own file.py:function, or several joined, as in tool+phase; parts"
        " to join: call, outcome, args, arg.NAME, phase. NAME=VIEW names it."
    ),
]
Given = Annotated[
    tuple[str, ...],
    Parameter(help="Only with KEY=VALUE: persona, scenario, domain, tag, trial, outcome, agent, version; turn=1-3."),
]

Across = Annotated[
    bool,
    Parameter(negative="", help="Also tell in which domains the agent fails more than elsewhere."),
]
Junit = Annotated[Path | None, Parameter(help="Write JUnit XML to this file, for a build server.")]


def _is_share(_: type, value: Any) -> None:
    if value is not None and not 0 <= value <= 1:
        raise ValueError("write a share from 0 to 1, as in 0.9")


FailUnder = Annotated[
    float | None, Parameter(validator=_is_share, help="Exit 1 when the pass rate is below this (0 to 1; 0: never).")
]


Profile = Annotated[
    Literal["simkit", "tau2"],
    Parameter(
        help="tau2: the rewards of tau2-bench by its own rules, beside ours; --fail-under is then on their mean."
    ),
]
Agent = Annotated[
    str | None,
    Parameter(help="file.py:name, module:name, reference, null, demo, model:PROVIDER/NAME, or a URL."),
]
User = Annotated[str | None, Parameter(help="agenda (if left out), scripted, llm:PROVIDER/NAME, or replay:RUN.")]
Inject = Annotated[
    tuple[str, ...],
    Parameter(
        negative_iterable=(),
        help="KIND=RATE: put a fault of that kind into this share of the sessions that can have it, one a session, and"
        " count which of them the scores find. KIND: one of the fourteen kinds of tool-use error; before, never,"
        " at_most, confirm_before, requires (a breach of such a rule); tool_error, tool_timeout, stale_data,"
        " partial_data, latency (the tools' fault); or all, rules, tools. `--agent reference --inject all=1` tests the"
        " scores themselves.",
    ),
]


@dataclass(frozen=True)
class TupleTerms:
    """Which tuples of a dimensions file are made into scenarios."""

    strength: Annotated[
        int | None,
        Parameter(help="Of a dimensions file: every combination of N dimensions (1 to 4); as it says, if left out."),
    ] = None
    full: Annotated[bool, Parameter(negative="", help="Of a dimensions file: every tuple.")] = False
    sample: Annotated[int | None, Parameter(help="Of a dimensions file: N tuples at random, by --seed.")] = None
    focus: Annotated[
        str | None, Parameter(help="Of a dimensions file: closer where the sessions of this run failed.")
    ] = None

    def applied(self, paths: Sequence[Path | str], seed: int | None) -> tuple[Path, ...]:
        """The paths, each dimensions file among them with what is asked for. Raises UsageError where there is none."""
        from simkit.design.dimensions.choice import Choice
        from simkit.design.dimensions.loading import with_choice

        drawn = (seed or 0) if self.sample is not None else 0
        choice = Choice(self.strength, self.full, self.sample, self.focus or "", drawn)
        return tuple(Path(path) for path in with_choice(paths, choice))


Tuples = Annotated[TupleTerms, Parameter(name="*")]
Perturb = Annotated[
    tuple[str, ...],
    Parameter(
        negative_iterable=(),
        help="KIND=RATE: say this share of the user's turns otherwise, meaning and values unchanged: typos, noise,"
        " code_switch, paraphrase, detail, reorder, formats, or all.",
    ),
]


def perturbed(user: str, perturb: Sequence[str]) -> str:
    """The kind of user, with what `--perturb` asks for."""
    from simkit.users.perturbed.rates import with_perturbations

    return with_perturbations(user, perturb)


Trials = Annotated[int | None, Parameter(help="How often each scenario is played with each persona; 1, if left out.")]
Sure = Annotated[
    bool,
    Parameter(
        name="--until-sure",
        negative="",
        help="Play more trials while it is open whether the suite passes --fail-under, or each scenario half the time.",
    ),
]
MaxTrials = Annotated[
    int | None, Parameter(validator=Number(gte=1), help="The most trials that --until-sure may take; 20, if left out.")
]
Seed = Annotated[int | None, Parameter(help="Reproduces a run byte for byte; 0, if left out.")]
AtOnce = Annotated[int, Parameter(help="Sessions in flight; changes nothing but the speed.")]
Workers = Annotated[int, Parameter(help="Processes of this machine that play; --agent is then a reference.")]
Cluster = Annotated[
    bool | str,
    Parameter(negative="", help="Play on the Ray cluster at ADDRESS (--cluster=ADDRESS), or on one of this machine."),
]
Isolate = Annotated[
    bool, Parameter(negative="", help="Each session's agent in a process of its own: it may crash, hang or block.")
]
Resume = Annotated[bool, Parameter(negative="", help="Go on with the run in --out, on the terms it was begun on.")]
Accept = Annotated[bool, Parameter(negative="", help="Resume though scenarios, personas or agent have changed.")]
Grace = Annotated[
    float, Parameter(validator=Number(gte=0), help="Seconds for turns under way to finish after Ctrl-C or SIGTERM.")
]
Models = Annotated[ModelTerms, Parameter(name="*", negative_iterable=())]
MaxErrored = Annotated[
    int | None,
    Parameter(validator=Number(gte=0), help="Exit 1 when more sessions than this are invalid, whatever the pass rate."),
]


def default_paths() -> tuple[Path, ...]:
    """What is played or checked when nobody names a path: `scenarios/` here, else what ships with simkit."""
    from simkit.spec.files import shipped

    here = Path("scenarios")
    return (here if here.is_dir() else shipped("scenarios"),)
