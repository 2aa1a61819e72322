"""Cases: opened by signals or people, in time, sealed, seen by whom they concern, refused and appealed."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from shared.decision import Role
from shared.events.care import Circumstance, HardshipSignalled
from shared.events.hardship import AppealDecided, HardshipClosed, HardshipOpened, HardshipRefused
from shared.events.holds import HoldLifted, HoldPlaced
from shared.events.reminders import BorrowerName, PersonErased
from tests.harness import instant
from tests.service.hardship.helping import (
    ADVISER,
    ELSEWHERE,
    HELEN,
    HUGO,
    LOANS,
    OLGA,
    OTTO,
    PERSON,
    SOMEBODY,
    THEMSELVES,
    World,
    linked,
    profiled,
    stated,
)
from tests.web import bearer

LOAN = LOANS["L-1"]


def signalled(signal: int = 1, **fields: Any) -> HardshipSignalled:
    """A reply that says: I have lost my job."""
    return HardshipSignalled(
        **{
            "person_id": PERSON,
            "signal_id": UUID(int=signal),
            "reason": Circumstance.JOB_LOSS,
            "source": "reply",
            "signalled_at": instant("2026-01-02T12:00:00"),
            **fields,
        }
    )


async def test_a_signal_opens_one_case_for_all_loans_and_nothing_is_demanded_meanwhile(world: World) -> None:
    await world.publish(profiled(), linked(LOAN), linked(ELSEWHERE))
    await world.publish(signalled())
    await world.publish(signalled(), signalled(2))
    (opened,) = world.told(HardshipOpened)
    assert set(opened.loan_ids) == {LOAN, ELSEWHERE}
    assert {one.loan_id for one in world.told(HoldPlaced)} == {LOAN, ELSEWHERE}


async def test_a_loan_that_comes_to_light_later_joins_a_case_for_all_loans(world: World) -> None:
    await world.publish(profiled(), signalled())
    assert [one.loan_ids for one in world.told(HardshipOpened)] == [()]
    await world.publish(linked(LOAN))
    assert [one.loan_ids for one in world.told(HardshipOpened)] == [(), (LOAN,)]
    assert [one.loan_id for one in world.told(HoldPlaced)] == [LOAN]
    await world.on("2026-04-03")
    assert len(world.told(HoldLifted)) == 1


async def test_in_australia_the_answer_is_due_within_21_days_after_the_day_of_the_call(world: World) -> None:
    await world.publish(profiled(country="AU"), linked(LOAN))
    await world.publish(signalled())
    (opened,) = world.told(HardshipOpened)
    assert opened.answer_by == date(2026, 1, 23)


async def test_a_case_that_nobody_does_anything_for_ends_and_so_does_its_hold(world: World) -> None:
    await world.publish(profiled(), linked(LOAN), signalled())
    await world.on("2026-04-03")
    assert [one.outcome for one in world.told(HardshipClosed)] == ["no_answer"]
    assert len(world.told(HoldLifted)) == 1


async def test_a_refusal_is_appealed_and_decided_by_somebody_else(world: World) -> None:
    await world.publish(profiled(), linked(LOAN))
    case = await world.opened()
    await world.post(f"cases/{case}/refuse", {"reason": "not_resident", "words": "We think so."}, HELEN)
    await world.post(f"cases/{case}/appeal", {"words": "I live here."})
    await world.post(f"cases/{case}/appeal-decision", {"upheld": False, "reason": "proven"}, HELEN, 403)
    answer = await world.post(f"cases/{case}/appeal-decision", {"upheld": False, "reason": "proven"}, HUGO)
    assert answer["status"] == "open"
    await world.post(f"cases/{case}/appeal-decision", {"upheld": True, "reason": "proven"}, HUGO, 409)
    await world.rest()
    assert (len(world.told(HardshipRefused)), len(world.told(AppealDecided))) == (1, 1)
    assert world.told(HardshipClosed) == []


async def test_a_refusal_that_nobody_appeals_is_the_end(world: World) -> None:
    await world.publish(profiled(country="AU"), linked(LOAN))
    case = await world.opened()
    await world.post(f"cases/{case}/refuse", {"reason": "not_resident"}, HELEN)
    await world.rest()
    (refused,) = world.told(HardshipRefused)
    assert refused.appeal_by == date(2026, 1, 15)
    await world.on("2026-01-15")
    assert world.told(HardshipClosed) == []
    await world.on("2026-01-16")
    assert [one.outcome for one in world.told(HardshipClosed)] == ["refused"]


async def test_what_a_person_states_lies_under_their_key_and_is_gone_with_it(world: World) -> None:
    await world.publish(profiled(), linked(LOAN))
    case = await world.opened()
    await world.post(f"cases/{case}/statement", stated("3210.00", "1234.00"))
    shown = await world.get(f"cases/{case}/statement", HELEN)
    assert shown["capacity"]["income"]["amount"] == "3210.00"
    kept = await world.hardship.rows("SELECT content FROM person") + await world.hardship.rows(
        "SELECT sealed FROM case_text"
    )
    assert "321000" not in str(kept)
    assert "3210.00" not in str(kept)
    await world.publish(
        PersonErased(person_id=PERSON, borrowers=(BorrowerName(lender="acme", borrower_reference="B-1"),))
    )
    await world.get(f"cases/{case}/statement", HELEN, expected=404)
    assert await world.hardship.value("SELECT count(*) FROM case_text") == 0
    assert await world.hardship.value("SELECT count(*) FROM person_key") == 0


async def test_mediation_asks_what_a_person_can_pay_and_learns_nothing_else(world: World) -> None:
    service = bearer(Role.SERVICE, "mediation")
    await world.publish(profiled(), linked(LOAN))
    path = f"persons/{PERSON}/capacity"
    await world.get(f"persons/{UUID(int=1)}/capacity", service, expected=404)
    assert await world.get(path, service) == {"monthly": None, "given_at": None}
    case = await world.opened()
    await world.post(f"cases/{case}/statement", stated("3210.00", "1234.00"))
    shown = await world.get(f"cases/{case}/statement", HELEN)
    told = await world.get(path, service)
    assert told == {"monthly": shown["capacity"]["monthly"], "given_at": shown["given_at"]}
    await world.get(path, HELEN, expected=403)
    await world.on("2026-07-05")
    assert (await world.get(path, service))["monthly"] is None


async def test_a_case_is_seen_by_whom_it_concerns_alone(world: World) -> None:
    await world.publish(profiled(), linked(LOAN))
    case = await world.opened()
    for who in (SOMEBODY, OTTO, ADVISER):
        await world.get(f"cases/{case}", who, expected=404)
        assert (await world.get("cases", who))["data"] == []
    await world.post(f"cases/{case}/adviser", {"adviser": "anna"})
    for who in (THEMSELVES, HELEN, OLGA, ADVISER):
        assert (await world.get(f"cases/{case}", who))["case_id"] == case
        assert [one["case_id"] for one in (await world.get("cases", who))["data"]] == [case]
    await world.post(f"cases/{case}/adviser", {"adviser": None})
    await world.get(f"cases/{case}", ADVISER, expected=404)


async def test_an_adviser_whom_nobody_has_named_opens_no_case(world: World) -> None:
    await world.publish(profiled(), linked(LOAN))
    await world.post(f"persons/{PERSON}/cases", {"reason": "debts"}, ADVISER, 404)
    await world.post(f"persons/{uuid4()}/cases", {"reason": "debts"}, HELEN, 404)


async def test_a_lender_sees_the_loans_of_another_only_with_the_persons_consent(world: World) -> None:
    await world.publish(profiled(), linked(LOAN), linked(ELSEWHERE))
    case = await world.opened()
    assert (await world.get(f"cases/{case}", HELEN))["loan_ids"] == [str(LOAN)]
    await world.post(f"cases/{case}/sharing", {"lenders": ["acme"]}, OLGA, 403)
    await world.post(f"cases/{case}/sharing", {"lenders": ["acme"]})
    assert set((await world.get(f"cases/{case}", HELEN))["loan_ids"]) == {str(LOAN), str(ELSEWHERE)}
    assert (await world.get(f"cases/{case}", OTTO))["loan_ids"] == [str(ELSEWHERE)]
    assert (await world.get(f"cases/{case}", OTTO))["shares_with"] == []


async def test_nobody_refuses_for_the_other_lenders(world: World) -> None:
    await world.publish(profiled(), linked(LOAN), linked(ELSEWHERE))
    case = await world.opened()
    answer = await world.post(f"cases/{case}/refuse", {"reason": "no"}, HELEN, 422)
    assert answer["code"] == "others_are_concerned"


async def test_a_request_that_is_repeated_opens_one_case(world: World) -> None:
    await world.publish(profiled(), linked(LOAN))
    body = {"reason": "illness", "words": "I am ill."}
    first = await world.post(f"persons/{PERSON}/cases", body, key="same")
    assert await world.post(f"persons/{PERSON}/cases", body, key="same") == first
    await world.rest()
    assert len(world.told(HardshipOpened)) == 1


async def test_options_need_a_statement(world: World) -> None:
    await world.publish(profiled(), linked(LOAN))
    case = await world.opened()
    answer = await world.post(f"cases/{case}/options", expected=409)
    assert answer["code"] == "statement_missing"
