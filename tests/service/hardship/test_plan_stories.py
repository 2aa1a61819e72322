"""A person who cannot pay, from asking for help to a plan that is kept or not, with a ledger beside."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.events.care import StatementReceived
from shared.events.hardship import (
    HardshipClosed,
    HardshipOpened,
    NothingAffordable,
    PlanAccepted,
    PlanActivated,
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanExpired,
    PlanInstalmentKept,
    PlanInstalmentKeptRetracted,
    PlanInstalmentMissed,
    PlanInstalmentMissedRetracted,
    PlanLoan,
    PlanProposed,
    PlanReplaced,
    PlanRequested,
)
from shared.events.holds import HoldLifted, HoldPlaced
from shared.events.ids import name_id
from shared.events.ledger import ReliefRefused
from shared.events.loans import PaymentsComplete
from shared.events.mediation import MediationOpened, SettlementReached
from shared.events.parts import PlanPart, ReliefKind, ReliefPhase
from tests.builders import a_payment, a_reversal
from tests.harness import instant
from tests.service.hardship.helping import (
    ELSEWHERE,
    GATEWAY,
    HELEN,
    HUGO,
    LOANS,
    OLGA,
    OTTO,
    PERSON,
    World,
    lent,
    linked,
    stated,
)
from tests.unit.ledger.test_holds import a_product, a_term_loan

LOAN, SECOND = LOANS["L-1"], LOANS["L-2"]
TIGHT = stated("2600.00", "2480.00")
"""Sixty a month are left to be asked for."""


async def proposed(
    world: World, case: str, kind: str, statement: dict[str, Any], *, at_once: bool = True
) -> dict[str, Any]:
    """A plan of the first option that holds a kind of relief."""
    await world.post(f"cases/{case}/statement", statement)
    options = (await world.post(f"cases/{case}/options"))["options"]
    chosen = next(
        one["option"]
        for one in options
        if any(kind in loan["candidate"] for loan in one["loans"]) and one["needs_approval"] is not at_once
    )
    made: dict[str, Any] = await world.post(f"cases/{case}/plans", {"option": chosen})
    await world.rest()
    return made


async def agreed(world: World, *names: str, kind: str = "longer_term") -> dict[str, Any]:
    """A plan that was accepted, with the ledger's answer."""
    await lent(world, *names)
    made = await proposed(world, await world.opened(), kind, TIGHT)
    await world.post(f"plans/{made['plan_id']}/answer", accepting(made))
    await world.rest()
    shown: dict[str, Any] = await world.get(f"plans/{made['plan_id']}")
    return shown


def accepting(made: dict[str, Any]) -> dict[str, Any]:
    """Yes to the text of a proposal."""
    return {"accepted": True, "text_hash": made["text_hash"]}


async def test_a_person_states_what_they_have_chooses_what_fits_and_the_ledger_applies_it(
    world: World,
) -> None:
    await lent(world, "L-1", "L-2")
    case = await world.opened()
    made = await proposed(world, case, "longer_term", TIGHT)
    assert made["status"] == "proposed"
    page = await world.get(f"plans/{made['plan_id']}/agreement.html")
    assert b"Payment plan" in page
    await world.post(f"plans/{made['plan_id']}/answer", accepting(made))
    await world.rest()
    plan = await world.get(f"plans/{made['plan_id']}")
    assert (plan["status"], {one["status"] for one in plan["loans"]}) == ("active", {"confirmed"})
    for kind in (PlanRequested, PlanProposed, PlanAccepted, PlanActivated, StatementReceived):
        assert len(world.told(kind)) == 1, kind
    assert [one.outcome for one in world.told(HardshipClosed)] == ["plan"]
    monthly = sum(Decimal(one["dues"][0]["amount"]["amount"]) for one in plan["loans"])
    assert monthly <= Decimal("60.00")


async def test_what_is_paid_keeps_the_plan_and_what_was_reversed_is_taken_back(world: World) -> None:
    plan = await agreed(world, "L-1")
    due = plan["loans"][0]["dues"][0]
    await world.on("2026-02-01")
    await world.publish(a_payment(due["amount"]["amount"], loan="L-1", value_on=date(2026, 2, 1)))
    assert [one.due_on for one in world.told(PlanInstalmentKept)] == [date(2026, 2, 1)]
    await world.publish(a_reversal(loan="L-1", reversed_on=date(2026, 2, 1)))
    kept = world.hardship.envelopes("hardship-events")
    (taken_back,) = world.told(PlanInstalmentKeptRetracted)
    assert str(taken_back.kept_event_id) in {one.id for one in kept}


