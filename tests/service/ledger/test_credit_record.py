"""Credit records, liability and restated portfolios on PostgreSQL, as routes show them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from shared.events.base import Event
from shared.events.ledger import CreditStatusChanged, FreezeRefused, PaymentMissed, ReliefInstructed
from shared.events.loans import PaymentsComplete
from shared.events.parts import Freezes
from shared.events.servicing import ReliefRejected
from tests.builders import a_loan, a_payment, a_schedule, an_event
from tests.harness import Running
from tests.service.ledger.reading import live_until, reading
from tests.unit.ledger.test_holds import a_hold, a_product, a_term_loan

LOAN = a_term_loan("600.00", opened_on="2026-01-01", first_due_on="2026-02-01", instalment_count=6)
SCHEMES = ("pbc_month", "metro2_history", "cn_m")
WEI = UUID(int=1)


def opened(**terms: Any) -> list[Event]:
    """A loan of six instalments from 1 February on, and its platform's word that all is reported."""
    complete = an_event(PaymentsComplete, lender=LOAN.lender, through="2026-12-31", product=None)
    return [a_product(**{"annual_rate": Decimal(0), **terms}), LOAN, complete]


async def tell(ledger: Running, *events: Event) -> None:
    """One after the other: a loan that comes before its product waits for it."""
    for event in events:
        await ledger.publish(event)
        await ledger.settled()


async def told_late(ledger: Running) -> None:
    """Two instalments are late until a payment of March comes to light on 10 April."""
    await tell(ledger, *opened(credit_schemes=SCHEMES))
    await live_until(ledger, date(2026, 4, 10))
    await ledger.publish(a_payment("200.00", value_on=date(2026, 3, 5), reference="found"))
    await live_until(ledger, date(2026, 4, 11))


async def test_a_record_shows_each_month_as_it_was_reported_and_as_it_was_corrected(ledger: Running) -> None:
    await told_late(ledger)
    assert await ledger.value("SELECT count(*) FROM held") == 0
    async with reading(ledger) as reader:
        record = await reader.got(f"loans/{LOAN.loan_id}/credit-record")
    assert (record["schemes"], record["as_of"]) == (list(SCHEMES), "2026-04-10")
    assert record["codes"] == {"pbc_month": "N", "cn_m": "M1"}
    months = [(one["month"], one["reported"]["pbc_month"], one["corrected"]) for one in record["months"]]
    assert months == [
        ("2026-03-01", "2", {"pbc_month": "N", "cn_m": "M0"}),
        ("2026-02-01", "1", None),
        ("2026-01-01", "*", None),
    ]
    told = [one for one in ledger.published("ledger-events") if isinstance(one, CreditStatusChanged)]
    assert [(one.scheme, one.before, one.after) for one in told if one.correction] == [
        ("pbc_month", "2", "N"),
        ("metro2_history", "100" + "B" * 21, "000" + "B" * 21),
        ("cn_m", "M3", "M1"),
    ]


async def test_a_loan_in_no_scheme_has_an_empty_record(ledger: Running) -> None:
    await tell(ledger, *opened())
    await live_until(ledger, date(2026, 2, 10))
    async with reading(ledger) as reader:
        record = await reader.got(f"loans/{LOAN.loan_id}/credit-record")
    assert (record["schemes"], record["as_of"], record["codes"], record["months"]) == ([], None, {}, [])


@pytest.mark.parametrize("statement", ["DELETE FROM credit_month", "UPDATE credit_month SET codes = ''"])
async def test_credit_records_are_only_added_to(ledger: Running, statement: str) -> None:
    with pytest.raises(Exception, match="credit records are only added to"):
        await ledger.value(f"{statement} RETURNING 1")


async def test_a_portfolio_of_a_day_gone_by_is_as_it_was_told_or_as_it_is_known_now(ledger: Running) -> None:
    await told_late(ledger)
    async with reading(ledger) as reader:

        async def buckets(on: str, **query: Any) -> dict[str, int]:
            shown = await reader.got("portfolio", as_of=on, **query)
            (one,) = shown["currencies"]
            return {line["bucket"]: line["loans"] for line in one["ageing"] if line["loans"]}

        assert await buckets("2026-03-20") == {"M2": 1}
        assert await buckets("2026-03-20", basis="known") == {"M0": 1}
        assert await buckets("2026-03-04", basis="known") == {"M2": 1}
        assert await buckets("2026-04-05", basis="known") == {"M1": 1}
        assert await buckets("2026-04-11") == await buckets("2026-04-11", basis="known") == {"M1": 1}
        known = (await reader.got("portfolio", as_of="2026-04-11", since="2026-03-20", basis="known"))[
            "currencies"
        ]
        cells = [(one["before"], one["after"]) for one in known[0]["roll_rates"] if one["loans"]]
        assert cells == [("M0", "M1")]


async def test_what_may_be_asked_of_whom_of_a_joint_loan(ledger: Running) -> None:
    await tell(ledger, *opened(annual_rate=Decimal("0.24")))
    hold = a_hold(Freezes(interest_and_fees=True, ageing=True), "2026-01-11", "2026-01-20", person_id=WEI)
    await ledger.publish(hold)
    await live_until(ledger, date(2026, 2, 10))
    async with reading(ledger) as reader:
        shown = await reader.got(f"loans/{LOAN.loan_id}/liability", on="2026-01-31")
    owed = {one["person_id"]: Decimal(one["owed"]["amount"]) for one in shown["liabilities"]}
    # Thirty days of 600.00 at 24 %; ten of them are spared to Wei, and asked of nobody by mistake.
    assert owed == {str(WEI): Decimal("607.89"), None: Decimal("611.84")}


async def test_case_54_interest_that_a_hold_forbids_is_never_posted(ledger: Running) -> None:
    hold = a_hold(Freezes(interest_and_fees=True), "2026-11-10", "2026-11-30")
    loan = a_term_loan()
    complete = an_event(PaymentsComplete, lender=loan.lender, through="2026-12-31", product=None)
    await ledger.publish(a_product(), loan, complete)
    await live_until(ledger, date(2026, 11, 20))
    await ledger.publish(hold)
    await live_until(ledger, date(2026, 12, 1))
    await ledger.publish(a_payment("10059.18", value_on=date(2026, 12, 1)))
    await live_until(ledger, date(2026, 12, 2))
    assert await ledger.value("SELECT owed_minor FROM loan") == 0
    income = "SELECT sum(amount_minor)::bigint FROM posting WHERE account = 'interest_income'"
    assert await ledger.value(income) == -59_18


async def test_a_core_that_refuses_a_hold_raises_an_alarm_and_nothing_is_demanded(ledger: Running) -> None:
    loan = a_loan(instalments=a_schedule("100.00", "100.00"))
    await ledger.publish(
        loan, an_event(PaymentsComplete, lender=loan.lender, through="2026-12-31", product=None)
    )
    await ledger.publish(a_hold(Freezes(interest_and_fees=True), "2026-01-05"))
    await live_until(ledger, date(2026, 1, 10))
    (told,) = [one for one in ledger.published("ledger-events") if isinstance(one, ReliefInstructed)]
    refusal = {"instruction_id": told.instruction_id, "rejected_on": "2026-01-12", "reason": "not_supported"}
    await ledger.publish(an_event(ReliefRejected, **refusal))
    await live_until(ledger, date(2026, 2, 20))
    kinds = [type(one) for one in ledger.published("ledger-events")]
    assert (kinds.count(FreezeRefused), kinds.count(PaymentMissed)) == (1, 0)
