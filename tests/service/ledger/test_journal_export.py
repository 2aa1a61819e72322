"""The journal goes out whole, and other bookkeeping programs agree that it adds up."""

import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.decision import Role
from shared.events.base import Event
from shared.events.loans import (
    CreditGranted,
    FeeCharged,
    FeeWaived,
    LoanKind,
    LoanOpened,
    ProductPublished,
    ProductTerms,
    RateChanged,
)
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.harness import Running
from tests.service.ledger.reading import ENTRIES, Reader, live_until, reading

BEAN_CHECK = Path(sys.executable).parent / "bean-check"
HLEDGER = shutil.which("hledger")


def a_story() -> list[Event]:
    """Loans in three currencies and of two lenders, and many causes of postings."""
    product = an_event(
        ProductPublished,
        lender="acme",
        product="term-loan",
        product_version=1,
        effective_on=date(2025, 1, 1),
        kind=LoanKind.TERM,
        terms=ProductTerms(annual_rate=Decimal("0.12")),
    )
    term = an_event(
        LoanOpened,
        lender="acme",
        loan_reference="T-1",
        kind=LoanKind.TERM,
        principal=money("12000.00"),
        opened_on=date(2026, 1, 1),
        product="term-loan",
        first_due_on=date(2026, 2, 1),
        instalment_count=12,
    )
    yen = a_loan("J-1", instalments=a_schedule("12000", "12000", currency="JPY"))
    dinar = a_loan("K-1", instalments=a_schedule("100.250", "100.250", currency="KWD"), lender="other")
    of_term = {"lender": "acme", "loan_reference": "T-1"}
    return [
        product,
        term,
        yen,
        dinar,
        a_payment("1066.19", reference="P-1", loan="T-1"),
        an_event(
            FeeCharged, **of_term, fee_reference="F-1", amount=money("50.00"), value_on=date(2026, 2, 3)
        ),
        an_event(FeeWaived, **of_term, fee_reference="F-1", amount=money("20.00"), value_on=date(2026, 2, 4)),
        an_event(
            CreditGranted, **of_term, credit_reference="C-1", amount=money("5.00"), value_on=date(2026, 2, 5)
        ),
        an_event(RateChanged, **of_term, annual_rate=Decimal("0.09"), effective_on=date(2026, 2, 10)),
        a_payment("500.00", reference="P-2", loan="T-1", value_on=date(2026, 1, 20)),
        a_payment(money("12000", "JPY"), reference="P-3", loan="J-1"),
        a_reversal("P-3", loan="J-1", reversed_on=date(2026, 2, 3)),
        a_payment(money("24500", "JPY"), reference="P-4", loan="J-1", value_on=date(2026, 3, 1)),
        a_payment(money("100.250", "KWD"), reference="P-5", loan="K-1", lender="other"),
    ]


async def exported(ledger: Running, reader: Reader, format_: str) -> str:
    await ledger.publish(*a_story())
    await live_until(ledger, date(2026, 3, 10))
    answer = await reader.answer("journal/export", format_=format_)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="journal.{format_}"'
    return answer.text


def hledger(path: Path, *asked: str) -> str:
    assert HLEDGER is not None
    command = [HLEDGER, "-f", str(path), *asked]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def bean_check(path: Path) -> tuple[int, str]:
    done = subprocess.run([BEAN_CHECK, path], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr


async def test_beancount_finds_nothing_wrong_with_a_long_story(ledger: Running, tmp_path: Path) -> None:
    async with reading(ledger) as reader:
        text = await exported(ledger, reader, "beancount")
    (tmp_path / "journal.beancount").write_text(text)
    assert bean_check(tmp_path / "journal.beancount") == (0, "")
    causes = {line.split('"')[1] for line in text.splitlines() if line.startswith("  cause:")}
    assert {"opening", "payment:P-1", "payment:P-2", "fee:F-1", "credit:C-1", "payment:P-4"} <= causes
    assert any(cause.startswith("earned:") for cause in causes)
    for amount in (" -24000 JPY", " 100.250 KWD", " 12000.00 CNY"):
        assert amount in text
    (tmp_path / "wrong.beancount").write_text(text.replace(" 100.250 KWD", " 100.251 KWD", 1))
    status, said = bean_check(tmp_path / "wrong.beancount")
    assert status != 0
    assert "does not balance" in said


@pytest.mark.skipif(HLEDGER is None, reason="hledger is not installed")
async def test_hledger_finds_nothing_wrong_and_has_the_same_balances(ledger: Running, tmp_path: Path) -> None:
    async with reading(ledger) as reader:
        text = await exported(ledger, reader, "hledger")
        trial = await reader.got("journal/trial-balance")
    path = tmp_path / "journal.hledger"
    path.write_text(text)
    told = hledger(path, "balance", "--flat", "-N", "--layout=bare", "-O", "csv")
    hledger(path, "check", "--strict")
    theirs = {tuple(line.replace('"', "").split(",")) for line in told.splitlines()[1:]}
    ours = {
        (one["name"], one["balance"]["currency"], one["balance"]["amount"])
        for one in trial["accounts"]
        if float(one["balance"]["amount"])
    }
    assert {one for one in theirs if one[2] != "0"} == ours


async def test_an_export_is_of_a_period_of_value_dates_and_of_ones_own_lenders(ledger: Running) -> None:
    async with reading(ledger) as reader:
        await exported(ledger, reader, "hledger")
        february: dict[str, Any] = {"from_": "2026-02-01", "to_": "2026-02-28", "format_": "hledger"}
        text = (await reader.answer("journal/export", Role.OPERATOR, **february)).text
        dates = {line[:10] for line in text.splitlines() if line[:2] == "20"}
        assert min(dates) >= "2026-02-01"
        assert max(dates) <= "2026-02-28"
        assert "lender:acme" in text
        assert "other" not in text
        assert "KWD" not in text
        of_other = await reader.got("journal/export", Role.OPERATOR, 404, lender="other", format_="beancount")
        assert of_other["code"] == "lender_unknown"
        backwards: dict[str, Any] = {"from_": "2026-02-02", "to_": "2026-02-01", "format_": "hledger"}
        assert (await reader.got("journal/export", status=422, **backwards))["code"] == "period_backwards"
        for role in (Role.AGENCY, Role.HARDSHIP_OFFICER):
            await reader.answer("journal/export", role, 403, format_="hledger")
    entries = await ledger.rows(ENTRIES)
    assert [(one["action"], one["outcome"]) for one in entries] == [("export_journal", "done")] * 2
