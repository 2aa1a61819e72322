"""Whether a change casts doubt on what was told of days gone by: then those are looked at anew."""

from dataclasses import replace
from datetime import date

from services.ledger.domain.credit_record.told import CreditTold
from services.ledger.domain.facts import Credit, Payment, key_of
from services.ledger.domain.loan import Loan


def with_stale_record(loan: Loan) -> Loan:
    """The loan whose credit record must be made anew, since what was agreed is another."""
    credit = loan.told.credit
    if credit is None:
        return loan
    return replace(loan, told=replace(loan.told, credit=replace(credit, stale=True)))


def with_record_in_doubt(loan: Loan, credit: CreditTold, today: date) -> Loan:
    """A record that this change may have made another one is looked at at once, in a batch of its own; anew
    where something counts from a day that it has told of already.
    """
    carried, through = credit.carried, credit.carried.through.toordinal()
    money = all(isinstance(one.fact, Payment | Credit) for one in loan.added)
    # What was paid in time cannot have been paid better still.
    unmoved = carried.calm and money and bool(loan.book.outstanding)
    stale = credit.stale or bool(loan.reversed or loan.replaced)
    if not unmoved:
        days = (key_of(one.fact, loan.book.terms)[0] for one in loan.added)
        stale = stale or any(day <= through for day in days)
    if not stale and (unmoved or carried.ended):
        return loan
    return replace(loan, told=replace(loan.told, credit=replace(credit, stale=stale, look_on=today)))
