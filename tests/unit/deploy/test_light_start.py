"""What a service loads when it starts: libraries for rare tasks wait until they are needed."""

import subprocess
import sys
from pathlib import Path

import pytest

RARE = ("alembic", "kafka", "holidays", "reportlab", "lightgbm", "beancount", "testcontainers")
SERVICES = sorted(file.parent.name for file in Path(__file__).resolve().parents[3].glob("services/*/main.py"))


def _loaded(module: str) -> list[str]:
    listing = f"import sys, {module}; print(*(name for name in {RARE!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_without_what_it_seldom_needs(service: str) -> None:
    assert _loaded(f"services.{service}.main") == []


def test_a_module_that_loads_one_of_them_is_found_out() -> None:
    assert _loaded("services.ledger.migrate") == ["alembic"]
