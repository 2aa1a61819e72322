"""A portfolio's counts: summed up by the database, so that what is read does not grow with the number of
loans.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.buckets import Scheme
from services.ledger.domain.due_dates import add_months
from services.ledger.domain.portfolio import CURED_WITHIN_DAYS, Counts
from services.ledger.domain.roll_rates import (
    EXPECTED_CASH_DAYS,
    VINTAGE_DAYS,
    Aged,
    Due,
    Exit,
    Move,
    Seasoned,
    Spell,
)
from services.ledger.store import packing
from shared.database import execute

CURES_SEEN_DAYS = 365
"""Cure rates are those of arrears that began within so many days before the last day that can tell."""
VINTAGES_MONTHS = 36
# A loan that was bought stands here from that day on; before, it is counted where it was.
_HERE = (
    "l.opened_on <= $2::date AND NOT EXISTS "
    "(SELECT 1 FROM succession f WHERE f.successor_id = l.id AND f.sold AND f.moved_on > $2::date)"
)
_YOURS = "($1::text[] IS NULL OR l.lender = ANY($1::text[]))"


def _days(stage: str, on: str) -> str:
    """Days past due on a day by a stage; no more than its bucket has, and 0 where nothing was told."""
    return f"greatest(0, least({on}::date - {stage}.since_on, {stage}.days_most))"


_TOLD = """(
    SELECT number, loan_id, told_on AS as_of, since_on, days_most, arrears_minor, exit FROM stage
    WHERE NOT restated
)"""
# A later row takes the place of all that hold from its day on.
_KNOWN = """(
    SELECT number, loan_id, as_of, since_on, days_most, arrears_minor, exit FROM (
        SELECT *, min(as_of) OVER (
            PARTITION BY loan_id ORDER BY number DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS replaced_from FROM stage
    ) every WHERE replaced_from IS NULL OR as_of < replaced_from
)"""


class Basis(StrEnum):
    """How loans stood on a day that is over."""

    TOLD = "told"
    """As it was told then: what came to be known later counts from the day on which it did."""
    KNOWN = "known"
    """As it is known now."""


def _stage(stages: str, day: str) -> str:
    """The last stage of each loan by a day."""
    return f"""(
        SELECT DISTINCT ON (loan_id) loan_id, since_on, days_most, arrears_minor, exit FROM {stages} told
        WHERE as_of <= {day}::date ORDER BY loan_id, number DESC
    )"""


def _later(day: str) -> str:
    """What of principal has moved since a day: a loan's principal then is that of now less this."""
    return f"""(
        SELECT loan_id, sum(amount_minor)::bigint AS minor FROM posting
        WHERE account = 'principal' AND value_on > {day}::date GROUP BY loan_id
    )"""


def _aged(stages: str) -> str:
    return f"""
    SELECT l.currency, {_days("s", "$2")}, count(*),
        sum(l.principal_minor - coalesce(later.minor, 0))::bigint, coalesce(sum(s.arrears_minor), 0)::bigint
    FROM loan l
    LEFT JOIN {_stage(stages, "$2")} s ON s.loan_id = l.id
    LEFT JOIN {_later("$2")} later ON later.loan_id = l.id
    WHERE {_YOURS} AND {_HERE} AND s.exit IS NULL
    GROUP BY 1, 2
"""


def _moves(stages: str) -> str:
    return f"""
    SELECT l.currency, width_bucket({_days("b", "$2")}, $4::int[]),
        width_bucket({_days("a", "$3")}, $4::int[]), a.exit, count(*),
        sum(l.principal_minor - coalesce(later.minor, 0))::bigint
    FROM loan l
    LEFT JOIN {_stage(stages, "$2")} b ON b.loan_id = l.id
    LEFT JOIN {_stage(stages, "$3")} a ON a.loan_id = l.id
    LEFT JOIN {_later("$2")} later ON later.loan_id = l.id
    WHERE {_YOURS} AND {_HERE} AND b.exit IS NULL
    GROUP BY 1, 2, 3, 4
"""


# A spell is an unbroken run of stages with arrears; the stage without any that follows says when it was
# cured.
def _spells(stages: str) -> str:
    return f"""
    WITH seen AS (
        SELECT l.currency, t.loan_id, t.since_on, t.days_most, t.arrears_minor, t.as_of,
            greatest(t.as_of, coalesce(lead(t.as_of) OVER w - 1, $2::date)) AS through,
            lead(t.as_of) OVER w AS next_on, lead(t.since_on) OVER w AS next_since,
            sum((t.since_on IS NULL)::int) OVER w AS spell
        FROM {stages} t JOIN loan l ON l.id = t.loan_id WHERE {_YOURS} AND t.as_of <= $2::date
        WINDOW w AS (PARTITION BY t.loan_id ORDER BY t.number)
    ), spells AS (
        SELECT currency, max(width_bucket({_days("seen", "through")}, $3::int[])) AS worst,
            min(as_of) AS began_on, max(next_on) FILTER (WHERE next_since IS NULL) AS cured_on,
            max(arrears_minor) AS arrears_minor
        FROM seen WHERE since_on IS NOT NULL GROUP BY currency, loan_id, spell
    )
    SELECT currency, worst, began_on, CASE WHEN cured_on <= began_on + $6::int THEN cured_on END,
        sum(arrears_minor)::bigint, count(*)
    FROM spells WHERE began_on BETWEEN $4::date AND $5::date
    GROUP BY 1, 2, 3, 4
"""


def _seasoned(stages: str) -> str:
    return f"""
    WITH seen AS (
        SELECT loan_id, since_on, days_most, as_of,
            greatest(as_of, coalesce(lead(as_of) OVER w - 1, $2::date)) AS through
        FROM {stages} told WHERE as_of <= $2::date WINDOW w AS (PARTITION BY loan_id ORDER BY number)
    ), reached AS (
        SELECT loan_id, min(greatest(as_of, since_on + $4::int)) AS day
        FROM seen WHERE since_on + $4::int <= through AND (days_most IS NULL OR days_most >= $4::int)
        GROUP BY loan_id
    ), lent AS (
        SELECT loan_id, -sum(amount_minor)::bigint AS minor FROM posting
        WHERE account = 'disbursed' AND value_on <= $2::date GROUP BY loan_id
    )
    SELECT l.currency, date_trunc('month', l.opened_on)::date, date_trunc('month', reached.day)::date,
        count(*), coalesce(sum(lent.minor), 0)::bigint
    FROM loan l
    LEFT JOIN reached ON reached.loan_id = l.id
    LEFT JOIN lent ON lent.loan_id = l.id
    WHERE {_YOURS} AND l.opened_on BETWEEN $3::date AND $2::date
    GROUP BY 1, 2, 3
"""


def _column(piece: int) -> str:
    return f"string_to_array(rtrim(j.piece[{piece}], ',]'), ',')"


def _cash(stages: str) -> str:
    """Due dates and unpaid amounts, out of the packed books of loans of which something falls due in time.

    Due dates rise, so of every other column only the places between two are turned into numbers.
    """
    dues, owed, paid = (packing.piece_of(name) for name in ("dues", "owed", "paid"))
    # A column of columns begins with one piece that is empty.
    columns = [_column(one + 1 + n) for one in (owed, paid) for n in range(4)]
    parts = ", ".join(f"({column})[d.first:d.last]::bigint[]" for column in columns)
    unpaid = " + ".join(f"coalesce(x.o{n}, 0) - coalesce(x.p{n}, 0)" for n in range(4))
    return f"""
        SELECT l.currency, date '0001-01-01' - 1 + x.due, width_bucket({_days("s", "$2")}, $3::int[]),
            sum({unpaid})::bigint
        FROM loan l
        LEFT JOIN {_stage(stages, "$2")} s ON s.loan_id = l.id
        CROSS JOIN LATERAL (SELECT string_to_array(l.book, '[') AS piece OFFSET 0) j
        CROSS JOIN LATERAL (SELECT {_column(dues)}::int[] AS dues OFFSET 0) c
        CROSS JOIN LATERAL (
            SELECT width_bucket($2::date - date '0001-01-01', c.dues) + 1 AS first,
                width_bucket($2::date - date '0001-01-01' + $4::int, c.dues) AS last OFFSET 0
        ) d
        CROSS JOIN LATERAL unnest(c.dues[d.first:d.last], {parts}) AS x(due, o0, o1, o2, o3, p0, p1, p2, p3)
        WHERE {_YOURS} AND s.exit IS NULL AND l.owed_minor > 0 AND l.open_due_on < $2::date + $4::int
        GROUP BY 1, 2, 3 HAVING sum({unpaid}) > 0
    """


class _Statements(NamedTuple):
    """The statements of one basis."""

    aged: str
    moves: str
    spells: str
    seasoned: str
    due: str


_STATEMENTS = {
    basis: _Statements(_aged(stages), _moves(stages), _spells(stages), _seasoned(stages), _cash(stages))
    for basis, stages in ((Basis.TOLD, _TOLD), (Basis.KNOWN, _KNOWN))
}


class Asked(NamedTuple):
    """Whose portfolio, on which day, against which earlier one, in which buckets."""

    lenders: frozenset[str] | None
    on: date
    since: date
    scheme: Scheme
    basis: Basis = Basis.TOLD


async def counts(connection: AsyncConnection, asked: Asked) -> Counts:
    """All that a portfolio's figures are made of."""
    use = _STATEMENTS[asked.basis]
    yours = None if asked.lenders is None else sorted(asked.lenders)
    on, bounds, labels = asked.on, list(asked.scheme.bounds), asked.scheme.labels
    told_by = on - timedelta(days=CURED_WITHIN_DAYS)
    spells = (yours, on, bounds, told_by - timedelta(days=CURES_SEEN_DAYS), told_by, CURED_WITHIN_DAYS)
    opened = add_months(on.replace(day=1), -VINTAGES_MONTHS)

    async def rows(statement: str, *parameters: Any) -> Sequence[Any]:
        return (await execute(connection, statement, parameters)).all()  # type: ignore[no-any-return]

    return Counts(
        aged=tuple(Aged(*row) for row in await rows(use.aged, yours, on)),
        moves=tuple(_move(labels, row) for row in await rows(use.moves, yours, asked.since, on, bounds)),
        spells=tuple(
            Spell(row[0], labels[row[1]], row[2], row[3], row[4], row[5])
            for row in await rows(use.spells, *spells)
        ),
        seasoned=tuple(Seasoned(*row) for row in await rows(use.seasoned, yours, on, opened, VINTAGE_DAYS)),
        due=tuple(
            Due(row[0], row[1], labels[row[2]], row[3])
            for row in await rows(use.due, yours, on, bounds, EXPECTED_CASH_DAYS)
        ),
    )


def _move(labels: Sequence[str], row: Sequence[Any]) -> Move:
    currency, before, after, exit_, loans, owed = row
    end = labels[after] if exit_ is None else Exit(exit_).value
    return Move(currency, labels[before], end, loans, owed)
