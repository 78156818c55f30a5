"""The library: two databases, two kits of tools, an environment that keeps both in step, and its tasks."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, create_model

from tau2.data_model.message import Requestor, ToolCall, ToolMessage


class Book(BaseModel):
    """A book."""

    title: str
    price: float
    lent_to: str | None = None
    days: int | float = 0


class LibraryDB(BaseModel):
    """What the agent sees: a mapping of records, a list of records, and plain values."""

    books: dict[str, Book]
    shelves: list[dict[str, Any]]
    door: str


class ReaderDB(BaseModel):
    """What the user has in hand."""

    gate: dict[str, Any]


class Kit:
    """Tools over a database; which they are, and which of them change it."""

    writes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __init__(self, db: Any) -> None:
        self.db = db

    def has_tool(self, name: str) -> bool:
        return name in self.names

    def tool_mutates_state(self, name: str) -> bool:
        return name in self.writes


class LibraryTools(Kit):
    """The agent's."""

    names = ("find_book", "lend_book", "burn_book")
    writes = ("lend_book", "burn_book")

    def find_book(self, title: str) -> dict[str, Any]:
        """Find a book by its title."""
        for name, book in self.db.books.items():
            if book.title == title:
                return {"book": name, **book.model_dump()}
        raise ValueError(f"there is no book called {title}")

    def lend_book(self, book: str, card: str, days: float = 14) -> str:
        """Lend a book to a card."""
        self.db.books[book].lent_to = card
        self.db.books[book].days = days
        self.db.shelves[0]["free"] += 1
        return "lent"

    def burn_book(self, book: str) -> str:
        """Begin to burn a book, and be stopped."""
        self.db.books[book].title = "ashes"
        raise ValueError("the porter stops you")


class ReaderTools(Kit):
    """The user's."""

    names = ("open_gate", "look_at_gate")
    writes = ("open_gate",)

    def open_gate(self, code: str) -> str:
        """Open the gate with a code."""
        if code != self.db.gate["code"]:
            raise ValueError("the gate stays shut")
        self.db.gate["open"] = True
        return "The gate swings open."

    def look_at_gate(self) -> dict[str, Any]:
        """See how the gate is."""
        return {"open": self.db.gate["open"]}

    def lock_gate(self, code: str) -> None:
        """Not a tool: sets a task up."""
        self.db.gate = {"open": False, "code": code}

    def is_open(self) -> bool:
        """Not a tool: an assertion."""
        return bool(self.db.gate["open"])


class Tool:
    """A tool with its schema."""

    def __init__(self, name: str, function: Any) -> None:
        self.name = name
        types = {k: v for k, v in function.__annotations__.items() if k != "return"}
        defaults = dict(zip(reversed(list(types)), reversed(function.__defaults__ or ()), strict=False))
        kinds = {"str": str, "float": float}
        fields: dict[str, Any] = {k: (kinds[v], defaults.get(k, ...)) for k, v in types.items()}
        schema = create_model("parameters", **fields).model_json_schema()
        about = {"name": name, "description": function.__doc__, "parameters": schema}
        self.openai_schema = {"type": "function", "function": about}


class Environment:
    """Both kits; after each call the door of the library is as the user's gate is."""

    def __init__(self) -> None:
        books = {"B1": Book(title="The Tin Kite", price=1200.0), "B2": Book(title="Salt", price=9.5)}
        self.tools = LibraryTools(LibraryDB(books=books, shelves=[{"name": "A", "free": 3}], door="open"))
        self.user_tools = ReaderTools(ReaderDB(gate={"open": True, "code": "0"}))
        self.sync_tools()

    def get_policy(self) -> str:
        return "Lend to card holders."

    def get_tools(self) -> list[Tool]:
        return [Tool(name, getattr(self.tools, name)) for name in self.tools.names]

    def get_user_tools(self) -> list[Tool]:
        return [Tool(name, getattr(self.user_tools, name)) for name in self.user_tools.names]

    def sync_tools(self) -> None:
        self.tools.db.door = "open" if self.user_tools.db.gate["open"] else "shut"

    def make_tool_call(self, tool_name: str, requestor: Requestor = "assistant", **arguments: Any) -> Any:
        kit = self.user_tools if requestor == "user" else self.tools
        if not kit.has_tool(tool_name):
            raise ValueError(f"Tool '{tool_name}' not found.")
        return getattr(kit, tool_name)(**arguments)

    def get_response(self, message: ToolCall) -> ToolMessage:
        try:
            found = self.make_tool_call(message.name, message.requestor, **message.arguments)
            self.sync_tools()
        except Exception as error:
            return ToolMessage(id=message.id, content=f"Error: {error}", requestor=message.requestor, error=True)
        content = found if isinstance(found, str) else json.dumps(found)
        return ToolMessage(id=message.id, content=content, requestor=message.requestor)

    def set_state(self, initialization_data: Any, initialization_actions: Any, message_history: list[Any]) -> None:
        for action in initialization_actions or ():
            getattr(self.user_tools if action.env_type == "user" else self.tools, action.func_name)(**action.arguments)
            self.sync_tools()

    def run_env_assertion(self, assertion: Any, raise_assertion_error: bool = True) -> bool:
        kit = self.user_tools if assertion.env_type == "user" else self.tools
        return bool(getattr(kit, assertion.func_name)(**assertion.arguments) == assertion.assert_value)


