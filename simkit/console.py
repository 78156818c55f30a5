"""How the command line talks: results on stdout, words for people on stderr, one line for what is wrong."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from cyclopts import CycloptsError

from simkit.errors import SimkitError, one_line


def print_json(value: Any) -> None:
    """Exactly one JSON object, in ASCII."""
    print(json.dumps(value, ensure_ascii=True))


def say(text: str) -> None:
    """One line for a person."""
    print(one_line(text, 1000), file=sys.stderr)


def complain(text: str) -> None:
    """One line on what is wrong: `simkit: error: …`."""
    say(f"simkit: error: {text}")


def guarded(command: Callable[[], Any]) -> int:
    """Run a command; its exit code, or 2 for wrong input and 130 for an interrupt, without a traceback."""
    try:
        code = command()
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except SimkitError as error:
        for line in error.lines():
            complain(line)
        return 2
    except CycloptsError as error:
        complain(f"{one_line(error).rstrip('.')}; see simkit --help")
        return 2
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain when it flushes what is left, so that goes
        # nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        complain(f"{error.filename or 'a file'}: {error.strerror or error}; check the path and its permissions")
        return 2
    except KeyboardInterrupt:
        say("simkit: interrupted; every finished session is kept")
        return 130
