"""How a request is signed with a shared secret, and how its signature is checked (Standard Webhooks)."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

SECRET_PREFIX = "whsec_"  # noqa: S105  # what every secret of the specification begins with
SIGNED_WITHIN_S = 300
"""A request that was signed earlier, or later, may be one that somebody recorded."""


def written(secret: bytes) -> str:
    """A secret as its receiver is told it."""
    return SECRET_PREFIX + b64encode(secret).decode()


def read_secret(text: str) -> bytes:
    """A secret from how it is written. Raises ValueError."""
    if not text.startswith(SECRET_PREFIX):
        raise ValueError(f"a secret begins with {SECRET_PREFIX}")
    return b64decode(text.removeprefix(SECRET_PREFIX), validate=True)


def signatures(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a request, one for each secret."""
    signed = b"%b.%d.%b" % (message_id.encode(), timestamp, body)
    return " ".join("v1," + b64encode(hmac.digest(one, signed, "sha256")).decode() for one in secrets)


def is_signed(
    secrets: Sequence[bytes], message_id: str, timestamp: str, signature: str, body: bytes, now: datetime
) -> bool:
    """Whether one of the signatures of a request was made with one of the secrets, and lately."""
    if not message_id or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > SIGNED_WITHIN_S:
        return False
    good = signatures(secrets, message_id, int(timestamp), body).encode().split()
    return any(hmac.compare_digest(one, given) for given in signature.encode().split() for one in good)
