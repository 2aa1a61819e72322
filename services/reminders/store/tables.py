"""The tables of reminders. Names and addresses stand in `borrower` alone."""

from collections.abc import Sequence

REMINDERS_V1: Sequence[str] = (
    """
    CREATE TABLE person (
        id uuid PRIMARY KEY,
        packed bytea NOT NULL,
        history bytea NOT NULL
    )
    """,
    """
    CREATE TABLE person_address (
        key text NOT NULL,
        person_id uuid NOT NULL,
        PRIMARY KEY (key, person_id)
    )
    """,
    "CREATE INDEX person_address_person ON person_address (person_id)",
    """
    CREATE TABLE person_record (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        person_id uuid NOT NULL,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        lender text,
        contact_id uuid,
        content jsonb NOT NULL
    )
    """,
    "CREATE INDEX person_record_person ON person_record (person_id, seq)",
    "CREATE INDEX person_record_contact ON person_record (contact_id) WHERE contact_id IS NOT NULL",
    "CREATE INDEX person_record_lender ON person_record (lender, at)",
    """
    CREATE TABLE reply (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        at timestamptz NOT NULL,
        channel text NOT NULL,
        lenders text[] NOT NULL,
        sealed bytea NOT NULL
    )
    """,
    "CREATE INDEX reply_person ON reply (person_id, at)",
    "CREATE TABLE loan (id uuid PRIMARY KEY, content text NOT NULL)",
    """
    CREATE TABLE borrower (
        id uuid PRIMARY KEY,
        lender text NOT NULL,
        person_id uuid NOT NULL,
        packed bytea NOT NULL
    )
    """,
    "CREATE TABLE brake (id uuid PRIMARY KEY, pulled boolean NOT NULL, packed bytea NOT NULL)",
    "CREATE TABLE conduct (id uuid PRIMARY KEY, packed bytea NOT NULL)",
    """
    CREATE TABLE staff_task (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        kind text NOT NULL,
        lenders text[] NOT NULL,
        given_at timestamptz NOT NULL,
        is_open boolean NOT NULL,
        packed bytea NOT NULL
    )
    """,
    "CREATE INDEX staff_task_open ON staff_task (given_at, id) WHERE is_open",
    "CREATE INDEX staff_task_person ON staff_task (person_id)",
)
