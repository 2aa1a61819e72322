"""A portfolio's figures, counted by the database, are those that its loans' stories give."""

from datetime import date
from typing import Any

import pytest

from shared.decision import Role
from shared.events.base import Event
from shared.events.loans import PaymentsComplete
from tests.builders import a_loan, a_payment, a_schedule, an_event
from tests.harness import Running
from tests.service.ledger.reading import Reader, live_until, reading

FEB, MAR, APR = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


def loans() -> list[Event]:
    """Five loans: one paid in time, one never, one late and cured, one repaid at once, one in yen."""
    schedule = a_schedule("100.00", "100.00", "100.00")
    opened = [a_loan(name, instalments=schedule) for name in ("good", "never", "cured", "repaid")]
    yen = a_loan("yen", lender="other", instalments=a_schedule("5000", "5000", currency="JPY"))
    complete = [
        an_event(PaymentsComplete, lender=lender, through=date(2026, 12, 31), product=None)
        for lender in ("acme", "other")
    ]
    paid = [
        a_payment("100.00", reference="g1", loan="good", value_on=FEB),
        a_payment("300.00", reference="r1", loan="repaid", value_on=date(2026, 1, 15)),
    ]
    return [*opened, yen, *complete, *paid]


async def told(ledger: Running) -> None:
    """The loans' stories through 10 April."""
    await ledger.publish(*loans())
    await live_until(ledger, date(2026, 2, 20))
    await ledger.publish(a_payment("100.00", reference="c1", loan="cured", value_on=date(2026, 2, 20)))
    await live_until(ledger, date(2026, 2, 25))
    for day, name in ((MAR, "g2"), (APR, "g3")):
        await ledger.publish(a_payment("100.00", reference=name, loan="good", value_on=day))
    await ledger.publish(a_payment("100.00", reference="c2", loan="cured", value_on=MAR))
    await live_until(ledger, date(2026, 4, 10))


async def shown(reader: Reader, currency: str = "CNY", **query: Any) -> Any:
    answer = await reader.got("portfolio", **query)
    (one,) = [one for one in answer["currencies"] if one["currency"] == currency]
    return one


def buckets(one: Any) -> dict[str, tuple[int, str, str]]:
    return {
        line["bucket"]: (line["loans"], line["owed"]["amount"], line["arrears"]["amount"])
        for line in one["ageing"]
        if line["loans"]
    }


async def test_the_ageing_table_and_what_is_at_risk_are_as_of_any_day(ledger: Running) -> None:
    await told(ledger)
    async with reading(ledger) as reader:
        assert buckets(await shown(reader, as_of="2026-01-10")) == {"M0": (4, "1200.00", "0.00")}
        assert buckets(await shown(reader, as_of="2026-02-10")) == {
            "M0": (1, "200.00", "0.00"),
            "M1": (2, "600.00", "200.00"),
        }
        later = await shown(reader, as_of="2026-03-10")
        assert buckets(later) == {"M0": (2, "200.00", "0.00"), "M2": (1, "300.00", "200.00")}
        risk = {one["more_than_days"]: (one["loans"], one["share"]) for one in later["at_risk"]}
        assert risk == {30: (1, "0.600000"), 60: (0, "0.000000"), 90: (0, "0.000000")}
        assert buckets(await shown(reader, "JPY", as_of="2026-03-10")) == {"M2": (1, "10000", "10000")}
        assert buckets(await shown(reader, as_of="2026-03-10", buckets="30_60_90")) == {
            "0": (2, "200.00", "0.00"),
            "30": (1, "300.00", "200.00"),
        }


async def test_roll_rates_follow_each_loan_from_one_day_to_another(ledger: Running) -> None:
    await told(ledger)
    async with reading(ledger) as reader:
        one = await shown(reader, as_of="2026-03-10", since="2026-02-10")
        cells = {
            (cell["before"], cell["after"]): (cell["loans"], cell["owed"]["amount"], cell["share_of_owed"])
            for cell in one["roll_rates"]
            if cell["loans"]
        }
        assert cells == {
            ("M0", "M0"): (1, "200.00", "1.000000"),
            ("M1", "M0"): (1, "300.00", "0.500000"),
            ("M1", "M2"): (1, "300.00", "0.500000"),
        }
        early = await shown(reader, as_of="2026-02-10", since="2026-01-10")
        rolled = {
            (cell["before"], cell["after"]): cell["loans"] for cell in early["roll_rates"] if cell["loans"]
        }
        assert rolled == {("M0", "M0"): 1, ("M0", "M1"): 2, ("M0", "repaid"): 1}


