"""Adding a lender makes what its platform needs, and lets it do no more."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.ledger.main import make
from services.ledger.settings import LedgerSettings
from shared.access import private_jwk, public_jwks
from shared.decision import Role
from shared.messaging.kafka import KafkaBroker
from shared.messaging.port import Outgoing
from shared.provisioning import Login
from tests.builders import a_loan, a_record
from tests.databases import Databases
from tests.infra.servers import Infra
from tests.web import AUDIENCE, ISSUER, KEY, bearer

Serve = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def serve(
    infra: Infra, databases: Databases, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[Serve]:
    """Makes a client of the ledger's API, over the run's Kafka."""
    (tmp_path / "jwks.json").write_text(public_jwks([KEY]))
    (tmp_path / "key.json").write_text(private_jwk(KEY))
    clients: list[httpx.AsyncClient] = []

    async def client(**changes: Any) -> httpx.AsyncClient:
        values = {
            "database_url": await databases.make("ledger"),
            "kafka_bootstrap": infra.bootstrap,
            **infra.kafka_security,
            "topic_prefix": topic_prefix,
            "jwks_file": tmp_path / "jwks.json",
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "signing_key_file": tmp_path / "key.json",
            "lender_partitions": 1,
            **changes,
        }
        _, app = make(LedgerSettings(**values))
        transport = httpx.ASGITransport(app)
        clients.append(httpx.AsyncClient(transport=transport, base_url="http://ledger", headers=bearer()))
        return clients[-1]

    yield client
    for one in clients:
        await one.aclose()


def administrator(infra: Infra) -> dict[str, Any]:
    return {
        f"kafka_admin_{name.removeprefix('kafka_')}": value for name, value in infra.kafka_security.items()
    }


async def test_a_new_lender_can_publish_to_its_own_topics_and_to_no_others(
    serve: Serve, infra: Infra, topic_prefix: str
) -> None:
    client = await serve(**administrator(infra))
    added = {}
    for name in ("acme", "other"):
        answer = await client.post("/v1/lenders", json={"name": name}, headers={"Idempotency-Key": name})
        assert answer.status_code == 201, answer.text
        added[name] = answer.json()
    assert added["acme"]["topics"] == [f"{topic_prefix}loan-events.acme", f"{topic_prefix}borrowers.acme"]
    login = Login(added["acme"]["kafka_user"], added["acme"]["kafka_password"])
    producer = KafkaBroker(infra.kafka(login=login)).producer()
    await producer.start()
    try:
        mine, other = (
            a_record(a_loan(), prefix=topic_prefix),
            a_record(a_loan(lender="other"), prefix=topic_prefix),
        )
        assert await producer.send([mine], 20) == [None]
        assert (await producer.send([other], 5))[0] is not None
        ledgers = Outgoing(f"{topic_prefix}ledger-events", b"k", b"{}", [])
        assert (await producer.send([ledgers], 5))[0] is not None
    finally:
        await producer.stop()


async def test_a_repeated_request_tells_no_secret_and_its_token_serves(serve: Serve, infra: Infra) -> None:
    client = await serve(**administrator(infra))
    first, second = [
        (await client.post("/v1/lenders", json={"name": "acme"}, headers={"Idempotency-Key": "k"})).json()
        for _ in range(2)
    ]
    assert first["kafka_password"]
    assert (second["kafka_password"], second["token"]) == (None, None)
    assert second["topics"] == first["topics"]
    headers = {"Authorization": f"Bearer {first['token']}"}
    assert (await client.get("/v1/loans", headers=headers)).json()["data"] == []


async def test_only_administrators_add_lenders_and_only_with_a_login_for_it(serve: Serve) -> None:
    client = await serve()
    headers = {"Idempotency-Key": "k"}
    answer = await client.post("/v1/lenders", json={"name": "acme"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "lenders_not_managed")
    as_integrator = headers | bearer(Role.INTEGRATOR)
    assert (await client.post("/v1/lenders", json={"name": "acme"}, headers=as_integrator)).status_code == 403
    answer = await client.post("/v1/lenders", json={"name": "Not A Name"}, headers=headers)
    assert answer.status_code == 422


async def test_kafka_that_is_away_is_said_and_the_same_key_may_try_again(serve: Serve) -> None:
    client = await serve(kafka_bootstrap="127.0.0.1:1", kafka_admin_user="x", kafka_admin_password="x")
    for _ in range(2):
        answer = await client.post("/v1/lenders", json={"name": "acme"}, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["code"]) == (503, "kafka_unwilling")
        assert "idempotent-replayed" not in answer.headers
