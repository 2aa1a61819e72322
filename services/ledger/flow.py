"""Every message of the ledger, its decision and the events it may emit."""

from services.ledger import store
from services.ledger.domain import opening, payments
from services.ledger.domain.loan import Loan
from shared.events.base import Event
from shared.events.ledger import LoanRegistered, PaymentApplied
from shared.events.loans import LoanOpened, PaymentReceived
from shared.flow import Flow, States, Step

FLOW = Flow(
    service="ledger",
    states=(
        States(
            Loan,
            load=store.load_loans,
            save=store.save_loans,
            key="loan_id",
            lender=lambda loan: loan.lender,
        ),
    ),
    steps=(
        Step(LoanOpened, opening.open_loan, emits=(LoanRegistered,), creates=True),
        Step(PaymentReceived, payments.receive, emits=(PaymentApplied,)),
    ),
)

INGESTED = {
    message.__name__: message for message in FLOW.steps if issubclass(message, Event) and message.PER_LENDER
}
"""The platforms' events that the ledger takes, by name: from their topics and by HTTP alike."""
