"""What the ledger, platforms and hardship tell of a loan, for one of its persons."""

from datetime import date
from uuid import UUID

from services.reminders.domain import course as running
from services.reminders.domain import holding, reported, saying
from services.reminders.domain.course import Missed
from services.reminders.domain.history import Outcome
from services.reminders.domain.last_look import ABOUT_MONEY
from services.reminders.domain.loan import PartyJoined, PartyLeft, ToldOfLoan, linked, unlinked
from services.reminders.domain.person_file import LoanSeen, PersonFile, Unpaid
from services.reminders.domain.promises import Payment
from services.reminders.domain.treatments import Closing
from services.reminders.domain.turn import Turn
from services.reminders.domain.words.messages import Occasion
from shared.decision import Context, Decision, Need
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced, HoldRefused
from shared.events.ledger import (
    ArrearsCured,
    ArrearsCuredRetracted,
    InstalmentDueSoon,
    LoanMoved,
    LoanRepaid,
    LoanRepaidRetracted,
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentReallocated,
)
from shared.events.servicing import ContactReported, HoldRequested
from shared.quick import replace

_REMINDER_OF_PLAN = (Occasion.PLAN_REMINDER,)
_TOLD = frozenset({Outcome.SENT, Outcome.DELIVERED, Outcome.VOICEMAIL_LEFT, Outcome.CONVERSATION})


def join(state: PersonFile | None, event: PartyJoined, context: Context) -> Decision[PersonFile]:
    """The person has a part in a loan."""
    turn = Turn.of(state, event.person_id, context)
    known = any((one.loan_id, one.role) == (event.loan_id, event.role) for one in turn.file.loans)
    if not known:
        seen = LoanSeen(event.loan_id, event.lender, event.loan_reference, event.role, event.kind)
        turn.file = turn.file.with_loan(seen)
        turn.tell(linked(event))
    return turn.decided()


def leave(state: PersonFile | None, event: PartyLeft, context: Context) -> Decision[PersonFile]:
    """The person has this part in the loan no longer."""
    turn = Turn.of(state, event.person_id, context)
    gone = [one for one in turn.file.loans if (one.loan_id, one.role) == (event.loan_id, event.role)]
    if gone:
        left = tuple(one for one in turn.file.loans if one not in gone)
        turn.change(loans=left)
        if turn.file.loan(event.loan_id) is None:
            turn.file = saying.withdrawn(turn.file, set(Occasion), loan=event.loan_id)
            turn.run(running.gone(turn.file.course, event.loan_id))
        turn.tell(unlinked(event), lender=gone[0].lender)
    return turn.decided()


def tell(state: PersonFile | None, told: ToldOfLoan, context: Context) -> Decision[PersonFile] | Need:
    """Something is told of a loan of the person's."""
    turn, event = Turn.of(state, told.person_id, context), told.event
    if isinstance(event, ContactReported):
        if missing := reported.looked_up(event, context):
            return Need(keys=missing)
        reported.count(turn, event, own=told.own)
        return turn.decided()
    if isinstance(event, HoldPlaced | HoldChanged | HoldLifted | HoldRefused | HoldRequested):
        holding.obey(turn, event, own=told.own)
        return turn.decided()
    loan = turn.file.loan(event.loan_id)
    if loan is not None:
        _of_ledger(turn, loan, told)
    return turn.decided()


def _of_ledger(turn: Turn, loan: LoanSeen, told: ToldOfLoan) -> None:
    course, today, catalogue = turn.file.course, turn.file.today(turn.now), turn.reference.catalogue
    match told.event:
        case InstalmentDueSoon() as event:
            turn.file = turn.file.with_loan(
                replace(loan, due_next=Unpaid(event.instalment, event.due_on, event.unpaid))
            )
            turn.run(running.due_soon(course, loan.loan_id, event.due_on, turn.about(loan), today, catalogue))
            _remind_of_plan(turn, loan, event)
        case PaymentMissed() as event:
            _missed(turn, loan, event)
        case PaymentMissedRetracted() as event:
            _not_missed(turn, loan, event)
        case PaymentApplied() as event:
            paid_on = event.value_on or today
            turn.run(running.paid(course, Payment(event.payment_id, loan.loan_id, paid_on, event.applied)))
            turn.file = saying.withdrawn(turn.file, [Occasion.PLAN_QUESTION], loan=loan.loan_id)
            _due_next_paid(turn, loan)
        case PaymentReallocated() as event:
            turn.run(running.not_paid(course, event.payment_id, event.applied))
        case ArrearsCured():
            turn.file = turn.file.with_loan(replace(loan, missed=()))
            turn.run(running.cured(course, loan.loan_id))
        case ArrearsCuredRetracted() as event:
            _not_cured(turn, loan, event)
        case LoanRepaid() as event:
            turn.file = saying.withdrawn(turn.file, saying.OF_PLANS, loan=loan.loan_id)
            turn.file = turn.file.with_loan(replace(loan, missed=(), due_next=None))
            turn.run(running.gone(course, loan.loan_id, event.repaid_on))
        case LoanRepaidRetracted():
            turn.run(running.owed_again(course, loan.loan_id))
        case LoanMoved():
            turn.file = saying.withdrawn(turn.file, set(Occasion), loan=loan.loan_id)
            turn.file = turn.file.with_loan(replace(loan, missed=(), due_next=None))
            turn.run(running.gone(course, loan.loan_id))