class Call(BaseModel):
    """A function of a kit, as set-ups and assertions name it."""

    env_type: Requestor
    func_name: str
    arguments: dict[str, Any] = {}
    assert_value: bool = True


class Action(BaseModel):
    """A gold action."""

    action_id: str = ""
    requestor: Requestor = "assistant"
    name: str
    arguments: dict[str, Any] = {}
    compare_args: list[str] | None = None


class Criteria(BaseModel):
    """What is evaluated."""

    actions: list[Action] | None = None
    env_assertions: list[Call] | None = None
    communicate_info: list[str] | None = None
    nl_assertions: list[str] | None = None
    reward_basis: list[str] = ["DB", "COMMUNICATE"]


class InitialState(BaseModel):
    """How a task begins."""

    initialization_data: dict[str, Any] | None = None
    initialization_actions: list[Call] | None = None
    message_history: list[Any] | None = None


class Task(BaseModel):
    """A task."""

    id: str
    user_scenario: dict[str, Any]
    initial_state: InitialState | None = None
    evaluation_criteria: Criteria | None = None
    user_tools: list[str] | None = None
    ticket: str | None = None


FIND = {"name": "find_book", "arguments": {"title": "The Tin Kite"}}
LEND = {"name": "lend_book", "arguments": {"book": "B1", "card": "K7"}}
OPEN = {"name": "open_gate", "arguments": {"code": "42"}, "requestor": "user"}
SHUT = {"initialization_actions": [{"env_type": "user", "func_name": "lock_gate", "arguments": {"code": "42"}}]}

TASKS = [
    {
        "id": "lend",
        "user_scenario": {"instructions": "You want The Tin Kite on card K7, book B1, and its price."},
        "evaluation_criteria": {"actions": [FIND, LEND], "communicate_info": ["1200"]},
        "user_tools": [],
    },
    {
        "id": "leave",
        "user_scenario": {"instructions": "You want a book burnt. Accept a no."},
        "evaluation_criteria": {"actions": [FIND], "communicate_info": []},
    },
    {
        "id": "[gate]shut",
        "user_scenario": {"persona": "Speaks slowly.", "instructions": "You stand before the gate; the code is 42."},
        "initial_state": SHUT,
        "evaluation_criteria": {
            "actions": [OPEN],
            "env_assertions": [{"env_type": "user", "func_name": "is_open"}],
            "reward_basis": ["ENV_ASSERTION", "ACTION"],
        },
    },
    {
        "id": "kind",
        "user_scenario": {"instructions": "You want The Tin Kite on card K7, book B1."},
        "evaluation_criteria": {
            "actions": [LEND],
            "nl_assertions": ["The agent is kind."],
            "reward_basis": ["DB", "NL_ASSERTION"],
        },
    },
]
SPLITS = {"base": ["lend", "leave", "[gate]shut"], "hard": ["kind"]}


def get_tasks(task_split_name: str | None = "base") -> list[Task]:
    """The tasks of a split; of all, for None."""
    tasks = [Task.model_validate(one) for one in TASKS]
    return [one for one in tasks if task_split_name is None or one.id in SPLITS[task_split_name]]


def get_tasks_split() -> dict[str, list[str]]:
    """The splits."""
    return SPLITS
