"""`Allow`: every route says which scope it takes, or by `PUBLIC` that it takes none."""

from functools import lru_cache
from typing import Any

from fastapi import Depends, Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from shared.access import ScopeMissing
from shared.decision import Actor
from shared.scopes import Scope

SCHEME = "bearer"


class Guard(SecurityBase):
    """Lets in callers whose role has the scope; gives the actor."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.model = HTTPBearer(
            bearerFormat="JWT", description="A token signed with Ed25519 (EdDSA) or P-256 (ES256)."
        )
        self.scheme_name = SCHEME

    async def __call__(self, request: Request) -> Actor:
        """Raises Unauthenticated or ScopeMissing."""
        caller = await request.app.state.access.caller(request.headers.get("authorization"))
        if self.scope not in caller.scopes:
            raise ScopeMissing(scope=self.scope.value)
        request.scope["huancui.caller"] = caller
        actor: Actor = caller.actor
        return actor


@lru_cache
def _guard(scope: Scope) -> Guard:
    return Guard(scope)


def Allow(scope: Scope) -> Any:  # noqa: N802  # reads as FastAPI's own `Depends`
    """What a route depends on: `dependencies=[Allow(scope)]`, or `actor: Annotated[Actor, Allow(scope)]`."""
    return Security(_guard(scope), scopes=[scope.value])


class OpenToAll:
    """Lets everybody in, without a token: for what belongs to nobody and tells of nobody."""

    async def __call__(self) -> None:
        """Ask nothing."""


PUBLIC: Any = Depends(OpenToAll())
"""What a route depends on that is open to all: `dependencies=[PUBLIC]`."""
