"""docker-compose.yml and the Dockerfiles, looked at without an engine; each check is shown a fault."""

import copy
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.main import product_version
from shared.provisioning import LENDERS_USER, TOPICS, Grant, lenders_grants, service_grants, service_user
from tests.unit.deploy.compose import dockerfile_faults, faults, is_job

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES = sorted(file.parent.name for file in ROOT.glob("services/*/main.py"))
SETUP = COMPOSE["configs"]["kafka-setup"]["content"]
OPERATIONS = {"AlterConfigs": "ALTER_CONFIGS", "DescribeConfigs": "DESCRIBE_CONFIGS"}


def test_the_compose_file_has_no_fault() -> None:
    assert faults(COMPOSE) == []


@pytest.mark.parametrize(
    ("service", "change", "fault"),
    [
        ("postgres", {"image": "postgres"}, "image 'postgres' names no version"),
        ("postgres", {"image": "postgres:latest"}, "image 'postgres:latest' names no version"),
        ("ledger", {"healthcheck": {}}, "no health check with interval, timeout and retries"),
        (
            "ledger",
            {"healthcheck": {"test": ["CMD", "true"]}},
            "no health check with interval, timeout and retries",
        ),
        ("ledger", {"restart": "always"}, "it is not started again when it ends"),
        ("ledger-migrate", {"healthcheck": {"test": ["CMD", "true"]}}, "a job has no health to check"),
        ("kafka", {"deploy": {"resources": {"limits": {"cpus": "1"}}}}, "no limit of memory, pids"),
        ("kafka", {"deploy": {}}, "no limit of cpus, memory, pids"),
        (
            "postgres",
            {"environment": {"POSTGRES_PASSWORD": "a"}},
            "POSTGRES_PASSWORD is written into the file",
        ),
        ("ledger", {"environment": {"A": "${B:-c}"}}, "A may be left empty or has a default"),
        ("ledger", {"environment": {"A": "${B}"}}, "A may be left empty or has a default"),
        (
            "ledger",
            {"environment": {"HUANCUI_DATABASE_URL": "a://b:c@d"}},
            "HUANCUI_DATABASE_URL is written into the file",
        ),
        ("ledger", {"depends_on": ["kafka"]}, "depends_on without conditions"),
        (
            "ledger",
            {"depends_on": {"kafka": {"condition": "service_started"}}},
            "kafka must be waited for as service_healthy",
        ),
        (
            "ledger",
            {"depends_on": {"ledger-migrate": {"condition": "service_started"}}},
            "ledger-migrate must be waited for as service_completed_successfully",
        ),
        ("kafka", {"ports": ["9094:9094"]}, "port 9094:9094 is open to every network"),
        (
            "postgres",
            {"volumes": ["./data:/var/lib/postgresql"]},
            "./data:/var/lib/postgresql is no named volume",
        ),
        ("ledger", {"read_only": False}, "its root file system can be written"),
        ("ledger", {"user": "0:0"}, "it runs as root"),
        ("ledger", {"cap_drop": []}, "it keeps privileges that it does not need"),
    ],
)
def test_a_fault_in_the_compose_file_is_found(service: str, change: dict[str, Any], fault: str) -> None:
    broken = copy.deepcopy(COMPOSE)
    broken["services"][service] |= change

    assert faults(broken) == [f"{service}: {fault}"]


def test_every_service_that_exists_has_a_container_and_a_migration_before_it() -> None:
    ours = {name for name, service in COMPOSE["services"].items() if "build" in service}

    assert ours == {*SERVICES, *(f"{service}-migrate" for service in SERVICES)}
    for service in SERVICES:
        assert f"{service}-migrate" in COMPOSE["services"][service]["depends_on"]
        assert is_job(COMPOSE["services"][f"{service}-migrate"])


