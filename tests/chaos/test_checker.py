"""The checker bites: each kind of damage, done to what was well before, is reported as what it is."""

import copy
import secrets
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from shared.events.ledger import PaymentApplied
from tests.builders import a_loan, a_payment, an_applied_payment
from tests.chaos.checker import KINDS, conclude
from tests.chaos.evidence import Evidence, Told, gather
from tests.chaos.load import a_story
from tests.chaos.world import LOAN_EVENTS, World
from tests.infra.servers import Infra

NOTHING: dict[str, list[str]] = {kind: [] for kind in KINDS}
LEDGER_EVENTS = "ledger-events"
UNGUARDED = "SET session_replication_role = replica; "
DAMAGES = (
    (
        "ledger",
        UNGUARDED + "UPDATE posting SET amount_minor = amount_minor + {} WHERE account = 'disbursed'",
        "unbalanced",
    ),
    ("ledger", "UPDATE loan SET owed_minor = owed_minor + {}", "unbalanced"),
    ("ledger", "UPDATE loan SET principal_minor = principal_minor + {}", "unbalanced"),
    ("ledger", "UPDATE fact SET value_on = value_on + {}", "unbalanced"),
    (
        "ledger",
        "UPDATE position SET next_offset = next_offset - {} WHERE topic LIKE '%loan-events%'",
        "unread",
    ),
    ("followup", "UPDATE followup SET payments = payments - {}", "lost"),
    ("followup", "UPDATE followup SET applied_minor = applied_minor + {}", "doubled"),
)


