"""What follows from how a loan stands: what must be told, what was told and must be taken back, when to look
again.

Every change of a loan ends here. What is true of its book is compared with what was told; only differences
are told, so nothing is told twice, and a history that proves wrong is taken back by events of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.ledger.domain import card_watch, journal, late_fees, unanswered
from services.ledger.domain.ageing import days_past_due
from services.ledger.domain.book import FOREVER
from services.ledger.domain.buckets import Scheme
from services.ledger.domain.doubt import in_doubt, look_at_once_or_on
from services.ledger.domain.loan import UNTOLD, Loan, Missed, Told
from services.ledger.domain.non_accrual import suspend
from services.ledger.domain.reallocation import reallocated
from services.ledger.domain.recording import gained_through
from services.ledger.domain.standing import (
    Standing,
    grace_end,
    paused_through,
    pauses_of,
    standing,
)
from services.ledger.domain.terms import Component
from services.ledger.domain.waiting import is_answered, looks_again_on, on_its_way, waited_for
from shared.decision import CancelTimer, Context, Decision, SetTimer
from shared.events.base import Event
from shared.events.ledger import (
    ArrearsCured,
    ArrearsCuredRetracted,
    DelinquencyChanged,
    InstalmentDueSoon,
    LoanRepaid,
    LoanRepaidRetracted,
    PaymentMissed,
    PaymentMissedRetracted,
)
from shared.events.parts import BucketAmount
from shared.quick import replace

TIMER = "DayDue"
_DAY = timedelta(days=1)
SOON = timedelta(milliseconds=1)
"""A timer for at once is due so much later: in simulated time it fires in the next tick, not in this one."""


@dataclass
class _Telling:
    """The events of one decision, in order, and what is told once they are out."""

    loan: Loan
    told: Told
    context: Context
    events: list[Event] = field(default_factory=list)

    @property
    def next_id(self) -> UUID:
        """The id of the event that is told next."""
        return self.context.event_id(len(self.events))


def settle(
    loan: Loan,
    context: Context,
    events: Sequence[Event] = (),
    *,
    complete_through: date | None = None,
    asked: bool = False,
) -> Decision[Loan]:
    """The decision on a loan that has changed, or whose day has come: `events`, and what follows from how it
    stands.

    What makes things worse for a borrower is told only when the loan's day comes (`asked`) and all payments
    through `complete_through` are reported; what makes them better at once.
    """
    today = loan.today(context.now)
    if not asked:
        loan = in_doubt(loan, today)
    if not asked and (wakes := _nothing_to_tell(loan, today)) is not None:
        return _quietly(loan, wakes, events, context)
    loan, now, returned = _without_causeless_fees(loan, today, context)
    telling = _Telling(loan, loan.told, context, [*events, *returned])
    _take_back_missed(telling, now)
    waits = None
    if asked:
        waits = _tell_missed(telling, now, complete_through)
        if telling.loan is not loan:
            loan, now = telling.loan, standing(telling.loan, today)
        _tell_due_soon(telling, now)
        oldest = now.oldest_unpaid_due_on
        if oldest is not None and (complete_through is None or complete_through < oldest):
            waits = max(waits or oldest, oldest)
    _tell_bucket(telling, now, worse=asked and waits is None and is_answered(loan, today))
    _tell_end(telling, now)
    if loan.book.card is not None:
        telling.told = card_watch.tell(loan, telling.told, telling.events, context, asked=asked)
    record = loan.told.credit
    if asked and record is not None and record.waits_through is not None:
        waits = max(waits or record.waits_through, record.waits_through)
    wakes = _wakes_on(loan, telling.told, now, waits, asked=asked)
    if not asked and loan.waits_through is not None and now.oldest_unpaid_due_on is not None:
        # It is late and waits for its platform's report already: this change alone wakes nobody.
        waits, wakes = loan.waits_through, loan.wakes_on
        wakes = today if look_at_once_or_on(loan.told, today) == today else wakes
    # One copy for all: each costs as much as a tenth of the rest.
    income = _income(loan, today) if asked else {}
    after = replace(loan, told=telling.told, wakes_on=wakes, waits_through=waits, **income)
    after = suspend(after, now.days_past_due, today)
    return Decision(after, telling.events, _timers(loan, after, context.now, asked=asked))


def _nothing_to_tell(loan: Loan, today: date) -> date | None:
    """For most payments: of a loan that is not late, nor was, nor ends with it. The day to look at it next;
    None where all must be looked at.
    """
    told, book = loan.told, loan.book
    if (
        book.card is not None
        or told.missed
        or told.arrears_minor
        or told.cured
        or told.repaid
        or book.ageing_pauses
        or loan.agreements.holds
        or loan.pending
        or loan.suspended
    ):
        return None
    if told.bucket not in ("", loan.rules.scheme.labels[0]) or loan.agreements.plan is not None:
        return None
    place = next((k for k, settled in enumerate(book.settled) if not settled), None)
    if place is None or book.dues[place] < today.toordinal() or not book.unpaid(place):
        return None
    look_on = look_at_once_or_on(told, today) or date.max
    if look_on <= today:
        return None
    due = date.fromordinal(book.dues[place])
    if told.due_soon is None or due > told.due_soon:
        return min(look_on, max(due - timedelta(days=loan.rules.due_soon_days), today))
    return min(look_on, due + _DAY)


def _quietly(loan: Loan, wakes: date, events: Sequence[Event], context: Context) -> Decision[Loan]:
    if wakes == loan.wakes_on and loan.waits_through is None:
        return Decision(loan, events)
    after = replace(loan, wakes_on=wakes, waits_through=None)
    return Decision(after, events, _timers(loan, after, context.now, asked=False))


def _timers(before: Loan, after: Loan, now: datetime, *, asked: bool) -> list[SetTimer | CancelTimer]:
    if after.wakes_on is None:
        return [CancelTimer(TIMER)] if before.wakes_on is not None and not asked else []
    if after.wakes_on == before.wakes_on and not asked:
        return []
    if after.wakes_on <= after.today(now):
        return [SetTimer.at_instant(TIMER, now + SOON)]
    return [SetTimer(TIMER, after.wakes_on, time(0), after.zone)]


def _income(loan: Loan, today: date) -> dict[str, Any]:
    """What has been earned through yesterday goes to the journal when the loan is looked at."""
    through = max(today - _DAY, loan.earned_on)
    gained = gained_through(loan.book, through)
    if gained == loan.earned:
        return {}
    new = journal.postings(journal.income(f"earned:{through}", through, loan.earned, gained))
    return {"earned": gained, "earned_on": through, "postings": (*loan.postings, *new)}


def _take_back_missed(telling: _Telling, now: Standing) -> None:
    """An instalment that was paid in time after all, or falls due on another day now, was not missed."""
    kept = _still_missed(telling.loan, now)
    for one in telling.told.missed:
        if one not in kept and one.event_id != UNTOLD:
            telling.events.append(
                PaymentMissedRetracted(
                    loan_id=telling.loan.id, instalment=one.number, missed_event_id=one.event_id
                )
            )
    if len(kept) != len(telling.told.missed):
        telling.told = replace(telling.told, missed=kept)


def _still_missed(loan: Loan, now: Standing) -> tuple[Missed, ...]:
    by_place = {(row.number, row.due_on): row for row in now.rows}
    kept = []
    for one in loan.told.missed:
        row, grace = by_place.get((one.number, one.due_on)), grace_end(loan, one.due_on)
        paid_off_on = row.paid_off_on if row else None
        if row is not None and (paid_off_on is None or (grace is not None and paid_off_on > grace)):
            kept.append(one)
    return tuple(kept)


def _without_causeless_fees(loan: Loan, today: date, context: Context) -> tuple[Loan, Standing, list[Event]]:
    """The loan without late fees that should never have been charged, and where its payments go now. Without
    one of them the next instalment may have been paid in time, too.
    """
    events: list[Event] = []
    while True:
        now = standing(loan, today)
        if not late_fees.has_any(loan):
            return loan, now, events
        holding = {one.event_id for one in _still_missed(loan, now)}
        fee = next(late_fees.without_cause(loan, holding), None)
        if fee is None:
            return loan, now, events
        recorded = late_fees.taken_back(loan, fee, context)
        loan = recorded.loan
        events += reallocated(recorded, "late_fee_returned")


def _tell_missed(telling: _Telling, now: Standing, complete_through: date | None) -> date | None:
    """Tell which instalments were missed; the day through which reports must be complete before more can be
    told.
    """
    loan, waits = telling.loan, None
    if not is_answered(loan, now.on):
        return None
    told = {(one.number, one.due_on) for one in telling.told.missed}
    for row in now.rows:
        if row.due_on >= now.on or not row.is_open(now.on) or (row.number, row.due_on) in told:
            continue
        grace = grace_end(loan, row.due_on)
        days = days_past_due([row], now.on, pauses_of(loan.book))
        if grace is None or grace >= now.on or not days or on_its_way(loan, row, now.on):
            continue
        if complete_through is None or complete_through < grace:
            waits = grace if waits is None else max(waits, grace)
            continue
        missed = Missed(row.number, row.due_on, telling.next_id)
        telling.loan = late_fees.charged(telling.loan, row, missed.event_id, now.on, telling.context)
        fee = late_fees.fee_for(telling.loan, missed.event_id)
        event = PaymentMissed(
            loan_id=loan.id,
            instalment=row.number,
            due_on=row.due_on,
            grace_ended_on=grace,
            unpaid=loan.money(row.amount_minor),
            days_past_due=days,
            failure=loan.failure,
            late_fee=loan.money(fee) if fee else None,
        )
        telling.events.append(event)
        telling.told = replace(telling.told, missed=(*telling.told.missed, missed))
    return waits


def _tell_due_soon(telling: _Telling, now: Standing) -> None:
    through = now.on + timedelta(days=telling.loan.rules.due_soon_days)
    last, changes_on = telling.told.due_soon, telling.loan.agreements.changes_on
    for row in now.rows:
        near = now.on <= row.due_on <= through and row.due_on < changes_on
        if near and row.paid_off_on is None and row.amount_minor and (last is None or row.due_on > last):
            telling.events.append(
                InstalmentDueSoon(
                    loan_id=telling.loan.id,
                    instalment=row.number,
                    due_on=row.due_on,
                    unpaid=telling.loan.money(row.amount_minor),
                )
            )
            telling.told = replace(telling.told, due_soon=row.due_on)


def _tell_bucket(telling: _Telling, now: Standing, *, worse: bool) -> None:
    loan, told, scheme = telling.loan, telling.told, telling.loan.rules.scheme
    before = told.bucket or scheme.labels[0]
    rank, was = scheme.rank(now.bucket), scheme.rank(before)
    if rank > was and not worse:
        return
    if rank != was:
        telling.events.append(
            DelinquencyChanged(
                loan_id=loan.id,
                before=_amount(
                    loan, before, told.days_past_due, told.arrears_minor, told.oldest_unpaid_due_on
                ),
                after=_amount(
                    loan, now.bucket, now.days_past_due, now.arrears_minor, now.oldest_unpaid_due_on
                ),
                as_of=now.on,
            )
        )
    in_arrears, are = bool(told.arrears_minor), bool(now.arrears_minor)
    cured = told.cured
    if in_arrears and not are:
        cured_on = max((row.paid_off_on for row in now.rows if row.paid_off_on), default=now.on)
        cured = telling.next_id
        telling.events.append(ArrearsCured(loan_id=loan.id, cured_on=cured_on))
    elif are and cured is not None:
        # What is missed only now takes no cure back: what was cured was something else.
        if any(one.due_on == now.oldest_unpaid_due_on for one in loan.told.missed):
            telling.events.append(
                ArrearsCuredRetracted(
                    loan_id=loan.id, cured_event_id=cured, arrears=loan.money(now.arrears_minor)
                )
            )
        cured = None
    if rank != was or in_arrears != are or told.cured != cured or (are and worse):
        telling.told = replace(
            told,
            bucket=now.bucket,
            days_past_due=now.days_past_due,
            arrears_minor=now.arrears_minor,
            oldest_unpaid_due_on=now.oldest_unpaid_due_on,
            on=now.on,
            cured=cured,
        )


def _amount(loan: Loan, stage: str, days: int, arrears: int, oldest: date | None) -> BucketAmount:
    return BucketAmount(
        arrears=loan.money(arrears), days_past_due=days, oldest_unpaid_due_on=oldest, stage=stage
    )


def _tell_end(telling: _Telling, now: Standing) -> None:
    """Nothing is owed any more; or something is owed again."""
    loan, book, told = telling.loan, telling.loan.book, telling.told
    repaid = bool(book.dues) and book.outstanding == 0 and (book.card is None or bool(book.closed))
    if repaid and told.repaid is None:
        event_id = telling.next_id
        last = max((row.paid_off_on for row in now.rows if row.paid_off_on), default=now.on)
        telling.events.append(LoanRepaid(loan_id=loan.id, repaid_on=last, credit=loan.money(book.credit)))
        telling.told = replace(told, repaid=event_id)
    elif not repaid and told.repaid is not None:
        telling.events.append(
            LoanRepaidRetracted(
                loan_id=loan.id, repaid_event_id=told.repaid, owed=loan.money(book.outstanding)
            )
        )
        telling.told = replace(told, repaid=None)


def _wakes_on(loan: Loan, told: Told, now: Standing, waits: date | None, *, asked: bool) -> date | None:
    """The next day at whose start something may have to be told."""
    days = list(_days_to_look(loan, told, now, loan.rules.scheme))
    if (look_on := look_at_once_or_on(told, now.on)) is not None:
        days.append(look_on)
    if asked:
        days = [day for day in days if day > now.on]
    days = [day for day in days if day < date.max]
    if waits is not None:
        days.append(looks_again_on(loan, waits, now.on))
    return max(min(days), now.on) if days else None


def _days_to_earn(loan: Loan, on: date) -> Iterator[date]:
    """Of a loan that is paid ahead of its schedule: interest and fees that were paid become income as they
    fall due.
    """
    book = loan.book
    asked = (sum(book.owed[one]) for one in (Component.PENALTY, Component.FEES, Component.INTEREST))
    if book.outstanding == 0 and any(owed > was for owed, was in zip(asked, loan.earned, strict=True)):
        coming = [due for due in book.dues if on.toordinal() <= due < FOREVER]
        if coming:
            yield date.fromordinal(min(coming)) + _DAY


def _days_to_look(loan: Loan, told: Told, now: Standing, scheme: Scheme) -> Iterator[date]:
    missed = {(one.number, one.due_on) for one in told.missed}
    soon = timedelta(days=loan.rules.due_soon_days)
    pauses = pauses_of(loan.book)
    yield from card_watch.days_to_look(loan, told, now.on)
    yield from unanswered.days_to_look(loan)
    for row in now.rows:
        if row.paid_off_on is not None or not row.amount_minor:
            continue
        tells = (told.due_soon or date.min) < row.due_on < loan.agreements.changes_on
        if row.due_on >= now.on and tells:
            yield max(row.due_on - soon, now.on)
        if (row.number, row.due_on) not in missed:
            grace = grace_end(loan, row.due_on)
            if grace is not None:
                yield grace + _DAY
        if row.due_on >= now.on:
            yield row.due_on + _DAY
            break
    yield from _days_to_earn(loan, now.on)
    yield loan.agreements.changes_on
    if now.oldest_unpaid_due_on is not None:
        yield from (waited_for(one) + _DAY for one in loan.pending)
        if scheme.rank(now.bucket) > scheme.rank(told.bucket or scheme.labels[0]):
            yield now.on
        if (paused := paused_through(pauses, now.on)) is not None:
            yield min(paused, date.max - _DAY) + _DAY
            return
        limits = (*scheme.bounds, loan.rules.interest_suspended_after_days or 0)
        if further := [limit for limit in limits if limit > now.days_past_due]:
            yield now.on + timedelta(days=min(further) - now.days_past_due)
