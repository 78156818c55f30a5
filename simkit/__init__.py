"""simkit: rehearse tool-using agents before customers do. `simkit.api` is the page to read first."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Agent": "simkit.play.agent",
    "Episode": "simkit.paths.episode",
    "Field": "pydantic",
    "Log": "simkit.trace.log",
    "Message": "simkit.play.agent",
    "Persona": "simkit.spec.persona",
    "Refused": "simkit.errors",
    "Scenario": "simkit.spec.scenario",
    "Score": "simkit.metrics.score",
    "SimkitError": "simkit.errors",
    "StateGraph": "simkit.paths.graph",
    "ToolResult": "simkit.play.agent",
    "TransitionMatrix": "simkit.paths.matrix",
    "Turn": "simkit.play.agent",
    "World": "simkit.play.world",
    "changes": "simkit.api",
    "check": "simkit.api",
    "compare": "simkit.api",
    "load": "simkit.api",
    "open_run": "simkit.api",
    "play_case": "simkit.api",
    "reads": "simkit.spec.tools",
    "run": "simkit.api",
    "score": "simkit.api",
    "transitions": "simkit.api",
    "writes": "simkit.spec.tools",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'simkit' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
