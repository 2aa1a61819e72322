"""Loans that change hands: sold to another lender with all that was agreed, or replaced by a new loan.

The old loan's book ends with a posting of what went; a sold loan begins in the new lender's book with the
same file, so that plans, holds, disputes, days past due and whatever is corrected later are as if it had
never moved. Names that the former lender gave (payments, fees) are marked with it: the new lender has its
own.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from services.ledger.domain import facts, journal
from services.ledger.domain.agreements import Agreements, Instruction
from services.ledger.domain.consequences import settle
from services.ledger.domain.course import Came, Course, Gone
from services.ledger.domain.facts import Fact
from services.ledger.domain.journal import FROM_FORMER, OWED, Account
from services.ledger.domain.last_record import looked_at_once
from services.ledger.domain.late_fees import PREFIX
from services.ledger.domain.loan import Entry, Joined, Loan
from services.ledger.domain.outside import NothingOwed
from services.ledger.domain.payments import BeforeOpening
from services.ledger.domain.recording import gained_through
from services.ledger.domain.replay import REFUND, replay
from services.ledger.domain.terms import Component, OnChargeOff, Terms
from shared.decision import Context, Decision, Key, Need, Wait
from shared.errors import Conflict, Refused
from shared.events.base import Event
from shared.events.ids import loan_id, name_id
from shared.events.ledger import LoanMoved, LoanRegistered, ReliefInstructed
from shared.events.loans import CreditGranted, LoanReplaced, PaymentReceived
from shared.events.parts import PlanPart
from shared.events.servicing import LoanTakenOver, LoanTransferred
from shared.quick import replace

GONE, CAME = "gone", "came"
"""How a departure, and the posting of what came, are called in files and journals."""
TRANSFERRED, REPLACED = "transferred", "replaced"
"""Why a loan has gone; facts that count from then on are taken back here for that reason."""
_DAY = timedelta(days=1)
_GIVEN = ("payment", "credit", "fee", "waiver", "reversal", "draw", "statement", "chargeback", "refund")
"""Facts under these words are named by the platform. All others have names of ours, which stay."""
_NAMES = ("reference", "fee", "payment")
"""The fields of facts in which such names stand."""


class SameLender(Refused):
    """A loan is transferred to another lender. Where another loan of the same lender takes its place, tell
    LoanReplaced.
    """


class ReplacedByItself(Refused):
    """A loan is replaced by another one."""


class TransferToCome(Refused):
    """A transfer is told on its day or later."""


class SuccessorTaken(Conflict):
    """The new lender has another loan under this reference already."""


class SuccessorGone(Conflict):
    """The loan that shall stand in the place of this one is not there any more itself."""


def leave(loan: Loan, event: LoanTransferred, context: Context) -> Decision[Loan] | Need:
    """The loan belongs to another lender from a day on.

    Raises SameLender, BeforeOpening, TransferToCome, NothingOwed, SuccessorTaken.
    """
    if event.to_lender == loan.lender:
        raise SameLender(lender=loan.lender)
    _check_day(loan, event.effective_on, context)
    if not loan.book.outstanding:
        raise NothingOwed(loan_reference=loan.reference)
    new = loan_id(event.to_lender, event.to_loan_reference)
    if (key := Key(Loan.__name__, new)) not in context.others:
        return Need(keys=[key, Key(Loan.__name__, loan.id)])  # the new loan will ask for this one
    if context.others[key] is not None:
        raise SuccessorTaken(to_lender=event.to_lender, to_loan_reference=event.to_loan_reference)
    departed = _departed(
        loan, Gone(new, event.to_lender, event.to_loan_reference, event.effective_on), TRANSFERRED, context
    )
    if isinstance(departed, Need):
        return departed
    taken_over = LoanTakenOver(
        lender=event.to_lender,
        loan_reference=event.to_loan_reference,
        from_lender=loan.lender,
        from_loan_reference=loan.reference,
        effective_on=event.effective_on,
        parties=event.parties,
    )
    return _gone(departed, TRANSFERRED, [taken_over], context)


def replaced(loan: Loan, event: LoanReplaced, context: Context) -> Decision[Loan] | Need:
    """A new loan of the same lender has paid this one off. The borrower's credit stays here.

    Raises ReplacedByItself, BeforeOpening, TransferToCome, SuccessorGone.
    """
    if event.replaced_by == loan.reference:
        raise ReplacedByItself(loan_reference=loan.reference)
    _check_day(loan, event.replaced_on, context)
    new = loan_id(loan.lender, event.replaced_by)
    if (key := Key(Loan.__name__, new)) not in context.others:
        return Need(keys=[key])
    successor: Loan | None = context.others[key]
    if successor is not None and successor.course.gone is not None:
        raise SuccessorGone(replaced_by=event.replaced_by)
    departed = _departed(
        loan, Gone(new, loan.lender, event.replaced_by, event.replaced_on), REPLACED, context
    )
    if isinstance(departed, Need):
        return departed
    came_later = departed.reversed[len(loan.reversed) :]
    reports = [one for entry in came_later if (one := _report(departed, entry.fact))]
    return _gone(departed, REPLACED, reports, context)


def _gone(loan: Loan, reason: str, hands_on: Sequence[Event], context: Context) -> Decision[Loan]:
    gone = loan.course.gone
    assert gone is not None, "it has just departed"
    moved = LoanMoved(
        loan_id=loan.id,
        to_loan_id=gone.loan_id,
        to_lender=gone.lender,
        to_loan_reference=gone.loan_reference,
        moved_on=gone.on,
        reason=reason,
    )
    after, timer = looked_at_once(loan, context)
    return Decision(after, [moved], [timer], hands_on=hands_on)


def _report(loan: Loan, fact: Fact) -> Event | None:
    """Money that counts from the departure on, as the loan that stands in its place is told of it."""
    gone = loan.course.gone
    assert gone is not None, "it has just departed"
    names = {"lender": gone.lender, "loan_reference": gone.loan_reference, "value_on": fact.value_on}
    _, _, full = fact.reference.partition(":")
    *former, name = full.split(FROM_FORMER)
    if isinstance(fact, facts.Payment):
        return PaymentReceived(
            **names, payment_reference=name, reported_by=tuple(former), amount=loan.money(fact.amount)
        )
    if isinstance(fact, facts.Credit):
        return CreditGranted(
            **names,
            credit_reference=name,
            reported_by=tuple(former),
            amount=loan.money(fact.amount),
            reason=fact.kind,
        )
    return None


def _check_day(loan: Loan, on: date, context: Context) -> None:
    if on < loan.opened_on:
        raise BeforeOpening(on=on, opened_on=loan.opened_on)
    # A platform east of the loan may be a day ahead of it.
    if on > loan.today(context.now) + _DAY:
        raise TransferToCome(effective_on=on, today=loan.today(context.now))


def _departed(loan: Loan, gone: Gone, reason: str, context: Context) -> Loan | Need:
    """The loan of which nothing is owed here from a day on; `entries` is its whole file as it was before."""
    if context.history is None:
        return Need(history=True)
    entries = _file(loan, context)
    terms = replace(loan.book.terms, provided=context.history.provided or loan.book.terms.provided)
    every = [one.fact for one in entries if one.reversed_on is None]
    kept = [fact for fact in every if _stays(fact, gone.on)]
    later = [fact for fact in every if not _stays(fact, gone.on)]
    then, sold = replay(terms, kept, gone.on), reason == TRANSFERRED
    earned = gained_through(then, gone.on)
    penalty, fees, interest, principal, credit = journal.balances(then.movements, earned)
    amounts = (penalty, fees, interest, principal, credit if sold else 0)
    account = Account.TRANSFERRED if sold else Account.REFINANCED
    new = journal.postings(
        journal.correction(journal.entries(replay(terms, every).movements), journal.entries(then.movements)),
        journal.income(GONE, gone.on, loan.earned, earned),
        _carried(GONE, gone.on, amounts, account, -1),
        # Whoever has sold it is paid for it.
        journal.suspended(GONE, gone.on, -loan.suspended),
        *(passed_on(loan, fact) for fact in later if sold),
    )
    departure = facts.Departure(gone.on, GONE, with_credit=sold)
    course = loan.course._replace(gone=gone._replace(amounts=amounts))
    return replace(
        loan,
        book=replay(terms, [*kept, departure]),
        earned=earned,
        earned_on=gone.on,
        suspended=0,
        wakes_on=None,
        waits_through=None,
        agreements=loan.agreements._replace(course=course),
        version=loan.version + 1,
        entries=tuple(entries),
        added=(*loan.added, Entry(departure)),
        reversed=(*loan.reversed, *(Entry(fact, gone.on, reason) for fact in later)),
        postings=(*loan.postings, *new),
    )


def passed_on(loan: Loan, fact: Fact, sign: int = 1) -> journal.Entries:
    """What money does to the accounts of a lender who gets it, or pays it out, after the loan has gone to
    another. What came by a former lender is owed by that one and owed on: nothing.
    """
    if FROM_FORMER in fact.reference:
        return {}
    if isinstance(fact, facts.Payment | facts.PassedOn):
        account = Account.CASH
    elif isinstance(fact, facts.Credit):
        purchase = loan.book.card is not None and fact.kind == REFUND
        account = Account.DISBURSED if purchase else Account.GOODWILL
    elif isinstance(fact, facts.Draw):
        account, sign = Account.DISBURSED, -sign
    else:
        return {}
    return {
        (fact.reference, account, fact.value_on): sign * fact.amount,
        (fact.reference, Account.TRANSFERRED, fact.value_on): -sign * fact.amount,
    }


def _file(loan: Loan, context: Context) -> list[Entry]:
    """The whole file as it stands, what this batch has changed in it included."""
    taken_back = {one.fact.reference: one for one in loan.reversed}
    every = {one.fact.reference: one for one in (*context.history.entries, *loan.added)}
    return [taken_back.get(name, one) for name, one in every.items()]


def _stays(fact: Fact, on: date) -> bool:
    """Whether a fact is of the time before a day. A loan may go on the very day on which it was paid out."""
    return fact.value_on < on or (isinstance(fact, facts.Draw) and fact.value_on == on)


def _carried(cause: str, on: date, amounts: Sequence[int], against: Account, sign: int) -> journal.Entries:
    entries: journal.Entries = {}
    for account, minor in zip(OWED, amounts, strict=True):
        entries[cause, account, on] = sign * minor
    entries[cause, against, on] = -sign * sum(amounts)
    return entries


def arrive(loan: Loan | None, event: LoanTakenOver, context: Context) -> Decision[Loan] | Need | Wait:
    """The loan goes on in the new lender's book, with its whole file and all that was agreed."""
    if loan is not None:
        return Decision(loan)
    key = Key(Loan.__name__, loan_id(event.from_lender, event.from_loan_reference))
    if key not in context.others:
        return Need(keys=[key])
    old: Loan | None = context.others[key]
    gone = old.course.gone if old is not None else None
    if old is None or gone is None or gone.loan_id != event.loan_id:
        return Wait(f"{event.from_lender} has not transferred {event.from_loan_reference}", on=key)
    entries, terms = old.entries, old.book.terms
    if not any(isinstance(one.fact, facts.Departure) for one in old.added):
        if context.history is None:
            return Need(history=True)
        entries = context.history.entries
        terms = replace(terms, provided=context.history.provided)
    new = _opened(old, gone, event, [_taken(one, old.lender, terms) for one in entries], terms)
    registered = LoanRegistered(
        loan_id=new.id,
        lender=new.lender,
        loan_reference=new.reference,
        owed=new.money(new.book.outstanding),
        opened_on=new.opened_on,
        came_from=old.id,
    )
    told = new.agreements.instruction
    instructed = [] if told is None else [_instructed(new, told)]
    return settle(new, context, [registered, *instructed])


