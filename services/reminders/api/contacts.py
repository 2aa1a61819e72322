"""Routes of contacts: permits for those who call from outside, what became of them, why, and reports."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field

from services.reminders.api.desk import Body, Desk, LenderUnknown, Words
from services.reminders.api.why import explained
from services.reminders.domain.contact import Channel, Purpose, Recipient, Sender
from services.reminders.domain.history import Outcome
from services.reminders.domain.reported import AskPermit, PermitAnswer, ReleaseSlot, TellOutcome
from services.reminders.domain.reservations import SlotUnknown
from services.reminders.domain.small_states import Conduct, SetConduct, conduct_id
from services.reminders.store import records
from services.reminders.store import small_states as small
from shared.database import transaction
from shared.decision import Actor
from shared.events.base import LenderName
from shared.events.ids import name_id
from shared.http import Allow, Run
from shared.scopes import Scope

Maker = Annotated[Actor, Allow(Scope.CONTACTS_MAKE)]
Reader = Annotated[Actor, Allow(Scope.CONTACTS_READ)]
Manager = Annotated[Actor, Allow(Scope.BRAKE_PULL)]
Line = Annotated[str, Field(max_length=200)]
Region = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
REPORTED = (
    "ContactPlanned",
    "ContactSent",
    "ContactWithheld",
    "ContactFailed",
    "MisconductRefused",
    "ConductBreachFound",
    "ComplaintRaised",
    "BorrowerReplied",
    "permit",
    "reported",
)


class PermitWanted(Body):
    """A contact that somebody would like to make now."""

    person_id: UUID
    lender: LenderName
    loan_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)]
    channel: Channel
    purpose: Purpose
    address: Annotated[Line | None, Field(description="The key of one of the person's addresses")] = None
    recipient: Recipient = Recipient.SELF
    script: Annotated[Words | None, Field(description="What is going to be said; looked at, not kept")] = None


class PermitShown(BaseModel):
    """The gate's answer."""

    contact_id: UUID
    permitted: bool
    rule: str | None
    pack: str | None
    until: Annotated[datetime | None, Field(description="When all rules will allow it; null: never, or now")]
    alternatives: list[str]
    again: Annotated[bool, Field(description="The same request came before: do not make the contact twice")]

    @classmethod
    def of(cls, one: PermitAnswer) -> "PermitShown":
        """As it was decided."""
        return cls(
            contact_id=one.contact_id,
            permitted=one.permitted,
            rule=one.rule,
            pack=one.pack,
            until=one.until,
            alternatives=list(one.alternatives),
            again=one.again,
        )


class OutcomeTold(Body):
    """What became of a contact."""

    outcome: Outcome
    made_at: AwareDatetime | None = None
    talked_about: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()


class OutcomeTaken(BaseModel):
    """What is kept of it."""

    contact_id: UUID
    outcome: str


class Why(BaseModel):
    """A decision of the gate in plain words."""

    contact_id: UUID
    permitted: bool
    rule: str | None
    en: str
    zh: str


class ConductStated(Body):
    """How a lender's borrowers are contacted, and what texts name."""

    sender: Sender = Sender.LENDER
    collector: Line = ""
    regions: Annotated[tuple[Region, ...], Field(max_length=20)] = ()
    name: Line
    phone: Line
    mail: Line
    hours: Line
    help_link: Line
    pay_link: Line


class ConductLine(BaseModel):
    """How often something happened."""

    kind: str
    channel: str | None
    purpose: str | None
    rule: str | None
    hour: Annotated[int | None, Field(description="Of the day where the person is, 0 to 23")]
    inbound: Annotated[bool, Field(description="Reported by a platform as begun by the person")]
    times: int


class ConductReport(BaseModel):
    """A lender's month."""

    lender: str
    month: str
    most_contacts_of_one_person: int
    lines: list[ConductLine]


