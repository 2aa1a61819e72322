"""The servers of a test run are those that were chosen, or none."""

import pytest

from tests.infra.choice import Choice, chosen, external_address
from tests.infra.containers import CLIENT_PORT, kafka_environment
from tests.infra.servers import Infra, UnusableInfra

EXTERNAL = {
    "HUANCUI_TEST_DATABASE_URL": "postgresql://someone:secret@db:5432",
    "HUANCUI_TEST_KAFKA_BOOTSTRAP": "kafka:9092",
}


def test_nothing_chosen_means_servers_of_our_own() -> None:
    assert chosen({}) is Choice.EMBEDDED
    assert chosen({"HUANCUI_TEST_INFRA": "containers"}) is Choice.CONTAINERS


def test_a_misspelt_choice_is_an_error() -> None:
    with pytest.raises(
        UnusableInfra, match="HUANCUI_TEST_INFRA=container: it must be one of embedded, containers"
    ):
        chosen({"HUANCUI_TEST_INFRA": "container"})


def test_servers_of_others_are_taken_as_they_are_named() -> None:
    infra = Infra(
        external_address({**EXTERNAL, "HUANCUI_TEST_KAFKA_USER": "u", "HUANCUI_TEST_KAFKA_PASSWORD": "p"})
    )
    assert infra.database_url("loans") == "postgresql+asyncpg://someone:secret@db:5432/loans"
    assert infra.database_url("loans", driver="") == "postgresql://someone:secret@db:5432/loans"
    assert (infra.bootstrap, infra.kafka_security) == (
        "kafka:9092",
        {"kafka_user": "u", "kafka_password": "p"},
    )


@pytest.mark.parametrize("missing", EXTERNAL)
def test_servers_of_others_without_an_address_are_an_error(missing: str) -> None:
    with pytest.raises(UnusableInfra, match=missing):
        external_address({name: value for name, value in EXTERNAL.items() if name != missing})


def test_the_database_server_of_others_is_named_without_a_database() -> None:
    with pytest.raises(UnusableInfra, match="without a database"):
        external_address({**EXTERNAL, "HUANCUI_TEST_DATABASE_URL": "postgresql://u:p@db:5432/production"})


def test_the_kafka_image_gets_every_setting_that_its_defaults_would_have_given() -> None:
    settings = kafka_environment(31_000)
    assert settings["KAFKA_ADVERTISED_LISTENERS"].startswith("CLIENT://127.0.0.1:31000,")
    assert f"CLIENT://:{CLIENT_PORT}" in settings["KAFKA_LISTENERS"]
    listeners = {entry.split(":")[0] for entry in settings["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(",")}
    assert listeners == {entry.split(":")[0] for entry in settings["KAFKA_LISTENERS"].split(",")}
    assert settings["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
