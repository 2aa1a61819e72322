"""Cards that are called due, or sold."""

from datetime import date

from services.ledger.domain.loan import Loan
from shared.events.base import Event
from shared.events.ledger import BalanceDiffers, PaymentMissed, StatementMade
from shared.events.loans import PaymentsComplete
from shared.events.servicing import LoanAccelerated, LoanReinstated, LoanTransferred
from tests.builders import an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.plastic import (
    a_card,
    a_desk,
    card_of,
    drawn,
    dues,
    given_back,
    issued,
    made_here,
    paid,
)

CARD = a_card()
NAMES = {"lender": CARD.lender, "loan_reference": CARD.loan_reference}


def accelerated(amount: str, on: str) -> LoanAccelerated:
    return an_event(LoanAccelerated, **NAMES, effective_on=on, amount=money(amount))


def sold(on: str) -> LoanTransferred:
    return an_event(LoanTransferred, **NAMES, to_lender="birch", to_loan_reference="B-9", effective_on=on)


def a_used_card(*events: Event, on: date = date(2026, 2, 20)) -> Desk:
    """1,000.00 drawn in January; 100.00 of it, the minimum payment, is missed on 4 February."""
    desk = made_here()
    complete = an_event(PaymentsComplete, lender="birch", through=date(2027, 12, 31), product=None)
    desk.take(complete, drawn("1000.00", "2026-01-05"), *events)
    desk.day(on)
    return desk


def test_a_card_is_called_due_with_what_no_statement_has_asked_for_yet() -> None:
    desk = a_used_card(drawn("200.00", "2026-02-18"))
    before = desk.loan().book
    owed = before.outstanding
    told = desk.take(accelerated(f"{owed // 100}.{owed % 100:02}", "2026-02-20"))
    book = desk.loan().book
    assert book.outstanding == owed
    assert max(line.due_on for line in book.lines()) == date(2026, 2, 20)
    assert sum(line.unpaid for line in book.lines()) == owed
    assert not [one for one in told if isinstance(one, BalanceDiffers)]
    desk.day(date(2026, 2, 22))
    assert desk.loan().told.arrears_minor == owed
    desk.take(an_event(LoanReinstated, **NAMES, reinstated_on="2026-02-22", reason="error"))
    assert desk.loan().book.owed == before.owed
    assert desk.loan().book.dues == before.dues


def test_who_pays_what_statements_asked_for_has_the_card_back() -> None:
    desk = a_used_card()
    late = sum(unpaid for due, unpaid in dues(desk) if due < "2026-02-20")
    desk.take(accelerated("1000.00", "2026-02-20"))
    desk.take(paid(f"{late // 100}.{late % 100:02}", "2026-02-20"))
    assert desk.loan().course.accelerated_on is None
    assert desk.loan().book.arrears(date(2026, 2, 21)) == 0


def test_a_sold_card_goes_on_with_its_statements() -> None:
    desk, stayed = a_used_card(), a_used_card()
    late = [paid("60.00", "2026-02-25"), given_back("10.00", "2026-02-26")]
    desk.take(sold("2026-02-18"), *late)
    stayed.take(*late)
    for one in (desk, stayed):
        one.day(date(2026, 4, 20))
    new = desk.loan("B-9")
    assert desk.held == []
    for name in ("dues", "owed", "paid", "credit", "balance"):
        assert getattr(new.book, name) == getattr(stayed.loan().book, name), name
    theirs = [one.balance for one in desk.named(StatementMade) if one.loan_id == new.id]
    assert theirs == [one.balance for one in stayed.named(StatementMade)][-len(theirs) :]
    assert len(theirs) == 2
    old = desk.loan(CARD.loan_reference)
    assert old.book.outstanding == old.book.balance == 0
    assert desk.balances() == stayed.balances()
    assert [one.due_on for one in desk.named(PaymentMissed) if one.loan_id == old.id] == [date(2026, 2, 4)]


def _names(loan: Loan) -> list[str]:
    assert loan.book.card is not None
    return [one.reference for one in loan.book.card.statements]


def test_statements_of_the_old_lenders_core_go_along_under_its_name() -> None:
    desk = a_desk()
    desk.take(drawn("500.00", "2026-01-05"), issued("500.00", "50.00", "2026-01-15"))
    assert card_of(desk).statements
    desk.day(date(2026, 2, 20))
    desk.take(sold("2026-02-18"))
    assert _names(desk.loan("B-9")) == ["statement:acme@S-2026-01-15"]
