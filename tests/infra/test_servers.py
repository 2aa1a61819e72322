"""The servers that tests get: databases of their own, and a Kafka that knows who may do what."""

import asyncio

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError

from shared.messaging.kafka import KafkaBroker
from shared.messaging.port import Outgoing, Partition, SendUnknown
from shared.provisioning import KEPT, KafkaAdmin, Login, ProvisioningFailed, service_grants
from tests.infra.servers import Infra


async def _send(
    infra: Infra, topic: str, login: Login | None = None, within_s: float = 5
) -> Exception | None:
    producer = KafkaBroker(infra.kafka(login=login)).producer()
    try:
        await producer.start()
        return (await producer.send([Outgoing(topic, b"key", b"{}", [])], within_s))[0]
    finally:
        await producer.stop()


def _fill(url: str) -> None:
    async def create() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.execute("CREATE TABLE kept (number integer)")
        await connection.close()

    asyncio.run(create())


async def test_a_database_is_a_copy_of_its_template_and_keeps_to_itself(infra: Infra) -> None:
    template = await infra.template("copied", _fill)
    assert await infra.template("copied", _fill) == template
    counts = []
    for url in [await infra.create_database(template) for _ in range(2)]:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.execute("INSERT INTO kept VALUES (1)")
        counts.append(await connection.fetchval("SELECT count(*) FROM kept"))
        await connection.close()
        await infra.drop_database(url)
    assert counts == [1, 1]


async def test_a_record_that_was_sent_is_found_at_its_place(infra: Infra, topic_prefix: str) -> None:
    [topic] = await infra.create_topics(["ledger-events"], prefix=topic_prefix, partitions=1)
    assert topic == f"{topic_prefix}ledger-events"
    assert await _send(infra, topic) is None
    record = await KafkaBroker(infra.kafka()).fetch(Partition(topic, 0), 0)
    assert record is not None
    assert (record.key, record.value) == (b"key", b"{}")


async def test_a_topic_that_nobody_made_takes_nothing(infra: Infra, topic_prefix: str) -> None:
    assert isinstance(await _send(infra, f"{topic_prefix}never-made", within_s=1), SendUnknown)


async def test_a_lender_writes_its_own_topics_and_nothing_else(infra: Infra, topic_prefix: str) -> None:
    def add() -> Login:
        with infra.admin(topic_prefix) as admin:
            admin.create_topics({"ledger-events": KEPT})
            admin.add_lender("birch", "a-password-of-birch")
            return admin.add_lender("acme", "a-password-of-acme")

    acme = await asyncio.to_thread(add)
    topics = ("loan-events.acme", "borrowers.acme", "loan-events.birch", "borrowers.birch", "ledger-events")
    taken = [topic for topic in topics if await _send(infra, topic_prefix + topic, acme) is None]
    assert taken == ["loan-events.acme", "borrowers.acme"]
    seen = await KafkaBroker(infra.kafka(login=acme)).partitions([topic_prefix + topic for topic in topics])
    assert {name.removeprefix(topic_prefix) for name, count in seen.items() if count} == set(taken)


async def test_the_ledger_writes_its_events_and_neither_those_of_others_nor_a_lenders(
    infra: Infra, topic_prefix: str
) -> None:
    def add() -> Login:
        with infra.admin(topic_prefix) as admin:
            admin.create_topics({"ledger-events": KEPT, "holds": KEPT, "care-events": KEPT})
            admin.add_lender("acme", "a-password-of-acme")
            return admin.add_service("ledger", "a-password-of-the-ledger")

    ledger = await asyncio.to_thread(add)
    topics = ("ledger-events", "holds", "care-events", "loan-events.acme", "borrowers.acme")
    assert [t for t in topics if await _send(infra, topic_prefix + t, ledger) is None] == ["ledger-events"]
    readable = await KafkaBroker(infra.kafka(login=ledger)).partitions([topic_prefix + t for t in topics])
    assert {name.removeprefix(topic_prefix) for name, count in readable.items() if count} == {
        "ledger-events",
        "holds",
        "loan-events.acme",
    }


async def test_a_wrong_password_is_refused(infra: Infra) -> None:
    with pytest.raises(KafkaConnectionError):
        await _send(infra, "ledger-events", Login("admin", "a guess"))


@pytest.mark.parametrize("act", ["make a topic", "make a user", "grant itself more"])
async def test_a_service_makes_neither_topics_nor_users_nor_grants(
    infra: Infra, topic_prefix: str, act: str
) -> None:
    def attempt(admin: KafkaAdmin, ledger: Login) -> None:
        if act == "make a topic":
            admin.create_topics({"loan-events.mine": KEPT})
        elif act == "make a user":
            admin.put_user(Login("intruder", "a-password"))
        else:
            admin.grant(ledger.user, service_grants("mediation", topic_prefix))

    def run() -> None:
        with infra.admin(topic_prefix) as admin:
            ledger = admin.add_service("ledger", "a-password-of-the-ledger")
        with KafkaAdmin(infra.bootstrap, ledger, prefix=topic_prefix) as own:
            attempt(own, ledger)

    with pytest.raises(ProvisioningFailed, match="refused"):
        await asyncio.to_thread(run)


async def test_adding_a_lender_twice_changes_nothing(infra: Infra, topic_prefix: str) -> None:
    def add() -> Login:
        with infra.admin(topic_prefix) as admin:
            return admin.add_lender("acme", "a-password-of-acme")

    first = await asyncio.to_thread(add)
    assert await _send(infra, f"{topic_prefix}loan-events.acme", first) is None
    assert await asyncio.to_thread(add) == first
    assert await _send(infra, f"{topic_prefix}loan-events.acme", first) is None