async def missed(world: World, *days: str) -> None:
    """Instalments of these days pass unpaid, and the lender's reports cover them."""
    for day in days:
        end = date.fromisoformat(day) + timedelta(days=20)
        await world.on(end)
        await world.publish(PaymentsComplete(lender="acme", through=end))
        await world.on(end + timedelta(days=1))


async def test_a_first_miss_is_a_question_a_second_opens_the_case_again_and_a_third_breaks_the_plan(
    world: World,
) -> None:
    plan = await agreed(world, "L-1")
    await missed(world, "2026-02-01")
    assert [one.missed_in_a_row for one in world.told(PlanInstalmentMissed)] == [1]
    assert len(world.told(HardshipOpened)) == 1
    await missed(world, "2026-03-01")
    assert [one.missed_in_a_row for one in world.told(PlanInstalmentMissed)] == [1, 2]
    assert len(world.told(HardshipOpened)) == 2
    assert world.told(PlanBroken) == []
    await missed(world, "2026-04-01")
    assert [str(one.plan_id) for one in world.told(PlanBroken)] == [plan["plan_id"]]
    assert (await world.get(f"plans/{plan['plan_id']}"))["status"] == "broken"


async def test_a_payment_that_comes_to_light_undoes_the_miss_and_the_break(world: World) -> None:
    await agreed(world, "L-1")
    await missed(world, "2026-02-01", "2026-03-01", "2026-04-01")
    assert len(world.told(PlanBroken)) == 1
    for number, month in enumerate((2, 3, 4)):
        paid = a_payment("100.00", reference=f"P-{number}", loan="L-1", value_on=date(2026, month, 1))
        await world.publish(paid)
    assert len(world.told(PlanInstalmentMissedRetracted)) == 3
    (undone,) = world.told(PlanBrokenRetracted)
    assert [one.plan_id for one in world.told(PlanBroken)] == [undone.plan_id]


async def test_nothing_counts_as_missed_while_the_lenders_reports_are_late(world: World) -> None:
    await agreed(world, "L-1")
    await world.on("2026-03-15")
    assert world.told(PlanInstalmentMissed) == []


async def test_a_part_that_the_ledger_refuses_opens_the_case_again_and_the_others_stand(world: World) -> None:
    await lent(world, "L-1", "L-2")
    made = await proposed(world, await world.opened(), "longer_term", TIGHT)
    await world.post(f"plans/{made['plan_id']}/answer", accepting(made))
    await world.rest()
    refused = ReliefRefused(
        loan_id=SECOND, plan=PlanPart(plan_id=made["plan_id"], part=2), reason="term_too_long"
    )
    await world.hardship.publish(refused)
    await world.rest()
    plan = await world.get(f"plans/{made['plan_id']}")
    assert {one["loan_id"]: one["status"] for one in plan["loans"]} == {
        str(LOAN): "confirmed",
        str(SECOND): "refused",
    }
    assert [one.loan_ids for one in world.told(HardshipOpened)][1:] == [(SECOND,)]
    assert plan["status"] == "active"
    held = [one for one in world.told(HoldPlaced) if one.loan_id == SECOND]
    lifted = {one.hold_id for one in world.told(HoldLifted) if one.loan_id == SECOND}
    # Of the first case, the plan and the second case only the last still stands.
    assert [one.hold_id in lifted for one in held] == [True, True, False]


async def test_who_thinks_better_of_it_within_the_time_has_everything_as_before(world: World) -> None:
    await lent(world, "L-1")
    before = await world.ledger.value("SELECT owed_minor FROM loan")
    made = await proposed(world, await world.opened(), "longer_term", TIGHT)
    await world.post(f"plans/{made['plan_id']}/answer", accepting(made))
    await world.rest()
    assert await world.ledger.value("SELECT owed_minor FROM loan") != before
    await world.post(f"plans/{made['plan_id']}/withdraw")
    await world.rest()
    assert await world.ledger.value("SELECT owed_minor FROM loan") == before
    assert len(world.told(HardshipOpened)) == 2


async def test_after_the_time_a_plan_is_not_withdrawn_from(world: World) -> None:
    plan = await agreed(world, "L-1")
    await world.on("2026-01-17")
    await world.post(f"plans/{plan['plan_id']}/withdraw", expected=422)


async def test_a_text_that_was_not_shown_is_not_accepted(world: World) -> None:
    await lent(world, "L-1")
    made = await proposed(world, await world.opened(), "longer_term", TIGHT)
    wrong = {"accepted": True, "text_hash": "0" * 64}
    await world.post(f"plans/{made['plan_id']}/answer", wrong, expected=422)
    assert world.told(PlanAccepted) == []


