"""Tables of holds, disputes and complaints."""

STANDSTILL_V1 = (
    """
    CREATE TABLE standstill (
        id uuid PRIMARY KEY,
        content text NOT NULL
    )
    """,
    # What lists and look-ups are made of: a row for each hold, request, dispute or complaint and loan. What
    # is about no loan in particular names its person's own id.
    """
    CREATE TABLE standstill_item (
        kind text NOT NULL,
        item_id uuid NOT NULL,
        loan_id uuid NOT NULL,
        subject_id uuid NOT NULL,
        lender text,
        is_open boolean NOT NULL,
        due_on date,
        raised_at timestamptz NOT NULL,
        PRIMARY KEY (kind, item_id, loan_id)
    )
    """,
    "CREATE INDEX standstill_item_subject ON standstill_item (subject_id)",
    "CREATE INDEX standstill_item_loan ON standstill_item (loan_id)",
    "CREATE INDEX standstill_item_due ON standstill_item (due_on, item_id) WHERE is_open",
    "CREATE INDEX standstill_item_raised ON standstill_item (kind, raised_at, item_id)",
    """
    CREATE TABLE standstill_text (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        sealed bytea NOT NULL
    )
    """,
    "CREATE INDEX standstill_text_person ON standstill_text (person_id)",
)
