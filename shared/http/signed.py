"""`Signed`: a route that takes what outsiders hand in, such as a gateway, checks their signature besides
their token. A token shows who may call; a signature shows that the body is theirs, and is not a recorded one.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from shared.clock import system_now
from shared.errors import Forbidden
from shared.signatures import is_signed

Text = Annotated[str, Header(max_length=1_000)]


class SignatureInvalid(Forbidden):
    """The request must be signed as Standard Webhooks say, with a secret in use and within five minutes:
    webhook-id, webhook-timestamp, webhook-signature.
    """


def Signed(secrets: Sequence[bytes]) -> Any:  # noqa: N802  # reads as FastAPI's own `Depends`
    """What such a route depends on, with the secrets in use: `dependencies=[Allow(scope), Signed(secrets)]`.
    With no secret, nothing is taken.
    """

    async def check(
        request: Request, webhook_id: Text = "", webhook_timestamp: Text = "", webhook_signature: Text = ""
    ) -> None:
        body = await request.body()
        if not is_signed(secrets, webhook_id, webhook_timestamp, webhook_signature, body, now=system_now()):
            raise SignatureInvalid

    return Depends(check)