async def test_a_link_accepts_its_plan_until_the_proposal_is_over(world: World) -> None:
    await lent(world, "L-1")
    made = await proposed(world, await world.opened(), "longer_term", TIGHT)
    link = await world.post(f"plans/{made['plan_id']}/link", who=OLGA)
    read = await world.get(f"plan-links/{link['token']}", GATEWAY)
    assert read["text_hash"] == made["text_hash"]
    changed = ("B" if link["token"][0] == "A" else "A") + link["token"][1:]
    await world.post(f"plan-links/{changed}/answer", accepting(made), GATEWAY, expected=404)
    taken = await world.post(f"plan-links/{link['token']}/answer", accepting(read), GATEWAY)
    assert taken["status"] == "accepted"
    await world.on("2026-02-10")
    await world.post(f"plan-links/{link['token']}/answer", accepting(read), GATEWAY, expected=404)


async def test_silence_is_no_consent(world: World) -> None:
    await lent(world, "L-1")
    made = await proposed(world, await world.opened(), "longer_term", TIGHT)
    await world.on("2026-01-20")
    assert [str(one.plan_id) for one in world.told(PlanExpired)] == [made["plan_id"]]
    await world.post(f"plans/{made['plan_id']}/answer", accepting(made), expected=409)


async def test_what_the_lender_must_agree_to_is_proposed_once_it_has(world: World) -> None:
    await lent(world, "L-1")
    made = await proposed(world, await world.opened(), "rate_reduction", TIGHT, at_once=False)
    assert (made["status"], world.told(PlanProposed)) == ("requested", [])
    assert (await world.post(f"plans/{made['plan_id']}/approve", who=HELEN))["status"] == "proposed"
    await world.post(f"plans/{made['plan_id']}/approve", who=HUGO, expected=409)


async def test_where_nothing_is_affordable_a_token_or_a_mediator_remains(world: World) -> None:
    await lent(world, "L-1", "L-2", principal="90000.00")
    case = await world.opened()
    await world.post(f"cases/{case}/statement", stated("2600.00", "2500.00"))
    found = await world.post(f"cases/{case}/options")
    assert (found["options"], found["next_step"]) == ([], "token_payments")
    await world.post(f"cases/{case}/statement", stated("2500.00", "2600.00"))
    assert (await world.post(f"cases/{case}/options"))["next_step"] == "mediation"
    await world.post(f"cases/{case}/options")
    await world.rest()
    assert [one.next_step for one in world.told(NothingAffordable)] == ["token_payments", "mediation"]


async def test_a_due_day_is_moved_in_one_step_without_a_statement_twice_a_year(world: World) -> None:
    await lent(world, "L-1")
    for today, moved in (("2026-01-02", "2026-02-11"), ("2026-02-20", "2026-03-08")):
        await world.on(today)
        case = await world.opened()
        await world.post(f"cases/{case}/light-relief", {"loan_id": str(LOAN), "moved_to": moved})
        await world.rest()
    await world.on("2026-03-20")
    case = await world.opened()
    body = {"loan_id": str(LOAN), "moved_to": "2026-04-08"}
    refused = await world.post(f"cases/{case}/light-relief", body, expected=422)
    assert refused["code"] == "light_reliefs_used_up"
    assert [one.outcome for one in world.told(HardshipClosed)] == ["light_relief", "light_relief"]


async def test_a_request_that_comes_again_is_answered_as_before_whatever_became_of_it(
    world: World,
) -> None:
    await lent(world, "L-1")
    case = await world.opened()
    await world.post(f"cases/{case}/statement", TIGHT)
    offered = (await world.post(f"cases/{case}/options"))["options"]
    chosen = {"option": next(one["option"] for one in offered if not one["needs_approval"])}
    made = await world.post(f"cases/{case}/plans", chosen, key="chosen")
    await world.post(f"plans/{made['plan_id']}/answer", accepting(made), key="accepted")
    await world.rest()
    assert await world.post(f"cases/{case}/plans", chosen, key="chosen") == made
    again = await world.post(f"plans/{made['plan_id']}/answer", accepting(made), key="accepted")
    assert (again["plan_id"], again["status"]) == (made["plan_id"], "accepted")
    other = await world.post(f"cases/{case}/plans", {"option": "0" * 24}, key="chosen", expected=422)
    assert other["code"] == "key_reused"
    assert [len(world.told(kind)) for kind in (PlanProposed, PlanAccepted)] == [1, 1]

    light = await world.opened()
    moved = {"loan_id": str(LOAN), "moved_to": "2026-02-11"}
    taken = await world.post(f"cases/{light}/light-relief", moved, key="moved")
    await world.rest()
    assert await world.post(f"cases/{light}/light-relief", moved, key="moved") == taken


