"""Each rule, shown a breach made for it and the nearest thing that is allowed."""

from collections.abc import Callable, Iterator

import pytest

from tests.architecture.imports import import_breaches, use_breaches
from tests.architecture.shape import shape_breaches, undone_breaches, word_breaches
from tests.architecture.source import Breach, Source

Rule = Callable[[Source], Iterator[Breach]]

BREACHES = [
    (
        import_breaches,
        "services/ledger/flow.py",
        "from services.reminders.domain import contact",
        "only in events",
    ),
    (import_breaches, "services/ledger/main.py", "import services.reminders.store", "only in events"),
    (import_breaches, "services/ledger/api.py", "from services import reminders", "only in events"),
    (
        import_breaches,
        "services/ledger/api.py",
        "def f():\n    from services import hardship",
        "only in events",
    ),
    (import_breaches, "services/ledger/main.py", "from cli.stack import admin", "image holds shared/"),
    (import_breaches, "services/ledger/flow.py", "from tests.builders import a_loan", "image holds shared/"),
    (import_breaches, "services/ledger/flow.py", "from .domain import loan", "absolute"),
    (import_breaches, "services/helpers.py", "from shared.money import Money", "belongs to no service"),
    (import_breaches, "services/ledger/domain/loan.py", "import sqlalchemy", "import table"),
    (
        import_breaches,
        "services/ledger/domain/loan.py",
        "from shared.clock import system_now",
        "import table",
    ),
    (import_breaches, "services/ledger/domain/loan.py", "from shared import clock", "import table"),
    (import_breaches, "services/ledger/domain/loan.py", "from services.ledger import store", "import table"),
    (import_breaches, "services/ledger/domain/loan.py", "import random", "no clock"),
    (import_breaches, "services/ledger/domain/loan.py", "from time import time", "no clock"),
    (import_breaches, "services/ledger/domain/loan.py", "import os", "no clock"),
    (import_breaches, "services/ledger/domain/loan.py", "import pydantic", "import table"),
    (
        import_breaches,
        "services/ledger/domain/feed.py",
        "from shared.flow import TimerFired",
        "import table",
    ),
    (import_breaches, "services/ledger/flow.py", "from sqlalchemy import select", "import table"),
    (import_breaches, "services/ledger/flow.py", "from shared.door import Door", "import table"),
    (import_breaches, "services/ledger/api.py", "from sqlalchemy import text", "import table"),
    (import_breaches, "services/ledger/api.py", "from shared.messaging.relay import Relay", "import table"),
    (import_breaches, "services/ledger/store.py", "from fastapi import Depends", "import table"),
    (import_breaches, "services/ledger/store/reads.py", "from fastapi import Depends", "import table"),
    (import_breaches, "services/ledger/store/reads.py", "from services.ledger import api", "import table"),
    (import_breaches, "services/ledger/api/loans.py", "from sqlalchemy import text", "import table"),
    (import_breaches, "services/ledger/main.py", "import sqlalchemy", "import table"),
    (import_breaches, "services/ledger/lenders.py", "import asyncpg", "belongs in store.py"),
    (import_breaches, "services/ledger/adapters/mail.py", "import jinja2\nimport aiosmtplib", "one library"),
    (import_breaches, "shared/door.py", "from services.ledger.flow import FLOW", "knows no service"),
    (import_breaches, "shared/door.py", "import cli.main", "no command line"),
    (import_breaches, "shared/door.py", "from tests import builders", "no test"),
    (import_breaches, "shared/door.py", "from sqlalchemy import select", "know SQLAlchemy"),
    (
        import_breaches,
        "shared/door.py",
        "from sqlalchemy.ext.asyncio import create_async_engine",
        "know SQLAlchemy",
    ),
    (import_breaches, "shared/door.py", "import aiokafka", "behind the port"),
    (import_breaches, "cli/main.py", "from services.ledger.flow import INGESTED", "over HTTP and Kafka"),
    (import_breaches, "cli/main.py", "from shared.door import Door", "over HTTP and Kafka"),
    (
        use_breaches,
        "services/ledger/domain/loan.py",
        "from datetime import datetime\nx = datetime.now()",
        "argument",
    ),
    (use_breaches, "services/ledger/domain/loan.py", "import datetime as d\nx = d.date.today", "argument"),
    (use_breaches, "services/ledger/domain/loan.py", "from uuid import uuid4 as new\nx = new()", "argument"),
    (use_breaches, "services/ledger/domain/loan.py", "import uuid\nx = uuid.uuid1()", "argument"),
    (use_breaches, "services/ledger/domain/loan.py", "print(1)", "no I/O"),
    (use_breaches, "services/ledger/store.py", "import os\nx = os.environ['A']", "settings.py"),
    (use_breaches, "shared/database.py", "from os import getenv\nx = getenv('A')", "settings.py"),
    (use_breaches, "shared/database.py", "import os as o\nx = o.environ.get('A')", "settings.py"),
    (use_breaches, "services/ledger/main.py", "from pydantic_settings import BaseSettings", "settings.py"),
    (
        use_breaches,
        "shared/flow.py",
        "import importlib\nimportlib.import_module('services.ledger')",
        "cannot be checked",
    ),
    (shape_breaches, "shared/flow.py", "x = 1\n" * 401, "401 lines"),
    (shape_breaches, "cli/main.py", "def f():\n" + "    x = 1\n" * 50, "f has 51 lines"),
    (
        shape_breaches,
        "cli/main.py",
        "class A:\n    async def g(self):\n" + "        x = 1\n" * 50,
        "g has 51 lines",
    ),
    (undone_breaches, "shared/flow.py", "x = 1  # TODO: later", "issue"),
    (undone_breaches, "shared/flow.py", "# FIXME", "issue"),
    (word_breaches, "services/ledger/domain/loan.py", "class DebtorRecord: pass", "we say borrower"),
    (word_breaches, "services/ledger/domain/loan.py", "def f(debtor_id): pass", "we say borrower"),
    (word_breaches, "services/ledger/domain/loan.py", "next_dunning = 1", "we say contact"),
    (word_breaches, "services/ledger/domain/loan.py", "x.days_late = 1", "days past due"),
    (word_breaches, "services/ledger/domain/delinquents.py", "x = 1", "we say borrowers"),
]

