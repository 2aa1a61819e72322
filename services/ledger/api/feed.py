"""The route by which a lender reads what came of its events: the feed of results."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.ledger.api.cases import LenderUnknown
from services.ledger.api.cursors import check_place, read_cursor, write_cursor
from services.ledger.store import results
from services.ledger.store.results import Result
from shared.database import transaction
from shared.decision import Actor
from shared.errors import Refused
from shared.events.base import Instant, LenderName
from shared.http import Allow
from shared.scopes import Scope
from shared.service import Service

LIMIT_MAX = 1_000
WAIT_S_MAX = 20
LOOKS_EVERY_S = 0.25


class LenderWanted(Refused):
    """You act for more than one lender: say by `lender` for which you ask."""


class TwoPlaces(Refused):
    """Ask for what comes after a cursor or since an instant, not for both."""


class FeedEvent(BaseModel):
    """One event in the JSON format of CloudEvents."""

    model_config = ConfigDict(extra="allow")

    specversion: str
    id: Annotated[str, Field(description="The same however often it is told: drop what you have seen")]
    source: str
    type: Annotated[str, Field(examples=["org.huancui.PaymentApplied.v1"])]
    subject: str
    time: Annotated[datetime, Field(description="By the ledger's clock")]
    sequence: Annotated[int | None, Field(description="Its number among the events of its loan")] = None
    lender: str
    loanreference: Annotated[
        str | None, Field(description="Your name for the loan; missing where the event is about none")
    ] = None
    data: Annotated[dict[str, Any], Field(description="The event's data; see its JSON Schema")]


class FeedPage(BaseModel):
    """Some of a lender's events, in order."""

    data: list[FeedEvent]
    cursor: Annotated[str, Field(description="Keep it, and ask on with `after`: also where `data` is empty")]
    has_more: Annotated[bool, Field(description="Whether more can be read at once")]


def lender_of(actor: Actor, lender: str | None) -> str:
    """The one lender that is meant. Raises LenderUnknown, LenderWanted."""
    if lender is None and actor.lenders is not None and len(actor.lenders) == 1:
        return next(iter(actor.lenders))
    if lender is None:
        raise LenderWanted
    if not actor.may_act_for(lender):
        raise LenderUnknown(lender=lender)
    return lender


async def find_place(service: Service, lender: str, after: str | None, since: datetime | None) -> int:
    """The place after a cursor, or at an instant; without either where the feed begins.

    Raises TwoPlaces and what speaks against a cursor.
    """
    if after is not None and since is not None:
        raise TwoPlaces
    async with transaction(service.engine) as connection:
        bounds = await results.bounds(connection, lender)
        if after is not None:
            return check_place(lender, read_cursor(lender, after), *bounds)
        if since is not None:
            return max(bounds.removed_through, await results.place_at(connection, lender, since))
    return bounds.removed_through


def feed_router(service: Service) -> APIRouter:
    """The feed."""
    router = APIRouter(tags=["feed"])

    async def read(lender: str, place: int, limit: int) -> list[Result]:
        async with transaction(service.engine) as connection:
            return list(await results.page(connection, lender, place, limit + 1))

    @router.get("/feed")
    async def read_feed(
        actor: Annotated[Actor, Allow(Scope.FEED_READ)],
        lender: Annotated[LenderName | None, Query(description="Needed where you act for several")] = None,
        after: Annotated[
            str | None, Query(max_length=200, description="The `cursor` of an earlier answer")
        ] = None,
        since: Annotated[
            Instant | None, Query(description="Instead of a cursor: what was published from then on")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 100,
        wait: Annotated[
            int, Query(ge=0, le=WAIT_S_MAX, description="Wait so many seconds for an event if there is none")
        ] = 0,
    ) -> FeedPage:
        """What the ledger has told of a lender's loans, in the order in which it was published, at least
        once.

        An event is readable for as long as the ledger keeps it (30 days unless set otherwise). Without
        `after` and `since` the feed is read from the oldest event that is kept.
        """
        asked = lender_of(actor, lender)
        place = await find_place(service, asked, after, since)
        loop = asyncio.get_running_loop()
        until = loop.time() + wait
        found = await read(asked, place, limit)
        while not found and loop.time() < until and not service.door.stopping:
            await asyncio.sleep(min(LOOKS_EVERY_S, max(until - loop.time(), 0)))
            found = await read(asked, place, limit)
        shown = found[:limit]
        return FeedPage(
            data=[FeedEvent(**one.cloud_event(asked)) for one in shown],
            cursor=write_cursor(asked, shown[-1].number if shown else place),
            has_more=len(found) > limit,
        )

    return router