async def test_more_than_few_days_need_a_statement(world: World) -> None:
    await lent(world, "L-1")
    case = await world.opened()
    body = {"loan_id": str(LOAN), "moved_to": "2026-02-25"}
    made = await world.post(f"cases/{case}/light-relief", body, expected=422)
    assert made["code"] == "not_light"


async def test_a_settlement_before_a_mediator_is_a_plan_that_nobody_is_asked_for_again(world: World) -> None:
    await lent(world, "L-1")
    phase = ReliefPhase(kind=ReliefKind.RATE_REDUCTION, effective_on=date(2026, 1, 2), rate=Decimal("0.03"))
    reached = SettlementReached(
        case_id=UUID(int=7),
        person_id=PERSON,
        settlement_id=UUID(int=8),
        offer_id=UUID(int=9),
        lender="acme",
        loans=(PlanLoan(loan_id=LOAN, part=1, phases=(phase,)),),
        settled_at=instant("2026-01-02T12:00:00"),
    )
    opened = MediationOpened(
        case_id=UUID(int=7),
        person_id=PERSON,
        lender="acme",
        loan_ids=(LOAN,),
        opened_at=instant("2026-01-02T12:00:00"),
        asked_by="borrower",
        answer_by=date(2026, 1, 16),
    )
    await world.publish(opened, reached)
    (plan,) = (await world.get("plans"))["data"]
    assert plan["status"] == "active"
    assert plan["plan_id"] == str(name_id("plan", f"settlement\n{UUID(int=8)}"))


async def test_a_lender_without_consent_sees_its_own_part_of_a_plan_and_nothing_of_the_others(
    world: World,
) -> None:
    await lent(world, "L-1")
    product = a_product(annual_rate=Decimal("0.12")).model_copy(update={"lender": "other"})
    theirs = a_term_loan(
        "600.00",
        lender="other",
        loan_reference="X-1",
        opened_on="2026-01-01",
        first_due_on="2026-02-01",
        instalment_count=12,
    )
    await world.publish(product, theirs, linked(ELSEWHERE))
    case = await world.opened()
    made = await proposed(world, case, "longer_term", TIGHT)
    seen = await world.post(f"cases/{case}/options", who=HELEN)
    assert {loan["loan_id"] for one in seen["options"] for loan in one["loans"]} == {str(LOAN)}
    for who, loan in ((HELEN, LOAN), (OTTO, ELSEWHERE)):
        plan = await world.get(f"plans/{made['plan_id']}", who)
        assert [one["loan_id"] for one in plan["loans"]] == [str(loan)]
        await world.get(f"plans/{made['plan_id']}/agreement.pdf", who, expected=404)
    await world.post(f"cases/{case}/sharing", {"lenders": ["acme"]})
    assert (await world.get(f"plans/{made['plan_id']}/agreement.pdf", HELEN)).startswith(b"%PDF-")
    await world.get(f"plans/{made['plan_id']}/agreement.pdf", OTTO, expected=404)


async def test_who_will_recover_pays_nothing_until_then_and_the_plan_is_kept_to_its_end(world: World) -> None:
    await lent(world, "L-1")
    nothing = stated("1000.00", "1000.00", recovers_on="2026-04-01")
    made = await proposed(world, await world.opened(), "deferral_interest_frozen", nothing)
    await world.post(f"plans/{made['plan_id']}/answer", accepting(made))
    await world.rest()
    plan = await world.get(f"plans/{made['plan_id']}")
    assert (plan["status"], plan["loans"][0]["dues"]) == ("active", [])
    await world.on(date.fromisoformat(plan["loans"][0]["until"]) + timedelta(days=1))
    assert [str(one.plan_id) for one in world.told(PlanCompleted)] == [made["plan_id"]]
    assert [one.lifted_on for one in world.told(HoldLifted)][-1] >= date(2026, 4, 1)


async def test_another_plan_for_one_of_two_loans_leaves_the_first_to_the_other(world: World) -> None:
    plan = await agreed(world, "L-1", "L-2")
    await world.on("2026-01-20")
    case = await world.opened(SECOND)
    await world.post(f"cases/{case}/light-relief", {"loan_id": str(SECOND), "moved_to": "2026-02-08"})
    await world.rest()
    shown = await world.get(f"plans/{plan['plan_id']}")
    assert shown["status"] == "active"
    assert {one["loan_id"]: one["status"] for one in shown["loans"]} == {
        str(LOAN): "confirmed",
        str(SECOND): "replaced",
    }
    assert [one.loan_ids for one in world.told(PlanReplaced)] == [(SECOND,)]
