"""Smaller scenarios to try: each pass makes one kind of thing fewer, the boldest cuts first.

Delta debugging (Zeller and Hildebrandt 2002, "Simplifying and Isolating Failure-Inducing Input") over a tree (Misherghi
and Su 2006, "Hierarchical Delta Debugging"): a scenario file is a tree of mappings and lists, and whatever stands in it
is left out in halves, quarters … and at last one by one. Before that come the cuts that only a session knows: say what
was said as a script, end it where the failure has shown, keep only the records that it touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simkit.paths.episode import Episode
from simkit.probe.shrink.candidate import Candidate, plain_persona
from simkit.spec.acts import sentences
from simkit.spec.domain import Domain
from simkit.spec.frozen import canonical
from simkit.trace.events import ToolCalled, UserSaid

BYE = "Goodbye."
KEPT = {"scenario", "domain", "wants", "goal", "personas", "world", "agent_fault"}
"""Keys of a scenario that stay, or have a pass of their own."""
OF_PERSONA = {"persona", "summary", "manner"}
"""Keys of a persona that stay."""


@dataclass(frozen=True)
class Smallest:
    """The smallest so far: the candidate, and the session that showed that it fails the same way."""

    candidate: Candidate
    episode: Episode
    domain: Domain
    last: int
    """The number of the event by which the failure has shown."""
    guided: bool
    """Whether the agent goes by the scenario's reference path, so that its steps are worth trying one by one."""


Pass = Callable[[Smallest], Iterator[Candidate]]


def plainer(at: Smallest) -> Iterator[Candidate]:
    """The plain persona; else fewer traits of the one that it is."""
    candidate = at.candidate
    if candidate.persona == plain_persona():
        if "personas" in candidate.scenario:
            yield candidate.but(personas=None)
        return
    plain = replace(candidate.but(personas=None), persona=plain_persona())
    yield from (plain, plain.but(discloses=_told_at_once(plain)))
    yield candidate.but(personas=[candidate.persona["persona"]])
    for persona in _without(candidate.persona, OF_PERSONA):
        yield replace(candidate, persona=persona)


def aimless(at: Smallest) -> Iterator[Candidate]:
    """No goal, where it does not take one to fail; else one that lets all else change."""
    for goal in ({}, {"elsewhere": "free"}):
        yield at.candidate.but(goal=goal)


def sliced(at: Smallest) -> Iterator[Candidate]:
    """In one cut: one want, an early end, few steps of the reference, what was put in done at once."""
    once = at.candidate.but(then=None, does_not_know=None, tags=None, changes=None, references=None)
    for end in _ends(at, once):
        for steps, fault in _led_up_to(at):
            yield end.but(reference=steps or None, agent_fault=fault)


def _led_up_to(at: Smallest) -> Iterator[tuple[list[Any], dict[str, Any] | None]]:
    """Parts of the reference path that may do, with what was put in: after nothing, after some of its first calls; the
    one call at which it is."""
    reference = list(at.candidate.scenario.get("reference", []))
    fault = at.candidate.scenario.get("agent_fault")
    if not at.guided:
        yield from (([], fault), (reference, fault)) if reference else (([], fault),)
        return
    yield from (([], moved) for moved in _moved(fault, None))
    if fault:
        yield [step for step in reference if step in (fault.get("at"), fault.get("until"))], fault
    for upto in range(1, min(len(reference), 8) + 1):
        yield from ((reference[:upto], moved) for moved in _moved(fault, reference[upto - 1]))


def _moved(fault: dict[str, Any] | None, step: Any) -> Iterator[dict[str, Any] | None]:
    """What was put in: after that step (None: before all others), also with the call after which it was; as it is."""
    called = isinstance(step, str) or (isinstance(step, Mapping) and not {"say", "any_order"} & step.keys())
    if fault and fault["do"] in ("before", "after") and (step is None or called):
        place = {"do": "before"} if step is None else {"do": "after", "at": step}
        elsewhere = {name: value for name, value in fault.items() if name != "at"} | place
        yield elsewhere
        if fault["do"] == "after" and isinstance(fault["at"], Mapping) and fault["at"] != step:
            yield {**elsewhere, "calls": [fault["at"], *fault["calls"]]}
    elif fault and fault["do"] == "say" and step is None:
        yield {name: value for name, value in fault.items() if name != "at"}
    yield fault


def fewer_calls(at: Smallest) -> Iterator[Candidate]:
    """Fewer of the calls that were put in."""
    fault = at.candidate.scenario.get("agent_fault") or {}
    for calls in _fewer(list(fault.get("calls", ()))):
        if calls:
            yield at.candidate.but(agent_fault={**fault, "calls": calls})


def _ends(at: Smallest, candidate: Candidate) -> Iterator[Candidate]:
    """With everything told at once, an end at the call or in the turn in which the failure has shown."""
    at_once = candidate.but(discloses=_told_at_once(candidate))
    for ending in dict.fromkeys((_ending(at), ())):
        yield at_once.but(limits=_limits(at, turns=1, **dict(ending)))


def _told_at_once(candidate: Candidate) -> dict[str, str] | None:
    return dict.fromkeys(candidate.scenario.get("knows", {}), "upfront") or None


def _ending(at: Smallest) -> tuple[tuple[str, str | int], ...]:
    """An end at the call in which the failure has shown, if it is one."""
    shown = at.episode.events[at.last]
    if not isinstance(shown, ToolCalled) or shown.by != "agent":
        return ()
    times = sum(call.tool == shown.tool and call.seq <= at.last for call in at.episode.agent_calls)
    return (("until", shown.tool), *((("until_call", times),) if times > 1 else ()))


