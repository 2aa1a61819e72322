"""The journal as text for other bookkeeping programs."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.ledger.domain.export import NAMES, Format, Side, Transaction, head, write
from services.ledger.domain.journal import Account
from shared.money import Money

AT = datetime(2026, 2, 2, 8, 30, tzinfo=UTC)


def a_transaction(*sides: Side, cause: str = "payment:P-1", loan: str = "L-1001") -> Transaction:
    return Transaction("acme", loan, cause, date(2026, 2, 1), AT, sides)


def paid(currency: str, minor: int = 12_345) -> Transaction:
    return a_transaction(
        Side(Account.CASH, Money(minor, currency)), Side(Account.PRINCIPAL, Money(-minor, currency))
    )


@pytest.mark.parametrize("account", Account)
def test_every_account_has_a_name_under_one_of_the_five_roots(account: Account) -> None:
    root, *rest = NAMES[account].split(":")
    assert root in {"Assets", "Liabilities", "Equity", "Income", "Expenses"}
    assert rest
    assert all(part[0].isupper() and part.isalnum() for part in rest)


def test_no_two_accounts_share_a_name() -> None:
    assert len(set(NAMES.values())) == len(NAMES)


def test_a_transaction_for_beancount() -> None:
    (text,) = write(Format.BEANCOUNT, [paid("CNY")])
    assert text == (
        '2026-02-01 * "L-1001" "payment:P-1"\n'
        '  lender: "acme"\n'
        '  loan: "L-1001"\n'
        '  cause: "payment:P-1"\n'
        '  recorded: "2026-02-02T08:30:00.000000+00:00"\n'
        "  Assets:Cash:Received                          123.45 CNY\n"
        "  Assets:Loans:Principal                       -123.45 CNY\n"
        "\n"
    )


def test_a_transaction_for_hledger() -> None:
    (text,) = write(Format.HLEDGER, [paid("CNY")])
    assert text == (
        "2026-02-01 L-1001 payment:P-1\n"
        "    ; lender:acme\n"
        "    ; loan:L-1001\n"
        "    ; cause:payment:P-1\n"
        "    ; recorded:2026-02-02T08:30:00.000000+00:00\n"
        "    Assets:Cash:Received                          123.45 CNY\n"
        "    Assets:Loans:Principal                       -123.45 CNY\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("currency", "amount", "declared"),
    [
        ("JPY", " 12345 JPY", "1000. JPY"),
        ("CNY", " 123.45 CNY", "1000.00 CNY"),
        ("KWD", " 12.345 KWD", "1000.000 KWD"),
        ("CLF", " 1.2345 CLF", "1000.0000 CLF"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: str, declared: str) -> None:
    for format_ in Format:
        assert amount in "".join(write(format_, [paid(currency)]))
    assert f"commodity {declared}\n" in head(Format.HLEDGER, [currency])


def test_a_text_that_could_end_a_tag_or_a_string_does_not() -> None:
    odd = a_transaction(loan='a"b\\c\nd;e,f|g')
    (beancount,) = write(Format.BEANCOUNT, [odd])
    assert '  loan: "a\\"b\\\\c d;e,f|g"\n' in beancount
    (hledger,) = write(Format.HLEDGER, [odd])
    assert '    ; loan:a"b c d e f g\n' in hledger


def test_beancount_takes_all_accounts_and_currencies_and_finds_what_does_not_add_up(tmp_path: Path) -> None:
    currencies = ["JPY", "CNY", "KWD", "CLF"]
    every = [
        a_transaction(Side(account, Money(7, code)), Side(Account.CASH, Money(-7, code)))
        for account in Account
        for code in currencies
    ]
    text = head(Format.BEANCOUNT, currencies) + "".join(write(Format.BEANCOUNT, every))
    assert bean_check(tmp_path, text) == (0, "")
    lame = a_transaction(Side(Account.CASH, Money(8, "JPY")), Side(Account.PRINCIPAL, Money(-7, "JPY")))
    status, said = bean_check(tmp_path, text + "".join(write(Format.BEANCOUNT, [lame])))
    assert status != 0
    assert "does not balance" in said
    status, said = bean_check(tmp_path, text.replace("open Assets:Cash:Received", "open Assets:Cash:Other"))
    assert status != 0
    assert "Invalid reference to unknown account" in said


def bean_check(folder: Path, text: str) -> tuple[int, str]:
    file = folder / "journal.beancount"
    file.write_text(text)
    command = [str(Path(sys.executable).parent / "bean-check"), "--no-cache", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr
