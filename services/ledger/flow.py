"""Every message of the ledger, its decision and the events it may emit."""

from collections.abc import Sequence
from uuid import UUID

from services.ledger.domain import (
    cards,
    corrections,
    ending,
    feed,
    holds,
    opening,
    parties,
    payments,
    plan_end,
    products,
    proposals,
    relief,
    suspense,
)
from services.ledger.domain.feed import DayDue, Feed, FeedRead, FeedSilent
from services.ledger.domain.loan import Loan
from services.ledger.domain.products import Product
from services.ledger.domain.proposals import Approve, Proposal, Propose, Proposed, Refuse
from services.ledger.domain.suspense import Suspense
from services.ledger.store import feeds, loans, pending
from shared.events.base import Event
from shared.events.hardship import PlanAccepted, PlanBroken, PlanCompleted
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced
from shared.events.ids import loan_id
from shared.events.ledger import (
    ArrearsCured,
    ArrearsCuredRetracted,
    BalanceDiffers,
    CreditStatusChanged,
    DelinquencyChanged,
    FeedLate,
    FreezeRefused,
    InstalmentDueSoon,
    LimitExceeded,
    LimitExceededRetracted,
    LimitRestored,
    LoanRegistered,
    LoanRepaid,
    LoanRepaidRetracted,
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentReallocated,
    PaymentSuspended,
    ReliefInstructed,
    ReliefRefused,
    ScheduleRevised,
    StatementMade,
    SuspenseEnded,
)
from shared.events.loans import (
    AmountDrawn,
    BalanceReported,
    CreditGranted,
    FeeCharged,
    FeeWaived,
    LimitChanged,
    LoanClosed,
    LoanOpened,
    LoanReopened,
    PaymentFailed,
    PaymentPending,
    PaymentReceived,
    PaymentReversed,
    PaymentsComplete,
    ProductPublished,
    RateChanged,
    ScheduleChanged,
    StatementIssued,
    UnassignedPaymentReceived,
)
from shared.events.servicing import (
    LoanWrittenOff,
    PartyChanged,
    ReliefApplied,
    ReliefRejected,
    WriteOffReversed,
)
from shared.flow import Flow, States, Step

_FOLLOWS = (
    PaymentMissedRetracted,
    DelinquencyChanged,
    ArrearsCured,
    ArrearsCuredRetracted,
    LoanRepaid,
    LoanRepaidRetracted,
    LimitRestored,
    LimitExceededRetracted,
)
"""What may follow from any change of a loan."""
_MOVES = (PaymentReallocated, *_FOLLOWS)


def _loans_of(event: PaymentReceived) -> Sequence[UUID]:
    """A payment may be split over several loans of its lender."""
    if not event.split:
        return (event.loan_id,)
    return tuple(dict.fromkeys(loan_id(event.lender, part.loan_reference) for part in event.split))


def _hinted(event: UnassignedPaymentReceived) -> Sequence[UUID]:
    """The loans that money in suspense may be for."""
    return tuple(dict.fromkeys(loan_id(event.lender, name) for name in event.hints))


