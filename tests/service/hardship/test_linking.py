"""Hardship knows whose loans are whose, on a real database."""

from uuid import UUID

from services.hardship.store.persons import find_person
from shared.database import transaction
from shared.events.examples import LENDER
from shared.events.ids import loan_id, person_id
from shared.events.parts import PartyRole
from shared.events.reminders import BorrowerName, LoanLinked, PersonErased, PersonLinked, PersonProfiled
from tests.harness import Running

ANNA, ANNE = person_id(LENDER, "B-1"), person_id("other", "X-1")
LOAN = loan_id(LENDER, "L-1")


async def test_a_person_who_goes_by_another_id_now_is_found_by_both(hardship: Running) -> None:
    await hardship.publish(
        PersonProfiled(person_id=ANNE, time_zones=("Asia/Seoul",), languages=("ko",), country="KR"),
        LoanLinked(
            person_id=ANNE, loan_id=LOAN, lender="other", loan_reference="L-1", role=PartyRole.BORROWER
        ),
        PersonLinked(
            person_id=ANNA, borrower=BorrowerName(lender="other", borrower_reference="X-1"), formerly=ANNE
        ),
    )
    await hardship.settled()
    async with transaction(hardship.service.engine) as connection:
        by_new, by_old = await find_person(connection, ANNA), await find_person(connection, ANNE)
    assert by_new == by_old
    assert by_new is not None
    assert (by_new.country, [one.loan_id for one in by_new.loans]) == ("KR", [LOAN])


async def test_two_who_were_merged_parted_and_merged_the_other_way_round_are_one(hardship: Running) -> None:
    def merged(into: UUID, formerly: UUID) -> PersonLinked:
        name = BorrowerName(lender="other", borrower_reference="X-1")
        return PersonLinked(person_id=into, borrower=name, formerly=formerly)

    link = LoanLinked(
        person_id=ANNE, loan_id=LOAN, lender="other", loan_reference="L-1", role=PartyRole.BORROWER
    )
    await hardship.publish(link, merged(ANNA, ANNE))
    await hardship.settled()
    await hardship.publish(merged(ANNE, ANNA))  # that they were parted between comes later, or never
    await hardship.settled()
    async with transaction(hardship.service.engine) as connection:
        found = await find_person(connection, ANNA)
    assert found is not None
    assert (found.id, [one.loan_id for one in found.loans]) == (ANNE, [LOAN])
    assert await hardship.value("SELECT count(*) FROM held") == 0


async def test_nothing_of_a_person_who_was_forgotten_is_kept(hardship: Running) -> None:
    await hardship.publish(
        LoanLinked(
            person_id=ANNA, loan_id=LOAN, lender=LENDER, loan_reference="L-1", role=PartyRole.BORROWER
        ),
        PersonErased(person_id=ANNA, borrowers=(BorrowerName(lender=LENDER, borrower_reference="B-1"),)),
    )
    await hardship.settled()
    async with transaction(hardship.service.engine) as connection:
        assert await find_person(connection, ANNA) is None
