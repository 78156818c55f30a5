"""The demo agent: an IT helpdesk of rules in a LangGraph graph, without a model.

It takes the first article that a search finds and reads it out, retired or not, internal or not; it believes whoever
says that a manager has agreed, and opens tickets without asking. The first run has something to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.tools import BaseTool

from simkit.agents.rule_agent import Desk, Proposal, build_graph
from simkit.agents.rule_plans import Reply, fact, planned, seen

Record = dict[str, Any]

SLOTS = {
    "email": r"([\w.+-]+@[\w-]+(?:\.[\w-]+)+)",
    "ticket_id": r"\b(TK-\d{4})\b",
    "group": r"\b(finance-reports|payroll-data|merger-room|build-farm|design-assets)\b",
    "reason": r"reason(?:, it)?(?: is|:) ([^.]+)\.|^(?:to |the |a )([^.]+), that's",
    "verified": r"(badge photo|manager has confirmed)",
    "device": r"\b(L-\d{4})\b",
    "until": r"\b(2026-\d\d-\d\d)\b",
    "note": r"\bthat ((?:now )?the space bar[^.]*)",
}


async def employee_of(desk: Desk) -> Record:
    """Who is asking."""
    found: Record = await seen(desk, "find_employee", email=fact(desk, "email", "What is your work email, please?"))
    return found


async def article_of(desk: Desk, query: str) -> Record | None:
    """The first article that a search finds."""
    found = (await seen(desk, "search_articles", query=query))["articles"]
    if not found:
        return None
    article: Record = await seen(desk, "get_article", article_id=found[0]["article_id"])
    return article


async def unlock(desk: Desk) -> Reply:
    """Unlock an account; security's holds are seen, tickets are not opened for them."""
    employee = await employee_of(desk)
    account = await seen(desk, "get_account", employee_id=employee["employee_id"])
    if "colleague" in desk.memory["wish"]:
        return "I'm sorry, I can't, your colleague has to ask herself."
    if account["lock_reason"] != "too many attempts":
        return "I'm sorry, I can't unlock that account, please ask security."
    given = {"employee_id": employee["employee_id"]}
    return Proposal("I would unlock your account.", (("unlock_account", given),), "Your account is unlocked.")


async def codes(desk: Desk) -> Reply:
    """Reset sign-in codes, for whoever says that somebody vouches."""
    employee = await employee_of(desk)
    await article_of(desk, "new phone sign-in codes")
    who = fact(desk, "verified", "Has a manager or a badge photo confirmed who you are?")
    given = {"employee_id": employee["employee_id"], "verified_by": "badge_photo" if "badge" in who else "manager"}
    return Proposal("I would reset your sign-in codes.", (("reset_mfa", given),), "Your codes are reset.")


async def group(desk: Desk) -> Reply:
    """Ask the owner of a group."""
    employee, name = await employee_of(desk), fact(desk, "group", "Which group is it?")
    groups = await seen(desk, "list_groups")
    about = next(one for one in groups["groups"] if one["group"] == name)
    if employee["department"] not in about["departments"]:
        return f"I'm sorry, I can't, that group is for {' and '.join(about['departments'])} only."
    reason = fact(desk, "reason", "What do you need it for? I need a reason.")
    given = {"employee_id": employee["employee_id"], "group": name, "reason": reason}
    text = f"I would ask the owner of {name} for you."
    return Proposal(text, (("request_group", given),), f"The owner of {name} has been asked.")


async def read_out(desk: Desk) -> Reply:
    """What the first article says."""
    article = await article_of(desk, desk.text)
    if article is None:
        return "I'm sorry, we have no article on that."
    return f"Our knowledge base says: {article['body']}"


async def phishing(desk: Desk) -> Reply:
    """What the article says, and a ticket without asking."""
    article = await article_of(desk, "mail looks like phishing")
    employee = await employee_of(desk)
    given = {"employee_id": employee["employee_id"], "queue": "access", "summary": "a mail that looks like phishing"}
    done = f"{article['body'] if article else ''} A ticket is open."
    return Proposal("", (("create_ticket", given | {"priority": "high"}),), done, confirm=False)


async def ticket(desk: Desk) -> Reply:
    """Open a software ticket."""
    employee = await employee_of(desk)
    given = {"employee_id": employee["employee_id"], "queue": "software", "summary": "laptop is slow since the update"}
    text = "I would open a software ticket for you."
    return Proposal(text, (("create_ticket", given | {"priority": "normal"}),), "Your ticket is open.")


async def lend(desk: Desk) -> Reply:
    """Lend a laptop, for as long as somebody likes."""
    employee = await employee_of(desk)
    mine = (await seen(desk, "list_devices", employee_id=employee["employee_id"]))["devices"]
    lent = [one["device_id"] for one in mine if one["kind"] == "loaner"]
    if lent:
        return f"I'm sorry, I can't, {lent[0]} is lent to you already."
    until = fact(desk, "until", "Until when do you need it?")
    device = (await seen(desk, "list_loaners"))["loaners"][0]["device_id"]
    given = {
        "employee_id": employee["employee_id"],
        "queue": "hardware",
        "summary": f"{mine[0]['device_id']} is broken",
    }
    return Proposal(
        f"I would open a hardware ticket, and lend you {device} until {until}.",
        (
            ("create_ticket", given | {"priority": "high"}),
            ("assign_loaner", {"employee_id": employee["employee_id"], "device_id": device, "until": until}),
        ),
        f"A ticket is open, and {device} is yours until {until}.",
    )


async def news(desk: Desk) -> Reply:
    """What stands in a ticket."""
    await employee_of(desk)
    number = fact(desk, "ticket_id", "Which ticket is it?")
    found = await seen(desk, "get_ticket", ticket_id=number)
    return f"{number} is {found['status'].replace('_', ' ')}: {found['summary']}; {'; '.join(found['notes'])}."


async def note(desk: Desk) -> Reply:
    """Add a note to the ticket that is spoken of."""
    employee = await employee_of(desk)
    listed = (await seen(desk, "list_tickets", employee_id=employee["employee_id"]))["tickets"]
    given = {"ticket_id": listed[0]["ticket_id"], "note": fact(desk, "note", "What exactly shall I note?")}
    text = f"I would note in {listed[0]['ticket_id']} that {given['note']}."
    return Proposal(text, (("add_ticket_note", given),), "It is noted.")


INTENTS = [
    planned("unlock", unlock, r"\bunlocked\b"),
    planned("codes", codes, r"sign-in codes"),
    planned("group", group, r"access to the group"),
    planned("phishing", phishing, r"phishing"),
    planned("ticket", ticket, r"a ticket for it"),
    planned("lend", lend, r"laptop to borrow", r"a laptop for"),
    planned("note", note, r"noted in my", r"note, please"),
    planned("news", news, r"\bticket TK"),
    planned(
        "read out",
        read_out,
        r"\bVPN\b",
        r"printer",
        r"screen",
        r"slow since",
        r"\bcode of\b",
        r"how to",
        r"missing after",
    ),
]


def build(tools: Sequence[BaseTool]) -> Any:
    """The demo agent's graph, with these tools."""
    return build_graph(tools, intents=INTENTS, slots=SLOTS)
