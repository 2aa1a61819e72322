"""Money that names no loan: its queue, and how two people assign it or give it back."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from shared.events.ledger import PaymentApplied, PaymentSuspended, SuspenseEnded
from shared.events.loans import UnassignedPaymentReceived
from shared.money import Money
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.harness import Running
from tests.service.ledger.client import OLGA, OSCAR, PLATFORM, STRANGER, People

SUMS = (
    "SELECT account, sum(amount_minor)::bigint AS minor FROM posting "
    "GROUP BY account HAVING sum(amount_minor) <> 0"
)
AUDIT = "SELECT subject, action, outcome, key_type, key_id FROM audit_entry ORDER BY link, place"
PENDING = "SELECT reference, pending FROM loan ORDER BY reference"


def unassigned(reference: str = "P-9", *hints: str, amount: str = "150.00") -> UnassignedPaymentReceived:
    told = {"payment_reference": reference, "amount": money(amount), "value_on": date(2026, 1, 2)}
    return an_event(UnassignedPaymentReceived, **told, hints=hints)


async def two_loans(ledger: Running, *more: UnassignedPaymentReceived) -> list[UUID]:
    loans = [a_loan(name, instalments=a_schedule("100.00", "100.00")) for name in ("l1", "l2")]
    await ledger.publish(*loans)
    await ledger.settled()
    await ledger.publish(*more)
    await ledger.settled()
    return [loan.loan_id for loan in loans]


async def sums(ledger: Running) -> dict[str, int]:
    return {row["account"]: row["minor"] for row in await ledger.rows(SUMS)}


async def test_money_in_suspense_is_listed_for_its_lender_with_the_longest_waiting_first(
    ledger: Running, people: People
) -> None:
    events = [unassigned(f"P-{number}", "l1") for number in range(3)]
    await two_loans(ledger, *events)
    page = await people.get("suspense", limit=2)
    rest = await people.get("suspense", limit=2, cursor=page["next_cursor"])
    listed = [one["payment_reference"] for one in (*page["data"], *rest["data"])]
    assert (sorted(listed), page["has_more"], rest["has_more"]) == (["P-0", "P-1", "P-2"], True, False)
    first = page["data"][0]
    assert first["amount"] == {"amount": "150.00", "currency": "CNY"}
    assert (first["hints"], first["status"], first["proposal_id"]) == (["l1"], "suspended", None)
    for listed_of in ("suspense", "proposals", "loans"):
        refused = await people.get(listed_of, expected=404, lender="other")
        assert refused["code"] == "lender_unknown"
    assert (await people.get("suspense", STRANGER))["data"] == []
    assert (await people.get("suspense", PLATFORM, lender="acme"))["has_more"] is False
    assert (await people.get("suspense", status="returned"))["data"] == []


async def test_money_is_split_over_two_loans_by_two_people_and_all_accounts_agree(
    ledger: Running, people: People
) -> None:
    event = unassigned("P-9", "l1", "never-opened")
    first, second = await two_loans(ledger, event)
    told = ledger.published("ledger-events")
    assert [one.payment_id for one in told if isinstance(one, PaymentSuspended)] == [event.suspense_id]
    assert await sums(ledger) == {
        "cash": 15_000,
        "suspense": -15_000,
        "principal": 40_000,
        "disbursed": -40_000,
    }
    path = f"suspense/{event.suspense_id}"
    parts = [
        {"loan_reference": "l1", "amount": {"amount": "100.00", "currency": "CNY"}},
        {"loan_reference": "l2", "amount": {"amount": "50.00", "currency": "CNY"}},
    ]
    taken = await people.post(f"{path}/assign", {"parts": parts}, key="once")
    assert await people.post(f"{path}/assign", {"parts": parts}, key="once") == taken
    assert taken["status"] == "open"
    (proposal,) = (await people.get("proposals", status="open", subject=str(event.suspense_id)))["data"]
    assert (proposal["proposal_id"], proposal["proposed_by"]) == (taken["proposal_id"], "olga")
    decide = f"proposals/{taken['proposal_id']}"
    refused = await people.post(f"{decide}/approve", None, OLGA, 422)
    assert refused["code"] == "second_person_needed"
    assert (await people.get(path))["status"] == "suspended"
    approved = await people.post(f"{decide}/approve", None, OSCAR, 200, key="yes")
    assert await people.post(f"{decide}/approve", None, OSCAR, 200, key="yes") == approved
    await ledger.settled()
    assert approved["status"] == "approved"
    assert await sums(ledger) == {"cash": 15_000, "principal": 25_000, "disbursed": -40_000}
    told = ledger.published("ledger-events")
    assert [one.loan_id for one in told if isinstance(one, PaymentApplied)] == [first, second]
    assert [one.loan_ids for one in told if isinstance(one, SuspenseEnded)] == [(first, second)]
    assert [row["pending"] for row in await ledger.rows(PENDING)] == ["[]", "[]"]
    shown = await people.get(path)
    assert (shown["status"], shown["ended_on"], shown["proposal_id"]) == (
        "assigned",
        "2026-01-02",
        taken["proposal_id"],
    )


async def test_the_file_and_the_audit_say_who_proposed_and_who_approved(
    ledger: Running, people: People
) -> None:
    event = unassigned()
    loan_id, _ = await two_loans(ledger, event)
    taken = await people.post(f"suspense/{event.suspense_id}/assign", {"loan_reference": "l1"})
    await people.post(f"proposals/{taken['proposal_id']}/approve", None, OSCAR, 200)
    facts = (await people.get(f"loans/{loan_id}/facts"))["facts"]
    (payment,) = [one for one in facts if one["kind"] == "Payment"]
    people_of_it = {"proposal_id": taken["proposal_id"], "proposed_by": "olga", "approved_by": "oscar"}
    assert (payment["added_by"], payment["reversed_by"]) == (people_of_it, None)
    assert (payment["value_on"], payment["amount"]["amount"]) == ("2026-01-02", "150.00")
    rows = await ledger.rows(AUDIT)
    done = [tuple(row.values()) for row in rows if row["action"].startswith(("propose", "approve"))]
    proposal = UUID(taken["proposal_id"])
    assert done == [
        ("olga", "propose_assignment", "done", "Proposal", proposal),
        ("oscar", "approve_proposal", "done", "Proposal", proposal),
        ("oscar", "approve_proposal", "done", "Suspense", event.suspense_id),
        ("oscar", "approve_proposal", "done", "Loan", loan_id),
    ]


async def test_money_goes_back_to_its_payer(ledger: Running, people: People) -> None:
    event = unassigned("P-9", "l1")
    await two_loans(ledger, event)
    taken = await people.post(f"suspense/{event.suspense_id}/return")
    await people.post(f"proposals/{taken['proposal_id']}/approve", None, OSCAR, 200)
    assert await sums(ledger) == {"principal": 40_000, "disbursed": -40_000}
    again = await people.post(f"suspense/{event.suspense_id}/return", None, OSCAR, 409)
    assert again["code"] == "suspense_over"


async def test_what_another_lender_owns_is_not_there(ledger: Running, people: People) -> None:
    event = unassigned()
    await two_loans(ledger, event)
    path = f"suspense/{event.suspense_id}"
    assert (await people.get(path, STRANGER, 404))["code"] == "suspense_unknown"
    await people.post(f"{path}/assign", {"loan_reference": "l1"}, STRANGER, 404)
    await people.post(f"{path}/return", None, STRANGER, 404)
    taken = await people.post(f"{path}/return")
    for decision in ("approve", "refuse"):
        await people.post(f"proposals/{taken['proposal_id']}/{decision}", None, STRANGER, 404)
    await people.get(f"proposals/{taken['proposal_id']}", STRANGER, 404)
    assert (await people.get("proposals", STRANGER))["data"] == []
    await people.get(f"suspense/{uuid4()}", OLGA, 404)
    await people.post(f"proposals/{uuid4()}/approve", None, OSCAR, 404)


async def test_what_does_not_add_up_is_refused(ledger: Running, people: People) -> None:
    event = unassigned()
    await two_loans(ledger, event)
    path = f"suspense/{event.suspense_id}/assign"
    part: dict[str, Any] = {"loan_reference": "l1", "amount": {"amount": "149.99", "currency": "CNY"}}
    assert (await people.post(path, {"parts": [part]}, OLGA, 422))["code"] == "parts_do_not_add_up"
    both = {"loan_reference": "l1", "parts": [part]}
    for body in ({}, both):
        assert (await people.post(path, body, OLGA, 422))["code"] == "validation_failed"
    unknown = await people.post(path, {"loan_reference": "l9"}, OLGA, 404)
    assert unknown["code"] == "loan_of_proposal_unknown"


async def test_an_approval_that_a_parked_loan_cannot_take_changes_nothing(
    ledger: Running, people: People
) -> None:
    event = unassigned()
    await two_loans(ledger, event)
    taken = await people.post(f"suspense/{event.suspense_id}/assign", {"loan_reference": "l1"})
    await ledger.publish(a_payment(Money(100, "EUR"), loan="l1", reference="bad"))
    await ledger.settled()
    decide = f"proposals/{taken['proposal_id']}/approve"
    assert (await people.post(decide, None, OSCAR, 409))["code"] == "key_parked"
    assert (await people.get(f"suspense/{event.suspense_id}"))["status"] == "suspended"
    assert (await people.get(f"proposals/{taken['proposal_id']}"))["status"] == "open"
    assert await ledger.payments() == []
