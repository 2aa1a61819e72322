"""Ids that anyone can compute again."""

from uuid import UUID, uuid5

import pytest

from shared.events import ids

CAUSE = UUID("0b7cbd5e-8f1c-4a5d-9f39-3d1d5a6f0a11")


@pytest.mark.parametrize("reference", ["L-1", "L/2026:0001", "x" * 100])
def test_a_loans_id_is_the_uuidv5_of_its_lender_and_reference(reference: str) -> None:
    made = ids.loan_id("acme", reference)
    assert made == uuid5(ids.NAMESPACE, f"loan\nacme\n{reference}")
    assert made.version == 5


def test_the_same_reference_at_another_lender_is_another_loan() -> None:
    assert ids.loan_id("acme", "L-1") != ids.loan_id("birch", "L-1")


def test_lender_and_reference_cannot_run_into_each_other() -> None:
    assert ids.loan_id("a", "b-c") != ids.loan_id("a-b", "c")


def test_an_events_id_follows_from_its_cause_service_and_place() -> None:
    made = ids.event_id(CAUSE, "ledger", 0)
    others = {
        ids.event_id(CAUSE, "ledger", 1),
        ids.event_id(CAUSE, "reminders", 0),
        ids.event_id(made, "ledger", 0),
    }
    assert made == ids.event_id(CAUSE, "ledger", 0)
    assert made not in others
    assert len(others) == 3


def test_hashed_ids_are_uuids_of_version_8_of_the_standard_variant() -> None:
    for made in (ids.event_id(CAUSE, "ledger", 7), ids.message_id("/lenders/acme", "42")):
        assert (made.version, made.variant) == (8, "specified in RFC 4122")


def test_a_message_is_known_by_its_source_and_its_id_there() -> None:
    known = {
        ids.message_id("/lenders/acme", "1"),
        ids.message_id("/lenders/birch", "1"),
        ids.message_id("/lenders/acme", "2"),
    }
    assert len(known) == 3


def test_ids_stay_what_they_were_in_earlier_releases() -> None:
    assert str(ids.loan_id("acme", "L-1")) == "b6ffbe84-d5ff-5b28-bb3e-a8ff29993d38"
    assert str(ids.event_id(CAUSE, "ledger", 0)) == "72a035bf-531b-8f33-b55b-27c6580ed104"
    assert str(ids.message_id("/lenders/acme", "1")) == "24ea5f8e-52f0-8bb7-a592-c10026949f93"
