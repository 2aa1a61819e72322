"""Who may import what. The table in CONTRIBUTING.md says the same in words."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.architecture.source import Breach, Import, Source

STANDARD = frozenset(sys.stdlib_module_names)
OURS = frozenset({"shared", "services", "cli", "tests", "benchmarks"})

# Standard library without input, output, clock or chance.
PURE = frozenset(
    {
        "__future__",
        "abc",
        "bisect",
        "calendar",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "itertools",
        "math",
        "operator",
        "re",
        "statistics",
        "string",
        "types",
        "typing",
        "unicodedata",
        "uuid",
        "zoneinfo",
    }
)
CHANCE_AND_CLOCK = (
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.uuid6",
    "uuid.uuid7",
    "uuid.uuid8",
)
ENVIRONMENT = ("os.environ", "os.environb", "os.getenv")
BY_NAME = ("importlib.import_module", "__import__")
IO = frozenset({"open", "print", "input", "breakpoint", "exec", "eval"})


@dataclass(frozen=True)
class Allowed:
    """What a kind of file may import of ours (prefixes) and of others (top packages)."""

    ours: tuple[str, ...]
    outside: frozenset[str] = frozenset()

    def permits(self, one: Import, own: str) -> bool:
        """Whether the import is in the list; `{own}` stands for the service's own package."""
        top = one.module.partition(".")[0]
        if top in OURS:
            return any(_within(one.whole, prefix.replace("{own}", own)) for prefix in self.ours)
        return top in STANDARD or top in self.outside


DOMAIN = Allowed(
    ("shared.money", "shared.errors", "shared.events", "shared.decision", "shared.quick", "{own}.domain")
)
STORE = Allowed(
    (
        "{own}.domain",
        "{own}.store",
        "shared.audit",
        "shared.clock",
        "shared.database",
        "shared.decision",
        "shared.errors",
        "shared.events",
        "shared.flow",
        "shared.money",
        "shared.quick",
        "shared.sealed",
        "shared.spine",
    ),
    # What a row packs into one column is written and read by these.
    frozenset({"sqlalchemy", "pydantic", "pydantic_core", "msgspec"}),
)
# A table too long for one file stands in several, and `flow.py` puts them together.
FLOW = Allowed(
    ("{own}.domain", "{own}.store", "{own}.standing_flow", "shared.events", "shared.flow", "shared.decision")
)
API = Allowed(
    (
        "{own}.api",
        "{own}.domain",
        "{own}.store",
        "{own}.flow",
        "{own}.adapters",
        "{own}.settings",
        "shared.access",
        "shared.database",
        "shared.decision",
        "shared.errors",
        "shared.events",
        "shared.fold",
        "shared.http",
        "shared.money",
        "shared.scopes",
        "shared.sealed",
        "shared.service",
        "shared.signatures",
    ),
    frozenset({"fastapi", "pydantic"}),
)
SETTINGS = Allowed(("shared.settings",), frozenset({"pydantic", "pydantic_settings"}))
MIGRATIONS = Allowed(
    ("{own}.store", "shared.audit", "shared.database", "shared.migrations", "shared.sealed"),
    frozenset({"alembic", "sqlalchemy"}),
)
WIRING = Allowed(("{own}", "shared"), frozenset({"fastapi"}))
BY_FILE = {
    "store.py": STORE,
    "flow.py": FLOW,
    "standing_flow.py": FLOW,
    "api.py": API,
    "settings.py": SETTINGS,
}
BY_FOLDER = {"domain": DOMAIN, "store": STORE, "api": API, "migrations": MIGRATIONS}

# What the command line shares with the services; all else it asks over HTTP and Kafka, as any user would. The
# rules about words and risk are pure and need no service.
CLI = (
    "cli",
    "services.hardship.adapters.risk_model",
    "services.hardship.domain.risk",
    "services.ledger.domain.due_dates",
    "services.reminders.adapters.tone",
    "services.reminders.domain.words",
    "shared.access",
    "shared.clock",
    "shared.decision",
    "shared.errors",
    "shared.events",
    "shared.messaging.kafka",
    "shared.messaging.port",
    "shared.money",
    "shared.provisioning",
)
# A connection or an engine as an argument's type is no knowledge of SQLAlchemy; the rest of it is.
HANDED_AROUND = frozenset({"AsyncConnection", "AsyncEngine"})
KNOWS_SQLALCHEMY = frozenset({"shared/database.py", "shared/migrations.py"})
# What an adapter reads is checked by pydantic, whatever library read it.
CHECKS_WHAT_IS_READ = "pydantic"
KNOWS_KAFKA = {"aiokafka": "shared/messaging/kafka.py"}
READS_ENVIRONMENT = frozenset({"settings.py"})


