"""Mediation's tables."""

MEDIATION_V1 = (
    """
    CREATE TABLE mediation_case (
        id uuid PRIMARY KEY,
        lender text NOT NULL,
        person_id uuid NOT NULL,
        mediator_id uuid,
        stage text NOT NULL,
        opened_at timestamptz NOT NULL,
        packed text NOT NULL
    )
    """,
    "CREATE INDEX mediation_case_person ON mediation_case (person_id)",
    "CREATE INDEX mediation_case_mediator ON mediation_case (mediator_id) WHERE mediator_id IS NOT NULL",
    "CREATE INDEX mediation_case_order ON mediation_case (opened_at, id)",
    """
    CREATE TABLE content (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL,
        sealed bytea NOT NULL
    )
    """,
    "CREATE INDEX content_case ON content (case_id)",
    """
    CREATE TABLE settlement (
        plan_id uuid PRIMARY KEY,
        case_id uuid NOT NULL
    )
    """,
    """
    CREATE TABLE person (
        id uuid PRIMARY KEY,
        packed text NOT NULL
    )
    """,
    """
    CREATE TABLE loan (
        id uuid PRIMARY KEY,
        packed text NOT NULL
    )
    """,
    """
    CREATE TABLE mediator (
        id uuid PRIMARY KEY,
        available boolean NOT NULL,
        packed text NOT NULL
    )
    """,
)
