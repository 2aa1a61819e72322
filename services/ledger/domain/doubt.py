"""Whether a change casts doubt on what was told of days gone by. Then those are looked at anew, at once but
in a message of their own: no payment waits for it.
"""

from datetime import date, timedelta

from services.ledger.domain.credit_record.told import CreditTold
from services.ledger.domain.facts import Credit, Draw, Payment, key_of
from services.ledger.domain.loan import Entry, Loan, Told
from shared.quick import replace


def in_doubt(loan: Loan, today: date) -> Loan:
    """The loan with what has become doubtful by what was added to its file, or taken out of it."""
    told = loan.told
    if told.on is not None or loan.reversed or loan.replaced:
        told = _stages_in_doubt(loan, told, today)
    if told.credit is not None:
        told = _record_in_doubt(loan, told, told.credit, today)
    return loan if told is loan.told else replace(loan, told=told)


def look_at_once_or_on(told: Told, today: date) -> date | None:
    """The day on which doubts must be looked at; None where there are none."""
    if told.restate_from is not None:
        return today
    return None if told.credit is None else told.credit.look_on


def with_stale_record(loan: Loan) -> Loan:
    """The loan whose credit record must be made anew, since what was agreed is another."""
    credit = loan.told.credit
    if credit is None:
        return loan
    return replace(loan, told=replace(loan.told, credit=replace(credit, stale=True)))


def with_due_told_anew(before: Loan, after: Loan) -> Loan:
    """The loan after a change to what is due, of whose next instalment something else was told already: it is
    told once more. Otherwise whoever agreed to a smaller payment would be reminded of the larger one, or not
    at all.
    """
    told = before.told.due_soon
    if told is None or _due_on(before, told) == _due_on(after, told):
        return after
    return replace(after, told=replace(after.told, due_soon=told - timedelta(days=1)))


def _due_on(loan: Loan, day: date) -> int:
    return sum(sum(line.owed) for line in loan.book.lines() if line.due_on == day)


def _stages_in_doubt(loan: Loan, told: Told, today: date) -> Told:
    """What counted so far, what counts from a day for which something else was told already, and what has
    paid the oldest instalment of several.
    """
    gone = (*loan.reversed, *(former for _, former in loan.replaced))
    days = [_day_of(one, loan) for one in gone]
    if told.on is not None:
        since, still_late = told.oldest_unpaid_due_on, loan.open_due_on or date.max
        caught_up = since is not None and since != still_late < today
        until = date.max.toordinal() if caught_up else told.on.toordinal()
        days += [day for one in loan.added if (day := _day_of(one, loan)) < until]
    if not days:
        return told
    since = date.fromordinal(min(days))
    if told.restate_from is not None:
        since = min(since, told.restate_from)
    return replace(told, restate_from=since)


def _day_of(entry: Entry, loan: Loan) -> int:
    return key_of(entry.fact, loan.book.terms)[0]


def _record_in_doubt(loan: Loan, told: Told, credit: CreditTold, today: date) -> Told:
    carried, through = credit.carried, credit.carried.through.toordinal()
    past = any(_day_of(one, loan) <= through for one in loan.added)
    money = all(isinstance(one.fact, Draw | Payment | Credit) for one in loan.added)
    # What was paid in time cannot have been paid better still.
    unmoved = carried.calm and money and bool(loan.book.outstanding) and not (past and carried.was_late)
    stale = credit.stale or bool(loan.reversed or loan.replaced) or (past and not unmoved)
    if not stale and (unmoved or carried.ended):
        return told
    return replace(told, credit=replace(credit, stale=stale, look_on=today))