@pytest.fixture(scope="module")
async def quiet(infra: Infra, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which all went well, and which has come to rest."""
    folder, prefix = tmp_path_factory.mktemp("quiet"), f"t{secrets.token_hex(5)}-"
    world = await World.make(infra, folder, prefix, partitions=1)
    async with world.inside("ledger"), world.inside("followup"):
        await world.publish(a_story(3, 24))
        await world.settle()
    return world


@pytest.fixture
async def evidence(quiet: World) -> Evidence:
    """What a checker reads there, to be tampered with."""
    return await gather(quiet.told())


def _found(evidence: Evidence) -> dict[str, list[str]]:
    return {kind: what for kind, what in conclude(evidence).items() if what}


def _row(evidence: Evidence, table: str, **named: Any) -> dict[str, Any]:
    rows = (row for row in evidence.rows["ledger"][table] if all(row[k] == v for k, v in named.items()))
    return next(rows)


async def test_the_program_reports_damage_and_nothing_else(quiet: World) -> None:
    assert await quiet.check() == NOTHING
    for service, statement, kind in DAMAGES:
        await quiet.execute(service, statement.format("1"))
        found = _found(await gather(quiet.told()))
        await quiet.execute(service, statement.format("(-1)"))
        assert set(found) == {kind}, statement
    service, statement, kind = DAMAGES[0]
    await quiet.execute(service, statement.format("1"))
    found = await quiet.check()
    await quiet.execute(service, statement.format("(-1)"))
    assert {one for one, what in found.items() if what} == {kind}


async def test_a_lost_row_a_lost_posting_and_a_lost_event_are_found(evidence: Evidence) -> None:
    evidence.rows["ledger"]["fact"].remove(_row(evidence, "fact", reference="payment:L-P7"))
    cash = _row(evidence, "posting", cause="payment:L-P8", account="cash")
    evidence.rows["ledger"]["posting"].remove(cash)
    evidence.topics[LEDGER_EVENTS].pop(5)
    lost = " ".join(_found(evidence)["lost"])
    assert "L-P7 of L" in lost
    assert "its row is there 0 times" in lost
    assert "L-P8 of L" in lost
    assert "its cash posting is there 0 times" in lost
    assert "its PaymentApplied is there 0 times" in lost


async def test_an_event_told_twice_is_doubled_and_a_record_sent_again_is_not(evidence: Evidence) -> None:
    records = evidence.topics[LEDGER_EVENTS]
    records.append(copy.copy(records[20]))
    assert _found(evidence) == {}
    records.append(replace(records[20], id="another"))
    found = _found(evidence)
    assert [text for text in found["doubled"] if "its PaymentApplied is there 2 times" in text]
    assert found["out_of_order"], "its number was there before"


async def test_a_doubled_row_is_found(evidence: Evidence) -> None:
    evidence.rows["ledger"]["fact"].append(_row(evidence, "fact", reference="payment:L-P7"))
    assert [text for text in _found(evidence)["doubled"] if "its row is there 2 times" in text]


async def test_contents_that_differ_under_one_id_are_found(evidence: Evidence) -> None:
    records = evidence.topics[LEDGER_EVENTS]
    records.append(replace(records[20], value=b"{}"))
    assert [text for text in _found(evidence)["doubled"] if "with different contents" in text]


async def test_events_of_a_key_in_another_order_are_found(evidence: Evidence) -> None:
    records = evidence.topics[LEDGER_EVENTS]
    first = records[-1]
    assert first.event is not None
    other = next(
        i
        for i, one in enumerate(records)
        if one.event and one.event.partition_key == first.event.partition_key
    )
    records[other], records[-1] = records[-1], records[other]
    assert set(_found(evidence)) == {"out_of_order"}


async def test_payments_applied_in_another_order_than_they_came_are_found(evidence: Evidence) -> None:
    came = evidence.topics[LOAN_EVENTS]
    came[3:] = reversed(came[3:])
    assert set(_found(evidence)) == {"out_of_order"}


async def test_what_was_acknowledged_without_effect_is_lost(evidence: Evidence) -> None:
    evidence.acknowledged.append(a_loan("never"))
    found = _found(evidence)
    assert set(found) == {"lost"}
    assert len(found["lost"]) == 3, "neither the loan's row nor its opening nor its event"


async def test_a_published_payment_that_was_skipped_is_lost_unless_it_is_held(evidence: Evidence) -> None:
    skipped = Told(
        LOAN_EVENTS, 0, 99, "skipped", "/lenders/acme", None, b"", a_payment(loan="L0", reference="skipped")
    )
    evidence.topics[LOAN_EVENTS].append(skipped)
    found = _found(evidence)
    assert set(found) == {"lost"}
    assert len(found["lost"]) == 3, "no row, no posting, no event"
    held = {"seq": 1, "status": "parked", "topic": LOAN_EVENTS, "partition": 0, "record_offset": 99}
    evidence.rows["ledger"]["held"].append(
        {**held, "name": "PaymentReceived", "reason": "poison", "key": uuid4()}
    )
    assert set(_found(evidence)) == {"held"}
    assert _found(replace(evidence, allowed=frozenset({"poison"}))) == {}


async def test_a_record_that_nobody_could_read_or_park_is_lost(evidence: Evidence) -> None:
    evidence.topics[LOAN_EVENTS].append(Told(LOAN_EVENTS, 0, 99, "", "", None, b"no json", None))
    assert set(_found(evidence)) == {"lost"}


async def test_an_effect_without_a_cause_is_found(evidence: Evidence) -> None:
    _row(evidence, "fact", reference="payment:L-P7")["reference"] = "payment:never"
    assert len(_found(evidence)["uncaused"]) == 1


async def test_an_event_without_a_cause_is_found(evidence: Evidence) -> None:
    told = next(one for one in evidence.topics[LEDGER_EVENTS] if isinstance(one.event, PaymentApplied))
    stray = replace(told, id="stray", event=an_applied_payment(payment_id=uuid4()))
    evidence.topics[LEDGER_EVENTS].append(stray)
    assert len(_found(evidence)["uncaused"]) == 1


@pytest.mark.parametrize("part", ["schedule", "book"])
async def test_a_packed_column_that_says_otherwise_is_found(evidence: Evidence, part: str) -> None:
    row, other = evidence.rows["ledger"]["loan"][:2]
    if part == "schedule":
        row["provided"] = row["provided"].replace("40000", "40001")
    else:
        assert row["book"] != other["book"], "they have been paid alike"
        row["book"] = other["book"]
    (found,) = _found(evidence)["unbalanced"]
    assert part in found


async def test_an_outbox_that_is_not_empty_is_reported(evidence: Evidence) -> None:
    evidence.rows["ledger"]["outbox"].append({"seq": 1, "topic": LEDGER_EVENTS, "held": None})
    assert set(_found(evidence)) == {"unpublished"}
