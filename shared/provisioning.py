"""What Kafka holds for us: topics, users and access lists, made so that doing it again changes nothing.

Every service writes its own topics and reads those named here, in consumer groups of its own name; a lender
writes its own two topics and nothing else. Only an administrator makes topics, save those of a new lender.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

DEFAULT_PARTITIONS = 8
WEEK_MS = 7 * 24 * 3600 * 1000
DAY_MS = 24 * 3600 * 1000
LENDERS_USER = "huancui-lenders"
LOAN_EVENTS, BORROWERS = "loan-events", "borrowers"

# Topics without personal data keep their events: a service that is new or rebuilt reads them again.
KEPT = {"retention.ms": "-1"}
# Names and addresses live for a week at most, and shorter once they are replaced or erased.
PERSONAL = {
    "cleanup.policy": "compact,delete",
    "retention.ms": str(WEEK_MS),
    "max.compaction.lag.ms": str(DAY_MS),
}
TOPICS = (
    "ledger-events",
    "reminder-events",
    "hardship-events",
    "holds",
    "mediation-events",
    "care-events",
    "clock",
)


class ProvisioningFailed(Exception):
    """Kafka could not be reached, or refused; the text says why."""


@dataclass(frozen=True, slots=True)
class Login:
    """A Kafka user and its password (SCRAM-SHA-512)."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """Which topics a service writes and reads; of the lenders' topics it names the part before the lender."""

    writes: Sequence[str]
    reads: Sequence[str]
    reads_of_lenders: Sequence[str] = ()


