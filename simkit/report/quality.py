"""What stands beside a pass rate: faults of the user, the run without them, whose fault failures are, odd output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from simkit.errors import one_line
from simkit.metrics.odd.concentration import Concentration
from simkit.metrics.reliability import pass_hat_k_of
from simkit.metrics.retrieval.pool import Pool
from simkit.metrics.score import CULPRITS, ODD_KINDS, USER_FAULT_KINDS, SessionScore
from simkit.paths.episode import Episode


class Quality:
    """Counts while sessions come by, in any order."""

    def __init__(self) -> None:
        self._user: Counter[str] = Counter()
        self._odd: Counter[str] = Counter()
        self._blamed: Counter[str] = Counter()
        self._with: Counter[str] = Counter()
        self._clean: dict[str, Counter[str]] = {}
        """Scenario to the outcomes of its sessions without a fault of the user's."""
        self._concentration = Concentration()
        self._retrieval = Pool()

    def add(self, episode: Episode, score: SessionScore) -> None:
        """Count one session."""
        for fault in score.user_faults:
            self._user[fault.kind] += 1
        for one in score.odd:
            self._odd[one.kind] += 1
        self._with["user"] += bool(score.user_faults)
        self._with["odd"] += bool(score.odd)
        if score.blame is not None:
            self._blamed[score.blame.culprit] += 1
        if not score.user_faults:
            self._clean.setdefault(score.scenario, Counter())[score.outcome] += 1
        self._concentration.add(episode, score.odd)
        self._retrieval.add(episode)

    def to_json(self) -> dict[str, Any]:
        """`{"user_faults": {kind: count}, "sessions_with_user_faults", "without_user_faults": {"sessions", "passed",
        "failed", "errored", "pass_rate", "pass_hat_k"}, "blamed": {culprit: sessions}, "odd_output": {kind: count},
        "sessions_with_odd_output", "odd_output_concentrates": [Spot], "retrieval": as `Pool`}`; kinds that do not
        occur are left out."""
        return {
            "user_faults": _in_order(self._user, USER_FAULT_KINDS),
            "sessions_with_user_faults": self._with["user"],
            "without_user_faults": self._without(),
            "blamed": _in_order(self._blamed, CULPRITS),
            "odd_output": _in_order(self._odd, ODD_KINDS),
            "sessions_with_odd_output": self._with["odd"],
            "odd_output_concentrates": [spot.model_dump(mode="json") for spot in self._concentration.spots()],
            "retrieval": self._retrieval.to_json(),
        }

    def _without(self) -> dict[str, Any]:
        total: Counter[str] = sum(self._clean.values(), Counter())
        valid = total["pass"] + total["fail"]
        trials = ((name, one["pass"], one["pass"] + one["fail"]) for name, one in sorted(self._clean.items()))
        return {
            "sessions": total.total(),
            "passed": total["pass"],
            "failed": total["fail"],
            "errored": total["invalid"],
            "pass_rate": total["pass"] / valid if valid else None,
            "pass_hat_k": {str(k): rate for k, rate in pass_hat_k_of(trials).items()},
        }


def quality_lines(quality: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What `Quality.to_json` says, in lines for people, each with its name; none where there is nothing to say.

    `("User", "12 sessions with faults of the user (invented 9, leaked 3); without them 81 of 188 passed (43.1%)")`
    """
    if faulty := quality.get("sessions_with_user_faults"):
        clean = quality["without_user_faults"]
        valid = clean["passed"] + clean["failed"]
        rate = f" ({100 * clean['pass_rate']:.1f}%)" if valid else ""
        who = f"{faulty} {'session' if faulty == 1 else 'sessions'} with faults of the user"
        rest = f"without them {clean['passed']} of {valid} passed{rate}"
        yield "User", f"{who} ({_counted(quality['user_faults'])}); {rest}"
    if set(quality.get("blamed", ())) - {"agent"}:
        yield "Blame", f"of the sessions that did not pass: {_counted(quality['blamed'])}"
    if odd := quality.get("sessions_with_odd_output"):
        where = [f"{_words(one['kind'])} with {one['by']} {one['value']}" for one in quality["odd_output_concentrates"]]
        more = f"; most of it: {one_line(', '.join(where[:3]), 160)}" if where else ""
        found = _counted(quality["odd_output"])
        yield "Odd output", f"in {odd} {'session' if odd == 1 else 'sessions'} ({found}){more}"
    if quality.get("retrieval"):
        yield "Retrieval", _retrieval_line(quality["retrieval"])


def _retrieval_line(retrieval: Mapping[str, Any]) -> str:
    """`mrr 0.67, ndcg 0.71 at 5 over 3 sessions with 4 searches`."""
    where = f"over {retrieval['sessions']} sessions with {retrieval['searches']} searches"
    if "missing" in retrieval:
        return f"{where}: {retrieval['missing']}"
    k, means = list(retrieval["at"].items())[-1]
    return f"{', '.join(f'{_words(name)} {value:.2f}' for name, value in means.items())} at {k} {where}"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{_words(kind)} {count}" for kind, count in counts.items())


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _in_order(counted: Counter[str], kinds: tuple[str, ...]) -> dict[str, int]:
    return {kind: counted[kind] for kind in kinds if counted[kind]}