def import_breaches(source: Source) -> Iterator[Breach]:
    """Every import of the file that its place in the tree does not allow."""
    area = source.parts[0]
    for one in source.imports:
        if one.relative:
            yield Breach(source.path, one.line, "imports are absolute")
        elif area in AREAS:
            why = AREAS[area](source, one)
            if why:
                yield Breach(source.path, one.line, f"{source.path} may not import {one.whole}: {why}")
    if area == "services" and "adapters" in source.parts:
        yield from _one_library(source)


def _of_service(source: Source, one: Import) -> str:
    if len(source.parts) < 3:
        return "" if one.module.partition(".")[0] in STANDARD else "this file belongs to no service"
    own = f"services.{source.parts[1]}"
    if _within(one.module, "services") and not _within(one.whole, own):
        return "services meet only in events"
    if one.module.partition(".")[0] in OURS - {"services", "shared"}:
        return "a service's image holds shared/ and its own folder alone"
    allowed = _rule_of(source)
    if allowed is None:
        top = one.module.partition(".")[0]
        return "SQLAlchemy belongs in store.py" if top in ("sqlalchemy", "asyncpg") else ""
    if allowed is DOMAIN and one.module.partition(".")[0] in STANDARD:
        return "" if one.module.partition(".")[0] in PURE else "a rule does no I/O and knows no clock"
    return "" if allowed.permits(one, own) else "see the import table in CONTRIBUTING.md"


def _rule_of(source: Source) -> Allowed | None:
    name, folder = source.parts[2], source.parts[2] if len(source.parts) > 3 else ""
    if folder:
        return BY_FOLDER.get(folder)
    return BY_FILE.get(name, WIRING if name in ("main.py", "__main__.py", "migrate.py") else None)


def _of_shared(source: Source, one: Import) -> str:
    top = one.module.partition(".")[0]
    if top in OURS - {"shared"}:
        return "shared/ knows no service, no command line and no test"
    if top == "sqlalchemy" and source.path not in KNOWS_SQLALCHEMY:
        handed = one.module == "sqlalchemy.ext.asyncio" and one.name in HANDED_AROUND
        return "" if handed else "only " + " and ".join(sorted(KNOWS_SQLALCHEMY)) + " know SQLAlchemy"
    if top in KNOWS_KAFKA and source.path != KNOWS_KAFKA[top]:
        return f"the broker's client stands behind the port, in {KNOWS_KAFKA[top]}"
    return ""


def _of_cli(source: Source, one: Import) -> str:
    if one.module.partition(".")[0] not in OURS or any(_within(one.whole, prefix) for prefix in CLI):
        return ""
    return "the command line talks to services over HTTP and Kafka"


AREAS = {"services": _of_service, "shared": _of_shared, "cli": _of_cli}


def _one_library(source: Source) -> Iterator[Breach]:
    outside = {one.module.partition(".")[0]: one.line for one in source.imports}
    outside = {
        top: line for top, line in outside.items() if top not in STANDARD | OURS | {CHECKS_WHAT_IS_READ}
    }
    if len(outside) > 1:
        yield Breach(
            source.path, max(outside.values()), f"an adapter is for one library, not {sorted(outside)}"
        )


def use_breaches(source: Source) -> Iterator[Breach]:
    """Clock, chance and I/O in rules; the environment outside the settings; imports by name at run time."""
    if source.parts[0] not in ("services", "shared"):
        return
    found = {(line, why) for name, line in source.uses() if (why := _misused(source, name))}
    for line, why in sorted(found):
        yield Breach(source.path, line, why)
    for one in source.imports:
        if _within(one.module, "pydantic_settings") and not _reads(source):
            yield Breach(source.path, one.line, "only settings.py reads the environment")


def _misused(source: Source, name: str) -> str:
    in_domain = source.parts[0] == "services" and "domain" in source.parts
    if in_domain and (_is_one_of(name, CHANCE_AND_CLOCK) or name in IO):
        return f"a rule may not use {name}: it does no I/O, time is an argument"
    if _is_one_of(name, ENVIRONMENT) and not _reads(source):
        return "only settings.py reads the environment"
    if _is_one_of(name, BY_NAME):
        return "an import by name at run time cannot be checked"
    return ""


def _reads(source: Source) -> bool:
    return source.parts[-1] in READS_ENVIRONMENT


def _is_one_of(name: str, forbidden: Iterable[str]) -> bool:
    return any(_within(name, one) for one in forbidden)


def _within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")
