"""Signed links by which a plan is answered without a login: good for one plan, until a moment."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from shared.errors import NotFound

_ID, _TIME, _MAC = 16, 8, 32


class LinkInvalid(NotFound):
    """The link is not one of ours, or its time is over. Ask for a new one."""


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads them. `secret` is the same in all replicas."""

    secret: bytes

    def make(self, plan_id: UUID, expires_at: datetime) -> str:
        """The token of a link to a plan."""
        body = plan_id.bytes + int(expires_at.timestamp()).to_bytes(_TIME)
        return urlsafe_b64encode(body + self._mac(body)).decode().rstrip("=")

    def read(self, token: str, now: datetime) -> UUID:
        """The plan of a link. Raises LinkInvalid."""
        try:
            data = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (Error, ValueError):
            raise LinkInvalid from None
        body, mac = data[: _ID + _TIME], data[_ID + _TIME :]
        if len(mac) != _MAC or not hmac.compare_digest(mac, self._mac(body)):
            raise LinkInvalid
        if now >= datetime.fromtimestamp(int.from_bytes(body[_ID:]), UTC):
            raise LinkInvalid
        return UUID(bytes=body[:_ID])

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self.secret, b"plan\n" + body, "sha256")
