"""The registry of domains and tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tau2.library import Environment, get_tasks, get_tasks_split


class Registry:
    """One domain, and one whose data are not there."""

    def get_domains(self) -> list[str]:
        return ["library", "ruin"]

    def get_env_constructor(self, name: str) -> Callable[[], Environment]:
        return Environment if name == "library" else ruined

    def get_tasks_loader(self, name: str) -> Callable[..., list[Any]]:
        return get_tasks

    def get_task_splits_loader(self, name: str) -> Callable[[], dict[str, list[str]]] | None:
        return get_tasks_split


def ruined() -> Environment:
    """What happens where the data folder is not whole."""
    raise FileNotFoundError(2, "No such file or directory", "data/ruin/db.json")


registry = Registry()
