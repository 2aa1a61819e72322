"""Adding a lender: its topics and its user in Kafka, and a token for its platform."""

import asyncio
import secrets
from dataclasses import dataclass

from services.ledger.settings import LedgerSettings
from shared.access import issue_token, read_private_jwk
from shared.commands import Unavailable
from shared.decision import Role
from shared.errors import Conflict
from shared.provisioning import KafkaAdmin, Login, ProvisioningFailed, lender_topics

TOKEN_LASTS_S = 12 * 3600


class LendersNotManaged(Conflict):
    """This ledger may not add lenders: give it HUANCUI_KAFKA_ADMIN_USER and HUANCUI_KAFKA_ADMIN_PASSWORD."""


class KafkaUnwilling(Unavailable):
    """Kafka could not be reached, or refused to add the lender. What was made stays; try again later."""


@dataclass(frozen=True, slots=True)
class AddedLender:
    """What a platform needs to publish. Adding the lender again makes a new password."""

    topics: list[str]
    kafka_user: str
    kafka_password: str
    token: str | None


class Lenders:
    """Adds lenders with the login that is kept for this alone."""

    def __init__(self, settings: LedgerSettings) -> None:
        self.settings = settings

    async def add(self, name: str) -> AddedLender:
        """Make what a lender needs; what is there stays. Raises LendersNotManaged and KafkaUnwilling."""
        try:
            login = await asyncio.to_thread(self._make, name)
        except ProvisioningFailed as failed:
            raise KafkaUnwilling(reason=str(failed)) from failed
        topics = [self.settings.topic_prefix + topic for topic in lender_topics(name)]
        return AddedLender(topics, login.user, login.password, self._token(name))

    def _make(self, name: str) -> Login:
        settings = self.settings
        if settings.kafka_admin_user is None or settings.kafka_admin_password is None:
            raise LendersNotManaged()
        administrator = Login(settings.kafka_admin_user, settings.kafka_admin_password.get_secret_value())
        admin = KafkaAdmin(
            settings.kafka_bootstrap, administrator, settings.lender_partitions, settings.topic_prefix
        )
        with admin:
            return admin.add_lender(name, secrets.token_urlsafe(24))

    def _token(self, name: str) -> str | None:
        """A token for a start, where this ledger may sign some; else an identity provider makes them."""
        settings = self.settings
        if settings.signing_key_file is None:
            return None
        return issue_token(
            read_private_jwk(settings.signing_key_file.read_text()),
            subject=f"platform-{name}",
            role=Role.INTEGRATOR,
            lenders=[name],
            issuer=settings.issuer,
            audience=settings.audience,
            lifetime_s=TOKEN_LASTS_S,
        )
