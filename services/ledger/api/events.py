"""The route by which platforms hand events in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.ledger.flow import INGESTED
from shared.decision import Actor
from shared.events.base import Event
from shared.events.wire import event_of
from shared.fold import NotYours
from shared.http import Allow, InBulk, Ndjson, Run, takes_lines
from shared.scopes import Scope


class NewEvent(BaseModel):
    """An event of a platform, as it would be published to its topic."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "PaymentReceived",
                    "data": {
                        "lender": "acme",
                        "loan_reference": "L-1001",
                        "payment_reference": "P-1",
                        "amount": {"amount": "120.00", "currency": "CNY"},
                        "value_on": "2026-03-02",
                    },
                }
            ]
        }
    )

    type: Annotated[
        str,
        Field(description="The event's name", json_schema_extra={"enum": sorted(INGESTED)}, max_length=100),
    ]
    data: Annotated[dict[str, Any], Field(description="Its data; see the event's JSON Schema")]


BULK_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": 'Each line: {"line": 1, "status": "applied", "loan_id": "…", "replayed": false}, '
        "or with `problem`, as errors are told elsewhere, instead of `status`"
    }
}


class EventTaken(BaseModel):
    """What became of the event."""

    status: Annotated[
        str, Field(description="applied; waiting (its loan has not come yet); queued (behind a parked one)")
    ]
    loan_id: UUID | None = None


def events_router() -> APIRouter:
    """Events by HTTP instead of Kafka."""
    router = APIRouter(tags=["events"])

    @router.post(
        "/events/bulk", response_class=Ndjson, openapi_extra=takes_lines(NewEvent), responses=BULK_ANSWERS
    )
    async def publish_events(bulk: InBulk, actor: Annotated[Actor, Allow(Scope.EVENTS_PUBLISH)]) -> Ndjson:
        """Hand in up to 10,000 events, one in each line, each answered by a line of its own, in this order.

        Each line counts by itself: one that is refused stops no other. Events of one loan are taken in order.
        The Idempotency-Key stands for the whole: the same request again gives each line its stored answer.
        """
        return await bulk(lambda line: _read(line, actor), _taken)

    @router.post("/events", status_code=202)
    async def publish_event(
        body: NewEvent, run: Run, actor: Annotated[Actor, Allow(Scope.EVENTS_PUBLISH)]
    ) -> EventTaken:
        """Hand in one event by HTTP instead of Kafka. It enters by the same door and has the same effects."""
        event = _allowed(event_of(body.type, body.data, INGESTED), actor)
        return _taken(event, await run(event))

    return router


def _read(line: bytes, actor: Actor) -> Event:
    told = NewEvent.model_validate_json(line)
    return _allowed(event_of(told.type, told.data, INGESTED), actor)


def _allowed(event: Event, actor: Actor) -> Event:
    if not actor.may_act_for(event.lender_name):
        raise NotYours(lender=event.lender_name)
    return event


def _taken(event: Event, taken: Any) -> EventTaken:
    return EventTaken(status=taken.status, loan_id=getattr(event, "loan_id", None))
