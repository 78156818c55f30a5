"""A domain drafted from a real PostgreSQL: its own types, enums, schemas of keys."""

from __future__ import annotations

from pathlib import Path

from needed import needed
from postgres_server import serving

from simkit import api
from simkit.design.draft.drafting import write_domain
from simkit.design.draft.sql import plan_of_sql

CLINIC = """
create type how as enum ('booked', 'arrived', 'missed');
create table patients (id uuid primary key, full_name text not null, notes jsonb, tags text[], weight numeric(5, 1));
create table visits (id bigserial primary key, patient_id uuid not null references patients(id), state how not null,
                     starts timestamptz not null, fee money);
comment on column visits.starts is 'when the patient should be here';
insert into patients select md5(n::text)::uuid, 'Real Person ' || n, '{"allergy": ["nuts"]}', '{a,b}', 61.5
    from generate_series(1, 5) n;
insert into visits (patient_id, state, starts, fee)
    select md5((1 + n % 5)::text)::uuid, 'booked', '2026-03-04 10:00+00', 12 from generate_series(1, 9) n;
"""


def test_a_postgres_database_becomes_a_domain_that_holds() -> None:
    needed("psycopg")
    from sqlalchemy import create_engine, text

    with serving() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text(CLINIC))
        engine.dispose()
        plan = plan_of_sql("clinic", url.replace("+psycopg", ""), writes=True)

    folder = write_domain(plan, Path("scenarios/clinic"), 20).folder

    checked = api.check(folder)
    assert checked.problems == ()
    assert len(checked.pack.cases) == 20
    visit = checked.pack.domains[0].tables["visits"]["1"]
    assert visit["state"] == "booked" and visit["patient_id"] in checked.pack.domains[0].tables["patients"]
    tool = checked.pack.domains[0].card.tool("list_visits")
    assert tool is not None and "booked" in str(tool.parameters) and "missed" in str(tool.parameters)
    assert "Real Person" not in (folder / "state.json").read_text(encoding="utf-8")
