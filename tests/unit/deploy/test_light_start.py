"""What a service loads when it starts: libraries for rare tasks wait until they are needed."""

import subprocess
import sys

import pytest

RARE = ("alembic", "kafka", "holidays", "beancount", "testcontainers")


def _loaded(module: str) -> list[str]:
    listing = f"import sys, {module}; print(*(name for name in {RARE!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("module", ["services.ledger.main"])
def test_a_service_starts_without_what_it_seldom_needs(module: str) -> None:
    assert _loaded(module) == []


def test_a_module_that_loads_one_of_them_is_found_out() -> None:
    assert _loaded("services.ledger.migrate") == ["alembic"]
