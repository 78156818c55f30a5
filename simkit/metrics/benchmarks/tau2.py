"""tau2-bench's reward of a session, re-derived from its log by tau2-bench's own rules, beside how we read the same.

The reward is the product of the components that the task's `reward_basis` names, each 0 or 1:

    DB             both databases end as the gold actions would have left them
    ENV_ASSERTION  every assertion on the environment holds
    ACTION         each gold action has a call of that name by anybody, equal in the arguments that *the call* names
                   (or that the task's `compare_args` names); order, number and outcome of calls do not matter
    COMMUNICATE    each text stands, as a substring without regard to case, in something that the agent wrote, commas
                   removed from what it wrote and not from the text; what it wrote beside a call counts
    NL_ASSERTION   every sentence was judged to hold

A component with nothing to check is 1. A session that neither side ended is 0, and nothing else is looked at; one that
the infrastructure ended is left out of all figures; a task without criteria is 1. (tau2-bench v1.0.1, `evaluator/`.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

from simkit.metrics.benchmarks.own_reading import called_as_wanted, said_to_the_user
from simkit.metrics.goal import goal_parts
from simkit.metrics.score import Outcome, SessionScore
from simkit.metrics.wording import describe
from simkit.metrics.world import value_at_end
from simkit.paths.episode import Episode
from simkit.spec.condition import MISSING
from simkit.spec.frozen import Frozen, canonical
from simkit.trace.events import EndReason, EndState, Judged

TABLE = "tau2"
"""The table of a played world that holds, beside their databases, whether each assertion is met."""

_PLAYED: dict[EndReason, str] = {
    "user_closed": "user_stop",
    "turn_limit": "max_steps",
    "call_limit": "max_steps",
    "time_limit": "timeout",
    "agent_failed": "agent_error",
    "user_failed": "user_error",
    "model_failed": "infrastructure_error",
    "budget": "infrastructure_error",
    "interrupted": "infrastructure_error",
}
"""What tau2-bench would call the end of a session that was played here."""


class Component(Frozen):
    """One factor of the reward."""

    name: str
    reward: float | None
    """Theirs: from the recorded checks, else by their rule on what was recorded; None where neither tells."""
    by_rule: float | None = None
    """Theirs again, by their rule on the recorded conversation, where it needs nothing else."""
    own: float | None = None
    """How we read the same."""
    why: str = ""
    """Where ours differs: what it is about."""


class Difference(Frozen):
    """Where two readings of one session part."""

    session: str
    about: str
    """`reward`, `termination`, `outcome`, `tool use`, or the component."""
    theirs: float | None
    ours: float | str | None
    why: str


class Rewarded(Frozen):
    """A session as tau2-bench scores it."""

    session: str
    scenario: str
    domain: str
    trial: int
    task: str
    termination: str
    counted: bool
    """Whether tau2-bench counts the session at all."""
    reward: float | None
    """None where it cannot be told."""
    recorded: float | None
    outcome: Outcome
    components: tuple[Component, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def passed(self) -> bool:
        """tau2-bench's success: within 1e-6 of 1."""
        return self.reward is not None and abs(self.reward - 1.0) <= 1e-6


def is_tau2(episode: Episode) -> bool:
    """Whether a session is of a tau2-bench task."""
    return episode.scenario.benchmark.get("name") == "tau2"


def rewarded(episode: Episode, score: SessionScore) -> Rewarded:
    """tau2-bench's reward of a session, and where and why it differs from what was recorded and from ours."""
    about = episode.scenario.benchmark
    criteria = about.get("criteria")
    end = _termination(episode)
    stopped = end in ("user_stop", "agent_stop")
    components = tuple(component(episode, name, criteria) for name in _basis(episode, criteria)) if criteria else ()
    derived = (_product(components) if stopped else 0.0) if criteria or not stopped else 1.0
    recorded = _number(episode.judged("reward"))
    key = episode.log.session
    return Rewarded(
        session=str(key),
        scenario=key.scenario,
        domain=episode.card.domain,
        trial=key.trial,
        task=str(about.get("task", key.scenario)),
        termination=end,
        counted=end not in ("infrastructure_error", ""),
        reward=recorded if derived is None else derived,
        recorded=recorded,
        outcome=score.outcome,
        components=components,
        differences=tuple(_differences(score, end, derived, recorded, components)),
    )


