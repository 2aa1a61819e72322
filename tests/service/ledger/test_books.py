"""What auditors and operators read of the ledger: balances, statements, the loans of a borrower."""

from datetime import date
from typing import Any

import pytest

from shared.decision import Role
from shared.events.ids import name_id
from shared.events.loans import FeeCharged
from shared.events.parts import Party, PartyRole
from shared.events.servicing import PartyChange, PartyChanged
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.harness import Running
from tests.service.ledger.reading import ENTRIES, Reader, live_until, reading

LOAN = a_loan()
OF_LOAN = {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference}


async def accounts(reader: Reader, **query: Any) -> dict[str, str]:
    told = await reader.got(f"loans/{LOAN.loan_id}/balance", **query)
    return {one["account"]: one["balance"]["amount"] for one in told["accounts"]}


async def test_a_balance_is_as_of_any_value_date_and_as_known_at_any_instant(ledger: Running) -> None:
    await ledger.publish(a_loan(instalments=a_schedule("100.00", "100.00")))
    await ledger.settled()
    before = (await ledger.value("SELECT clock_timestamp()")).isoformat()
    await ledger.publish(a_payment("100.00", value_on=date(2026, 2, 1)))
    await ledger.settled()
    async with reading(ledger) as reader:
        paid = {"disbursed": "-200.00", "principal": "100.00", "cash": "100.00"}
        unpaid = {"disbursed": "-200.00", "principal": "200.00"}
        assert await accounts(reader, as_of="2026-02-01") == paid
        assert await accounts(reader, as_of="2026-01-31") == unpaid
        assert await accounts(reader, as_of="2026-02-01", known_at=before) == unpaid
        assert await accounts(reader, as_of="2025-12-31") == {}
        told = await reader.got(f"loans/{LOAN.loan_id}/balance", as_of="2026-02-01")
        assert (told["owed"], told["credit"]) == (
            {"amount": "100.00", "currency": "CNY"},
            {"amount": "0.00", "currency": "CNY"},
        )
        assert (await reader.got(f"loans/{LOAN.loan_id}/balance"))["as_of"] == "2026-01-02"


async def test_a_trial_balance_adds_up_in_every_currency_and_at_every_moment(ledger: Running) -> None:
    yen = a_loan("J-1", lender="other", instalments=a_schedule("5000", currency="JPY"))
    await ledger.publish(
        a_loan(instalments=a_schedule("100.00", "100.00")),
        a_payment("130.00", value_on=date(2026, 2, 1)),
        an_event(FeeCharged, **OF_LOAN, fee_reference="F", amount=money("3.00"), value_on=date(2026, 1, 15)),
        a_reversal(reversed_on=date(2026, 2, 2)),
        yen,
    )
    await live_until(ledger, date(2026, 2, 20))
    async with reading(ledger) as reader:
        for day in ("2026-01-01", "2026-01-15", "2026-02-01", "2026-02-20"):
            told = await reader.got("journal/trial-balance", as_of=day)
            for total in told["totals"]:
                assert total["debit"] == total["credit"]
                assert float(total["debit"]["amount"]) > 0
        names = {one["name"]: one["balance"]["amount"] for one in told["accounts"]}
        assert names["Assets:Loans:Fees"] == "3.00"
        assert names["Income:Fees"] == "-3.00"
        assert [total["debit"]["currency"] for total in told["totals"]] == ["CNY", "JPY"]
        (only,) = (await reader.got("journal/trial-balance", Role.OPERATOR))["totals"]
        assert only["debit"]["currency"] == "CNY"
        refused = await reader.got("journal/trial-balance", Role.INTEGRATOR, 404, lender="other")
        assert refused["code"] == "lender_unknown"


@pytest.mark.parametrize("known_at", ["9999-12-31T23:59:59-23:00", "2026-01-01T00:00:00", "yesterday"])
async def test_an_instant_that_is_none_is_refused(ledger: Running, known_at: str) -> None:
    async with reading(ledger) as reader:
        refused = await reader.got("journal/trial-balance", status=422, known_at=known_at)
    assert refused["code"] == "validation_failed"


