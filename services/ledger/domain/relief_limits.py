"""How much relief a product allows: deferrals within a year, and by how long the loan's end may be put off.

These are the lender's limits, none of the law's. A product without them leaves both to the people who agree.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from services.ledger.domain.agreements import Agreements
from services.ledger.domain.due_dates import add_months, due_date
from services.ledger.domain.loan import Loan
from services.ledger.domain.terms import Repayment
from shared.errors import Refused
from shared.events.parts import ReliefKind, ReliefPhase

DEFERRALS = frozenset({ReliefKind.DEFERRAL_INTEREST_FROZEN, ReliefKind.DEFERRAL_INTEREST_RUNNING})


class DeferralsUsedUp(Refused):
    """The loan had as many deferrals within twelve months as its product allows."""


class TermTooLong(Refused):
    """The relief puts the loan's end off by more months than its product allows."""


def check_deferrals(loan: Loan, phases: Sequence[ReliefPhase]) -> None:
    """Twelve months that begin with a deferral end on the day before its anniversary. Raises
    DeferralsUsedUp.
    """
    most = loan.rules.deferrals_per_year_max
    new = _begins(phases)
    if most is None or not new:
        return
    every = sorted((*loan.agreements.deferrals, *new))
    for on in every:
        within = [day for day in every if on <= day < add_months(on, 12)]
        if len(within) > most and any(day in within for day in new):
            raise DeferralsUsedUp(deferrals_per_year_max=most, on=max(within))


def check_term(loan: Loan, after: Loan, phases: Sequence[ReliefPhase]) -> None:
    """`after` is the loan with the relief. What is put off before it counts with it. Raises TermTooLong."""
    most, terms = loan.rules.term_extension_months_max, loan.book.terms
    if most is None or terms.repayment is Repayment.PROVIDED or terms.first_due is None:
        return
    planned = due_date(
        terms.first_due, terms.unit, terms.count, terms.instalments - 1, day_of_month=terms.day_of_month
    )
    agreed = (one.due_on for phase in phases for one in phase.instalments)
    ends = max((*_ends(after), *agreed), default=planned)
    if ends > max(add_months(planned, most), *_ends(loan)):
        raise TermTooLong(term_extension_months_max=most, planned_end=planned, end=ends)


def counted(agreements: Agreements, phases: Sequence[ReliefPhase]) -> Agreements:
    """With the deferrals that were granted now."""
    new = _begins(phases)
    return agreements._replace(deferrals=(*agreements.deferrals, *new)) if new else agreements


def _begins(phases: Iterable[ReliefPhase]) -> list[date]:
    return [phase.effective_on for phase in phases if phase.kind in DEFERRALS]


def _ends(loan: Loan) -> Iterable[date]:
    return [line.nominal_on for line in loan.book.lines() if line.owed[3]]