async def test_cash_is_expected_as_loans_of_each_bucket_were_found_to_pay(ledger: Running) -> None:
    await told(ledger)
    async with reading(ledger) as reader:
        one = await shown(reader, as_of="2026-03-10", since="2026-02-10")
        # Of the schedules as they stand now: two loans have the instalment of 1 April open.
        assert one["expected_cash"] == [
            {
                "due_on": "2026-04-01",
                "scheduled": {"amount": "200.00", "currency": "CNY"},
                "expected": {"amount": "100.00", "currency": "CNY"},
            }
        ]


async def test_cures_and_vintages_count_what_was_told(ledger: Running) -> None:
    await told(ledger)
    await live_until(ledger, date(2026, 6, 1))
    async with reading(ledger) as reader:
        one = await shown(reader, as_of="2026-06-01")
        cures = {line["bucket"]: (line["spells"], line["cured"], line["share"]) for line in one["cure_rates"]}
        assert cures == {"M1": (1, 1, "1.000000"), "M4": (1, 0, "0.000000")}
        reached = [(line["months"], line["loans"], line["share_of_principal"]) for line in one["vintages"]]
        assert reached == [
            (0, 0, "0.000000"),
            (1, 0, "0.000000"),
            (2, 1, "0.250000"),
            (3, 1, "0.250000"),
            (4, 2, "0.500000"),
        ]
        assert {line["opened_in"] for line in one["vintages"]} == {"2026-01-01"}


async def test_a_portfolio_is_of_ones_own_lenders_and_of_days_that_have_begun(ledger: Running) -> None:
    await ledger.publish(*loans())
    await live_until(ledger, date(2026, 2, 10))
    async with reading(ledger) as reader:
        mine = await reader.got("portfolio", Role.OPERATOR)
        assert [one["currency"] for one in mine["currencies"]] == ["CNY"]
        assert (mine["as_of"], mine["since"]) == ("2026-02-10", "2026-01-11")
        assert (await reader.got("portfolio", Role.OPERATOR, 404, lender="other"))["code"] == "lender_unknown"
        await reader.got("portfolio", Role.AGENCY, 403)
        only = await reader.got("portfolio", lender="other")
        assert [one["currency"] for one in only["currencies"]] == ["JPY"]
        out_of_reach: tuple[dict[str, Any], ...] = (
            {"as_of": "2026-02-11"},
            {"as_of": "2026-02-01", "since": "2026-02-02"},
            {"as_of": "0001-01-01"},
            {"since": "1899-12-31"},
        )
        for query in out_of_reach:
            assert (await reader.got("portfolio", status=422, **query))["code"] == "day_out_of_reach"
        assert (await reader.got("portfolio", status=422, buckets="m9"))["code"] == "scheme_unknown"


async def test_a_loan_whose_platform_fell_silent_is_shown_no_later_than_its_borrower_was_told(
    ledger: Running,
) -> None:
    said = an_event(PaymentsComplete, lender="acme", through=date(2026, 2, 15), product=None)
    await ledger.publish(a_loan(instalments=a_schedule("100.00", "100.00", "100.00")), said)
    await live_until(ledger, date(2026, 3, 20))
    async with reading(ledger) as reader:
        assert buckets(await shown(reader)) == {"M1": (1, "300.00", "100.00")}
        assert {one["loans"] for one in (await shown(reader))["at_risk"]} == {0}


async def test_the_journal_and_the_loans_have_the_same_principal(ledger: Running) -> None:
    await told(ledger)
    rows = await ledger.rows(
        "SELECT l.reference, l.principal_minor, (SELECT sum(amount_minor)::bigint FROM posting p "
        "WHERE p.loan_id = l.id AND account = 'principal') AS posted FROM loan l"
    )
    assert len(rows) == 5
    assert all(row["principal_minor"] == row["posted"] for row in rows)
    assert sum(row["principal_minor"] for row in rows if row["reference"] == "never") == 30_000


@pytest.mark.parametrize("statement", ["DELETE FROM stage", "UPDATE stage SET arrears_minor = 0"])
async def test_what_was_told_of_a_day_is_never_changed(ledger: Running, statement: str) -> None:
    with pytest.raises(Exception, match="stages are only added"):
        await ledger.database.execute(statement)
