"""Tables of persons, loans, cases and plans."""

PERSON_V1 = (
    """
    CREATE TABLE person (
        id uuid PRIMARY KEY,
        content text NOT NULL
    )
    """,
    """
    CREATE TABLE loan (
        id uuid PRIMARY KEY,
        lender text,
        persons uuid[] NOT NULL
    )
    """,
    """
    CREATE TABLE feed (
        id uuid PRIMARY KEY,
        lender text NOT NULL,
        complete_through date,
        late boolean NOT NULL
    )
    """,
    # What lists and look-ups are made of: a row for each case or plan and lender.
    """
    CREATE TABLE person_item (
        kind text NOT NULL,
        item_id uuid NOT NULL,
        lender text NOT NULL,
        person_id uuid NOT NULL,
        adviser text,
        status text NOT NULL,
        is_open boolean NOT NULL,
        due_on date NOT NULL,
        PRIMARY KEY (kind, item_id, lender)
    )
    """,
    "CREATE INDEX person_item_person ON person_item (person_id)",
    "CREATE INDEX person_item_due ON person_item (kind, due_on, item_id) WHERE is_open",
    """
    CREATE TABLE case_text (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        sealed bytea NOT NULL
    )
    """,
    """
    CREATE TABLE agreement (
        plan_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        document text NOT NULL
    )
    """,
    "CREATE INDEX agreement_person ON agreement (person_id)",
    "CREATE INDEX case_text_person ON case_text (person_id)",
)
