"""Routes of imports: very many events handed in, with progress, to be taken up again where they stopped."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.ledger.api.cases import lenders_of
from services.ledger.api.events import NewEvent
from services.ledger.api.feed import lender_of
from services.ledger.domain.imports import REFUSED, Import, ImportKind, ImportStatus
from services.ledger.flow import INGESTED
from services.ledger.store import imports
from services.ledger.store.imports import Line, Sums, Totals
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import Conflict, NotFound, Refused
from shared.events.base import Event, LenderName
from shared.events.ids import name_id
from shared.events.loans import PaymentReceived
from shared.events.takeover import LoanMigrated
from shared.events.wire import event_of
from shared.fold import NotYours
from shared.http import Allow, AuditedRead, Exactly, Ndjson, Page, Paging, takes_lines
from shared.http.commands import IdempotencyKey
from shared.http.imports import Handed, InLots
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service

HANDS_IN = Allow(Scope.EVENTS_PUBLISH)
SHOWN_MAX = 100
LINES_AT_ONCE = 1_000


class ImportUnknown(NotFound):
    """There is no such import, or it belongs to another lender."""


class ImportElsewhere(Conflict):
    """The next line of this import is another one: go on with the line after `lines_read`."""


class ImportOver(Conflict):
    """This import was finished. Begin another one."""


class OnlyTakeovers(Refused):
    """A takeover takes LoanMigrated alone."""


class NotATakeover(Conflict):
    """Only a takeover has a report."""


class NewImport(BaseModel):
    """A file that is to be handed in."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"kind": "events", "lines_total": 1_000_000}]}
    )

    lender: Annotated[LenderName | None, Field(description="Needed where you act for several")] = None
    kind: ImportKind = ImportKind.EVENTS
    dry_run: Annotated[bool, Field(description="Decide everything and keep nothing")] = False
    lines_total: Annotated[int | None, Field(ge=0, le=10**12, description="To tell how long it takes")] = None


class ImportShown(BaseModel):
    """An import, and how far it is."""

    import_id: UUID
    lender: str
    kind: ImportKind
    dry_run: bool
    status: ImportStatus
    started_at: datetime
    moved_at: datetime
    lines_read: Annotated[int, Field(description="Go on with the line after it")]
    lines_total: int | None
    taken: Annotated[int, Field(description="Applied, or kept until what they wait for has come")]
    waiting: Annotated[int, Field(description="Of these: kept until then")]
    refused: int
    reasons: Annotated[dict[str, int], Field(description="Refused lines by reason")]
    lines_per_second: float | None
    left_s: Annotated[float | None, Field(description="How long it will take at this pace")]

    @classmethod
    def of(cls, one: Import) -> "ImportShown":
        """As it stands."""
        reasons = {
            name.removeprefix(REFUSED): number
            for name, number in one.counts.items()
            if name.startswith(REFUSED)
        }
        kept = {name: number for name, number in one.counts.items() if not name.startswith(REFUSED)}
        return cls(
            import_id=one.id,
            lender=one.lender,
            kind=one.kind,
            dry_run=one.dry,
            status=one.status,
            started_at=one.started_at,
            moved_at=one.moved_at,
            lines_read=one.lines_read,
            lines_total=one.lines_total,
            taken=sum(kept.values()),
            waiting=sum(kept.values()) - kept.get("applied", 0),
            refused=sum(reasons.values()),
            reasons=reasons,
            lines_per_second=one.lines_per_second,
            left_s=one.left_s,
        )


class SumsShown(BaseModel):
    """What loans add up to in one currency."""

    currency: str
    loans: int
    principal: Money
    interest: Money
    fees: Money
    penalty: Money
    credit: Money

    @classmethod
    def of(cls, one: Sums) -> "SumsShown":
        """As they stand."""
        amounts = (one.principal, one.interest, one.fees, one.penalty, one.credit)
        principal, interest, fees, penalty, credit = (Money(minor, one.currency) for minor in amounts)
        return cls(
            currency=one.currency,
            loans=one.loans,
            principal=principal,
            interest=interest,
            fees=fees,
            penalty=penalty,
            credit=credit,
        )


class TotalsShown(BaseModel):
    """Loans added up, and counted by days past due."""

    sums: list[SumsShown]
    days_past_due: dict[str, int]

    @classmethod
    def of(cls, totals: Totals) -> "TotalsShown":
        """As they stand."""
        bands = ("0", "1-30", "31-60", "61-90", "91+")
        return cls(
            sums=[SumsShown.of(one) for one in totals.sums],
            days_past_due=dict(zip(bands, totals.late, strict=True)),
        )


