"""How the command line talks: results on stdout, words for people on stderr, one line for what is wrong."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from cyclopts import CycloptsError, MissingArgumentError, UnknownCommandError, UnusedCliTokensError

from simkit.errors import SimkitError, did_you_mean, one_line

if TYPE_CHECKING:
    from cyclopts import Argument

    from simkit.report.summary import Tally


def print_json(value: Any) -> None:
    """Exactly one JSON object, in ASCII. Somebody who has stopped reading is no reason to fail."""
    try:
        print(json.dumps(value, ensure_ascii=True))
    except BrokenPipeError:
        pass
    except OSError as error:
        raise OSError(error.errno, error.strerror, "stdout") from None


def say(text: str) -> None:
    """One line for a person."""
    print(one_line(text, 1000), file=sys.stderr)


def complain(text: str) -> None:
    """One line on what is wrong: `simkit: error: …`."""
    say(f"simkit: error: {text}")


class _Outlet(io.FileIO):
    """A stream whose reader may go away: what is written from then on goes nowhere, and nobody fails for it."""

    def write(self, data: Any, /) -> int | None:
        try:
            return super().write(data)
        except BrokenPipeError:
            _to_nowhere(self.fileno())
            return super().write(data)


def open_streams() -> None:
    """Make sure that there are three standard streams, and that nothing fails because nobody reads stderr."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # closed before we began; the next file opened would take its number, and its output
            os.open(os.devnull, os.O_RDWR)
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False))
    if sys.stderr is sys.__stderr__:
        raw = io.BufferedWriter(_Outlet(2, "w", closefd=False))
        sys.stderr = io.TextIOWrapper(raw, sys.stderr.encoding, "backslashreplace", line_buffering=True)


def _to_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def end(code: int, within: float) -> None:
    """End this process in `within` seconds, unless it has by then: whatever an agent's code is still doing."""

    def cut_off() -> None:
        time.sleep(within)
        os._exit(code)

    threading.Thread(target=cut_off, daemon=True).start()


class Gate(NamedTuple):
    """What a run has to meet for exit code 0."""

    pass_rate: float = 0.0
    """The lowest pass rate; 0: any, also none."""
    errored: int | None = None
    """The most invalid sessions; None: any number."""

    def code(self, total: Tally, skipped: int = 0) -> int:
        """0 if the counts meet it, else 1. Sessions that a budget kept from being begun count as invalid."""
        if self.errored is not None and total.errored + skipped > self.errored:
            return 1
        return int(self.pass_rate > 0 and (total.pass_rate is None or total.pass_rate < self.pass_rate))


def stopping(grace: float) -> Callable[[int], None]:
    """What a person is told when a signal comes, and what makes sure that the second one ends the process."""
    came: list[int] = []

    def heard(number: int) -> None:
        came.append(number)
        if len(came) == 1:
            say(f"simkit: stopping when the turns under way are done (at most {grace:g} s); once more: stop now")
        elif len(came) == 2:
            end(128 + came[0], within=5.0)

    return heard


def guarded(command: Callable[[], Any]) -> int:
    """Run a command; its exit code, or 2 for wrong input and 130 for an interrupt, without a traceback."""
    open_streams()
    try:
        code = command()
    except SimkitError as error:
        for line in error.lines():
            complain(line)
        code = 2
    except CycloptsError as error:
        complain(f"{_mistaken(error)}; see {' '.join(['simkit', *(error.command_chain or ())])} --help")
        code = 2
    except BrokenPipeError:  # whoever read our output has seen enough
        code = 0
    except OSError as error:
        complain(f"{error.filename or 'a file'}: {error.strerror or error}; check the path and its permissions")
        code = 2
    except KeyboardInterrupt:
        say("simkit: interrupted; the sessions of a run that were finished are kept")
        code = 130
    return _flushed(code if isinstance(code, int) else 0)


def _mistaken(error: CycloptsError) -> str:
    """What is wrong with a command line."""
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        return _missing(error, error.argument)
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        more = "one argument" if len(error.unused_tokens) == 1 else f"{len(error.unused_tokens)} arguments"
        return f"'{one_line(error.unused_tokens[0], 60)}' is {more} too many"
    if not isinstance(error, UnknownCommandError) or error.app is None:
        return one_line(error).rstrip(".")
    commands = [name for name in error.app if not name.startswith("-")]
    word = (error.unused_tokens or [""])[0]
    near = did_you_mean(word, commands).partition("; known")[0]
    return f"Unknown command '{one_line(word, 60)}'{near or ';'} There are {', '.join(commands)}"


def _missing(error: MissingArgumentError, argument: Argument) -> str:
    """What has to be given and was not: an argument, or the value of an option."""
    option = next((name for name in argument.names if name in (error.root_input_tokens or ())), "")
    if option:
        return f"{option} needs a value after it"
    name = argument.names[0]
    return f"{name.lstrip('-').upper() if argument.field_info.is_positional else name} is missing"


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _to_nowhere(sys.stdout.fileno())  # Python flushes what is left once more
    except OSError as error:
        _to_nowhere(sys.stdout.fileno())
        complain(f"stdout: {error.strerror or error}; check the path and its permissions")
        return 2
    return code


def leave(code: int) -> NoReturn:
    """End the process, with an agent's code still running in a thread or not."""
    until = time.monotonic() + 1
    for thread in threading.enumerate():
        if thread.name.startswith("AnyIO worker"):
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                sys.stderr.flush()
                os._exit(code)
    sys.exit(code)