ALLOWED = [
    (import_breaches, "services/ledger/flow.py", "from services.ledger.domain import payments"),
    (import_breaches, "services/ledger/domain/loan.py", "import datetime\nfrom shared.money import Money"),
    (import_breaches, "services/ledger/store.py", "from sqlalchemy import select"),
    (import_breaches, "services/ledger/store/loans.py", "from sqlalchemy import select"),
    (
        import_breaches,
        "services/ledger/store/packing.py",
        "import pydantic\nimport pydantic_core\nimport msgspec",
    ),
    (import_breaches, "services/ledger/api/__init__.py", "from services.ledger.api import loans"),
    (import_breaches, "services/ledger/domain/feed.py", "from shared.decision import TimerFired"),
    (import_breaches, "services/ledger/adapters/mail.py", "import aiosmtplib\nimport asyncio"),
    (import_breaches, "services/reminders/adapters/packs.py", "import yaml\nimport pydantic"),
    (import_breaches, "shared/door.py", "from sqlalchemy.ext.asyncio import AsyncEngine"),
    (import_breaches, "cli/publish.py", "from shared.events.base import newest"),
    (import_breaches, "tests/service/test_a.py", "from services.ledger.main import make"),
    (
        use_breaches,
        "services/ledger/domain/loan.py",
        "def f(person, context):\n    return person.today(context.now)",
    ),
    (
        use_breaches,
        "services/ledger/domain/loan.py",
        "from uuid import UUID, uuid5\nx = uuid5(UUID(int=0), 'a')",
    ),
    (use_breaches, "shared/settings.py", "import os\nx = os.environ"),
    (use_breaches, "cli/main.py", "import os\nx = os.environ"),
    (shape_breaches, "shared/flow.py", "x = 1\n" * 400),
    (shape_breaches, "cli/main.py", "def f():\n" + "    x = 1\n" * 49),
    (undone_breaches, "shared/flow.py", "x = 'TODO'  # a word in a text"),
    (word_breaches, "services/ledger/domain/loan.py", "class DelinquencyChanged: pass\nchased = 1"),
]


def _named(part: object) -> str:
    """The same in every process: a function's text would hold its address."""
    return str(getattr(part, "__name__", part))[:40]


@pytest.mark.parametrize(("rule", "path", "text", "why"), BREACHES, ids=_named)
def test_a_breach_is_found(rule: Rule, path: str, text: str, why: str) -> None:
    found = list(rule(Source(path, text)))

    assert len(found) == 1
    assert found[0].file == path
    assert why in found[0].rule


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED, ids=_named)
def test_what_is_allowed_is_left_alone(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) == []
