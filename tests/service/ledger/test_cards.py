"""A card over real tables: its statements are made as days pass, are paid and missed, and are shown."""

from datetime import date
from typing import Any

from shared.decision import Role
from shared.events.loans import PaymentsComplete
from tests.builders import a_loan, an_event
from tests.harness import Running
from tests.service.ledger.reading import live_until, reading
from tests.unit.ledger.plastic import a_card, a_card_product, drawn, limited, paid

CARD, OTHER = a_card(product="plastic"), a_loan("L-2")
PATH = f"loans/{CARD.loan_id}"


def _amounts(shown: dict[str, Any], *names: str) -> list[str]:
    return [shown[name]["amount"] for name in names]


async def test_a_card_lives_through_two_statements(ledger: Running) -> None:
    complete = an_event(PaymentsComplete, lender=CARD.lender, through=date(2027, 1, 1), product=None)
    await ledger.publish(a_card_product(), CARD, complete, drawn("1000.00", "2026-01-05"), OTHER)
    await live_until(ledger, date(2026, 2, 10))
    late = drawn("100.00", "2026-01-10", "late")
    await ledger.publish(paid("40.00", "2026-02-10"), drawn("1500.00", "2026-02-10"), late)
    await ledger.publish(limited("2100.00", "2026-02-11"))
    await live_until(ledger, date(2026, 3, 10))
    async with reading(ledger) as reader:
        shown = await reader.got(PATH)
        assert [(one["due_on"], *_amounts(one, "amount", "unpaid")) for one in shown["instalments"]] == [
            ("2026-02-04", "100.00", "60.00"),
            ("2026-03-07", "298.86", "298.86"),
        ]
        assert _amounts(shown, "unpaid", "principal", "credit") == ["2602.86", "2560.00", "0.00"]
        card = shown["card"]
        assert _amounts(card, "limit", "available", "over_limit") == ["2100.00", "0.00", "460.00"]
        assert card["over_limit_since"] == "2026-02-10"
        told = await reader.got(f"{PATH}/card-statements")
        first, second = told["statements"]
        assert (first["reference"], first["issued_on"]) == ("statement:2026-01-15", "2026-01-15")
        # The draw that came late is known now, but was never asked for by the first statement.
        assert _amounts(first, "balance", "minimum_payment", "unpaid") == ["1100.00", "100.00", "60.00"]
        assert _amounts(second, "interest", "minimum_payment", "unpaid") == ["42.86", "358.86", "298.86"]
        assert not second["paid_in_full"]
        # A statement of account shows draws, statements and payments, as of every loan.
        account = await reader.got(f"{PATH}/statement")
        kinds = {line["kind"] for line in account["lines"]}
        assert {"Draw", "Statement", "Payment", "InstalmentDue", "LimitChange"} <= kinds
        assert _amounts(account["after"], "to_pay_off") == ["2602.86"]
        lateness = await reader.got(f"{PATH}/lateness", on="2026-03-10")
        assert (lateness["days_past_due"], lateness["bucket"], lateness["due_on"]) == (34, "M2", "2026-02-04")
        assert "because minimum payment 1 of 60.00 CNY" in lateness["reason"]
        texts = [line["text"] for line in account["lines"] if line["kind"] == "InstalmentDue"]
        assert texts[0] == "Minimum payment 1 of 100.00 CNY fell due"
        refused = await reader.got(f"loans/{OTHER.loan_id}/card-statements", status=404)
        assert refused["code"] == "no_card"
        assert (await reader.got(f"loans/{OTHER.loan_id}"))["card"] is None
        await reader.got(f"{PATH}/card-statements", Role.MEDIATOR, 403)
    every = ledger.published("ledger-events")
    told = [one.NAME for one in every if getattr(one, "loan_id", None) == CARD.loan_id]
    assert [told.count(name) for name in ("StatementMade", "PaymentMissed", "LimitExceeded")] == [2, 2, 1]