def test_the_data_of_postgresql_and_kafka_outlives_their_containers() -> None:
    assert COMPOSE["services"]["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert COMPOSE["services"]["kafka"]["volumes"] == ["kafka:/var/lib/kafka/data"]
    assert COMPOSE["services"]["kafka"]["environment"]["KAFKA_LOG_DIRS"] == "/var/lib/kafka/data"


def test_the_database_is_reached_from_its_own_network_alone() -> None:
    assert COMPOSE["networks"]["data"] == {"internal": True}
    assert COMPOSE["services"]["postgres"]["networks"] == ["data"]
    assert "ports" not in COMPOSE["services"]["postgres"]


def test_images_of_ours_carry_the_version_of_the_project() -> None:
    images = {service["image"] for service in COMPOSE["services"].values() if "build" in service}

    assert images == {f"huancui/{service}:{product_version()}" for service in SERVICES}


def test_the_example_lists_exactly_the_variables_that_must_be_set_and_gives_none() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    example = [line for line in lines if line and not line.startswith("#")]

    assert all(line.endswith("=") for line in example)
    assert {line[:-1] for line in example} == set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_settings_that_exist(service: str) -> None:
    settings = getattr(import_module(f"services.{service}.settings"), f"{service.capitalize()}Settings")
    known = {f"HUANCUI_{name.upper()}" for name in settings.model_fields}
    given = set(COMPOSE["services"][service]["environment"])
    of_lenders = {"HUANCUI_KAFKA_ADMIN_USER", "HUANCUI_KAFKA_ADMIN_PASSWORD"}

    assert given - known <= of_lenders


def granted(script: str, user: str) -> set[Grant]:
    """The access lists that a set-up script makes for a user."""
    found = set()
    for line in re.findall(rf"^allow {user} (.+)$", script, re.MULTILINE):
        pattern, kind, name, *operations = line.split()
        for operation in operations:
            found.add(Grant(OPERATIONS.get(operation, operation.upper()), kind, name, pattern == "prefixed"))
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_do_the_same_in_compose_as_in_the_local_stack(service: str) -> None:
    assert granted(SETUP, service_user(service)) == set(service_grants(service))


def test_whoever_adds_lenders_may_do_the_same_in_compose_as_in_the_local_stack() -> None:
    assert granted(SETUP, LENDERS_USER) == set(lenders_grants())


def test_the_same_topics_are_made_in_compose_as_in_the_local_stack() -> None:
    assert sorted(re.findall(r"^topic (\S+)$", SETUP, re.MULTILINE)) == sorted(TOPICS)


def test_a_grant_too_many_would_be_seen() -> None:
    more = SETUP + "\nallow huancui-ledger literal topic care-events Read\n"

    assert granted(more, "huancui-ledger") - set(service_grants("ledger")) == {
        Grant("READ", "topic", "care-events")
    }


# -- images -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
def test_the_dockerfile_of_a_service_has_no_fault(service: str) -> None:
    assert dockerfile_faults((ROOT / "services" / service / "Dockerfile").read_text(), service) == []


LEDGER = (ROOT / "services/ledger/Dockerfile").read_text()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda text: text.replace("COPY shared shared", "COPY . ."), "copies ."),
        (lambda text: text.replace("COPY shared shared", "COPY cli cli"), "copies cli"),
        (
            lambda text: text.replace("COPY services/ledger services/ledger", "COPY services services"),
            "copies services",
        ),
        (
            lambda text: text.replace("COPY shared", "ADD shared"),
            "ADD fetches and unpacks: COPY does what it says",
        ),
        (lambda text: text.replace("USER 10001:10001", ""), "it runs as root"),
        (lambda text: text.replace("USER 10001:10001", "USER 0"), "it runs as root"),
        (lambda text: text.replace("--require-hashes ", ""), "packages are installed without their hashes"),
        (lambda text: text.replace("--only-binary :all:", ""), "packages may be built while the image is"),
        (lambda text: text.replace("\nFROM python:3.13-slim\n", "\nFROM python\n"), "python: no version"),
        (lambda text: text + "ENV HUANCUI_KAFKA_PASSWORD=a\n", "HUANCUI_KAFKA_PASSWORD=a stays in the image"),
        (lambda text: text.replace('"services.ledger"', '"services.other"'), "it does not start the service"),
    ],
)
def test_a_fault_in_a_dockerfile_is_found(change: Callable[[str], str], fault: str) -> None:
    assert dockerfile_faults(change(LEDGER), "ledger") == [fault]


def test_the_builder_is_sent_what_images_are_made_of_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    assert rules[0] == "*"
    assert {rule for rule in rules if rule.startswith("!")} == {"!shared", "!services"}
