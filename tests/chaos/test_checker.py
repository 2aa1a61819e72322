"""The checker bites: each kind of damage, done to a world that was well before, is reported as what it is."""

from typing import Any
from uuid import uuid4

import pytest

from shared.events import wire
from shared.messaging.port import Outgoing, Partition
from tests.chaos.checker import KINDS
from tests.chaos.load import a_story
from tests.chaos.world import LOAN_EVENTS, MakeWorld, World
from tests.harness import until

UNGUARDED = "SET session_replication_role = replica; "


@pytest.fixture
async def quiet(make_world: MakeWorld) -> World:
    """A world in which all went well."""
    world: World = await make_world(partitions=1)
    async with world.inside("ledger"), world.inside("followup"):
        await world.publish(a_story(3, 24))
        await world.balances()
    return world


async def _found(world: World, **changes: Any) -> dict[str, list[str]]:
    return {kind: what for kind, what in (await world.check(**changes)).items() if what}


async def _told(world: World, offset: int) -> Any:
    record = await world.broker().fetch(Partition(world.prefix + "ledger-events", 0), offset)
    assert record is not None
    return record


async def test_a_quiet_day_leaves_nothing_to_report_and_rows_that_are_changed_are_found(quiet: World) -> None:
    assert await quiet.check() == {kind: [] for kind in KINDS}
    await quiet.execute(
        "ledger",
        UNGUARDED
        + "UPDATE posting SET amount_minor = amount_minor + 1 WHERE cause = 'opening' AND account = 'disbursed'",
    )
    assert set(await _found(quiet)) == {"unbalanced"}
    await quiet.execute(
        "ledger",
        UNGUARDED
        + "UPDATE posting SET amount_minor = amount_minor - 1 WHERE cause = 'opening' AND account = 'disbursed'",
    )
    await quiet.execute("ledger", "UPDATE loan SET unpaid_total_minor = unpaid_total_minor + 1")
    assert set(await _found(quiet)) == {"unbalanced"}
    await quiet.execute("ledger", "UPDATE loan SET unpaid_total_minor = unpaid_total_minor - 1")
    await quiet.execute("followup", "UPDATE followup SET payments = payments - 1")
    assert set(await _found(quiet)) == {"lost"}
    await quiet.execute("followup", "UPDATE followup SET payments = payments + 2")
    assert set(await _found(quiet)) == {"doubled"}
    await quiet.execute("followup", "UPDATE followup SET payments = payments - 1")
    await quiet.execute(
        "ledger", "UPDATE position SET next_offset = next_offset - 1 WHERE topic LIKE '%loan-events%'"
    )
    assert set(await _found(quiet)) == {"unread"}
    await quiet.execute(
        "ledger", "UPDATE position SET next_offset = next_offset + 1 WHERE topic LIKE '%loan-events%'"
    )
    assert await quiet.check() == {kind: [] for kind in KINDS}
    await quiet.execute("ledger", "DELETE FROM payment WHERE reference = 'L-P7'")
    found = await _found(quiet)
    assert [text for text in found["lost"] if "L-P7" in text and "its row is there 0 times" in text]


async def test_a_payment_told_twice_is_doubled_and_one_sent_again_is_not(quiet: World) -> None:
    record = await _told(quiet, 20)
    again = Outgoing(record.topic, record.key, record.value, record.headers)
    await quiet.send([again])
    found = await quiet.check()
    assert (found["doubled"], found["out_of_order"], found["lost"]) == ([], [], [])
    headers = [(name, b"another-id" if name == "ce_id" else value) for name, value in record.headers]
    await quiet.send([Outgoing(record.topic, record.key, record.value, headers)])
    found = await _found(quiet)
    assert [text for text in found["doubled"] if "its PaymentApplied is there 2 times" in text]
    assert found["out_of_order"], "its number came before"


async def test_contents_that_differ_under_one_id_are_found(quiet: World) -> None:
    record = await _told(quiet, 20)
    await quiet.send(
        [Outgoing(record.topic, record.key, record.value.replace(b'"CNY"', b'"USD"'), record.headers)]
    )
    assert [text for text in (await _found(quiet))["doubled"] if "with different contents" in text]


async def test_what_was_acknowledged_and_had_no_effect_is_lost(quiet: World) -> None:
    quiet.acknowledged += a_story(3, 1, name="never")[:1]
    found = await _found(quiet)
    assert set(found) == {"lost"}
    assert len(found["lost"]) == 2, "neither the loan's row nor its event"


async def test_a_published_payment_that_was_skipped_is_lost(quiet: World) -> None:
    await quiet.publish(a_story(3, 25)[-1:])
    await quiet.execute(
        "ledger", "UPDATE position SET next_offset = next_offset + 1 WHERE topic LIKE '%loan-events%'"
    )
    found = await _found(quiet)
    assert set(found) == {"lost"}
    assert len(found["lost"]) == 3, "no row, no posting, no event"


async def test_an_effect_without_a_cause_is_found(quiet: World) -> None:
    await quiet.execute("ledger", "UPDATE payment SET id = $1 WHERE reference = 'L-P7'", uuid4())
    assert (await _found(quiet))["uncaused"]


async def test_what_is_held_or_unpublished_is_reported_unless_it_was_expected(quiet: World) -> None:
    await quiet.send([Outgoing(quiet.prefix + LOAN_EVENTS, b"k", b"no json", [("ce_id", b"1")])])
    await quiet.execute(
        "ledger",
        "INSERT INTO outbox (topic, key, headers, value, created_at) VALUES ($1, '', '', '', now())",
        f"{quiet.prefix}ledger-events",
    )
    assert set(await _found(quiet)) == {"lost", "unpublished", "unread"}, (
        "nobody has read or parked the bad one"
    )
    await quiet.execute("ledger", "DELETE FROM outbox")
    async with quiet.inside("ledger"):

        async def parked() -> bool:
            return bool(await quiet.value("ledger", "SELECT count(*) FROM held"))

        await until(parked, "the bad record is parked")
    found = await _found(quiet)
    assert set(found) == {"held"}
    assert await _found(quiet, allowed=[wire.MissingAttribute.code]) == {}