def _limits(at: Smallest, **more: Any) -> dict[str, Any]:
    old = {name: value for name, value in at.candidate.scenario.get("limits", {}).items() if name != "until_call"}
    return old | more


def shorter(at: Smallest) -> Iterator[Candidate]:
    """An end where the failure has shown, and everything told at once."""
    until = [event for event in at.episode.events if event.seq <= at.last]
    turns = max(1, sum(isinstance(event, UserSaid) for event in until))
    yield from _ends(at, at.candidate)
    ending = dict(_ending(at))
    for some in (at.candidate.but(discloses=_told_at_once(at.candidate)), at.candidate):
        for limits in (_limits(at, turns=turns, **ending), _limits(at, turns=turns), _limits(at, turns=2)):
            yield some.but(limits=limits)
        yield some


def told_all(at: Smallest) -> Iterator[Candidate]:
    """First words that hold every value that was used in a call, so that nothing has to be looked up."""
    calls = [event for event in at.episode.events if isinstance(event, ToolCalled) and event.seq <= at.last]
    first = at.episode.user_texts[0].text
    values = dict.fromkeys(str(value) for call in calls for value in _leaves(call.arguments) if str(value) not in first)
    if values and "{" not in (text := f"{first} ({', '.join(values)})"):
        opened = at.candidate.but(opening=text)
        for steps, fault in _led_up_to(at):
            yield opened.but(reference=steps or None, agent_fault=fault)
        for steps in _fewer(list(at.candidate.scenario.get("reference", []))):
            yield opened.but(reference=steps or None)


def scripted(at: Smallest) -> Iterator[Candidate]:
    """What was said, as a script: the first words only, all of it in one breath, or line by line."""
    if at.candidate.user == "scripted":
        return
    said = [event.text for event in at.episode.user_texts if not event.closing] or [BYE]
    by_script = replace(at.candidate, user="scripted")
    for first in dict.fromkeys((said[0], " ".join(said))):
        yield by_script.but(script=[first, BYE], limits=_limits(at, turns=1))
    for lines in ([said[0], BYE], [" ".join(said), BYE], [*said, BYE]):
        yield by_script.but(script=lines)


def fewer_words(at: Smallest) -> Iterator[Candidate]:
    """Fewer sentences in the lines of a script."""
    lines = list(at.candidate.scenario.get("script", ()))
    for number, line in enumerate(lines):
        for some in _fewer(list(sentences(line))):
            if some:
                yield at.candidate.but(script=[*lines[:number], " ".join(some), *lines[number + 1 :]])


def fewer_records(at: Smallest) -> Iterator[Candidate]:
    """Less of the world: what the session touched, then fewer tables and fewer records."""
    tables = at.domain.tables
    known = canonical([event.model_dump(mode="json") for event in at.episode.events[1:]])
    world = at.candidate.scenario.get("world")
    only = list(world["only"]) if world else list(tables)
    touched = {table: [f"{table}.{name}" for name in rows if f'"{name}"' in known] for table, rows in tables.items()}
    for some in ([], [name for table in only for name in touched.get(table, [table])]):
        if some != only:
            yield _in_world(at.candidate, some)
    for some in _fewer(only):
        yield _in_world(at.candidate, some)
    for table in only:
        if table in tables:
            rest = [name for name in only if name != table]
            for some in (touched[table], [f"{table}.{name}" for name in tables[table]]):
                if 0 < len(some) < 200:
                    yield _in_world(at.candidate, rest + some)


def _in_world(candidate: Candidate, only: list[str]) -> Candidate:
    return candidate.but(world={"only": only})


def fewer_entries(at: Smallest) -> Iterator[Candidate]:
    """Less of everything that stands in the file."""
    scenario = at.candidate.scenario
    for smaller in _without(scenario, KEPT):
        yield replace(at.candidate, scenario=smaller)
    for goal in _without(scenario.get("goal", {}), set()):
        yield at.candidate.but(goal=goal)


def seeded(at: Smallest) -> Iterator[Candidate]:
    """The seed that a run has where none is given."""
    if at.candidate.seed != 0:
        yield replace(at.candidate, seed=0)


PASSES: tuple[Pass, ...] = (
    aimless,
    plainer,
    sliced,
    fewer_calls,
    shorter,
    scripted,
    fewer_entries,
    told_all,
    fewer_words,
    fewer_records,
    seeded,
)


def _fewer(items: list[Any]) -> Iterator[list[Any]]:
    """A list without each of its halves, quarters … and members."""
    size = len(items)
    while size:
        for start in range(0, len(items), size):
            yield items[:start] + items[start + size :]
        size = size // 2


def _without(tree: Mapping[str, Any], kept: set[str]) -> Iterator[dict[str, Any]]:
    """A mapping without some of its keys, and without each, then with less in each."""
    for left in _fewer([key for key in tree if key not in kept]):
        yield {name: value for name, value in tree.items() if name in kept or name in left}
    for key, value in tree.items():
        if key not in kept:
            for less in _less(value):
                yield {**tree, key: less}


def _less(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from _without(value, set())
    elif isinstance(value, list):
        yield from (some for some in _fewer(value) if some)
        for at, item in enumerate(value):
            for less in _less(item):
                yield [*value[:at], less, *value[at + 1 :]]


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield value
