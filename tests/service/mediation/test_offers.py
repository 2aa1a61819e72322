"""Offers over HTTP: what the ledger and hardship say of them, and who sees what."""

from datetime import date
from pathlib import Path

import httpx
import pytest

from services.mediation.adapters.asking import LedgerAway, LedgerRefuses, Others, Where
from shared.decision import Role
from shared.events.hardship import PlanLoan
from shared.events.parts import ReliefKind, ReliefPhase, ScheduledInstalment
from tests.builders import a_loan, an_instalment, money
from tests.harness import Running
from tests.service.ledger.client import ledger_app
from tests.service.mediation.client import BORROWER, MIRA, OLGA, OTHER_LOAN, People, an_offer
from tests.web import bearer


async def test_an_offer_shows_each_side_what_it_costs_and_the_lender_never_what_the_person_has(
    people: People,
) -> None:
    case = await people.until_negotiating()
    await people.post(f"cases/{case}/offers", OLGA, an_offer(), 201)
    (to_borrower,) = (await people.get(f"cases/{case}", BORROWER))["offers"]
    (to_lender,) = (await people.get(f"cases/{case}", OLGA))["offers"]
    assert to_borrower["after"]["monthly"]["amount"] == "100.00"
    assert to_borrower["after"]["ends_on"] == "2026-04-01"
    assert to_lender["after"]["present_value"]["amount"] == "200.00"
    assert to_borrower["capacity"]["amount"] == "500.00"
    assert (to_lender["capacity"], to_lender["capacity_known"]) == (None, True)


async def test_what_the_person_cannot_pay_is_refused(people: People) -> None:
    case = await people.until_negotiating()
    refused = await people.post(f"cases/{case}/offers", OLGA, an_offer("600.00"), 422)
    assert refused["code"] == "unaffordable"
    assert (await people.get(f"cases/{case}", OLGA))["offers"] == []


async def test_what_the_ledger_refuses_is_refused_with_its_reason(people: People) -> None:
    case = await people.until_negotiating()
    people.fakes.refused = "rate_not_lower"
    refused = await people.post(f"cases/{case}/offers", BORROWER, an_offer(), 422)
    assert refused["code"] == "relief_not_possible"
    assert "rate_not_lower" in str(refused)


async def test_an_offer_of_which_nobody_knows_whether_it_can_be_paid_waits_for_the_mediator(
    people: People,
) -> None:
    case = await people.until_negotiating()
    people.fakes.capacity = None
    made = await people.post(f"cases/{case}/offers", OLGA, an_offer(), 201)
    assert (await people.get(f"cases/{case}", BORROWER))["offers"] == []
    (seen,) = (await people.get(f"cases/{case}", MIRA))["offers"]
    assert (seen["status"], seen["doubt"]) == ("unconfirmed", "capacity_unknown")
    await people.post(f"cases/{case}/offers/{made['offer_id']}/confirm", MIRA, {"confirmed": True})
    (shown,) = (await people.get(f"cases/{case}", BORROWER))["offers"]
    assert (shown["status"], shown["capacity_known"]) == ("open", False)


async def test_the_price_is_asked_for_again_with_each_yes(people: People) -> None:
    case = await people.until_negotiating()
    made = await people.post(f"cases/{case}/offers", BORROWER, an_offer(), 201)
    people.fakes.dearer = 1
    path = f"cases/{case}/offers/{made['offer_id']}/answer"
    refused = await people.post(path, OLGA, {"accepted": True}, 409)
    assert refused["code"] == "offer_outdated"


async def test_an_answer_given_twice_with_one_key_is_one(people: People) -> None:
    case = await people.until_negotiating()
    made = await people.post(f"cases/{case}/offers", BORROWER, an_offer(), 201, key="offer")
    again = await people.post(f"cases/{case}/offers", BORROWER, an_offer(), 201, key="offer")
    assert made == again
    path = f"cases/{case}/offers/{made['offer_id']}/answer"
    answers = [await people.post(path, OLGA, {"accepted": True}, key="yes") for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["stage"] == "settled"


async def test_others_are_asked_only_about_offers_that_may_be_made(people: People) -> None:
    case = await people.until_statements()
    await people.post(f"cases/{case}/offers", BORROWER, an_offer(), 409)
    await people.post(f"cases/{case}/offers", bearer(Role.BORROWER, "someone"), an_offer(), 404)
    await people.post(f"cases/{case}/negotiation", MIRA)
    await people.post(f"cases/{case}/offers", BORROWER, an_offer(loan=OTHER_LOAN), 422)
    assert people.fakes.asked == []


# -- the ledger itself ---------------------------------------------------------------------------------------

NOWHERE = Where("http://ledger.test", "http://hardship.test", None, 2.0)


def _token_payments() -> PlanLoan:
    phase = ReliefPhase(
        kind=ReliefKind.TOKEN_PAYMENTS,
        effective_on=date(2026, 2, 1),
        ends_on=date(2026, 4, 30),
        amount=money("10.00"),
    )
    return PlanLoan(loan_id=a_loan().loan_id, part=1, phases=(phase,))


def _paid_in(instalments: tuple[ScheduledInstalment, ...]) -> PlanLoan:
    phase = ReliefPhase(kind=ReliefKind.INSTALMENTS, effective_on=date(2026, 1, 2), instalments=instalments)
    return PlanLoan(loan_id=a_loan().loan_id, part=1, phases=(phase,))


async def test_the_ledger_prices_what_is_offered(ledger: Running, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(bearer(Role.SERVICE, "mediation")["Authorization"].removeprefix("Bearer ") + "\n")
    where = Where("http://ledger.test", "http://hardship.test", token, 5.0)
    others = Others(where, httpx.ASGITransport(ledger_app(ledger)))
    await ledger.publish(a_loan())
    await ledger.settled()
    (priced,) = await others.price([_token_payments()])
    assert priced.loan_id == a_loan().loan_id
    assert priced.before.total == money("3000.00")
    # The platform provides this loan's schedule: an offer has to bring the new one.
    assert (priced.after, priced.refused) == (None, "schedule_wanted")
    instalments = (an_instalment(1, "1500.00"), an_instalment(2, "1500.00"))
    (priced,) = await others.price([_paid_in(instalments)])
    assert priced.refused is None
    assert priced.after is not None
    assert [one.amount for one in priced.after.dues] == [money("1500.00")] * 2
    await others.close()


@pytest.mark.parametrize(("status", "error"), [(503, LedgerAway), (403, LedgerRefuses)])
async def test_a_ledger_that_does_not_answer_leaves_the_offer_unmade(
    status: int, error: type[Exception]
) -> None:
    others = Others(NOWHERE, httpx.MockTransport(lambda _: httpx.Response(status)))
    with pytest.raises(error):
        await others.price([_token_payments()])
    await others.close()


async def test_where_hardship_does_not_answer_nobody_knows_what_can_be_paid() -> None:
    def lost(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("lost")

    others = Others(NOWHERE, hardship=httpx.MockTransport(lost))
    assert await others.capacity(a_loan().loan_id) is None
    await others.close()