SERVICES: Mapping[str, Access] = {
    "ledger": Access(
        writes=("ledger-events",),
        reads=("hardship-events", "holds", "reminder-events", "clock"),
        reads_of_lenders=(LOAN_EVENTS,),
    ),
    "reminders": Access(
        writes=("reminder-events", "care-events"),
        reads=("ledger-events", "hardship-events", "holds", "mediation-events", "care-events", "clock"),
        reads_of_lenders=(LOAN_EVENTS, BORROWERS),
    ),
    "hardship": Access(
        writes=("hardship-events", "holds", "care-events"),
        reads=("ledger-events", "reminder-events", "mediation-events", "care-events", "clock"),
        reads_of_lenders=(LOAN_EVENTS,),
    ),
    "mediation": Access(
        writes=("mediation-events",),
        reads=("ledger-events", "reminder-events", "hardship-events", "holds", "clock"),
    ),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One operation allowed on a resource, or on all whose names begin so.

    `kind` is topic, group or cluster.
    """

    operation: str
    kind: str
    name: str
    prefix: bool = False


def service_user(service: str, prefix: str = "") -> str:
    """The Kafka user of a service; its consumer groups begin with this name."""
    return f"huancui-{prefix}{service}"


def lender_user(lender: str, prefix: str = "") -> str:
    """The Kafka user of a lender's platform."""
    return f"lender-{prefix}{lender}"


def lender_topics(lender: str) -> dict[str, Mapping[str, str]]:
    """A lender's own topics with their settings."""
    return {f"{LOAN_EVENTS}.{lender}": KEPT, f"{BORROWERS}.{lender}": PERSONAL}


def service_grants(service: str, prefix: str = "") -> list[Grant]:
    """All that a service may do."""
    access = SERVICES[service]
    return [
        *(Grant("WRITE", "topic", prefix + topic) for topic in access.writes),
        *(Grant("READ", "topic", prefix + topic) for topic in access.reads),
        *(Grant("READ", "topic", f"{prefix}{topic}.", prefix=True) for topic in access.reads_of_lenders),
        Grant("READ", "group", service_user(service, prefix), prefix=True),
    ]


def lender_grants(lender: str, prefix: str = "") -> list[Grant]:
    """All that a lender's platform may do."""
    return [Grant("WRITE", "topic", prefix + topic) for topic in lender_topics(lender)]


def lenders_grants(prefix: str = "") -> list[Grant]:
    """What adding a lender needs.

    Altering the cluster is what Kafka asks of whoever makes users and access lists.
    """
    return [
        *(
            Grant(operation, "topic", f"{prefix}{topic}.", prefix=True)
            for topic in (LOAN_EVENTS, BORROWERS)
            for operation in ("CREATE", "DESCRIBE", "ALTER_CONFIGS", "DESCRIBE_CONFIGS")
        ),
        Grant("ALTER", "cluster", "kafka-cluster"),
        Grant("DESCRIBE", "cluster", "kafka-cluster"),
    ]


@dataclass
class KafkaAdmin:
    """An administrator's connection; a context manager.

    Every method raises ProvisioningFailed with the broker's reason.
    """

    bootstrap: str
    login: Login | None
    partitions: int = DEFAULT_PARTITIONS
    prefix: str = ""
    """Put before every topic's name, and into those of users."""
    _client: Any = field(init=False, repr=False, default=None)

    def __enter__(self) -> Self:
        from kafka.admin import KafkaAdminClient

        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it logs each refusal that we raise
        options: dict[str, Any] = {"bootstrap_servers": self.bootstrap, "client_id": "huancui-admin"}
        if self.login is not None:
            options |= {
                "security_protocol": "SASL_PLAINTEXT",
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": self.login.user,
                "sasl_plain_password": self.login.password,
            }
        self._client = self._asked("reach Kafka", KafkaAdminClient, **options)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def create_topics(self, topics: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Make those that do not exist, with these settings, and wait until each has a leader.

        Returns their full names.
        """
        wanted = {self.prefix + name: settings for name, settings in topics.items()}
        there = set(self._asked("list topics", self._client.list_topics))
        new = {
            name: {"num_partitions": self.partitions, "replication_factor": -1, "configs": dict(settings)}
            for name, settings in wanted.items()
            if name not in there
        }
        if new:
            answer = self._asked("create topics", self._client.create_topics, new, raise_errors=False)
            self._check_created(answer)
            self._asked("create topics", self._client.wait_for_topics, list(new), timeout_ms=30_000)
        return list(wanted)

    @staticmethod
    def _check_created(answer: Any) -> None:
        already_exists = 36
        for topic in answer["topics"]:
            if topic["error_code"] not in (0, already_exists):
                raise ProvisioningFailed(
                    f"Kafka refused to create {topic['name']}: {topic.get('error_message')}"
                )

    def put_user(self, login: Login) -> None:
        """Make a user, or give it this password."""
        from kafka.admin import UserScramCredentialUpsertion

        upsertion = UserScramCredentialUpsertion(login.user, "SCRAM-SHA-512", login.password, iterations=4096)
        answer = self._asked("make a user", self._client.alter_user_scram_credentials, [upsertion])
        for user, refusal in answer.items():
            if refusal:
                # The broker's text may be a dump of the whole request.
                raise ProvisioningFailed(
                    f"Kafka refused to make the user {user}: {refusal.partition('(')[0].strip()}"
                )

    def grant(self, user: str, grants: Iterable[Grant]) -> None:
        """Allow all of these to a user, from every host."""
        from kafka.admin import (
            ACL,
            ACLOperation,
            ACLPermissionType,
            ACLResourcePatternType,
            ResourcePattern,
            ResourceType,
        )

        def entry(grant: Grant) -> Any:
            kind = ACLResourcePatternType.PREFIXED if grant.prefix else ACLResourcePatternType.LITERAL
            pattern = ResourcePattern(ResourceType[grant.kind.upper()], grant.name, kind)
            operation = ACLOperation[grant.operation]
            return ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, pattern)

        answer = self._asked("grant access", self._client.create_acls, [entry(grant) for grant in grants])
        if answer["failed"]:
            kinds = {getattr(error, "__name__", str(error)) for error in answer["failed"]}
            raise ProvisioningFailed(f"Kafka refused to grant access to {user}: {', '.join(sorted(kinds))}")

    def add_service(self, service: str, password: str) -> Login:
        """A service's user with all it may do."""
        login = Login(service_user(service, self.prefix), password)
        self.put_user(login)
        self.grant(login.user, service_grants(service, self.prefix))
        return login

    def add_lender(self, lender: str, password: str) -> Login:
        """A lender's topics and its user, who may write them."""
        self.create_topics(lender_topics(lender))
        login = Login(lender_user(lender, self.prefix), password)
        self.put_user(login)
        self.grant(login.user, lender_grants(lender, self.prefix))
        return login

    def _asked(self, what: str, call: Any, *arguments: Any, **options: Any) -> Any:
        from kafka.errors import KafkaError

        try:
            return call(*arguments, **options)
        except (KafkaError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise ProvisioningFailed(f"could not {what} at {self.bootstrap}: {reason}") from error