async def test_a_statement_comes_as_data_as_a_table_and_as_a_page(ledger: Running) -> None:
    await ledger.publish(a_loan(instalments=a_schedule("100.00", "100.00")), a_payment("60.00"))
    await live_until(ledger, date(2026, 2, 11))
    path = f"loans/{LOAN.loan_id}/statement"
    async with reading(ledger) as reader:
        told = await reader.got(path)
        assert (told["from_on"], told["as_of"]) == ("2026-01-01", "2026-02-11")
        assert (told["days_past_due"], told["after"]["past_due"]["amount"]) == (10, "40.00")
        assert [line["kind"] for line in told["lines"]] == ["Draw", "InstalmentDue", "Payment"]
        table = await reader.answer(path, format_="csv")
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        assert table.text.splitlines()[0].startswith("section,value_on,kind,")
        page = await reader.answer(path, format_="html", as_of="2026-02-01")
        assert "style-src 'sha256-" in page.headers["content-security-policy"]
        assert "<h1>Statement of loan L-1001</h1>" in page.text
        backwards = await reader.got(path, status=422, from_="2026-02-02", as_of="2026-02-01")
        assert backwards["code"] == "statement_ends_early"
        early = await reader.got(path, status=422, as_of="2025-12-31")
        assert early["code"] == "statement_ends_early"
        assert (await reader.got(path, from_="0001-01-01"))["from_on"] == "2026-01-01"
    entries = await ledger.rows(ENTRIES)
    assert {(one["action"], one["key_id"]) for one in entries} == {("loan_statement", LOAN.loan_id)}


async def test_another_lenders_loan_is_no_ones_to_read(ledger: Running) -> None:
    other = a_loan(lender="other")
    await ledger.publish(other)
    await ledger.settled()
    async with reading(ledger) as reader:
        for what in ("statement", "balance"):
            refused = await reader.got(f"loans/{other.loan_id}/{what}", Role.OPERATOR, 404)
            assert refused["code"] == "loan_unknown"
            await reader.got(f"loans/{other.loan_id}/{what}")
        assert (await reader.got("borrowers/other/C-1/loans", Role.OPERATOR, 404))["code"] == "lender_unknown"
        await reader.got(f"loans/{other.loan_id}/balance", Role.AGENCY, 403)


def _party(change: PartyChange, on: date, reference: str = "C-2") -> PartyChanged:
    party = Party(borrower_reference=reference, role=PartyRole.GUARANTOR)
    return an_event(PartyChanged, **OF_LOAN, party=party, change=change, effective_on=on)


async def roles(reader: Reader, person: str, **query: Any) -> list[tuple[str, list[str]]]:
    told = await reader.got(f"borrowers/acme/{person}/loans", **query)
    return [(one["loan_reference"], one["roles"]) for one in told["data"]]


async def test_a_borrowers_loans_are_those_that_the_person_is_part_of_today(ledger: Running) -> None:
    borrower = (Party(borrower_reference="C-1"), Party(borrower_reference="C-1"))
    await ledger.publish(
        a_loan(parties=borrower),
        a_loan("L-2", parties=(Party(borrower_reference="C-1", role=PartyRole.JOINT),)),
        a_loan("L-1", lender="other", parties=borrower),
        _party(PartyChange.REMOVED, date(2026, 1, 20)),
        _party(PartyChange.ADDED, date(2026, 1, 10)),
        _party(PartyChange.ADDED, date(2026, 1, 10), "C-1"),
    )
    await ledger.settled()
    async with reading(ledger) as reader:
        assert sorted(await roles(reader, "C-1")) == [("L-1001", ["borrower"]), ("L-2", ["joint"])]
        assert await roles(reader, "C-2") == await roles(reader, "C-3") == []
        await live_until(ledger, date(2026, 1, 15))
        assert await roles(reader, "C-2") == [("L-1001", ["guarantor"])]
        assert ("L-1001", ["borrower", "guarantor"]) in await roles(reader, "C-1")
        await live_until(ledger, date(2026, 1, 25))
        assert await roles(reader, "C-2") == []
        first = await reader.got("borrowers/acme/C-1/loans", limit=1)
        second = await reader.got("borrowers/acme/C-1/loans", limit=1, cursor=first["next_cursor"])
        assert (first["has_more"], second["has_more"]) == (True, False)
        assert first["data"][0]["loan_id"] != second["data"][0]["loan_id"]
    (audited,) = {one["key_id"] for one in await ledger.rows(ENTRIES)} - {
        name_id("borrower", f"acme\n{person}") for person in ("C-2", "C-3")
    }
    assert audited == name_id("borrower", "acme\nC-1")
