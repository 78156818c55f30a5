"""From a reference to an agent: `reference`, `null`, `demo`, `module:name`, `file.py:name`, `model:…`, a URL."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simkit.agents.faulty.rates import PREFIX, Faulty, rates_of, split_ref, written
from simkit.errors import UsageError, did_you_mean, one_line
from simkit.llm.chat import Model
from simkit.play.agent import AgentMaker
from simkit.spec.domain import Domain
from simkit.spec.tools import load_module

NAMED = ("demo", "null", "reference")


def resolve_agent(
    ref: str | Any | None, domain: Domain, opener: Callable[[str], Model] | None = None
) -> tuple[str, AgentMaker]:
    """The agent's name and what makes it, for one domain. `ref` may be the thing itself (function, graph, factory).

    `opener` opens models, if not `open_model`. Raises `UsageError` for a reference that leads nowhere.
    """
    if ref is None or ref == "demo":
        return "demo", _demo(domain)
    if isinstance(ref, Faulty) or (isinstance(ref, str) and ref.startswith(PREFIX)):
        return _with_faults(ref, domain, opener)
    if not isinstance(ref, str):
        return getattr(ref, "__name__", type(ref).__name__), made_from(ref, domain)
    if ref == "reference":
        from simkit.agents.reference import Reference

        return ref, Reference
    if ref == "null":
        from simkit.agents.null import null

        return ref, lambda part: null
    if ref.startswith("model:"):
        from simkit.agents.model import model_agent

        named = ref.removeprefix("model:")
        return ref, model_agent(opener(named) if opener else named)
    if ref.startswith("process:"):
        from simkit.agents.process import process_agent

        named = ref.removeprefix("process:")
        resolve_agent(named, domain)
        return ref, process_agent(named)
    if ref.startswith(("http://", "https://")):
        from simkit.agents.http import http_agent

        return ref, http_agent(ref)
    _neighbours(ref)
    return ref, made_from(named_thing(ref), domain)


def _neighbours(ref: str) -> None:
    """Let an agent's file import what lies beside it, as Python does for the file that it runs; after all else, so
    that nothing there stands in for a library."""
    place = ref.rpartition(":")[0]
    folder = str(Path(place).resolve().parent)
    if place.endswith(".py") and folder not in sys.path:
        sys.path.append(folder)


def _with_faults(ref: Any, domain: Domain, opener: Callable[[str], Model] | None) -> tuple[str, AgentMaker]:
    from simkit.agents.faulty.agent import faulty_maker

    if isinstance(ref, str):
        wanted, inner = split_ref(ref)
        ref = Faulty(inner, rates_of(wanted))
    name, make = resolve_agent(ref.agent, domain, opener)
    return f"{name} with {written(ref.rates)}", faulty_maker(make, domain, ref.rates)


def isolated(ref: Any) -> str:
    """The reference to the same agent in processes of its own. Raises `UsageError` where it is no Python of theirs."""
    if isinstance(ref, str) and ref.startswith(PREFIX):
        wanted, inner = split_ref(ref)
        return f"{PREFIX}{wanted}:{isolated(inner)}"
    if not isinstance(ref, str) or ref in NAMED or ref.startswith(("model:", "http://", "https://")):
        raise UsageError("--isolate needs --agent file.py:name or module:name: the agent that is to play elsewhere")
    return ref if ref.startswith("process:") else f"process:{ref}"


def _demo(domain: Domain) -> AgentMaker:
    file, _, name = domain.agent.partition(":")
    if not (domain.folder / file).is_file():
        raise UsageError(f"domain '{domain.name}' has no demo agent ({file} is missing); name an agent with --agent")
    return made_from(named_thing(f"{domain.folder / file}:{name}"), domain)


def named_thing(ref: str) -> Any:
    """What stands under `module:name` or `file.py:name`. Raises `UsageError`, or `FileError` inside a file."""
    place, colon, name = ref.rpartition(":")
    if not colon or not place or not name:
        cure = did_you_mean(ref, NAMED)
        raise UsageError(
            f"--agent {ref or repr(ref)}: is no agent{cure}; give file.py:name, module:name or one of those"
        )
    if place.endswith(".py"):
        if not Path(place).is_file():
            raise UsageError(f"--agent {ref}: there is no file {place}; check the path")
        module = load_module(Path(place))
    else:
        sys.path.insert(0, str(Path.cwd())) if str(Path.cwd()) not in sys.path else None
        try:
            module = importlib.import_module(place)
        except Exception as error:
            what = f"importing {place} raised {type(error).__name__}: {one_line(error)}"
            raise UsageError(f"--agent {ref}: {what}; check the module's name, or mend it") from None
    if not hasattr(module, name):
        known = [key for key in vars(module) if not key.startswith("_")]
        raise UsageError(f"--agent {ref}: {place} has no '{name}'{did_you_mean(name, known)}")
    return getattr(module, name)


def made_from(thing: Any, domain: Domain) -> AgentMaker:
    """An agent maker from a function, a LangGraph graph, or a factory of one (a parameter named `tools`)."""
    if hasattr(thing, "astream") or hasattr(thing, "compile"):
        from simkit.agents.langgraph import from_graph

        return _built(thing, lambda: from_graph(thing if hasattr(thing, "astream") else thing.compile()))
    if isinstance(thing, type):
        return lambda part: thing()
    if not callable(thing):
        raise UsageError(f"an agent is a function or a LangGraph graph, not {type(thing).__name__}")
    if _wants_tools(thing):
        from simkit.agents.langgraph import from_factory

        return _built(thing, lambda: from_factory(thing, domain.card))
    return lambda part: thing


def _built(thing: Any, build: Callable[[], AgentMaker]) -> AgentMaker:
    try:
        return build()
    except Exception as error:
        name = getattr(thing, "__name__", type(thing).__name__)
        what = f"building the graph raised {type(error).__name__}: {one_line(error, 200)}"
        raise UsageError(f"agent {name}: {what}; mend it before it is played") from None


def _wants_tools(thing: Any) -> bool:
    try:
        first = next(iter(inspect.signature(thing).parameters.values()), None)
    except (TypeError, ValueError):
        return False
    return first is not None and first.name == "tools"