class TakeoverReport(BaseModel):
    """What a takeover brought, by its file and by the books."""

    progress: ImportShown
    in_file: Annotated[TotalsShown, Field(description="What the lines that were not refused add up to")]
    in_books: Annotated[
        TotalsShown | None, Field(description="What the journal holds of their loans; null after a dry run")
    ]
    reconciled: Annotated[bool | None, Field(description="Whether every loan is in the books as in the file")]
    differing_lines: Annotated[list[int], Field(description="Those that are not, 100 at most")]


def imports_router(service: Service) -> APIRouter:
    """Imports."""
    router, desk = APIRouter(tags=["imports"]), _Desk(service)
    _add_reads(router, desk)
    _add_end(router, desk)

    @router.post("/imports", status_code=201)
    async def begin_import(
        body: NewImport,
        key: IdempotencyKey,
        once: Exactly,
        seen: AuditedRead,
        actor: Annotated[Actor, HANDS_IN],
    ) -> ImportShown:
        """Begin an import of a lender's events. Hand its lines in with `POST /imports/lines`, in as many
        requests as you like; should anything break, ask how far it came and go on from there.
        """
        lender = lender_of(actor, body.lender)
        id_ = name_id("import", f"{lender}\n{actor.subject}\n{key}")

        async def begin() -> ImportShown:
            await seen(Key("Import", id_))
            async with transaction(service.engine) as connection:
                await imports.add(connection, id_, lender, body.kind, body.dry_run, body.lines_total)
            return ImportShown.of(await desk.find(id_, actor))

        return await once(begin, ImportShown)

    @router.post("/imports/lines", openapi_extra=takes_lines(NewEvent))
    async def import_lines(
        import_id: Annotated[UUID, Query()],
        first: Annotated[int, Query(ge=1, description="Which line of the file the first one here is")],
        hand_in: InLots,
        actor: Annotated[Actor, HANDS_IN],
    ) -> ImportShown:
        """Hand lines in, at most 64 MB of them in one request: each counts by itself, once.

        Lines of one loan are taken in order. The answer says how far the import is and what was refused, by
        reason; `GET /imports/{import_id}/lines` tells of each line that was not applied.
        """
        return await desk.take(import_id, first, hand_in, actor)

    return router


def _add_reads(router: APIRouter, desk: "_Desk") -> None:
    engine = desk.service.engine

    @router.get("/imports")
    async def list_imports(
        paging: Paging, actor: Annotated[Actor, HANDS_IN], lender: LenderName | None = None
    ) -> Page[ImportShown]:
        """Imports of your lenders, the newest first."""
        after = (datetime.fromisoformat(paging.after[0]), UUID(paging.after[1])) if paging.after else None
        async with transaction(engine) as connection:
            rows = await imports.imports_page(connection, lenders_of(actor, lender), after, paging.fetch)
        return paging.page(rows, lambda one: [one.started_at.isoformat(), one.id], ImportShown.of)

    @router.get("/imports/{import_id}")
    async def show_import(import_id: UUID, actor: Annotated[Actor, HANDS_IN]) -> ImportShown:
        """How far an import is."""
        return ImportShown.of(await desk.find(import_id, actor))

    @router.get("/imports/{import_id}/lines", response_class=Ndjson)
    async def download_lines(import_id: UUID, actor: Annotated[Actor, HANDS_IN]) -> Ndjson:
        """Every line that was not applied, in order: with `status` (waiting, queued) or with its
        `problem`.
        """
        await desk.find(import_id, actor)
        return Ndjson(desk.lines(import_id))

    @router.get("/imports/{import_id}/report")
    async def takeover_report(import_id: UUID, actor: Annotated[Actor, HANDS_IN]) -> TakeoverReport:
        """What a takeover adds up to, by currency and by days past due: in its file, and in the journal."""
        found = await desk.find(import_id, actor)
        if found.kind is not ImportKind.TAKEOVER:
            raise NotATakeover(import_id=import_id)
        async with transaction(engine) as connection:
            in_file = await imports.totals(connection, import_id, in_books=False)
            in_books = None if found.dry else await imports.totals(connection, import_id, in_books=True)
            wrong = [] if found.dry else await imports.differing(connection, import_id, SHOWN_MAX)
        return TakeoverReport(
            progress=ImportShown.of(found),
            in_file=TotalsShown.of(in_file),
            in_books=TotalsShown.of(in_books) if in_books else None,
            reconciled=None if found.dry else not wrong,
            differing_lines=wrong,
        )


