"""The ledger's slice: loans and payments, in any order, once."""

from datetime import date

from shared.events.base import Event
from shared.events.ledger import LoanRegistered, LoanRepaid, PaymentApplied
from shared.events.parts import Components
from shared.messaging.memory import MemoryRecord
from shared.money import Money
from tests.builders import a_loan, a_payment, a_record, a_schedule, money
from tests.harness import Running

JOURNAL = "SELECT account, sum(amount_minor)::bigint AS minor FROM posting GROUP BY account ORDER BY account"
JOURNAL_OF = "SELECT sum(amount_minor)::bigint FROM posting WHERE account = $1"
FILE = "SELECT reference, kind, value_on FROM fact ORDER BY value_on"


async def test_a_payment_is_set_against_the_oldest_instalment_and_the_journal_adds_up(
    ledger: Running,
) -> None:
    loan = a_loan(instalments=a_schedule("10.00", "11.00"))
    payment = a_payment(amount=money("15.00"))
    await ledger.publish(loan, payment)
    await ledger.settled()
    assert ledger.published("ledger-events") == [
        LoanRegistered(
            loan_id=loan.loan_id,
            lender=loan.lender,
            loan_reference=loan.loan_reference,
            owed=money("21.00"),
            opened_on=date(2026, 1, 1),
        ),
        PaymentApplied(
            loan_id=loan.loan_id,
            payment_id=payment.payment_id,
            applied=money("15.00"),
            credit=money("0.00"),
            components=Components(principal=money("15.00")),
            value_on=date(2026, 2, 1),
        ),
    ]
    assert await ledger.rows("SELECT owed_minor, principal_minor, credit_minor, open_due_on FROM loan") == [
        {"owed_minor": 600, "principal_minor": 600, "credit_minor": 0, "open_due_on": date(2026, 3, 1)}
    ]
    assert await ledger.rows(FILE) == [
        {"reference": "opening", "kind": "Draw", "value_on": date(2026, 1, 1)},
        {"reference": "payment:P-1", "kind": "Payment", "value_on": date(2026, 2, 1)},
    ]
    assert await ledger.rows(JOURNAL) == [
        {"account": "cash", "minor": 1500},
        {"account": "disbursed", "minor": -2100},
        {"account": "principal", "minor": 600},
    ]


async def test_what_is_left_over_belongs_to_the_borrower(ledger: Running) -> None:
    await ledger.publish(a_loan(instalments=a_schedule("10.00")), a_payment(amount=money("12.50")))
    await ledger.settled()
    applied, repaid = ledger.published("ledger-events")[-2:]
    assert isinstance(applied, PaymentApplied)
    assert (applied.applied, applied.credit) == (money("10.00"), money("2.50"))
    loan_id = a_loan().loan_id
    assert repaid == LoanRepaid(loan_id=loan_id, repaid_on=date(2026, 2, 1), credit=money("2.50"))
    assert await ledger.rows("SELECT owed_minor, principal_minor, credit_minor, open_due_on FROM loan") == [
        {"owed_minor": 0, "principal_minor": 0, "credit_minor": 250, "open_due_on": None}
    ]
    assert await ledger.value(JOURNAL_OF, "borrower_credit") == -250


async def test_payments_that_come_before_their_loan_wait_and_are_applied_in_order(ledger: Running) -> None:
    early = [a_payment(reference=f"p{n}", amount=money("1.00")) for n in range(3)]
    await ledger.publish(*early)
    await ledger.settled()
    assert await ledger.value("SELECT count(*) FROM held WHERE status = 'waiting'") == 3
    await ledger.publish(a_loan())
    await ledger.settled()
    applied = [e.payment_id for e in ledger.published("ledger-events") if isinstance(e, PaymentApplied)]
    assert applied == [payment.payment_id for payment in early]
    assert await ledger.value("SELECT count(*) FROM held") == 0


async def test_a_payment_reported_twice_counts_once(ledger: Running) -> None:
    payment = a_payment(amount=money("5.00"))
    await ledger.publish(a_loan(), payment, payment)
    await ledger.publish(payment, ids=["same"])
    await ledger.publish(payment, ids=["same"])
    await ledger.settled()
    assert [e.NAME for e in ledger.published("ledger-events")] == ["LoanRegistered", "PaymentApplied"]
    assert await ledger.payments() == ["P-1"]


async def test_a_payment_that_cannot_be_right_parks_its_loan_and_no_other(ledger: Running) -> None:
    loan, other = a_loan("l1"), a_loan("l2")
    wrong = a_payment(Money(100, "EUR"), loan="l1", reference="p1")
    behind = a_payment(loan="l1", reference="p2")
    fine = a_payment(loan="l2", reference="p3")
    await ledger.publish(loan, other, wrong, behind, fine)
    await ledger.settled()
    held = await ledger.rows("SELECT key, status, reason FROM held ORDER BY seq")
    assert held == [
        {"key": loan.loan_id, "status": "parked", "reason": "currency_differs"},
        {"key": loan.loan_id, "status": "queued", "reason": "behind_parked"},
    ]
    applied = [e.payment_id for e in ledger.published("ledger-events") if isinstance(e, PaymentApplied)]
    assert applied == [fine.payment_id]


async def test_a_payment_and_its_loan_in_one_batch_are_put_in_order(ledger: Running) -> None:
    loan = a_loan()
    messages = [
        ledger.service.door.parts.reader.record(_kafka(e, n)) for n, e in enumerate((a_payment("3.00"), loan))
    ]
    await ledger.service.door.records("by hand", [m for m in messages if m], (), stopping=lambda: False)
    assert await ledger.value("SELECT owed_minor FROM loan") == 299_700
    assert await ledger.value("SELECT count(*) FROM held") == 0


def _kafka(event: Event, offset: int) -> MemoryRecord:
    record = a_record(event)
    return MemoryRecord(record.topic, 0, offset, 0, record.key, record.value, record.headers)
