"""Routes of what platforms have reported: how a lender's reports stand, and confirming one that was
doubted.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.ledger.api.cases import LenderUnknown
from services.ledger.domain.feed import ConfirmFeed, FeedState
from services.ledger.store.feeds import find_feed
from shared.database import transaction
from shared.decision import Actor
from shared.events.base import LenderName
from shared.events.ledger import FeedSuspicion
from shared.http import Allow, Run
from shared.scopes import Scope
from shared.service import Service


class ReportedThrough(BaseModel):
    """Through which day payments are reported."""

    product: Annotated[str | None, Field(description="null: all products")]
    day: date


class FeedShown(BaseModel):
    """How a lender's reports stand."""

    lender: str
    complete: Annotated[list[ReportedThrough], Field(description="They count")]
    coming: Annotated[
        list[ReportedThrough], Field(description="Said of days that are not over, or not read yet")
    ]
    suspect: Annotated[
        list[ReportedThrough], Field(description="Not believed: so many as would have missed are unusual")
    ]
    late: Annotated[FeedSuspicion | None, Field(description="Why nobody is told of a missed payment now")]

    @classmethod
    def of(cls, state: FeedState) -> "FeedShown":
        """As it stands."""
        complete, coming, suspect = (
            [ReportedThrough(product=product or None, day=day) for product, day in said]
            for said in (state.complete, state.coming, state.suspect)
        )
        return cls(lender=state.lender, complete=complete, coming=coming, suspect=suspect, late=state.late)


class ReportsShown(FeedShown):
    """With what waits for them."""

    instalments_due: Annotated[
        int, Field(description="About to fall due, or just due, and not reported on yet")
    ]
    loans_waiting: Annotated[int, Field(description="They look as if they had missed one")]


def feeds_router(service: Service) -> APIRouter:
    """Reports."""
    router = APIRouter(tags=["lenders"])

    @router.get("/lenders/{lender}/feed")
    async def show_reports(
        lender: LenderName, actor: Annotated[Actor, Allow(Scope.LOANS_READ)]
    ) -> ReportsShown:
        """Through which days a lender's payments are reported, what is doubted, and how many loans wait."""
        async with transaction(service.engine) as connection:
            found = await find_feed(connection, lender)
        if found is None or not actor.may_act_for(lender):
            raise LenderUnknown(lender=lender)
        return ReportsShown(
            **FeedShown.of(FeedState.of(found)).model_dump(),
            instalments_due=sum(one.due for one in found.counted),
            loans_waiting=sum(one.waiting for one in found.counted),
        )

    @router.post("/lenders/{lender}/feed/confirm")
    async def confirm_report(
        lender: LenderName, run: Run, actor: Annotated[Actor, Allow(Scope.FEEDS_CONFIRM)]
    ) -> FeedShown:
        """Confirm a report that was doubted, once you have made sure with the platform that no payments are
        missing: those who missed are then told. If payments are missing, have them sent, and the day said
        again.
        """
        if not actor.may_act_for(lender):
            raise LenderUnknown(lender=lender)
        state: FeedState = await run(ConfirmFeed(lender))
        return FeedShown.of(state)

    return router
