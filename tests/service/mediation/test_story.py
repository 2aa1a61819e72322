"""A case from the request to the settlement in force, on the simulated clock."""

from uuid import UUID, uuid4

from shared.events.examples import LENDER
from shared.events.hardship import PlanActivated, PlanWithdrawn
from shared.events.ledger import ReliefRefused
from shared.events.mediation import MediationClosed, MediationOpened, SettlementReached, plan_of_settlement
from shared.events.parts import PlanPart
from shared.events.reminders import MediationRequested
from tests.builders import an_event
from tests.harness import instant
from tests.service.mediation.client import ADA, BORROWER, LOAN, MIRA, OLGA, PERSON, People, an_offer


def _plan(people: People) -> UUID:
    reached = people.mediation.published("mediation-events")[-1]
    assert isinstance(reached, SettlementReached)
    return plan_of_settlement(reached.settlement_id)


async def test_two_sides_come_to_an_agreement_that_becomes_a_plan(people: People) -> None:
    await people.mediator()
    await people.linked()
    asked = MediationRequested(
        person_id=PERSON, request_id=uuid4(), loan_ids=(LOAN,), requested_at=instant("2026-01-02T12:00")
    )
    await people.mediation.publish(asked)
    await people.mediation.settled()
    (opened,) = people.mediation.published("mediation-events")
    assert isinstance(opened, MediationOpened)
    assert (opened.lender, opened.loan_ids, opened.request_id) == (LENDER, (LOAN,), asked.request_id)
    case = str(opened.case_id)
    await people.post(f"cases/{case}/consent", BORROWER, {"agreed": True})
    await people.tick("2026-01-05T12:00")
    await people.post(f"cases/{case}/consent", OLGA, {"agreed": True})
    assert await people.stage(case) == "appointed"
    await people.post(f"cases/{case}/take-up", MIRA)
    await people.post(f"cases/{case}/statements", BORROWER, {"text": "I lost my work."}, 201)
    await people.post(f"cases/{case}/statements", OLGA, {"text": "We lent in good faith."}, 201)
    await people.tick("2026-01-10T12:00")
    offer = (await people.post(f"cases/{case}/mediator-offers", MIRA, an_offer(), 201))["offer_id"]
    await people.post(f"cases/{case}/offers/{offer}/answer", OLGA, {"accepted": True})
    assert await people.stage(case) == "negotiating"
    await people.post(f"cases/{case}/offers/{offer}/answer", BORROWER, {"accepted": True})
    await people.mediation.settled()
    plan = _plan(people)
    await people.mediation.publish(an_event(PlanActivated, person_id=PERSON, plan_id=plan, loan_ids=(LOAN,)))
    await people.mediation.settled()
    closed = people.mediation.published("mediation-events")[-1]
    assert isinstance(closed, MediationClosed)
    assert closed.outcome == "settled"
    assert people.told() == [
        "MediationOpened",
        "MediatorAppointed",
        "StatementSubmitted",
        "StatementSubmitted",
        "OfferMade",
        "OfferAnswered",
        "OfferAnswered",
        "SettlementReached",
        "MediationClosed",
    ]
    certificate = await people.get(f"cases/{case}/certificate", BORROWER)
    assert (certificate["outcome"], certificate["offers"]) == ("settled", 1)
    mediator = await people.get("mediators", ADA)
    assert mediator["data"][0]["case_ids"] == []


async def test_what_the_ledger_refuses_afterwards_is_negotiated_again(people: People) -> None:
    case = await people.until_settled()
    await people.mediation.settled()
    part = PlanPart(plan_id=_plan(people), part=1)
    await people.mediation.publish(ReliefRefused(loan_id=LOAN, plan=part, reason="too_late"))
    await people.mediation.settled()
    shown = await people.get(f"cases/{case}", BORROWER)
    (failed,) = shown["offers"]
    assert (shown["stage"], failed["status"], failed["reason"]) == ("negotiating", "not_applied", "too_late")
    made = await people.post(f"cases/{case}/offers", OLGA, an_offer("90.00"), 201)
    await people.post(f"cases/{case}/offers/{made['offer_id']}/answer", BORROWER, {"accepted": True})
    assert await people.stage(case) == "settled"


async def test_who_thinks_better_of_the_plan_goes_on_negotiating(people: People) -> None:
    case = await people.until_settled()
    await people.mediation.settled()
    withdrawn = an_event(PlanWithdrawn, person_id=PERSON, plan_id=_plan(people), loan_ids=(LOAN,))
    await people.mediation.publish(withdrawn)
    await people.mediation.settled()
    assert await people.stage(case) == "negotiating"


async def test_plans_that_follow_from_no_settlement_change_nothing(people: People) -> None:
    case = await people.until_settled()
    await people.mediation.publish(
        an_event(PlanActivated, person_id=PERSON, plan_id=uuid4(), loan_ids=(LOAN,)),
        ReliefRefused(loan_id=LOAN, plan=PlanPart(plan_id=uuid4(), part=1), reason="too_late"),
    )
    await people.mediation.settled()
    assert await people.stage(case) == "settled"
    assert await people.mediation.value("SELECT count(*) FROM held") == 0


async def test_a_settlement_that_is_never_in_force_is_negotiated_again(people: People) -> None:
    case = await people.until_settled()
    await people.tick("2026-02-20T12:00")
    assert await people.stage(case) == "negotiating"
