"""The user's own tau2 package: found, opened, and what it says it has."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from simkit.errors import UsageError, did_you_mean, one_line

CURE = "pip install git+https://github.com/sierra-research/tau2-bench (the tau2 on PyPI is about something else)"


class Installed:
    """What is used of the package: its registry of domains and tasks, and the form of a call."""

    def __init__(self, ref: str) -> None:
        self.ref = ref
        with suppress(ImportError):
            importlib.import_module("loguru").logger.disable("tau2")  # it tells stderr of every tool call
        self.registry = self._part("tau2.registry").registry
        self.call = self._part("tau2.data_model.message").ToolCall

    def _part(self, name: str) -> Any:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            missing = str(error.name)
            if missing == "tau2":
                what = "the package tau2 is not installed"
            elif missing.startswith("tau2."):
                what = f"the installed package tau2 is not tau2-bench's: it has no {one_line(missing, 60)}"
            else:
                what = f"the package tau2 needs '{one_line(missing, 60)}', which is not installed"
            raise UsageError(f"{self.ref}: {what}; {CURE}") from None
        except Exception as error:
            what = f"importing {name} raised {type(error).__name__}: {one_line(error, 160)}"
            raise UsageError(f"{self.ref}: {what}; {CURE}") from None

    def environment(self, domain: str) -> Callable[[], Any]:
        """What makes a fresh environment of a domain. Raises UsageError for an unknown domain."""
        known = list(self.registry.get_domains())
        if domain not in known:
            raise UsageError(f"{self.ref}: tau2 has no domain '{one_line(domain, 60)}'{did_you_mean(domain, known)}")
        make = self.registry.get_env_constructor(domain)
        return lambda: self._asked(make)

    def tasks(self, domain: str, which: str) -> list[Any]:
        """A domain's tasks: those of its own base split, of the split `which`, or the one task of that id."""
        load = self.registry.get_tasks_loader(domain)
        if not which:
            return self._listed(load)
        splits: dict[str, Any] = {}
        if (split_loader := self.registry.get_task_splits_loader(domain)) is not None:
            splits = self._asked(split_loader)
        if which in splits:
            return self._listed(lambda: load(which))
        every = self._listed(lambda: load(None))
        if found := [task for task in every if str(task.id) == which]:
            return found
        known = [*splits, *(str(task.id) for task in every)]
        what = f"'{one_line(which, 80)}' is no split and no task of tau2's {domain}"
        raise UsageError(f"{self.ref}: {what}{did_you_mean(which, known)}")

    def _listed(self, load: Callable[[], Iterable[Any]]) -> list[Any]:
        return list(self._asked(load))

    def _asked(self, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except FileNotFoundError as error:
            what = f"tau2's data are not whole: there is no {one_line(error.filename, 160)}"
            raise UsageError(f"{self.ref}: {what}; set TAU2_DATA_DIR to the data folder of its repository") from None
        except Exception as error:
            what = f"tau2 raised {type(error).__name__}: {one_line(error, 160)}"
            raise UsageError(f"{self.ref}: {what}; mend the installed package, or choose another task") from None