def _termination(episode: Episode) -> str:
    """Empty where nothing was simulated."""
    told = episode.judged("tau2.termination_reason")
    if told is not None:
        return str(told.verdict)
    return _PLAYED.get(episode.ended.reason, "") if episode.ended else "infrastructure_error"


def _basis(episode: Episode, criteria: Mapping[str, Any]) -> tuple[str, ...]:
    told = episode.judged("tau2.reward_basis")
    names = str(told.verdict).split(", ") if told is not None else criteria.get("reward_basis", ("DB", "COMMUNICATE"))
    return tuple(dict.fromkeys(name for name in names if name))


def _product(components: Iterable[Component]) -> float | None:
    rewards = [one.reward for one in components]
    if 0.0 in rewards:
        return 0.0
    return None if None in rewards else prod(one for one in rewards if one is not None)


def _number(judged: Judged | None) -> float | None:
    return float(judged.verdict) if judged is not None and isinstance(judged.verdict, int | float) else None


def component(episode: Episode, name: str, criteria: Mapping[str, Any]) -> Component:
    """One factor, whether the task's reward has it or not."""
    checks = [one for one in episode.events if isinstance(one, Judged) and one.question == f"tau2.{name}"]
    known = all(isinstance(one.verdict, bool) for one in checks)
    told = float(all(one.verdict for one in checks)) if checks and known else None
    if name == "ACTION":
        return _action(episode, criteria.get("actions") or [], told)
    if name == "COMMUNICATE":
        return _communicate(episode, criteria.get("communicate_info") or [], told)
    if name == "DB" and told is None:
        nothing = criteria.get("actions") is None and criteria.get("env_assertions") is None
        return Component(name=name, reward=1.0, own=1.0) if nothing else _database(episode)
    reward = told
    if reward is None and name == "ENV_ASSERTION":
        reward = _asserted(episode, len(criteria.get("env_assertions") or ()))
    elif reward is None and name == "NL_ASSERTION":
        reward = _judged(episode, criteria.get("nl_assertions") or ())
    return Component(name=name, reward=reward, own=reward)


def _action(episode: Episode, gold: list[Mapping[str, Any]], told: float | None) -> Component:
    calls = [(call.tool, call.arguments) for call in episode.log.calls if isinstance(call.arguments, dict)]
    unmatched = [one for one in gold if not any(_compares(one, tool, arguments) for tool, arguments in calls)]
    by_rule = float(not unmatched)
    missed = called_as_wanted(episode, gold)
    why = ""
    if unmatched and told:
        why = f"no recorded call matches {describe(unmatched[0]['name'], unmatched[0].get('arguments'))}"
    elif missed and not unmatched:
        why = (
            f"tau2 compares only the arguments that a call names, and takes calls that failed; none that counts is "
            f"{describe(missed[0]['name'], missed[0].get('arguments'))}"
        )
    reward = by_rule if told is None else told
    return Component(name="ACTION", reward=reward, by_rule=by_rule, own=float(not missed), why=why)


def _compares(gold: Mapping[str, Any], tool: str, arguments: Mapping[str, Any]) -> bool:
    if gold["name"] != tool:
        return False
    keys = arguments.keys() if gold.get("compare_args") is None else gold["compare_args"]
    wanted = gold.get("arguments") or {}
    return {key: arguments[key] for key in keys if key in arguments} == {
        key: wanted[key] for key in keys if key in wanted
    }


def _communicate(episode: Episode, texts: list[str], told: float | None) -> Component:
    written = [said.text.lower().replace(",", "") for said in episode.agent_texts if said.text.strip()]
    missing = [text for text in texts if not any(text.lower() in one for one in written)]
    by_rule = float(not missing)
    unsaid = [text for text in texts if not said_to_the_user(episode, text)]
    why = ""
    if missing and told:
        why = f"'{missing[0]}' stands in nothing that was recorded of the agent"
    elif set(unsaid) - set(missing):
        odd = next(text for text in unsaid if text not in missing)
        why = f"'{odd}' stands inside something that the agent wrote, which is not to tell the user that value"
    elif set(missing) - set(unsaid):
        odd = next(text for text in missing if text not in unsaid)
        why = f"the agent told the user '{odd}' in another form, which no substring finds"
    reward = by_rule if told is None else told
    return Component(name="COMMUNICATE", reward=reward, by_rule=by_rule, own=float(not unsaid), why=why)


