"""A stored session as something to play again: who played, where, and in what way it failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simkit.errors import SimkitError, UsageError, did_you_mean
from simkit.metrics.score import SessionScore
from simkit.paths.episode import Episode
from simkit.probe.shrink.candidate import Candidate
from simkit.probe.shrink.pinned import pinned
from simkit.probe.shrink.way import Way, way_of
from simkit.runs import Run, load
from simkit.spec.domain import Domain
from simkit.spec.files import read_domain, shipped
from simkit.spec.written import written, written_persona


@dataclass(frozen=True)
class Origin:
    """Where a search begins."""

    session: str
    episode: Episode
    score: SessionScore
    way: Way
    domain: Domain
    agent: Any
    """The agent, or its reference; None for the domain's demo."""
    candidate: Candidate


def origin_of(run: Run, session: str, agent: Any = None) -> Origin:
    """The session of that name (`late-refund/novice/0`, or the part of it that names only one) in a run.

    `agent`: who plays, if not who played the run. Raises UsageError for a session that there is not, or that shows no
    error, and for a run of which nobody knows who played it.
    """
    terms = run.store.manifest
    episode, score = _session(run, session)
    way = way_of(episode, score)
    if way is None:
        raise UsageError(f"session {score.session} passed and shows no error; name one that did not")
    user = str(terms.get("user", "agenda"))
    scenario = written(episode.scenario)
    if user.startswith("replay:"):
        user, scenario = "scripted", scenario | {"script": [one.text for one in episode.user_texts]}
    candidate = Candidate(scenario, written_persona(episode.persona), user, int(terms.get("seed", 0)))
    domain = domain_of(terms, episode.card.domain)
    who = _agent(terms) if agent is None else agent
    candidate, who = pinned(candidate, episode.log.session, episode.scenario, domain, who)
    return Origin(score.session, episode, score, way, domain, who, candidate)


def _session(run: Run, session: str) -> tuple[Episode, SessionScore]:
    named = {score.session: (episode, score) for episode, score in run.scored}
    if session in named:
        return named[session]
    alike = [name for name in named if session in name]
    if len(alike) != 1:
        cure = f"; it may be {', '.join(alike[:4])}" if alike else did_you_mean(session, named)
        raise UsageError(f"{run.name} has no session '{session}'{cure}")
    return named[alike[0]]


def domain_of(terms: Mapping[str, Any], name: str) -> Domain:
    """The domain that a run was played in, from where its files were. Raises UsageError where it is not there."""
    if any(str(path).startswith("tau2:") for path in terms.get("paths", ())):
        raise UsageError("tasks of tau2-bench cannot be written as scenario files, so nothing can be made smaller")
    named = [Path(str(path)) for path in terms.get("paths", ())]
    near = [folder for path in named for folder in (path, path / name, path.parent)]
    for folder in near:
        if folder.name == name and (folder / "domain.yaml").is_file():
            return read_domain(folder)
    for path in terms.get("paths", ()):
        try:
            found = next((one for one in load(path).domains if one.name == name), None)
        except SimkitError:
            continue
        if found is not None:
            return found
    for folder in (Path("scenarios") / name, shipped("scenarios") / name):
        if (folder / "domain.yaml").is_file():
            return read_domain(folder)
    raise UsageError(f"there is no domain '{name}' where the run had it, nor in scenarios/; go to where it was played")


def _agent(terms: Mapping[str, Any]) -> Any:
    """The agent that played."""
    ref, name = terms.get("agent_ref"), str(terms.get("agent", "demo"))
    if ref is None and name != "demo":
        raise UsageError(f"the run was played by '{name}' itself; name it with --agent file.py:name")
    return ref
