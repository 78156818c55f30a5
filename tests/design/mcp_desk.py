"""An MCP server for tests: a desk with tickets. `python mcp_desk.py` speaks stdio, `python mcp_desk.py PORT` HTTP."""

from __future__ import annotations

import sys

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

desk = MCPServer("desk")
tickets = {f"T-{n}": {"ticket_id": f"T-{n}", "status": "open", "topic": f"printer {n}"} for n in range(71, 75)}
reading = ToolAnnotations(read_only_hint=True)


@desk.tool(annotations=reading)
def list_tickets(status: str = "open") -> list[dict[str, str]]:
    """List tickets."""
    return [one for one in tickets.values() if one["status"] == status]


@desk.tool(annotations=reading)
def get_ticket(ticket_id: str) -> dict[str, str]:
    """Look a ticket up."""
    if ticket_id not in tickets:
        raise ToolError(f"no ticket {ticket_id}")
    return tickets[ticket_id]


@desk.tool()
def close_ticket(ticket_id: str, reason: str) -> dict[str, str]:
    """Close a ticket."""
    tickets[ticket_id] |= {"status": "closed", "reason": reason}
    return tickets[ticket_id]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        desk.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
    else:
        desk.run()