def _remind_of_plan(turn: Turn, loan: LoanSeen, event: InstalmentDueSoon) -> None:
    """A plan's payments are spoken of while it runs: no treatment does."""
    turn.file = saying.withdrawn(turn.file, _REMINDER_OF_PLAN, loan=loan.loan_id)
    for cause in turn.file.causes:
        if cause.closing is Closing.PLAN and loan.loan_id in (cause.loans or ()):
            today = turn.file.today(turn.now)
            since, until = max(today, event.due_on - saying.REMINDED_BEFORE), event.due_on - saying.DAY
            if since <= until:
                turn.say(
                    Occasion.PLAN_REMINDER,
                    cause.id,
                    [loan.loan_id],
                    until,
                    since=since,
                    due_on=event.due_on,
                    amount=event.unpaid,
                )


def _missed(turn: Turn, loan: LoanSeen, event: PaymentMissed) -> None:
    others = tuple(one for one in loan.missed if one.instalment != event.instalment)
    unpaid = Unpaid(event.instalment, event.due_on, event.unpaid, event.late_fee)
    due_next = loan.due_next
    if due_next is not None and due_next.instalment == event.instalment:
        due_next = None
    turn.file = turn.file.with_loan(replace(loan, missed=(*others, unpaid), due_next=due_next))
    turn.file = saying.withdrawn(turn.file, [Occasion.MISS_RETRACTED], loan=loan.loan_id, due_on=event.due_on)
    miss = Missed(loan.loan_id, event.instalment, event.due_on)
    today, catalogue = turn.file.today(turn.now), turn.reference.catalogue
    turn.run(running.missed(turn.file.course, miss, turn.about(loan), today, catalogue))


def _not_missed(turn: Turn, loan: LoanSeen, event: PaymentMissedRetracted) -> None:
    """Whoever was written to about it hears that it was our mistake."""
    wrong = [one for one in loan.missed if one.instalment == event.instalment]
    left = tuple(one for one in loan.missed if one not in wrong)
    turn.file = turn.file.with_loan(replace(loan, missed=left))
    turn.run(running.not_missed(turn.file.course, loan.loan_id, event.instalment))
    for one in wrong:
        if _was_told_of(turn.file, loan.loan_id, one.due_on):
            until = turn.file.today(turn.now) + saying.SORRY_FOR
            turn.say(Occasion.MISS_RETRACTED, loan.loan_id, [loan.loan_id], until, due_on=one.due_on)


def _was_told_of(file: PersonFile, loan_id: UUID, due_on: date) -> bool:
    """Whether somebody has spoken to the person about the loan since an instalment fell due."""
    return any(
        one.outcome in _TOLD and one.purpose in ABOUT_MONEY and one.last_on >= due_on and loan_id in one.loans
        for one in file.history.records
    )


def _not_cured(turn: Turn, loan: LoanSeen, event: ArrearsCuredRetracted) -> None:
    today, catalogue = turn.file.today(turn.now), turn.reference.catalogue
    course = turn.file.course
    was = dict(course.cured).get(loan.loan_id, ())
    # How much of which is unpaid again is not told: the whole is of the oldest, until the ledger tells more.
    again = tuple(Unpaid(one.instalment, one.due_on, event.arrears) for one in was[:1])
    turn.file = turn.file.with_loan(replace(loan, missed=(*loan.missed, *again)))
    turn.run(running.not_cured(course, loan.loan_id, turn.about(loan), today, catalogue))


def _due_next_paid(turn: Turn, loan: LoanSeen) -> None:
    """A word before the due date is needless once money came. The ledger tells anew if some is still due."""
    if loan.due_next is not None and not loan.missed:
        turn.file = turn.file.with_loan(replace(loan, due_next=None))
        turn.file = saying.withdrawn(turn.file, _REMINDER_OF_PLAN, loan=loan.loan_id)
        turn.run(running.not_needed(turn.file.course, loan.loan_id))
