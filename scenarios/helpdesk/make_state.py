"""Writes state.json: `python make_state.py`. Always the same bytes.

Scenarios rely on what is declared by hand: EMPLOYEES, DEVICES, TICKETS, GROUPS and knowledge/articles.md. All else is
filler, drawn around them with a fixed seed, so that a search finds more than the one thing that a case is about.
"""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED = 20260608
FILLER = 46

EMPLOYEES: dict[str, tuple[str, str, str, str, str, str | None, str | None]] = {
    "E090": ("Ruth Salonen", "ruth.salonen", "Finance", "Leeds", "E001", None, None),
    "E102": ("Bruno Kay", "bruno.kay", "Sales", "London", "E001", None, None),
    "E127": ("Mei Tan", "mei.tan", "Engineering", "Leeds", "E090", None, "badge_photo"),
    "E204": ("Ana Sokol", "ana.sokol", "Finance", "Leeds", "E090", "too many attempts", None),
    "E311": ("Jonas Weber", "jonas.weber", "Sales", "Remote", "E102", None, None),
    "E318": ("Farid Amiri", "farid.amiri", "Sales", "London", "E102", "security hold", None),
    "E325": ("Gwen Parry", "gwen.parry", "Legal", "London", "E001", None, "manager"),
    "E330": ("Ollie Grant", "ollie.grant", "Engineering", "Remote", "E090", None, None),
    "E341": ("Sofia Rinaldi", "sofia.rinaldi", "Marketing", "Leeds", "E102", None, None),
}
"""Name, mailbox, department, site, manager, why the account is locked, who has verified them today."""

DEVICES = {
    "L-5521": ("laptop", "Kite 14", "E204"),
    "L-5533": ("laptop", "Kite 16", "E341"),
    "L-5540": ("laptop", "Kite 14", "E330"),
    "L-9001": ("loaner", "Kite 13", "E330"),
    "L-9003": ("loaner", "Kite 13", None),
    "L-9004": ("loaner", "Kite 13", None),
}
TICKETS = {
    "TK-6890": (
        "E127",
        "network",
        "Wi-Fi on floor 3 is gone",
        "waiting_for_parts",
        ["a new switch arrives on 2026-06-09"],
    ),
    "TK-6902": ("E330", "hardware", "Kite 14 L-5540: keyboard", "open", ["a new keyboard is ordered"]),
    "TK-6911": ("E341", "software", "licence for Sketchbook", "closed", []),
    "TK-6950": ("E102", "access", "mail to all of Sales bounced", "open", []),
}
GROUPS = {
    "finance-reports": ("Finance reports", "E090", ["Finance", "Sales"], False),
    "payroll-data": ("Payroll data", "E090", ["Finance"], False),
    "design-assets": ("Design assets", "E102", ["Marketing", "Sales", "Engineering"], False),
    "merger-room": ("Merger room", "E001", ["Legal"], True),
    "build-farm": ("Build farm", "E127", ["Engineering"], False),
}
"""What it opens, owner, for whom, whether it is closed."""

# fmt: off
FIRST = ("Aki", "Bea", "Cem", "Dot", "Ege", "Fia", "Ger", "Hal", "Ivy", "Jem", "Kit", "Lia", "Mio", "Nat")
LAST = ("Ash", "Brook", "Croft", "Dale", "Ember", "Field", "Glen", "Heath", "Isle", "Knoll", "Lea", "Marsh", "Nook")
TROUBLE = (("software", "editor crashes"), ("network", "wall socket"), ("hardware", "battery"), ("access", "group"))
# fmt: on


def articles() -> dict[str, Any]:
    """The knowledge base, as the desk keeps it in knowledge/articles.md."""
    found = {}
    text = (HERE / "knowledge" / "articles.md").read_text(encoding="utf-8")
    for head, body in re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE):
        key, title = head.split(" ", 1)
        about = dict(re.findall(r"^(status|audience): (\w+)$", body, re.MULTILINE))
        plain = re.sub(r"^(?:status|audience): \w+\n", "", body, flags=re.MULTILINE).strip()
        found[key] = {"title": title, "body": plain, "status": "current", "audience": "everybody"} | about
    return found


def employee(name: str, mailbox: str, department: str, site: str, manager: str) -> dict[str, Any]:
    """One employee."""
    row = {"name": name, "email": f"{mailbox}@brightwell.example", "department": department, "site": site}
    return row | {"manager_id": manager}


def main() -> None:
    """Write the file."""
    draw = random.Random(SEED)
    people = {key: employee(*about[:5]) for key, about in EMPLOYEES.items()}
    accounts = {
        key: {"locked": lock is not None, "lock_reason": lock, "mfa": ["authenticator"], "verified_by": verified}
        for key, (*_, lock, verified) in EMPLOYEES.items()
    }
    devices = {key: {"kind": kind, "model": model, "employee_id": who} for key, (kind, model, who) in DEVICES.items()}
    tickets = {key: ticket(*about) for key, about in TICKETS.items()}
    for number in range(FILLER):
        key, name = f"E{500 + number}", f"{draw.choice(FIRST)} {draw.choice(LAST)}"
        department = draw.choice(("Finance", "Sales", "Engineering", "Marketing", "Legal"))
        site = draw.choice(("Leeds", "London", "Remote"))
        people[key] = employee(name, f"{name.replace(' ', '.').lower()}{number}", department, site, "E102")
        accounts[key] = {"locked": False, "lock_reason": None, "mfa": ["authenticator"], "verified_by": None}
        devices[f"L-{6000 + number}"] = {
            "kind": "laptop",
            "model": draw.choice(("Kite 14", "Kite 16")),
            "employee_id": key,
        }
        queue, summary = draw.choice(TROUBLE)
        tickets[f"TK-{6700 + number}"] = ticket(key, queue, summary, draw.choice(("closed", "closed", "open")), [])
    state = {
        "employees": people,
        "accounts": accounts,
        "devices": devices,
        "tickets": tickets,
        "groups": {
            key: {"name": name, "owner": owner, "departments": departments, "closed": closed}
            for key, (name, owner, departments, closed) in GROUPS.items()
        },
        "requests": {
            "RQ-40": {"employee_id": "E102", "group": "design-assets", "reason": "a fair", "status": "granted"}
        },
        "articles": articles(),
    }
    text = json.dumps(state, indent=1, ensure_ascii=False) + "\n"
    (HERE / "state.json").write_text(text, encoding="utf-8", newline="\n")


def ticket(who: str, queue: str, summary: str, status: str, notes: list[str]) -> dict[str, Any]:
    """One ticket."""
    row = {"employee_id": who, "queue": queue, "summary": summary, "priority": "normal", "status": status}
    return row | {"notes": notes}


if __name__ == "__main__":
    main()
