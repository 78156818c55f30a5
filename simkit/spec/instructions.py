"""What a chat model is told that plays an agent: by `model:` agents, and in the sessions that models learn from."""

from __future__ import annotations

from simkit.spec.rules import fill

_INSTRUCTIONS = """\
You are the agent of a service and talk to one of its users. Follow this policy.

{policy}

It is now {now}. Use the tools for everything that you look up or change; do not invent what they did not tell you.
"""


def instructions(policy: str, now: str) -> str:
    """The system message, with the domain's policy and the session's clock."""
    return fill(_INSTRUCTIONS, {"policy": policy, "now": now})
