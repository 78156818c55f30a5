"""Domains drafted from databases: tables become the world, links become tools, and nobody's secrets come along."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from simkit import api, cli
from simkit.spec.files import read_domain

SHOP = """
create table customers (id integer primary key, name text not null, email varchar(80) unique, password_hash text,
                        photo blob, joined date);
create table products (sku varchar(12) primary key, title text not null, price numeric(8, 2) not null);
create table orders (id integer primary key, customer_id integer not null references customers(id),
                     status varchar(12) not null, placed timestamp);
create table order_lines (order_id integer not null references orders(id), sku varchar(12) references products(sku),
                          quantity integer not null, primary key (order_id, sku));
"""


def shop(file: Path) -> None:
    """A small shop, with more customers than are copied."""
    with sqlite3.connect(file) as database:
        database.executescript(SHOP)
        people = [(n, f"Real Person {n}", f"real{n}@corp.example", "argon2", b"x", "2025-01-02") for n in range(1, 60)]
        database.executemany("insert into customers values (?, ?, ?, ?, ?, ?)", people)
        database.executemany("insert into products values (?, ?, ?)", [("K-1", "Kettle", 30.5), ("L-2", "Lamp", 12)])
        orders = [(n, 60 - n, ("paid", "sent", "open")[n % 3], "2025-05-01 10:00:00") for n in range(1, 12)]
        database.executemany("insert into orders values (?, ?, ?, ?)", orders)
        database.executemany("insert into order_lines values (?, ?, ?)", [(1, "K-1", 2), (1, "L-2", 1), (2, "L-2", 5)])
    database.close()


def drafted(*words: str) -> int:
    """The exit code of `simkit draft domain shop …`."""
    with pytest.raises(SystemExit) as left:
        cli.main(["draft", "domain", "shop", *words])
    return int(left.value.code or 0)


def test_tables_become_a_world_that_holds_together(capsys: pytest.CaptureFixture[str]) -> None:
    shop(Path("shop.db"))

    assert drafted("--sql", "sqlite:///shop.db", "--rows", "20") == 0

    domain, told = read_domain(Path("scenarios/shop")), capsys.readouterr().err
    assert api.check("scenarios/shop").problems == ()
    assert {tool.name for tool in domain.card.tools if tool.effect == "write"} == set()
    assert {"list_orders", "get_order", "get_customer", "list_order_lines"} <= {tool.name for tool in domain.card.tools}
    owners = {row["customer_id"] for row in domain.tables["orders"].values()}
    assert {str(owner) for owner in owners} <= domain.tables["customers"].keys()  # also beyond the first 20
    assert domain.tables["order_lines"]["1-K-1"]["quantity"] == 2
    everything = Path("scenarios/shop/state.json").read_text(encoding="utf-8")
    assert not any(secret in everything for secret in ("Real Person", "corp.example", "argon2", "password"))
    assert "password_hash, photo left out" in told and "name, email replaced by made-up values" in told


def test_a_dot_in_a_table_and_signs_in_the_name_of_the_file_are_only_names() -> None:
    with sqlite3.connect("C#%41.db") as database:
        database.executescript(
            'create table "app.orders" (id integer primary key, status text);'
            'create table lines (id integer primary key, order_id integer references "app.orders"(id));'
        )
        database.execute('insert into "app.orders" values (1, ?)', ("open",))
        database.execute("insert into lines values (1, 1)")
    database.close()

    assert drafted("--sql", "sqlite:///C#%2541.db", "--writes") == 0

    assert read_domain(Path("scenarios/shop")).tables["app_orders"]["1"]["status"] == "open"
    assert api.check("scenarios/shop").problems == ()


def test_records_can_be_added_changed_and_removed_where_that_is_asked_for() -> None:
    shop(Path("shop.db"))

    assert drafted("--sql", "sqlite:///shop.db", "--writes", "--only", "orders", "--only", "customers") == 0

    checked = api.check("scenarios/shop")
    assert checked.problems == ()
    assert len(checked.pack.cases) == 20
    assert read_domain(Path("scenarios/shop")).card.tool("add_order") is not None


@pytest.mark.parametrize(
    ("dsn", "what"),
    [
        ("sqlite:///nowhere.db", "there is no such file"),
        ("shop.db", "is no address of a database"),
        ("oracle+nothing://x", "is no address of a database"),
        ("postgresql://me:secret@localhost:1/x", "cannot be read"),
        ("sqlite:///empty.db", "there are no tables"),
    ],
)
def test_a_database_that_cannot_be_read_is_one_line(dsn: str, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    sqlite3.connect("empty.db").close()

    assert drafted("--sql", dsn) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert what in line and "secret" not in line
    assert not Path("nowhere.db").exists() and not Path("scenarios").exists()


def test_keys_that_are_secret_or_personal_are_replaced_wherever_they_are_named() -> None:
    with sqlite3.connect("bank.db") as database:
        database.executescript("""
            create table account (iban text primary key, owner text, balance numeric(9, 2));
            create table card (card_token text primary key, iban text references account(iban));
            create table transfer (id integer primary key, from_iban text references account(iban),
                                   to_iban text references account(iban));
            insert into account values ('PT5000020123', 'A', 10), ('PT5000020124', 'B', 20);
            insert into card values ('TOKENONE77', 'PT5000020124');
            insert into transfer values (1, 'PT5000020123', 'PT5000020124');
        """)
    database.close()

    assert drafted("--sql", "sqlite:///bank.db") == 0

    tables = read_domain(Path("scenarios/shop")).tables
    everything = Path("scenarios/shop/state.json").read_text(encoding="utf-8")
    assert not any(real in everything for real in ("PT500002", "TOKENONE77"))
    first, second = tables["account"]
    assert (tables["transfer"]["1"]["from_iban"], tables["transfer"]["1"]["to_iban"]) == (first, second)
    assert [card["iban"] for card in tables["card"].values()] == [second]


def test_secret_keys_of_a_form_that_has_no_other_values_are_replaced_all_the_same() -> None:
    with sqlite3.connect("bank.db") as database:
        database.execute("create table card (card_token text primary key, balance integer)")
        database.executemany("insert into card values (?, 1)", [(f"#--{digit}",) for digit in range(10)])
    database.close()

    assert drafted("--sql", "sqlite:///bank.db") == 0

    keys = read_domain(Path("scenarios/shop")).tables["card"].keys()
    assert len(keys) == 10 and not any(key.startswith("#--") for key in keys)
