"""Scenarios 29 to 33: messages that cannot be read or applied, passing refusals, a topic that grows."""

from uuid import UUID

import pytest
from structlog.testing import capture_logs

from shared.decision import Key
from shared.messaging.port import Outgoing
from tests.builders import a_payment, a_record, money
from tests.chaos import meddling
from tests.chaos.load import a_story, some_loans, some_payments
from tests.chaos.world import LOAN_EVENTS, PAYMENTS, MakeWorld, World
from tests.followup.flow import FollowUp
from tests.harness import until

OVERFLOWING = 2_147_483_647


async def paid(world: World, count: int) -> None:
    """Wait until the ledger has so many payments."""
    await until(lambda: world.value("ledger", f"SELECT ({PAYMENTS}) = {count}"), f"{count} payments", 40)


async def held(world: World, service: str, count: int) -> list[tuple[str, str]]:
    """Wait until a service keeps so many messages; status and reason of each, in order."""
    await until(lambda: world.value(service, f"SELECT count(*) = {count} FROM held"), f"{count} are kept", 40)
    async with meddling.connected(world, service) as connection:
        return [tuple(row) for row in await connection.fetch("SELECT status, reason FROM held ORDER BY seq")]


def broken(world: World, reference: str, *, value: bytes | None = None, **headers: bytes) -> Outgoing:
    """A payment's record with other bytes, or with headers that say something else, of no known loan."""
    good = a_record(some_payments(some_loans(1), 1, name=reference)[0], prefix=world.prefix)
    changed = {**dict(good.headers), **headers}
    return Outgoing(good.topic, b"of no loan", good.value if value is None else value, list(changed.items()))


async def test_scenario_29_what_cannot_be_read_parks_with_its_reason_and_the_partition_goes_on(
    world: World,
) -> None:
    story = a_story(10, 100)
    await world.publish(story[:60])
    await world.send(
        [
            broken(world, "bytes", value=b"\xff\x00"),
            broken(world, "type", ce_type=b"com.example.Unknown"),
            broken(world, "schema", value=b'{"lender": "x"}'),
        ]
    )
    await world.publish(story[60:])
    async with world.inside("ledger"), world.inside("followup"):
        reasons = ["malformed_data", "schema_violation", "unknown_type"]
        assert sorted(await held(world, "ledger", 3)) == [("parked", reason) for reason in reasons]
        await world.balances(allowed=reasons)
    assert await world.value("ledger", PAYMENTS) == 100
    assert await world.value("ledger", "SELECT bool_and(detail <> '') FROM held")


async def _poisoned(world: World, loan: UUID) -> int:
    """Make the follow-up of a loan overflow at its next payment; how many payments it had."""
    had = int(await world.value("followup", "SELECT payments FROM followup WHERE loan_id = $1", loan))
    await world.execute("followup", f"UPDATE followup SET payments = {OVERFLOWING} WHERE loan_id = $1", loan)
    return had


async def test_scenario_30_a_key_whose_handler_always_fails_parks_alone_and_is_released_in_order(
    world: World,
) -> None:
    loans = some_loans(10)
    await world.publish([*loans, *some_payments(loans, 50, name="before")])
    async with world.inside("ledger"), world.inside("followup") as followup:
        await world.settle()
        had = await _poisoned(world, loans[3].loan_id)
        more = some_payments(loans, 200, name="after")
        await world.publish(more)
        its_own = [one for one in more if one.loan_id == loans[3].loan_id]
        assert len(its_own) > 3
        kept = await held(world, "followup", len(its_own))
        assert [status for status, _ in kept] == ["parked"] + ["queued"] * (len(its_own) - 1)
        await _all_but(world, loans[3].loan_id, 250 - had - len(its_own))
        await world.execute(
            "followup", f"UPDATE followup SET payments = {had} WHERE loan_id = $1", loans[3].loan_id
        )
        order = await _order_of_kept(world)
        released = await followup.service.door.release(Key(FollowUp.__name__, loans[3].loan_id))
        assert released == len(its_own)
        assert order == [one.amount.minor for one in its_own], "they would be replayed in another order"
        await world.balances()


