"""Who mediates: whoever fits and has the most room."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.mediation.domain.appointing import ReplaceMediator, StepBack, TakeUp
from services.mediation.domain.course import BeginNegotiation, GiveConsent
from services.mediation.domain.machine import Stage
from services.mediation.domain.mediators import (
    AccreditationOver,
    KeepMediator,
    Mediator,
    RetireMediator,
    Wanted,
    choose,
    conflict,
)
from services.mediation.domain.seats import NotYourPart
from shared.errors import NotFound
from shared.events.examples import LENDER
from shared.events.mediation import MediatorAppointed
from shared.events.parts import PartyRole
from tests.unit.mediation.house import (
    ADA,
    MILO,
    MIRA,
    OLGA,
    PERSON,
    House,
    a_link,
    a_profile,
    mediator_actor,
)

TODAY = date(2026, 3, 2)
WANTED = Wanted(UUID(int=1), LENDER, ("zh-CN",), (PERSON,))


def a_mediator(number: int = 1, cases: int = 0, **profile: Any) -> Mediator:
    return Mediator(UUID(int=number), a_profile(**profile), tuple(UUID(int=100 + n) for n in range(cases)))


def test_the_one_with_the_most_room_is_chosen() -> None:
    busy, free = a_mediator(1, cases=2), a_mediator(2, cases=1)
    assert choose([busy, free], WANTED, TODAY) == free


def test_room_is_measured_by_each_ones_capacity() -> None:
    small, large = a_mediator(1, cases=1, capacity=2), a_mediator(2, cases=2, capacity=10)
    assert choose([small, large], WANTED, TODAY) == large


def test_of_equals_the_choice_is_always_the_same() -> None:
    first, second = a_mediator(1), a_mediator(2)
    assert choose([second, first], WANTED, TODAY) == choose([first, second], WANTED, TODAY) == first


@pytest.mark.parametrize(
    "unfit",
    [
        {"accredited_until": date(2026, 3, 1)},
        {"languages": ("en",)},
        {"tied_lenders": (LENDER,)},
        {"person_id": PERSON},
        {"available": False},
        {"capacity": 0},
    ],
    ids=lambda one: next(iter(one)),
)
def test_nobody_mediates_who_may_not(unfit: dict[str, Any]) -> None:
    assert choose([a_mediator(1, **unfit)], WANTED, TODAY) is None


def test_an_accreditation_counts_on_its_last_day() -> None:
    assert choose([a_mediator(accredited_until=TODAY)], WANTED, TODAY) is not None


def test_whoever_is_full_gets_no_more() -> None:
    assert choose([a_mediator(1, cases=3)], WANTED, TODAY) is None


def test_where_the_persons_language_is_unknown_anyone_may_do() -> None:
    unknown = Wanted(UUID(int=1), LENDER, (), ())
    assert choose([a_mediator(languages=("fr",))], unknown, TODAY) is not None


def test_a_conflict_says_with_whom() -> None:
    assert conflict(a_profile(tied_lenders=(LENDER,)), MIRA, WANTED) == "lender"
    assert conflict(a_profile(person_id=PERSON), MIRA, WANTED) == "person"
    assert conflict(a_profile(), PERSON, WANTED) == "person"
    assert conflict(a_profile(), MIRA, WANTED) == ""


def _appointed(house: House) -> None:
    house.opened()
    house.take(GiveConsent(house.case.id, True), OLGA)


def test_an_earlier_adviser_of_the_person_does_not_mediate() -> None:
    house, adviser = House(), UUID(int=77)
    house.mediator(person_id=adviser)
    house.take(a_link(person=adviser, role=PartyRole.ADVISER))
    _appointed(house)
    assert house.stage == Stage.CONSENTED


def test_a_case_waits_for_a_mediator_and_gets_one_the_day_after_there_is_one() -> None:
    house = House()
    _appointed(house)
    house.mediator()
    assert house.stage == Stage.CONSENTED
    house.wait(2)
    assert (house.case.stage, house.case.mediator_id) == (Stage.APPOINTED, MIRA)


def test_a_case_for_which_nobody_is_found_ends() -> None:
    house = House()
    _appointed(house)
    house.wait(40)
    assert (house.case.stage, house.case.outcome) == (Stage.CLOSED, "no_mediator")
    assert house.timers == {}


def test_a_mediator_who_does_not_take_the_case_up_is_replaced_by_another() -> None:
    house = House()
    house.mediator(MIRA)
    house.mediator(MILO, capacity=1)
    _appointed(house)
    assert house.case.mediator_id == MIRA
    house.wait(5)
    assert (house.case.stage, house.case.mediator_id) == (Stage.APPOINTED, MILO)
    appointed = [one for one in house.told if isinstance(one, MediatorAppointed)]
    assert [one.replaces for one in appointed] == [None, MIRA]
    by_id = {one.id: one.case_ids for one in house.of(Mediator)}
    assert by_id == {MIRA: (), MILO: (house.case.id,)}


def test_a_mediator_who_steps_back_is_never_asked_again() -> None:
    house = House()
    house.mediator()
    _appointed(house)
    house.take(StepBack(house.case.id, "conflict_of_interest"), mediator_actor())
    house.wait(3)
    assert (house.case.stage, house.case.mediator_id) == (Stage.CONSENTED, None)
    with pytest.raises(NotFound):
        house.take(TakeUp(house.case.id), mediator_actor())


def test_a_later_mediator_goes_on_where_the_former_left_off() -> None:
    house = House()
    house.mediator(MIRA)
    house.mediator(MILO)
    _appointed(house)
    house.take(TakeUp(house.case.id), mediator_actor())
    house.take(BeginNegotiation(house.case.id), mediator_actor())
    house.take(ReplaceMediator(house.case.id, "ill"), ADA)
    assert house.case.mediator_id == MILO
    house.take(TakeUp(house.case.id), mediator_actor(MILO))
    assert house.stage == Stage.NEGOTIATING


def test_the_cases_of_a_mediator_whose_accreditation_ends_go_to_others() -> None:
    house = House()
    house.mediator(MIRA, accredited_until=date(2026, 3, 4))
    _appointed(house)
    house.take(TakeUp(house.case.id), mediator_actor())
    house.mediator(MILO)
    house.wait(4)
    assert house.case.mediator_id == MILO
    assert house.case.services[0].reason == "accreditation_ended"


def test_an_accreditation_that_was_renewed_in_time_goes_on() -> None:
    house = House()
    house.mediator(accredited_until=date(2026, 3, 4))
    _appointed(house)
    house.take(TakeUp(house.case.id), mediator_actor())
    house.take(KeepMediator(MIRA, a_profile()), ADA)
    house.wait(5)
    assert house.case.mediator_id == MIRA


def test_the_cases_of_a_mediator_who_retires_go_to_others() -> None:
    house = House()
    house.mediator(MIRA)
    house.mediator(MILO)
    _appointed(house)
    house.take(RetireMediator(MIRA), ADA)
    assert house.case.mediator_id == MILO


def test_nobody_is_added_whose_accreditation_is_over() -> None:
    with pytest.raises(AccreditationOver):
        House().mediator(accredited_until=date(2026, 3, 1))


def test_only_who_runs_the_service_replaces_a_mediator() -> None:
    house = House()
    house.mediator()
    _appointed(house)
    with pytest.raises(NotYourPart):
        house.take(ReplaceMediator(house.case.id, "slow"), OLGA)