def contacts_router(desk: Desk) -> APIRouter:
    """Contacts."""
    router = APIRouter(tags=["contacts"])
    router.include_router(_reasons(desk))
    router.include_router(_reports(desk))

    @router.post("/contacts/permits", status_code=201)
    async def ask_permit(body: PermitWanted, run: Run, actor: Maker) -> PermitShown:
        """May this contact be made now? A permitted one is reserved: tell its outcome, or release it."""
        if not actor.may_act_for(body.lender):
            raise LenderUnknown(lender=body.lender)
        origin = await run.origin()
        contact_id = name_id("permit", str(origin.message_id))
        return PermitShown.of(
            await run(
                AskPermit(
                    body.person_id,
                    contact_id,
                    body.lender,
                    tuple(body.loan_ids),
                    body.channel,
                    body.purpose,
                    body.address,
                    body.recipient,
                    body.script,
                )
            )
        )

    @router.put("/contacts/{contact_id}/outcome")
    async def tell_outcome(contact_id: UUID, body: OutcomeTold, run: Run, actor: Maker) -> OutcomeTaken:
        """What became of a contact that was permitted. Later news replaces it."""
        person = await desk.person_of(contact_id, actor)
        made_at = body.made_at.astimezone(UTC) if body.made_at is not None else None
        outcome = await run(
            TellOutcome(person.id, contact_id, body.outcome, made_at, frozenset(body.talked_about))
        )
        return OutcomeTaken(contact_id=contact_id, outcome=outcome)

    @router.delete("/contacts/{contact_id}")
    async def release(contact_id: UUID, run: Run, actor: Maker) -> OutcomeTaken:
        """The contact was not made: its slot is free again."""
        person = await desk.person_of(contact_id, actor)
        await run(ReleaseSlot(person.id, contact_id))
        return OutcomeTaken(contact_id=contact_id, outcome="released")

    return router


def _reasons(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.get("/contacts/{contact_id}/why")
    async def why(contact_id: UUID, actor: Reader) -> Why:
        """Why a contact was made or withheld: rule, source, what was counted, when it may be made."""
        async with transaction(desk.service.engine) as connection:
            lines = await records.of_contact(connection, contact_id)
        mine = [one for one in lines if one.lender is None or actor.may_act_for(one.lender)]
        found = explained(mine, desk.reference)
        if found is None:
            raise SlotUnknown(slot=contact_id)
        rule, english, chinese = found
        return Why(contact_id=contact_id, permitted=rule is None, rule=rule, en=english, zh=chinese)

    return router


def _reports(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.put("/lenders/{lender}/conduct")
    async def state_conduct(
        lender: LenderName, body: ConductStated, run: Run, actor: Manager
    ) -> ConductStated:
        """Say who contacts a lender's borrowers, under which name, and what texts name."""
        if not actor.may_act_for(lender):
            raise LenderUnknown(lender=lender)
        id_ = conduct_id(lender)
        await run(SetConduct(id_, Conduct(id_, lender, **body.model_dump())))
        return body

    @router.get("/lenders/{lender}/conduct")
    async def show_conduct(lender: LenderName, actor: Reader) -> ConductStated:
        """How a lender's borrowers are contacted."""
        found = None
        if actor.may_act_for(lender):
            async with transaction(desk.service.engine) as connection:
                found = (await small.load_conducts(connection, {conduct_id(lender): ()})).get(
                    conduct_id(lender)
                )
        if found is None:
            raise LenderUnknown(lender=lender)
        return ConductStated(**{name: getattr(found, name) for name in ConductStated.model_fields})

    @router.get("/lenders/{lender}/conduct-report", response_model=ConductReport, responses=_CSV)
    async def conduct_report(
        lender: LenderName,
        actor: Reader,
        month: Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")],
        format: Annotated[str, Query(pattern="^(json|csv)$")] = "json",  # noqa: A002  # as it reads in a URL
    ) -> Any:
        """Contacts made, withheld by rule, refused, complained of, in one month."""
        if not actor.may_act_for(lender):
            raise LenderUnknown(lender=lender)
        first = date.fromisoformat(f"{month}-01")
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        since, until = (datetime(day.year, day.month, 1, tzinfo=UTC) for day in (first, following))
        async with transaction(desk.service.engine) as connection:
            lines, most = await records.counted(connection, lender, since, until, REPORTED)
        if format == "csv":
            return Response(_as_csv(lines), media_type="text/csv")
        shown = [ConductLine(**one._asdict()) for one in lines]
        return ConductReport(lender=lender, month=month, most_contacts_of_one_person=most, lines=shown)

    return router


_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


def _as_csv(lines: list[records.Counted]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(records.Counted._fields)
    writer.writerows([["" if one is None else one for one in line] for line in lines])
    return buffer.getvalue()
