"""What people put right together, and what a platform reports anew, as the database keeps it."""

from datetime import date
from typing import Any

import pytest

from shared.decision import Role
from shared.events.loans import ProductPublished, ScheduleChanged
from tests.builders import a_full_event, a_loan, a_schedule, an_event, an_instalment
from tests.harness import Running
from tests.service.ledger.client import OLGA, OSCAR, People
from tests.web import LENDERS, bearer

FEE = {"fee_reference": "F-1", "amount": {"amount": "5.00", "currency": "CNY"}, "value_on": "2026-01-02"}
FILE = "SELECT reference, reversal, added_by IS NOT NULL AS by_people FROM fact ORDER BY reference"


async def a_loan_of_two(ledger: Running) -> Any:
    loan = a_loan(instalments=a_schedule("100.00", "100.00"))
    await ledger.publish(loan)
    await ledger.settled()
    return loan


async def agree(people: People, path: str, body: Any) -> str:
    proposal: str = (await people.post(path, body))["proposal_id"]
    await people.post(f"proposals/{proposal}/approve", None, OSCAR, 200)
    return proposal


async def test_a_fee_is_charged_waived_and_a_payment_added_and_taken_back(
    ledger: Running, people: People
) -> None:
    loan = await a_loan_of_two(ledger)
    path = f"loans/{loan.loan_id}/corrections"
    await agree(people, path, {"kind": "charge_fee", "fee": "late", **FEE})
    await agree(people, path, {"kind": "waive_fee", **FEE})
    money = {"amount": FEE["amount"], "value_on": "2026-01-02"}
    await agree(
        people, path, {"kind": "grant_credit", "credit_reference": "C", "reason": "goodwill", **money}
    )
    await agree(people, path, {"kind": "add_payment", "payment_reference": "P-1", **money})
    taken = {"kind": "take_back", "reference": "payment:P-1", "reason": "misposted"}
    proposal = await agree(people, path, taken)
    facts = {one["reference"]: one for one in (await people.get(f"loans/{loan.loan_id}/facts"))["facts"]}
    assert {one["kind"] for one in facts.values()} == {"Draw", "Fee", "FeeWaiver", "Credit", "Payment"}
    payment = facts["payment:P-1"]
    assert (payment["reversal"], payment["reversed_by"]["proposal_id"]) == ("misposted", proposal)
    assert payment["added_by"]["approved_by"] == payment["reversed_by"]["approved_by"] == "oscar"
    assert facts["opening"]["added_by"] is None
    again = (await people.post(path, taken))["proposal_id"]
    refused = await people.post(f"proposals/{again}/approve", None, OSCAR, 409)
    assert refused["code"] == "already_taken_back"
    assert (await people.post(f"proposals/{again}/refuse", None, OSCAR, 200))["status"] == "refused"
    assert (await people.get(f"loans/{loan.loan_id}"))["unpaid"]["amount"] == "195.00"
    about: dict[str, Any] = {"subject": str(loan.loan_id)}
    kinds = [one["kind"] for one in (await people.get("proposals", **about))["data"]]
    reports = ["CreditGranted", "FeeCharged", "FeeWaived", "PaymentReceived"]
    assert sorted(kinds) == [*reports, "Reversal", "Reversal"]
    for status, number in (("open", 0), ("approved", 5), ("refused", 1)):
        assert len((await people.get("proposals", status=status))["data"]) == number
        assert len((await people.get("proposals", status=status, **about))["data"]) == number


async def test_a_product_counts_once_a_second_person_has_approved_it(ledger: Running, people: People) -> None:
    body = a_full_event(ProductPublished).model_dump(mode="json", exclude_none=True)
    proposal = (await people.post("products", body))["proposal_id"]
    assert await ledger.value("SELECT count(*) FROM product") == 0
    assert (await people.post(f"proposals/{proposal}/approve", None, OLGA, 422))[
        "code"
    ] == "second_person_needed"
    await people.post(f"proposals/{proposal}/approve", None, OSCAR, 200)
    assert await ledger.rows("SELECT lender, code FROM product") == [
        {"lender": "acme", "code": body["product"]}
    ]
    shown = await people.get(f"proposals/{proposal}")
    assert (shown["kind"], shown["status"], shown["decided_by"]) == ("ProductPublished", "approved", "oscar")
    assert shown["content"]["product"] == body["product"]
    foreign = await people.post("products", body | {"lender": "other"}, OLGA, 404)
    assert foreign["code"] == "not_your_lender"


async def test_the_newest_schedule_of_a_day_counts_and_the_former_stays_in_the_file(
    ledger: Running,
) -> None:
    loan = await a_loan_of_two(ledger)
    names = {"lender": loan.lender, "loan_reference": loan.loan_reference}

    def change(*amounts: str) -> ScheduleChanged:
        rows = tuple(an_instalment(number, amount) for number, amount in enumerate(amounts, 2))
        return an_event(
            ScheduleChanged, **names, effective_on=date(2026, 3, 1), instalments=rows, cause="agreed"
        )

    await ledger.publish(change("60.00", "40.00"))
    await ledger.settled()
    await ledger.publish(change("50.00", "50.00"), change("70.00", "30.00"))
    await ledger.settled()
    assert await ledger.value("SELECT count(*) FROM held") == 0
    assert await ledger.rows(FILE) == [
        {"reference": "opening", "reversal": None, "by_people": False},
        {"reference": "schedule:2026-03-01", "reversal": None, "by_people": False},
        {"reference": "schedule:2026-03-01~1", "reversal": "replaced", "by_people": False},
        {"reference": "schedule:2026-03-01~2", "reversal": "replaced", "by_people": False},
    ]
    assert "7000" in await ledger.value("SELECT data FROM fact WHERE reference = 'schedule:2026-03-01'")


MAY: dict[str, set[Role]] = {
    "read": {Role.ADMINISTRATOR, Role.OPERATOR, Role.INTEGRATOR},
    "propose": {Role.ADMINISTRATOR, Role.OPERATOR},
    "publish": {Role.ADMINISTRATOR, Role.INTEGRATOR},
}
SOMETHING = "6f1c2a0e-5a3b-5d57-9a41-7b0a4e5d2c11"
ROUTES = [
    ("GET", "suspense", "read"),
    ("GET", f"suspense/{SOMETHING}", "read"),
    ("GET", "proposals", "read"),
    ("GET", f"proposals/{SOMETHING}", "read"),
    ("POST", f"suspense/{SOMETHING}/assign", "propose"),
    ("POST", f"suspense/{SOMETHING}/return", "propose"),
    ("POST", f"loans/{SOMETHING}/corrections", "propose"),
    ("POST", "products", "propose"),
    ("POST", f"proposals/{SOMETHING}/approve", "propose"),
    ("POST", f"proposals/{SOMETHING}/refuse", "propose"),
    ("POST", "events/bulk", "publish"),
]


@pytest.mark.parametrize(("method", "path", "what"), ROUTES, ids=[path for _, path, _ in ROUTES])
async def test_each_role_may_do_what_is_its_own(people: People, method: str, path: str, what: str) -> None:
    for role in Role:
        headers = bearer(role, "someone", lenders=LENDERS.get(role)) | {"Idempotency-Key": role.value}
        answer = await people.client.request(method, f"/v1/{path}", headers=headers)
        assert (answer.status_code != 403) == (role in MAY[what]), (role, answer.text)
    anonymous = await people.client.request(method, f"/v1/{path}", headers={"Idempotency-Key": "k"})
    assert anonymous.status_code == 401
