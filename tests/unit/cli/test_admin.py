"""Who may do what in Kafka."""

import pytest

from shared.provisioning import (
    SERVICES,
    TOPICS,
    Grant,
    lender_grants,
    lender_topics,
    lenders_grants,
    service_grants,
)


def test_a_lender_may_write_its_two_topics_and_nothing_else() -> None:
    assert lender_grants("acme") == [
        Grant("WRITE", "topic", "loan-events.acme"),
        Grant("WRITE", "topic", "borrowers.acme"),
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_and_writes_named_topics_in_groups_of_its_own_name(service: str) -> None:
    grants = service_grants(service)
    assert {grant.operation for grant in grants} == {"READ", "WRITE"}
    assert [grant for grant in grants if grant.kind == "group"] == [
        Grant("READ", "group", f"huancui-{service}", prefix=True)
    ]
    assert not [grant for grant in grants if grant.kind == "cluster"]
    literal = {grant.name for grant in grants if grant.kind == "topic" and not grant.prefix}
    assert literal <= set(TOPICS)


def test_personal_data_is_read_by_reminders_alone_and_kept_for_a_week() -> None:
    readers = [
        service
        for service in SERVICES
        if any(grant.name.startswith("borrowers") for grant in service_grants(service))
    ]
    assert readers == ["reminders"]
    settings = lender_topics("acme")["borrowers.acme"]
    assert (settings["cleanup.policy"], settings["retention.ms"]) == ("compact,delete", "604800000")


def test_circumstances_are_read_by_reminders_and_hardship_alone() -> None:
    readers = {service for service, access in SERVICES.items() if "care-events" in access.reads}
    assert readers == {"reminders", "hardship"}


def test_no_topic_has_two_writers_but_the_one_two_services_share() -> None:
    writers = {topic: [s for s, access in SERVICES.items() if topic in access.writes] for topic in TOPICS}
    assert {topic for topic, who in writers.items() if len(who) > 1} == {"care-events"}


def test_whoever_adds_lenders_makes_no_other_topics() -> None:
    made = [grant for grant in lenders_grants() if grant.operation == "CREATE"]
    assert made == [
        Grant("CREATE", "topic", "loan-events.", prefix=True),
        Grant("CREATE", "topic", "borrowers.", prefix=True),
    ]