FLOW = Flow(
    service="ledger",
    states=(
        States(
            Loan,
            load=loans.load_loans,
            save=loans.save_loans,
            key="loan_id",
            lender=lambda loan: loan.lender,
            load_history=loans.load_history,
        ),
        States(
            Product,
            load=feeds.load_products,
            save=feeds.save_products,
            key="product_id",
            lender=lambda product: product.lender,
        ),
        States(
            Feed, load=feeds.load_feeds, save=feeds.save_feeds, key="feed_id", lender=lambda one: one.lender
        ),
        States(
            Suspense,
            load=pending.load_suspense,
            save=pending.save_suspense,
            key="suspense_id",
            lender=lambda suspense: suspense.lender,
        ),
        States(
            Proposal,
            load=pending.load_proposals,
            save=pending.save_proposals,
            key="proposal_id",
            lender=lambda proposal: proposal.lender,
        ),
    ),
    steps=(
        Step(
            ProductPublished,
            products.publish,
            creates=True,
            state=Product,
            key=lambda event: products.product_id(event.lender, event.product),
        ),
        Step(LoanOpened, opening.open_loan, emits=(LoanRegistered, *_FOLLOWS), creates=True, state=Loan),
        Step(
            PaymentReceived,
            payments.receive,
            emits=(PaymentApplied, *_MOVES),
            state=Loan,
            key=_loans_of,
        ),
        Step(PaymentReversed, payments.reverse, emits=_MOVES, state=Loan),
        Step(PaymentPending, payments.expect, emits=_FOLLOWS, state=Loan),
        Step(PaymentFailed, payments.fail, emits=_FOLLOWS, state=Loan),
        Step(CreditGranted, payments.credit, emits=_MOVES, state=Loan),
        Step(FeeCharged, payments.charge, emits=_MOVES, state=Loan),
        Step(FeeWaived, payments.waive, emits=_MOVES, state=Loan),
        Step(RateChanged, payments.change_rate, emits=(ScheduleRevised, *_MOVES), state=Loan),
        Step(ScheduleChanged, payments.change_schedule, emits=(ScheduleRevised, *_MOVES), state=Loan),
        Step(AmountDrawn, cards.draw, emits=_MOVES, state=Loan),
        Step(LimitChanged, cards.change_limit, emits=_MOVES, state=Loan),
        Step(
            StatementIssued,
            cards.take_statement,
            emits=(StatementMade, BalanceDiffers, *_MOVES),
            state=Loan,
        ),
        Step(PartyChanged, parties.change_party, state=Loan),
        Step(
            PlanAccepted,
            relief.accept,
            emits=(ReliefInstructed, ReliefRefused, ScheduleRevised, *_FOLLOWS),
            state=Loan,
            key=lambda event: [one.loan_id for one in event.loans],
        ),
        Step(LoanClosed, ending.close, emits=_MOVES, state=Loan),
        Step(LoanReopened, ending.reopen, emits=_MOVES, state=Loan),
        Step(LoanWrittenOff, ending.write_off, emits=_MOVES, state=Loan),
        Step(WriteOffReversed, ending.reverse_write_off, emits=_MOVES, state=Loan),
        Step(BalanceReported, ending.compare, emits=(BalanceDiffers,), state=Loan),
        Step(
            PlanBroken,
            plan_end.break_off,
            emits=(ScheduleRevised, *_FOLLOWS),
            state=Loan,
            key=lambda event: event.loan_ids,
        ),
        Step(
            PlanCompleted,
            plan_end.complete,
            emits=(ScheduleRevised, *_FOLLOWS),
            state=Loan,
            key=lambda event: event.loan_ids,
        ),
        Step(ReliefApplied, relief.confirm, emits=(ScheduleRevised, *_FOLLOWS), state=Loan),
        Step(ReliefRejected, relief.reject, emits=(ReliefRefused, FreezeRefused, *_FOLLOWS), state=Loan),
        Step(HoldPlaced, holds.place, emits=(ReliefInstructed, *_FOLLOWS), state=Loan),
        Step(HoldChanged, holds.change, emits=(ReliefInstructed, *_FOLLOWS), state=Loan),
        Step(HoldLifted, holds.lift, emits=(ReliefInstructed, *_FOLLOWS), state=Loan),
        Step(
            UnassignedPaymentReceived,
            suspense.suspend,
            emits=(PaymentSuspended,),
            creates=True,
            state=Suspense,
        ),
        Step(UnassignedPaymentReceived, suspense.spare, emits=_FOLLOWS, state=Loan, key=_hinted),
        Step(
            PaymentsComplete,
            feed.complete,
            creates=True,
            state=Feed,
            key=lambda event: feed.feed_id(event.lender),
        ),
        Step(FeedRead, feed.read, state=Feed),
        Step(FeedSilent, feed.silent, emits=(FeedLate,), state=Feed),
        Step(
            DayDue,
            feed.look,
            emits=(
                InstalmentDueSoon,
                PaymentMissed,
                ScheduleRevised,
                StatementMade,
                LimitExceeded,
                CreditStatusChanged,
                *_MOVES,
            ),
            state=Loan,
        ),
        Step(Propose, proposals.propose, creates=True, state=Proposal, answer=Proposed),
        Step(Refuse, proposals.refuse, state=Proposal, answer=Proposed),
        # An approval counts for the proposal and for all that it is about, or for nothing.
        Step(Approve, proposals.approve, state=Proposal, answer=Proposed),
        Step(
            Approve,
            corrections.end_suspense,
            emits=(SuspenseEnded,),
            state=Suspense,
            key=lambda command: proposals.suspense_of(command.content),
        ),
        Step(
            Approve,
            corrections.correct,
            emits=(PaymentApplied, ScheduleRevised, *_MOVES),
            creates=True,
            state=Loan,
            key=lambda command: proposals.loans_of(command.content),
        ),
        Step(
            Approve,
            corrections.publish,
            creates=True,
            state=Product,
            key=lambda command: proposals.products_of(command.content),
        ),
    ),
)

INGESTED = {
    message.__name__: message for message in FLOW.steps if issubclass(message, Event) and message.PER_LENDER
}
"""The platforms' events that the ledger takes, by name: from their topics and by HTTP alike."""
