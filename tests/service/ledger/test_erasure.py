"""Persons who must be forgotten: their names go, what is owed stays."""

from datetime import date

from shared.events.loans import UnassignedPaymentReceived
from shared.events.parts import Party
from shared.events.reminders import BorrowerName, PersonErased
from shared.events.servicing import PartyChange, PartyChanged
from tests.builders import a_loan, a_payment, an_event, money
from tests.harness import Running
from tests.service.ledger.client import OSCAR, People

LOAN = a_loan(parties=(Party(borrower_reference="C-1"), Party(borrower_reference="C-2")))
OTHER = a_loan("X", lender="other", parties=(Party(borrower_reference="C-1"),))
SUMS = "SELECT loan_id, account, sum(amount_minor)::bigint AS minor FROM posting GROUP BY 1, 2 ORDER BY 1, 2"
PARTIES = "SELECT loan_id, borrower_reference FROM party ORDER BY loan_id = $1 DESC, 2"


def erased(*names: tuple[str, str]) -> PersonErased:
    borrowers = tuple(BorrowerName(lender=lender, borrower_reference=name) for lender, name in names)
    return an_event(PersonErased, borrowers=borrowers)


def suspended(reference: str, payer: str = "C-1") -> UnassignedPaymentReceived:
    return an_event(
        UnassignedPaymentReceived,
        lender="acme",
        payment_reference=reference,
        amount=money("5.00"),
        value_on=date(2026, 1, 1),
        payer_reference=payer,
        hints=(LOAN.loan_reference,),
    )


async def test_a_person_is_forgotten_wherever_they_stand_and_no_sum_changes(
    ledger: Running, people: People
) -> None:
    money_in_suspense = suspended("S-1")
    await ledger.publish(LOAN, OTHER, a_payment("10.00"), money_in_suspense, suspended("S-2", "C-2"))
    await ledger.settled()
    path = f"suspense/{money_in_suspense.suspense_id}/assign"
    await people.post(path, {"loan_reference": LOAN.loan_reference})
    before = await ledger.rows(SUMS)
    await ledger.publish(erased(("acme", "C-1"), ("acme", "C-9")))
    await ledger.settled()
    assert [tuple(row.values()) for row in await ledger.rows(PARTIES, LOAN.loan_id)] == [
        (LOAN.loan_id, "C-2"),
        (OTHER.loan_id, "C-1"),
    ]
    payers = await ledger.rows("SELECT reference, payer_reference FROM suspense ORDER BY 1")
    assert [tuple(row.values()) for row in payers] == [("S-1", None), ("S-2", "C-2")]
    assert "C-1" not in await ledger.value("SELECT string_agg(content, '') FROM proposal")
    assert await ledger.rows(SUMS) == before
    listed = await people.get("proposals")
    await people.post(f"proposals/{listed['data'][0]['proposal_id']}/refuse", who=OSCAR, expected=200)


async def test_what_comes_after_the_erasure_comes_without_the_person(ledger: Running) -> None:
    await ledger.publish(erased(("acme", "C-1")))
    await ledger.settled()
    again = PartyChanged(
        lender="acme",
        loan_reference=LOAN.loan_reference,
        party=Party(borrower_reference="C-1"),
        change=PartyChange.ADDED,
        effective_on=date(2026, 1, 1),
    )
    await ledger.publish(LOAN, again, suspended("S-1"), suspended("S-1"), erased(("acme", "C-1")))
    await ledger.settled()
    assert [row["borrower_reference"] for row in await ledger.rows("SELECT * FROM party")] == ["C-2"]
    assert [row["payer_reference"] for row in await ledger.rows("SELECT * FROM suspense")] == [None]
    assert await ledger.rows("SELECT * FROM held") == []
