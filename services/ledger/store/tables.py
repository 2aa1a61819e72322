"""The ledger's tables as its migrations make them."""

from collections.abc import Sequence

LEDGER_V1: Sequence[str] = (
    # What changes with every payment is packed into few columns; what is searched for stands in columns of
    # its own.
    """
    CREATE TABLE loan (
        id uuid PRIMARY KEY,
        lender text NOT NULL,
        reference text NOT NULL,
        kind text NOT NULL,
        channel text NOT NULL,
        currency char(3) NOT NULL,
        opened_on date NOT NULL,
        zone text NOT NULL,
        product text,
        product_version integer,
        rules text NOT NULL,
        terms text NOT NULL,
        provided text NOT NULL,
        book text NOT NULL,
        told text NOT NULL,
        earned text NOT NULL,
        earned_on date NOT NULL,
        pending text NOT NULL,
        failure text,
        wakes_on date,
        waits_through date,
        agreements text NOT NULL,
        owed_minor bigint NOT NULL,
        principal_minor bigint NOT NULL,
        credit_minor bigint NOT NULL CHECK (credit_minor >= 0),
        open_due_on date,
        bucket text NOT NULL,
        arrears_minor bigint NOT NULL,
        version bigint NOT NULL,
        UNIQUE (lender, reference)
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX loan_waiting ON loan (lender, waits_through) WHERE waits_through IS NOT NULL",
    """
    CREATE TABLE fact (
        loan_id uuid NOT NULL,
        reference text NOT NULL,
        kind text NOT NULL,
        value_on date NOT NULL,
        data text NOT NULL,
        recorded_at timestamptz NOT NULL,
        reversed_on date,
        reversal text,
        added_by uuid,
        reversed_by uuid,
        PRIMARY KEY (loan_id, reference)
    )
    """,
    # What a posting is of: a loan, or money in suspense.
    """
    CREATE TABLE posting (
        loan_id uuid NOT NULL,
        cause text NOT NULL,
        account text NOT NULL,
        amount_minor bigint NOT NULL,
        currency char(3) NOT NULL,
        value_on date NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX posting_loan ON posting (loan_id, value_on)",
    # Reports look back from a day, or at what was paid out: neither index costs a payment anything to speak
    # of.
    "CREATE INDEX posting_value ON posting USING brin (value_on)",
    """
    CREATE INDEX posting_disbursed ON posting (loan_id) INCLUDE (amount_minor, value_on)
    WHERE account = 'disbursed'
    """,
    # One look at all rows of a statement: a trigger for each row costs a fifth of the throughput.
    """
    CREATE FUNCTION postings_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM added GROUP BY loan_id, cause, currency HAVING sum(amount_minor) <> 0) THEN
            RAISE EXCEPTION 'postings of one cause must add up to zero' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER postings_add_up AFTER INSERT ON posting REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION postings_add_up()
    """,
    """
    CREATE FUNCTION postings_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'postings are only added' USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE TRIGGER postings_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION postings_are_append_only()
    """,
    # Which bucket a loan was in on which day: a row whenever that has changed. As it is known now it holds
    # from `as_of` on; as it was told, from `told_on` on, and then those that restate the past are left out.
    """
    CREATE TABLE stage (
        number bigint GENERATED ALWAYS AS IDENTITY,
        loan_id uuid NOT NULL,
        as_of date NOT NULL,
        told_on date NOT NULL,
        restated boolean NOT NULL,
        bucket text NOT NULL,
        since_on date,
        days_most integer,
        arrears_minor bigint NOT NULL,
        exit text,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (loan_id, number)
    )
    """,
    """
    CREATE FUNCTION stages_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'stages are only added' USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE TRIGGER stages_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stage
    FOR EACH STATEMENT EXECUTE FUNCTION stages_are_append_only()
    """,
    # A loan's credit record: a row for a month that ended otherwise than the one before it, and for one that
    # was corrected.
    """
    CREATE TABLE credit_month (
        number bigint GENERATED ALWAYS AS IDENTITY,
        loan_id uuid NOT NULL,
        first_on date NOT NULL,
        codes text NOT NULL,
        correction boolean NOT NULL,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (loan_id, number)
    )
    """,
    """
    CREATE FUNCTION credit_months_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'credit records are only added to' USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE TRIGGER credit_months_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_month
    FOR EACH STATEMENT EXECUTE FUNCTION credit_months_are_append_only()
    """,
    """
    CREATE TABLE party (
        loan_id uuid NOT NULL,
        borrower_reference text NOT NULL,
        role text NOT NULL,
        effective_on date NOT NULL,
        joined boolean NOT NULL,
        PRIMARY KEY (borrower_reference, loan_id, role, effective_on)
    )
    """,
    # Where a loan went. One that was sold stands in the new lender's books from that day on, with its file.
    """
    CREATE TABLE succession (
        loan_id uuid PRIMARY KEY,
        successor_id uuid NOT NULL,
        moved_on date NOT NULL,
        sold boolean NOT NULL
    )
    """,
    "CREATE INDEX succession_successor ON succession (successor_id)",
    # Whose a shared loan is from a day on. Rows are only added: of one day the last report holds.
    """
    CREATE TABLE holding (
        loan_id uuid NOT NULL,
        since date NOT NULL,
        holders text[] NOT NULL,
        shares numeric[] NOT NULL,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (loan_id, since, recorded_at)
    )
    """,
    "CREATE INDEX holding_holder ON holding USING gin (holders)",
    # Borrowers who must be forgotten, by ids from which no reference can be read.
    """
    CREATE TABLE erased (
        borrower_id uuid PRIMARY KEY,
        erased_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE product (
        id uuid PRIMARY KEY,
        lender text NOT NULL,
        code text NOT NULL,
        versions text NOT NULL,
        UNIQUE (lender, code)
    )
    """,
    """
    CREATE TABLE feed (
        id uuid PRIMARY KEY,
        lender text NOT NULL UNIQUE,
        complete text NOT NULL,
        coming text NOT NULL,
        suspect text NOT NULL,
        late text,
        due_seen bigint NOT NULL,
        missed_seen bigint NOT NULL
    )
    """,
    # How many instalments were about to fall due, by the day on which their grace ends.
    """
    CREATE TABLE feed_day (
        lender text NOT NULL,
        product text NOT NULL,
        day date NOT NULL,
        due bigint NOT NULL,
        PRIMARY KEY (lender, product, day)
    )
    """,
    """
    CREATE TABLE suspense (
        id uuid PRIMARY KEY,
        lender text NOT NULL,
        reference text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency char(3) NOT NULL,
        value_on date NOT NULL,
        method text NOT NULL,
        payer_reference text,
        hints text[] NOT NULL,
        received_at timestamptz NOT NULL,
        status text NOT NULL,
        ended_on date,
        ended_by uuid,
        version bigint NOT NULL,
        UNIQUE (lender, reference)
    )
    """,
    "CREATE INDEX suspense_queue ON suspense (status, received_at, id)",
    """
    CREATE TABLE proposal (
        id uuid PRIMARY KEY,
        lender text NOT NULL,
        kind text NOT NULL,
        subject uuid NOT NULL,
        content text NOT NULL,
        proposed_by text NOT NULL,
        proposed_at timestamptz NOT NULL,
        status text NOT NULL,
        decided_by text,
        decided_at timestamptz
    )
    """,
    "CREATE INDEX proposal_subject ON proposal (subject)",
    "CREATE INDEX proposal_queue ON proposal (status, proposed_at, id)",
    "CREATE INDEX proposal_age ON proposal (proposed_at, id)",
    # What the relay has published, by lender, in the order in which it was published. One leader writes it,
    # one statement after the other, so that no number ever comes to be seen after a higher one.
    """
    CREATE TABLE result (
        lender text NOT NULL,
        number bigint GENERATED ALWAYS AS IDENTITY,
        loan_id uuid,
        headers bytea NOT NULL,
        value bytea NOT NULL,
        published_at timestamptz NOT NULL,
        PRIMARY KEY (lender, number)
    )
    """,
    "CREATE INDEX result_published_at ON result USING brin (published_at) WITH (pages_per_range = 16)",
    # Through which number a lender's results were removed for their age.
    "CREATE TABLE result_removed (lender text PRIMARY KEY, through bigint NOT NULL)",
    """
    CREATE TABLE webhook (
        id uuid PRIMARY KEY,
        lender text NOT NULL,
        url text NOT NULL,
        types text[] NOT NULL,
        events_max integer NOT NULL,
        secret_number integer NOT NULL,
        former_secret_until timestamptz,
        rotated_by uuid,
        status text NOT NULL,
        reason text,
        after bigint NOT NULL,
        created_at timestamptz NOT NULL,
        delivered_at timestamptz,
        failures integer NOT NULL,
        failing_since timestamptz,
        last_error text,
        next_try_at timestamptz NOT NULL,
        leased_until timestamptz NOT NULL,
        lease uuid
    )
    """,
    "CREATE INDEX webhook_lender ON webhook (lender, id)",
    # A file of events that is handed in piece by piece; of its lines those that were not applied, and of a
    # takeover all, with what they brought.
    """
    CREATE TABLE import (
        id uuid PRIMARY KEY,
        lender text NOT NULL,
        kind text NOT NULL,
        dry boolean NOT NULL,
        lines_total bigint,
        status text NOT NULL,
        started_at timestamptz NOT NULL,
        moved_at timestamptz NOT NULL,
        lines_read bigint NOT NULL,
        working_s double precision NOT NULL,
        counts text NOT NULL
    )
    """,
    "CREATE INDEX import_started ON import (started_at, id)",
    """
    CREATE TABLE import_line (
        import_id uuid NOT NULL,
        line bigint NOT NULL,
        status text NOT NULL,
        loan_id uuid,
        problem text,
        currency text,
        principal_minor bigint,
        interest_minor bigint,
        fees_minor bigint,
        penalty_minor bigint,
        credit_minor bigint,
        days_past_due integer,
        PRIMARY KEY (import_id, line)
    )
    """,
)
