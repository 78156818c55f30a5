"""The IT helpdesk of Brightwell: accounts, devices, tickets, access groups, and a knowledge base.

Drafted from the conversations in source/conversations.jsonl and finished by hand. The tools refuse what cannot be done
(a laptop that is lent out). Who may be unlocked, and which article still holds, is for the agent to know.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from simkit import Field, Refused, World, reads, writes

Answer = dict[str, Any]
EmployeeId = Annotated[str, Field(pattern=r"^E\d{3}$", description="from find_employee, E204")]
TicketId = Annotated[str, Field(pattern=r"^TK-\d{4}$", description="TK-6890")]
ArticleId = Annotated[str, Field(pattern=r"^KB-\d{2}$", description="from search_articles, KB-12")]
Queue = Literal["hardware", "network", "access", "software"]
Priority = Annotated[
    Literal["low", "normal", "high"], Field(description="high: somebody cannot work, or a deadline is near")
]

COMMON = frozenset(
    re.findall(r"\w+", "a an and are at be can do for from has i in is it my not of on says the to when with")
)


@reads
def find_employee(world: World, email: Annotated[str, Field(description="work email address")]) -> Answer:
    """Find an employee by work email: department, site, manager."""
    rows = world.find("employees", lambda row: row["email"].casefold() == email.strip().casefold())
    if not rows:
        raise Refused(f"nobody here has the address {email.strip()}")
    return {"employee_id": rows[0].pop("id"), **rows[0]}


@reads
def list_devices(world: World, employee_id: EmployeeId) -> Answer:
    """The devices of an employee, loaners too."""
    world.get("employees", employee_id)
    return {"devices": [{"device_id": row.pop("id"), **row} for row in world.find("devices", employee_id=employee_id)]}


@reads
def list_loaners(world: World) -> Answer:
    """The laptops that can be lent."""
    rows = world.find("devices", kind="loaner", employee_id=None)
    return {"loaners": [{"device_id": row["id"], "model": row["model"]} for row in rows]}


@reads
def get_account(world: World, employee_id: EmployeeId) -> Answer:
    """Sign-in account: whether and why it is locked, sign-in codes, and what has verified the employee today."""
    return {"employee_id": employee_id, **world.get("accounts", employee_id)}


@writes
def unlock_account(world: World, employee_id: EmployeeId) -> Answer:
    """Unlock a locked account."""
    if not world.get("accounts", employee_id)["locked"]:
        raise Refused("the account is not locked")
    world.patch("accounts", employee_id, locked=False, lock_reason=None)
    return {"employee_id": employee_id, "locked": False}


@writes
def reset_mfa(
    world: World,
    employee_id: EmployeeId,
    verified_by: Annotated[Literal["manager", "badge_photo"], Field(description="what has confirmed who is asking")],
) -> Answer:
    """Remove the sign-in codes, so that the next sign-in asks to set them up."""
    world.patch("accounts", employee_id, mfa=[])
    return {"employee_id": employee_id, "mfa": [], "verified_by": verified_by}


@reads
def search_articles(world: World, query: Annotated[str, Field(min_length=3)]) -> Answer:
    """Search the knowledge base; the four articles that fit best, best first."""
    words = _words(query)
    rows = [
        (len(words & _words(f"{row['title']} {row['title']} {row['body']}")), row) for row in world.find("articles")
    ]
    best = sorted((row for row in rows if row[0]), key=lambda row: (-row[0], row[1]["id"]))[:4]
    return {"articles": [{"article_id": row["id"], "title": row["title"]} for _, row in best]}


@reads
def get_article(world: World, article_id: ArticleId) -> Answer:
    """Read an article: what to do, whether it still holds, who may see it."""
    return {"article_id": article_id, **world.get("articles", article_id)}


@reads
def list_tickets(world: World, employee_id: EmployeeId) -> Answer:
    """The tickets of an employee, newest first."""
    rows = sorted(world.find("tickets", employee_id=employee_id), key=lambda row: row["id"], reverse=True)
    names = ("queue", "summary", "priority", "status")
    return {"tickets": [{"ticket_id": row["id"], **{name: row[name] for name in names}} for row in rows]}


@reads
def get_ticket(world: World, ticket_id: TicketId) -> Answer:
    """Open a ticket, with its notes."""
    return {"ticket_id": ticket_id, **world.get("tickets", ticket_id)}


@writes
def create_ticket(
    world: World,
    employee_id: EmployeeId,
    queue: Queue,
    summary: Annotated[str, Field(min_length=5, max_length=160)],
    priority: Priority,
) -> Answer:
    """Open a ticket."""
    world.get("employees", employee_id)
    key = world.new_id("tickets", "TK-")
    row = {"employee_id": employee_id, "queue": queue, "summary": summary, "priority": priority, "status": "open"}
    world.put("tickets", key, row | {"notes": []})
    return {"ticket_id": key, **row}


@writes
def add_ticket_note(world: World, ticket_id: TicketId, note: Annotated[str, Field(min_length=3)]) -> Answer:
    """Add a note to a ticket that is not closed."""
    row = world.get("tickets", ticket_id)
    if row["status"] == "closed":
        raise Refused(f"{ticket_id} is closed")
    world.patch("tickets", ticket_id, notes=[*row["notes"], note])
    return {"ticket_id": ticket_id, "notes": len(row["notes"]) + 1}


@reads
def list_groups(world: World) -> Answer:
    """Access groups: what they open, their owner, for which departments, whether they take anybody just now."""
    return {"groups": [{"group": row.pop("id"), **row} for row in world.find("groups")]}


@writes
def request_group(
    world: World,
    employee_id: EmployeeId,
    group: Annotated[str, Field(description="from list_groups")],
    reason: Annotated[str, Field(min_length=3)],
) -> Answer:
    """Ask the owner of a group to let an employee in."""
    owner = world.get("groups", group)["owner"]
    key = world.new_id("requests", "RQ-")
    row = {"employee_id": employee_id, "group": group, "reason": reason, "status": "waiting_for_owner"}
    world.put("requests", key, row)
    return {"request_id": key, "group": group, "owner": owner, "status": "waiting_for_owner"}


@writes
def assign_loaner(
    world: World,
    employee_id: EmployeeId,
    device_id: Annotated[str, Field(pattern=r"^L-\d{4}$", description="from list_loaners")],
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="as in 2026-06-12")],
) -> Answer:
    """Lend a laptop."""
    device = world.get("devices", device_id)
    if device["kind"] != "loaner" or device["employee_id"]:
        raise Refused(f"{device_id} cannot be lent")
    if world.find("devices", kind="loaner", employee_id=employee_id):
        raise Refused("one laptop is lent to this employee already")
    world.patch("devices", device_id, employee_id=employee_id, until=until)
    return {"device_id": device_id, "model": device["model"], "until": until}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.casefold())) - COMMON