def _opened(old: Loan, gone: Gone, event: LoanTakenOver, taken: Sequence[Entry | None], terms: Terms) -> Loan:
    entries = [one for one in taken if one is not None]
    every = [one.fact for one in entries if one.reversed_on is None]
    then = replay(terms, [fact for fact in every if _stays(fact, gone.on)], gone.on)
    through = max(gone.on, date.fromordinal(replay(terms, every).seen))
    now = replay(terms, every, through)
    before, earned = gained_through(then, gone.on), gained_through(now, through)
    postings = journal.postings(
        _carried(CAME, gone.on, gone.amounts, Account.TRANSFERRED, 1),
        journal.correction(journal.entries(then.movements), journal.entries(now.movements)),
        journal.income(CAME, gone.on, before, earned),
    )
    return Loan(
        id=event.loan_id,
        lender=event.lender,
        reference=event.loan_reference,
        kind=old.kind,
        channel=old.channel,
        zone=old.zone,
        # Another platform reports its payments now: nobody is told of a miss before it says what came.
        rules=replace(old.rules, payments_complete_expected=True),
        book=now,
        told=old.told,
        earned=earned,
        earned_on=through,
        pending=old.pending,
        failure=old.failure,
        agreements=_agreements(old, event, before[Component.INTEREST]),
        version=1,
        added=tuple(entries),
        postings=postings,
        parties=tuple(Joined(one.borrower_reference, one.role, gone.on) for one in event.parties),
    )