def _database(episode: Episode) -> Component:
    state = episode.ended.state if episode.ended else None
    if state is None:
        return Component(name="DB", reward=None)
    reward = _left_alike(episode, state)
    parts = (part for part in goal_parts(episode) if part.part in ("world", "elsewhere"))
    own = float(all(part.verdict == "pass" for part in parts if not part.what.startswith(f"{TABLE}.")))
    why = "the records hold the same values, but tau2 compares how they are written: 1 is not 1.0, nor A a"
    return Component(name="DB", reward=reward, own=own, why=why if own > reward else "")


def _left_alike(episode: Episode, state: EndState) -> float:
    """Whether a world that was played in ended exactly as the gold actions leave it: 1 is not 1.0."""
    gold = {path: wanted for path, wanted in episode.scenario.goal.world.items() if not path.startswith(f"{TABLE}.")}
    for path, wanted in gold.items():
        left = value_at_end(state, path)
        meant = MISSING if wanted.check == "exists" else wanted.value
        if (left == MISSING) != (meant == MISSING) or canonical(left) != canonical(meant):
            return 0.0
    others = (change for change in state.changed if not change.path.startswith(f"{TABLE}."))
    return float(not any(change.path not in gold for change in others))


def _asserted(episode: Episode, many: int) -> float | None:
    if not many:
        return 1.0
    state = episode.ended.state if episode.ended else None
    found = [state.named.get(f"{TABLE}.assertion-{number}.met") for number in range(many)] if state else [None]
    return None if None in found else float(all(one is True for one in found))


def _judged(episode: Episode, sentences: Iterable[str]) -> float | None:
    verdicts = [episode.judged(sentence) for sentence in sentences]
    known = [bool(one.verdict) for one in verdicts if one is not None and isinstance(one.verdict, bool | float)]
    return None if len(known) < len(verdicts) else float(all(known))


def _differences(
    score: SessionScore,
    end: str,
    derived: float | None,
    recorded: float | None,
    components: tuple[Component, ...],
) -> Iterable[Difference]:
    session, outcome = score.session, score.outcome
    factors = ", ".join(f"{one.name} {'unknown' if one.reward is None else one.reward}" for one in components)
    if derived is None and recorded is not None:
        why = f"not every component can be told ({factors}); the recorded reward is taken"
        yield Difference(session=session, about="reward", theirs=recorded, ours=None, why=why)
    elif recorded is not None and derived is not None and abs(recorded - derived) > 1e-6:
        why = f"the file says {recorded}; its own checks multiply to {derived} ({factors or end})"
        yield Difference(session=session, about="reward", theirs=recorded, ours=derived, why=why)
    if end not in ("user_stop", "agent_stop", ""):
        met = ", ".join(f"{one.name} {one.reward}" for one in components if one.reward is not None)
        left_out = "leaves the session out" if end == "infrastructure_error" else "gives 0 and looks at nothing else"
        why = f"ended by {end}: tau2 {left_out}; of its components the log tells {met or 'none'}"
        theirs = None if end == "infrastructure_error" else derived
        yield Difference(session=session, about="termination", theirs=theirs, ours=outcome, why=why)
        return
    for one in components:
        if one.by_rule is not None and one.reward != one.by_rule:
            what = f"recorded as {one.reward}, by the rule on the recorded conversation {one.by_rule}: {one.why}"
            yield Difference(session=session, about=one.name, theirs=one.reward, ours=one.by_rule, why=what)
        elif one.own is not None and one.own != one.reward:
            yield Difference(session=session, about=one.name, theirs=one.reward, ours=one.own, why=one.why)
    passed = {"pass": 1.0, "fail": 0.0}.get(outcome)
    if derived is not None and passed is not None and (derived >= 1 - 1e-6) != bool(passed):
        why = f"our outcome is {outcome}, tau2's reward {derived} ({factors})"
        yield Difference(session=session, about="outcome", theirs=derived, ours=outcome, why=why)
    if derived is not None and derived >= 1 - 1e-6:
        kinds = dict.fromkeys(finding.kind for finding in score.findings)
        if kinds:
            more = f" (and {len(score.findings) - 1} more)" if len(score.findings) > 1 else ""
            what = f"{score.findings[0].sentence}{more}; tau2's reward does not look at that"
            yield Difference(session=session, about="tool use", theirs=derived, ours=", ".join(kinds), why=what)
