"""Shared loans as platforms, auditors and holders' statements see them."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from shared.decision import Role
from shared.events.parts import LenderShare
from shared.events.servicing import SharesChanged
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event
from tests.harness import Running
from tests.service.ledger.reading import Reader, live_until, reading

THIRD = (("anna", "0.3333"), ("bo", "0.3333"), ("chen", "0.3334"))
LOAN = a_loan(instalments=a_schedule("100.01", "100.01"))


def shares(*parts: tuple[str, str]) -> tuple[LenderShare, ...]:
    return tuple(LenderShare(holder_reference=name, share=Decimal(part)) for name, part in parts)


def sold(reference: str = LOAN.loan_reference) -> SharesChanged:
    """Bo sells to Dora from 10 February on."""
    new = shares(("anna", "0.3333"), ("chen", "0.3334"), ("dora", "0.3333"))
    return an_event(
        SharesChanged,
        lender=LOAN.lender,
        loan_reference=reference,
        effective_on=date(2026, 2, 10),
        shares=new,
    )


async def opened(ledger: Running) -> None:
    await ledger.publish(
        LOAN.model_copy(update={"shares": shares(*THIRD)}),
        a_loan("L-2", instalments=a_schedule("50.00"), shares=shares(("bo", "1"))),
        a_loan("L-3", instalments=a_schedule("70.00")),
        a_payment("100.01", reference="P-1", value_on=date(2026, 2, 1)),
        a_payment("30.00", reference="P-2", value_on=date(2026, 2, 20)),
    )
    await live_until(ledger, date(2026, 2, 25))
    await ledger.publish(sold())
    await ledger.settled()


def _amounts(shown: Any) -> dict[str, dict[str, Decimal]]:
    return {
        one["holder_reference"]: {a["account"]: Decimal(a["balance"]["amount"]) for a in one["accounts"]}
        for one in shown["holders"]
    }


async def parts_add_up(reader: Reader, **query: Any) -> dict[str, dict[str, Decimal]]:
    """Holders' accounts make up the loan's, each holder's are zero in sum."""
    parts = _amounts(await reader.got(f"loans/{LOAN.loan_id}/shares", **query))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for accounts in parts.values():
        assert sum(accounts.values()) == 0
        for account, amount in accounts.items():
            sums[account] += amount
    told = await reader.got(f"loans/{LOAN.loan_id}/balance", **query)
    whole = {one["account"]: Decimal(one["balance"]["amount"]) for one in told["accounts"]}
    assert {a: m for a, m in sums.items() if m} == {a: m for a, m in whole.items() if m}
    return parts


async def test_each_holders_part_adds_up_on_any_day_and_as_known_at_any_instant(ledger: Running) -> None:
    await opened(ledger)
    before = (await ledger.value("SELECT clock_timestamp()")).isoformat()
    await ledger.publish(a_reversal("P-1", reversed_on=date(2026, 2, 24)))
    await ledger.settled()
    async with reading(ledger) as reader:
        for day in ("2026-01-01", "2026-02-01", "2026-02-09", "2026-02-10", "2026-02-25"):
            await parts_add_up(reader, as_of=day)
            await parts_add_up(reader, as_of=day, known_at=before)
        known = await parts_add_up(reader, as_of="2026-02-25", known_at=before)
        assert known["bo"] == {
            "cash": Decimal("33.33"),
            "disbursed": Decimal("-66.66"),
            "between_holders": Decimal("33.33"),
        }
        assert known["dora"]["principal"] == Decimal("23.33")
        now = await parts_add_up(reader, as_of="2026-02-25")
        assert "cash" not in now["bo"]
        told = await reader.got(f"loans/{LOAN.loan_id}/shares")
        assert told["since"] == "2026-02-10"
        held = {one["holder_reference"]: one["share"] for one in told["holders"]}
        assert held == {"anna": "0.3333", "bo": "0", "chen": "0.3334", "dora": "0.3333"}


async def test_the_journal_says_whom_to_pay_how_much_of_a_payment(ledger: Running) -> None:
    await opened(ledger)
    async with reading(ledger) as reader:
        told = await reader.got(f"loans/{LOAN.loan_id}/shares/journal")
        paid: dict[str, dict[str, str]] = defaultdict(dict)
        for one in told["postings"]:
            if one["account"] == "cash":
                paid[one["cause"]][one["holder_reference"]] = one["amount"]["amount"]
        assert paid["payment:P-1"] == {"anna": "33.33", "bo": "33.33", "chen": "33.35"}
        assert set(paid["payment:P-2"]) == {"anna", "chen", "dora"}
        parts = await parts_add_up(reader)
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for one in told["postings"]:
            sums[one["holder_reference"], one["account"]] += Decimal(one["amount"]["amount"])
        assert {key: amount for key, amount in sums.items() if amount} == {
            (holder, account): amount
            for holder, accounts in parts.items()
            for account, amount in accounts.items()
            if amount
        }
        text = (await reader.answer("journal/export", format_="beancount", from_="2026-02-05")).text
        assert '"shares:2026-02-10"' in text
        assert '    holder: "dora"\n' in text


async def test_a_holders_totals_are_those_of_all_loans_of_one_lender(ledger: Running) -> None:
    await opened(ledger)
    async with reading(ledger) as reader:
        query: dict[str, Any] = {"lender": "acme", "holder_reference": "bo"}
        (total,) = (await reader.got("holders", Role.OPERATOR, **query))["totals"]
        assert (total["loans"], total["owned"]["amount"], total["received"]["amount"]) == (
            2,
            "50.00",
            "33.33",
        )
        assert (await reader.got("holders", **{**query, "as_of": "2026-02-09"}))["totals"][0]["owned"][
            "amount"
        ] == "83.33"
        assert (await reader.got("holders", **{**query, "holder_reference": "nobody"}))["totals"] == []
        refused = await reader.got("holders", Role.OPERATOR, 404, **{**query, "lender": "other"})
        assert refused["code"] == "lender_unknown"
        alone = await reader.got(f"loans/{a_loan('L-3').loan_id}/shares")
        assert (alone["since"], alone["holders"]) == (None, [])
        await reader.got("holders", Role.AGENCY, 403, **query)
