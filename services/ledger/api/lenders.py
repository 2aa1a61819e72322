"""Routes to add a lender."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.ledger.adapters.lenders import Lenders
from shared.decision import Key
from shared.events.base import LenderName
from shared.events.ids import name_id
from shared.http import Allow, AuditedRead, Exactly
from shared.scopes import Scope


class NewLender(BaseModel):
    """A lender to be added."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "acme"}]})

    name: Annotated[LenderName, Field(description="As it will stand in topics")]


class LenderAdded(BaseModel):
    """What the lender's platform needs to publish."""

    lender: str
    topics: Annotated[list[str], Field(description="The platform may write these and nothing else")]
    kafka_user: str
    kafka_password: Annotated[
        str | None,
        Field(description="Told once: null when the request is repeated; adding it again makes a new one"),
    ]
    token: Annotated[
        str | None,
        Field(description="For the HTTP API, where this ledger may sign tokens; told once like the password"),
    ]


def without_secrets(added: LenderAdded) -> LenderAdded:
    """What may be kept of the answer."""
    return added.model_copy(update={"kafka_password": None, "token": None})


def lenders_router(lenders: Lenders) -> APIRouter:
    """Adding lenders, for administrators."""
    router = APIRouter(tags=["lenders"], dependencies=[Allow(Scope.LENDERS_MANAGE)])

    @router.post("/lenders", status_code=201)
    async def add_lender(body: NewLender, seen: AuditedRead, once: Exactly) -> LenderAdded:
        """Add a lender: its topics, a Kafka user that may write only these, and a token for a start."""

        async def add() -> LenderAdded:
            await seen(Key("Lender", name_id("lender", body.name)))
            added = await lenders.add(body.name)
            return LenderAdded(
                lender=body.name,
                topics=added.topics,
                kafka_user=added.kafka_user,
                kafka_password=added.kafka_password,
                token=added.token,
            )

        return await once(add, LenderAdded, without_secrets)

    return router
