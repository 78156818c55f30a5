"""`simkit view RUN`: the report's page in a browser, from this machine only, while the run goes on or after it."""

from __future__ import annotations

import signal
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from simkit.console import say
from simkit.options import RunName


def view(
    run: RunName,
    *,
    port: Annotated[
        int | None,
        Parameter(validator=Number(gte=0, lte=65535), help="0: any that is free; 8765 or any, if left out."),
    ] = None,
) -> int:
    """Serve a run's page on 127.0.0.1, and nowhere else: `simkit report` that follows a run while it is played.

    New sessions appear as they end, whichever process plays them. Prints the address; ends by Ctrl-C, with exit code 0.
    """
    from simkit.viewing.following import Following
    from simkit.viewing.server import Server

    with Server(Following(run), port) as server:
        # However it is told to stop, it is done: there is nothing that could be left half done.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        print(server.url, flush=True)
        say(f"simkit: {server.following.name} in a browser; Ctrl-C ends it")
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            say("simkit: no longer served")
    return 0