def _taken(entry: Entry, lender: str, terms: Terms) -> Entry | None:
    """A fact as the new lender's file has it; None where it was the former lender's own affair."""
    fact = entry.fact
    if isinstance(fact, facts.Departure | facts.PassedOn):
        return None
    if isinstance(fact, facts.ChargeOff) and terms.on_charge_off is OnChargeOff.NOTHING:
        return None
    if entry.reversal == TRANSFERRED:
        entry = entry._replace(reversed_on=None, reversal=None)
    given: dict[str, Any] = {
        name: _renamed(value, lender) for name in _NAMES if (value := getattr(fact, name, None))
    }
    return entry._replace(fact=fact._replace(**given), added_by=None, reversed_by=None)


def _renamed(reference: str, lender: str) -> str:
    """A name of the former lender's, marked as such. Names of one kind keep their order, so the book is the
    same.
    """
    kind, colon, name = reference.partition(":")
    if reference.startswith(PREFIX) or name.startswith(PREFIX):
        return reference  # a late fee, or its waiver: the ledger's own names, by which it takes them back
    return f"{kind}:{lender}{FROM_FORMER}{name}" if colon and kind in _GIVEN else reference


def _agreements(old: Loan, event: LoanTakenOver, interest_earned: int) -> Agreements:
    course = Course(
        accelerated_on=old.course.accelerated_on,
        legal_actions=old.course.legal_actions,
        came=Came(old.id, old.lender, old.reference, event.effective_on, interest_earned),
    )
    told = old.agreements.instruction
    if told is not None:
        id_ = name_id("instruction", f"{event.loan_id}\n{told.plan_id}\n{told.part}")
        told = told._replace(instruction_id=id_)
    return old.agreements._replace(course=course, instruction=told)


def _instructed(loan: Loan, told: Instruction) -> ReliefInstructed:
    """The former lender's core had not answered: the new one's is told."""
    plan = None if told.plan_id is None else PlanPart(plan_id=told.plan_id, part=told.part)
    return ReliefInstructed(
        loan_id=loan.id, instruction_id=told.instruction_id, phases=told.phases, plan=plan
    )
