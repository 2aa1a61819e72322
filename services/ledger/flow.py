"""Every message of the ledger, its decision and the events it may emit."""

from collections.abc import Sequence
from uuid import UUID

from services.ledger.domain import (
    acceleration,
    cards,
    corrections,
    elsewhere,
    ending,
    erasure,
    feed,
    holders,
    holds,
    opening,
    outside,
    parties,
    payments,
    plan_end,
    products,
    proposals,
    relief,
    suspense,
    takeover,
    transfers,
)
from services.ledger.domain.erasure import Erasure
from services.ledger.domain.feed import ConfirmFeed, DayDue, Feed, FeedRead, FeedSilent, FeedState
from services.ledger.domain.loan import Loan
from services.ledger.domain.products import Product
from services.ledger.domain.proposals import Approve, Proposal, Propose, Proposed, Refuse
from services.ledger.domain.suspense import Suspense
from services.ledger.store import erasures, feeds, loans, pending
from shared.events.base import Event
from shared.events.hardship import PlanAccepted
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced, HoldRefused
from shared.events.ids import loan_id
from shared.events.ledger import (
    AccelerationRefused,
    ArrearsCured,
    ArrearsCuredRetracted,
    BalanceDiffers,
    CreditStatusChanged,
    DelinquencyChanged,
    FeedLate,
    FreezeRefused,
    HoldUnanswered,
    InstalmentDueSoon,
    LimitExceeded,
    LimitExceededRetracted,
    LimitRestored,
    LoanMoved,
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
    DebitScheduled,
    FeeCharged,
    FeeWaived,
    LimitChanged,
    LoanClosed,
    LoanOpened,
    LoanReopened,
    LoanReplaced,
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
from shared.events.reminders import PersonErased
from shared.events.servicing import (
    HoldRequested,
    LegalActionEnded,
    LegalActionStarted,
    LoanAccelerated,
    LoanPlaced,
    LoanRecalled,
    LoanReinstated,
    LoanTakenOver,
    LoanTransferred,
    LoanWrittenOff,
    PartyChanged,
    ReliefApplied,
    ReliefRejected,
    SharesChanged,
    WriteOffReversed,
)
from shared.events.takeover import LoanMigrated
from shared.flow import Flow, States, Step

_FOLLOWS = (
    PaymentReallocated,
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
            guard=elsewhere.guard,
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
        States(Erasure, load=erasures.load_erasures, save=erasures.save_erasures, key="person_id"),
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
        Step(LoanMigrated, takeover.take_over, emits=(LoanRegistered, *_FOLLOWS), creates=True, state=Loan),
        Step(
            PaymentReceived,
            acceleration.receive,
            emits=(PaymentApplied, ScheduleRevised, *_FOLLOWS),
            state=Loan,
            key=_loans_of,
        ),
        Step(PaymentReversed, payments.reverse, emits=_FOLLOWS, state=Loan),
        Step(PaymentPending, payments.expect, emits=_FOLLOWS, state=Loan),
        Step(DebitScheduled, payments.expect, emits=_FOLLOWS, state=Loan),
        Step(PaymentFailed, payments.fail, emits=_FOLLOWS, state=Loan),
        Step(CreditGranted, acceleration.credit, emits=(ScheduleRevised, *_FOLLOWS), state=Loan),
        Step(FeeCharged, payments.charge, emits=_FOLLOWS, state=Loan),
        Step(FeeWaived, payments.waive, emits=_FOLLOWS, state=Loan),
        Step(RateChanged, payments.change_rate, emits=(ScheduleRevised, *_FOLLOWS), state=Loan),
        Step(ScheduleChanged, payments.change_schedule, emits=(ScheduleRevised, *_FOLLOWS), state=Loan),
        Step(AmountDrawn, cards.draw, emits=_FOLLOWS, state=Loan),
        Step(LimitChanged, cards.change_limit, emits=_FOLLOWS, state=Loan),
        Step(
            StatementIssued,
            cards.take_statement,
            emits=(StatementMade, BalanceDiffers, *_FOLLOWS),
            state=Loan,
        ),
        Step(PartyChanged, parties.change_party, state=Loan),
        Step(SharesChanged, holders.change_shares, state=Loan),
        Step(
            PlanAccepted,
            acceleration.accept,
            emits=(ReliefInstructed, ReliefRefused, ScheduleRevised, *_FOLLOWS),
            state=Loan,
            key=lambda event: [one.loan_id for one in event.loans],
        ),
        Step(LoanClosed, ending.close, emits=_FOLLOWS, state=Loan),
        Step(LoanReopened, ending.reopen, emits=_FOLLOWS, state=Loan),
        Step(LoanWrittenOff, ending.write_off, emits=_FOLLOWS, state=Loan),
        Step(WriteOffReversed, ending.reverse_write_off, emits=_FOLLOWS, state=Loan),
        Step(
            LoanAccelerated,
            acceleration.accelerate,
            emits=(AccelerationRefused, BalanceDiffers, ScheduleRevised, *_FOLLOWS),
            state=Loan,
        ),
        Step(LoanReinstated, acceleration.reinstate, emits=(ScheduleRevised, *_FOLLOWS), state=Loan),
        Step(LoanReplaced, transfers.replaced, emits=(LoanMoved,), state=Loan),
        Step(LoanTransferred, transfers.leave, emits=(LoanMoved,), state=Loan),
        # Handed on by the loan that left: all that comes to that one afterwards is handed on likewise.
        Step(
            LoanTakenOver,
            transfers.arrive,
            emits=(LoanRegistered, ReliefInstructed, *_FOLLOWS),
            creates=True,
            state=Loan,
        ),
        Step(LoanPlaced, outside.place, emits=_FOLLOWS, state=Loan),
        Step(LoanRecalled, outside.recall, emits=_FOLLOWS, state=Loan),
        Step(LegalActionStarted, outside.start_action, state=Loan),
        Step(LegalActionEnded, outside.end_action, state=Loan),
        Step(BalanceReported, ending.compare, emits=(BalanceDiffers,), state=Loan),
        *(
            Step(
                message,
                decide,
                emits=(ScheduleRevised, *_FOLLOWS),
                state=Loan,
                key=lambda event: event.loan_ids,
            )
            for message, decide in plan_end.ENDS.items()
        ),
        Step(ReliefApplied, relief.confirm, emits=(ScheduleRevised, *_FOLLOWS), state=Loan),
        Step(ReliefRejected, relief.reject, emits=(ReliefRefused, FreezeRefused, *_FOLLOWS), state=Loan),
        Step(HoldPlaced, holds.place, emits=(ReliefInstructed, *_FOLLOWS), state=Loan),
        Step(HoldChanged, holds.change, emits=(ReliefInstructed, *_FOLLOWS), state=Loan),
        Step(HoldLifted, holds.lift, emits=(ReliefInstructed, *_FOLLOWS), state=Loan),
        Step(HoldRequested, holds.request, emits=(ReliefInstructed, *_FOLLOWS), state=Loan),
        Step(HoldRefused, holds.refuse, emits=(ReliefInstructed, *_FOLLOWS), state=Loan),
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
        Step(FeedRead, feed.read, emits=(FeedLate,), state=Feed, alone=True),
        Step(ConfirmFeed, feed.confirm, state=Feed, answer=FeedState),
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
                HoldUnanswered,
                *_FOLLOWS,
            ),
            state=Loan,
        ),
        Step(PersonErased, erasure.erase, creates=True, state=Erasure),
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
            emits=(PaymentApplied, ScheduleRevised, *_FOLLOWS),
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