def _add_end(router: APIRouter, desk: "_Desk") -> None:
    @router.post("/imports/{import_id}/finish")
    async def finish_import(
        import_id: UUID, once: Exactly, seen: AuditedRead, actor: Annotated[Actor, HANDS_IN]
    ) -> ImportShown:
        """Take no more lines."""

        async def finish() -> ImportShown:
            await seen(Key("Import", import_id))
            await desk.find(import_id, actor)
            async with transaction(desk.service.engine) as connection:
                await imports.finish(connection, import_id)
            return ImportShown.of(await desk.find(import_id, actor))

        return await once(finish, ImportShown)


class _Desk:
    """What the routes share."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def find(self, id_: UUID, actor: Actor) -> Import:
        """Raises ImportUnknown."""
        async with transaction(self.service.engine) as connection:
            found = await imports.find(connection, id_)
        if found is None or not actor.may_act_for(found.lender):
            raise ImportUnknown(import_id=id_)
        return found

    async def take(self, id_: UUID, first: int, hand_in: InLots, actor: Actor) -> ImportShown:
        """Raises ImportUnknown, ImportOver, ImportElsewhere."""
        now = await self.find(id_, actor)
        if now.status is ImportStatus.FINISHED:
            raise ImportOver(import_id=id_)
        if first != now.lines_read + 1:
            raise ImportElsewhere(lines_read=now.lines_read)
        began, read = time.perf_counter(), partial(_read, now)
        async for lot in hand_in(str(id_), read, _lane, first=first, dry=now.dry):
            took = time.perf_counter() - began
            after = now.moved(lot[-1].number, Counter(_became(one) for one in lot), took)
            async with transaction(self.service.engine) as connection:
                if not await imports.move_on(connection, now, after, _lines(now, lot)):
                    raise ImportElsewhere(lines_read=now.lines_read)
            now, began = after, time.perf_counter()
        return ImportShown.of(now)

    async def lines(self, id_: UUID) -> AsyncIterator[bytes]:
        """Lines that were not applied, as JSON, read lot by lot."""
        after = 0
        while True:
            async with transaction(self.service.engine) as connection:
                rows = await imports.lines_page(connection, id_, after, LINES_AT_ONCE)
            for number, status, loan_id, problem in rows:
                of = f', "loan_id": "{loan_id}"' if loan_id else ""
                what = f'"problem": {problem}' if problem else f'"status": "{status}"'
                yield f'{{"line": {number}{of}, {what}}}\n'.encode()
                after = number
            if len(rows) < LINES_AT_ONCE:
                return


def _read(into: Import, line: bytes) -> Event:
    told = NewEvent.model_validate_json(line)
    event = event_of(told.type, told.data, INGESTED)
    if event.lender_name != into.lender:
        raise NotYours(lender=event.lender_name)
    if into.kind is ImportKind.TAKEOVER and not isinstance(event, LoanMigrated):
        raise OnlyTakeovers(type=told.type)
    return event


def _lane(event: Any) -> UUID | None:
    """Events of one loan stay in order; what is about more than one comes after all before it."""
    if isinstance(event, PaymentReceived) and event.split:
        return None
    lane: UUID | None = getattr(event, "loan_id", None)
    return lane


def _became(one: Handed) -> str:
    if one.answer is None:
        return REFUSED + one.code
    status: str = getattr(one.answer.value, "status", "applied")
    return status


def _lines(into: Import, lot: Sequence[Handed]) -> list[Line]:
    """What is kept of lines: of a takeover all, else those that were not applied."""
    kept = []
    for one in lot:
        became = _became(one)
        if one.answer is None:
            kept.append(Line(one.number, "refused", problem=(one.problem or b"").decode()))
        elif isinstance(one.command, LoanMigrated) and into.kind is ImportKind.TAKEOVER:
            kept.append(_line_of(one.number, became, one.command))
        elif became != "applied":
            kept.append(Line(one.number, became, getattr(one.command, "loan_id", None)))
    return kept


def _line_of(number: int, became: str, event: LoanMigrated) -> Line:
    principal, interest, fees, penalty, credit = (part.minor if part else 0 for part in event.parts)
    return Line(
        number,
        became,
        event.loan_id,
        None,
        event.currency,
        principal,
        interest,
        fees,
        penalty,
        credit,
        event.days_past_due,
    )