async def _all_but(world: World, loan: UUID, payments: int) -> None:
    """Wait until the follow-ups of all other loans have counted so many payments."""
    await until(
        lambda: world.value(
            "followup", f"SELECT sum(payments) = {payments} FROM followup WHERE loan_id <> $1", loan
        ),
        "the other loans go on",
    )


async def _order_of_kept(world: World) -> list[int]:
    """The amounts of the payments that are kept, in the order in which they will be released."""
    async with meddling.connected(world, "followup") as connection:
        rows = await connection.fetch(
            "SELECT convert_from(value, 'UTF8')::jsonb #>> '{applied,amount}' AS paid FROM held ORDER BY seq"
        )
    return [money(row["paid"]).minor for row in rows]


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
async def test_scenario_31_a_passing_error_of_the_database_is_retried_in_place_and_parks_nothing(
    world: World, sqlstate: str
) -> None:
    await meddling.failing_at_first(world, "ledger", "fact", sqlstate, times=4)
    await world.publish(a_story(10, 100))
    with capture_logs() as said:
        async with world.inside("ledger"), world.inside("followup"):
            await world.balances()
    retried = [entry for entry in said if entry["event"] == "batch_retried" and entry["sqlstate"] == sqlstate]
    assert len(retried) == 4
    assert await meddling.failures(world, "ledger") > 4
    assert await world.value("ledger", "SELECT count(*) FROM held") == 0


async def test_scenario_32_one_poisonous_message_in_a_batch_of_five_hundred_stops_no_other(
    make_world: MakeWorld,
) -> None:
    world: World = await make_world(partitions=1)
    loans = some_loans(500)
    await world.publish(loans)
    async with world.inside("ledger"):
        async with world.inside("followup"):
            await world.settle()
        await _poisoned(world, loans[250].loan_id)
        await world.publish([a_payment("1.00", loan=loan.loan_reference) for loan in loans])
        await paid(world, 500)
        await until(lambda: world.value("ledger", "SELECT count(*) = 0 FROM outbox"), "all is published")
    with capture_logs() as said:
        async with world.inside("followup", batch_max=500, lanes=1, role_timers=False):
            assert [status for status, _ in await held(world, "followup", 1)] == ["parked"]
            await _all_but(world, loans[250].loan_id, 499)
    splits = [entry["messages"] for entry in said if entry["event"] == "batch_not_saved"]
    assert splits[0] > 200, "the poison did not stand in a large batch"
    assert splits[-1] == 1
    assert len(splits) < 15, "it was not found by halving"
    await world.execute("followup", "UPDATE followup SET payments = 0 WHERE loan_id = $1", loans[250].loan_id)
    async with world.inside("followup") as followup:
        assert await followup.service.door.release(Key(FollowUp.__name__, loans[250].loan_id)) == 1
        await world.balances()


async def test_scenario_33_a_topic_that_gets_more_partitions_under_load_keeps_every_loans_order(
    make_world: MakeWorld,
) -> None:
    world: World = await make_world(partitions=1)
    loans = some_loans(20)
    await world.publish(loans)
    async with world.inside("ledger"):
        await until(lambda: world.value("ledger", "SELECT count(*) = 20 FROM loan"), "the loans are kept")
    await world.publish(some_payments(loans, 300, name="old"))
    await meddling.add_partitions(world, LOAN_EVENTS, 4)
    await world.publish(some_payments(loans, 300, name="new"))
    ends = await world.ends([LOAN_EVENTS])
    assert all(ends.values()), "no loan moved to a new partition"
    with capture_logs() as said:
        async with world.inside("ledger", batch_max=20), world.inside("followup"):
            await paid(world, 600)
            await world.settle()
    overtaken = (
        "SELECT count(*) FROM (SELECT max(recorded_at) FILTER (WHERE reference LIKE 'payment:old%') AS old, "
        "min(recorded_at) FILTER (WHERE reference LIKE 'payment:new%') AS new FROM fact GROUP BY loan_id) "
        "WHERE old > new"
    )
    assert await world.value("ledger", overtaken) == 0
    assert any(entry["event"] == "new_partition_waits" for entry in said)
    # The checker cannot know in which order records came to different partitions: that was asked just now.
    found = await world.check()
    found["out_of_order"] = [one for one in found["out_of_order"] if not one.startswith("loan ")]
    assert not any(found.values()), found
