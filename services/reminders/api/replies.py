"""Routes of answers: by the person, by gateways, by those who take calls; and of receipts."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from services.reminders.api.desk import Body, Desk, Words
from services.reminders.domain.answers import understand
from services.reminders.domain.borrowers import address_key
from services.reminders.domain.contact import Channel
from services.reminders.domain.person_file import PersonFile, PersonUnknown
from services.reminders.domain.receipts import Delivery
from services.reminders.domain.replying import ReplyTaken, TakeReceipt, TakeReply
from services.reminders.domain.words.intents import Reading
from services.reminders.store import persons, records
from shared.database import transaction
from shared.decision import Actor
from shared.events.borrowers import Medium
from shared.events.ids import name_id
from shared.http import Allow, AuditedRead, Run, Signed
from shared.scopes import Scope

Taker = Annotated[Actor, Allow(Scope.REPLIES_TAKE)]
Own = Annotated[Actor, Allow(Scope.REPLIES_GIVE)]
Reader = Annotated[Actor, Allow(Scope.PERSONS_READ)]
ANSWERS_SHOWN = 100


class NewReply(Body):
    """An answer of the person's, as they gave it."""

    channel: Channel
    words: Words
    loan_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    at: AwareDatetime | None = None


class Inbound(Body):
    """A message that came to a gateway."""

    message_id: Annotated[str, Field(min_length=1, max_length=200)]
    sender: Annotated[str, Field(min_length=3, max_length=200, description="Its number or address")]
    words: Words
    at: AwareDatetime | None = None


class Receipt(Body):
    """What became of a message on its way."""

    contact_id: UUID
    delivery: Delivery


class ReplyShown(BaseModel):
    """What was understood."""

    reply_id: UUID
    intents: list[str]
    certain: Annotated[bool, Field(description="False: somebody of the staff reads it")]

    @classmethod
    def of(cls, one: ReplyTaken) -> "ReplyShown":
        """As it was decided."""
        return cls(reply_id=one.reply_id, intents=list(one.intents), certain=one.certain)


class AnswerShown(BaseModel):
    """An answer with its words."""

    reply_id: UUID
    at: datetime
    channel: str
    words: str | None


class ReceiptTaken(BaseModel):
    """What is kept of it."""

    contact_id: UUID
    delivery: str


def replies_router(desk: Desk) -> APIRouter:
    """Answers and receipts."""
    router = APIRouter(tags=["replies"])
    router.include_router(_gateways(desk))

    @router.post("/persons/{person_id}/replies", status_code=201)
    async def reply(person_id: UUID, body: NewReply, run: Run, actor: Own) -> ReplyShown:
        """An answer of the person's: by themselves, or as somebody heard it in a call."""
        person = await desk.person(person_id, actor)
        origin = await run.origin()
        reply_id = name_id("reply", str(origin.message_id))
        command = await _command(
            desk, person, reply_id, body.channel, body.words, None, body.loan_ids, body.at
        )
        return ReplyShown.of(await run(command))

    @router.get("/persons/{person_id}/replies")
    async def answers(person_id: UUID, actor: Reader, seen: AuditedRead) -> list[AnswerShown]:
        """What the person answered to the caller's lenders, in their words, the newest first."""
        person = await desk.person(person_id, actor, seen)
        async with transaction(desk.service.engine) as connection:
            found = await records.answers(connection, person.ids, actor.lenders, ANSWERS_SHOWN)
        words = await desk.opened(found)
        return [
            AnswerShown(reply_id=one.id, at=one.at, channel=one.channel, words=said)
            for one, said in zip(found, words, strict=True)
        ]

    return router


def _gateways(desk: Desk) -> APIRouter:
    signed = Signed(desk.tools.webhook_secrets)
    router = APIRouter(dependencies=[signed])

    async def take(medium: Medium, channel: Channel, body: Inbound, run: Run, actor: Actor) -> ReplyShown:
        key = address_key(medium, body.sender)
        async with transaction(desk.service.engine) as connection:
            owners = await persons.persons_at(connection, key)
        if len(owners) != 1:
            # Nobody, or several who share a number: whose words they are is not guessed.
            raise PersonUnknown(address=key)
        person = await desk.person(owners[0], actor)
        reply_id = name_id("reply", f"{medium}\n{body.message_id}")
        command = await _command(desk, person, reply_id, channel, body.words, key, (), body.at)
        return ReplyShown.of(await run(command))

    @router.post("/inbound/sms")
    async def inbound_sms(body: Inbound, run: Run, actor: Taker) -> ReplyShown:
        """A text message that came to the gateway; signed by it."""
        return await take(Medium.SMS, Channel.SMS, body, run, actor)

    @router.post("/inbound/mail")
    async def inbound_mail(body: Inbound, run: Run, actor: Taker) -> ReplyShown:
        """A mail that came to the gateway; signed by it."""
        return await take(Medium.MAIL, Channel.MAIL, body, run, actor)

    @router.post("/receipts")
    async def receipt(body: Receipt, run: Run, actor: Taker) -> ReceiptTaken:
        """What became of a message on its way, as a provider reports it; signed by it."""
        person = await desk.person_of(body.contact_id, actor)
        delivery = await run(TakeReceipt(person.id, body.contact_id, body.delivery))
        return ReceiptTaken(contact_id=body.contact_id, delivery=delivery)

    return router


async def _command(
    desk: Desk,
    person: PersonFile,
    reply_id: UUID,
    channel: Channel,
    words: str,
    address: str | None,
    loan_ids: tuple[UUID, ...],
    at: datetime | None,
) -> TakeReply:
    reading = await _read(desk, person, words)
    sealed = await desk.sealed(person.id, str(reply_id), words)
    moment = None if at is None else at.astimezone(UTC)
    return TakeReply(person.id, reply_id, channel, reading, sealed, address, loan_ids, moment)


async def _read(desk: Desk, person: PersonFile, words: str) -> Reading:
    policy = desk.reference.policies.for_regions(*person.judged.regions)
    return understand(words, person.today(await desk.now()), person.country, policy)
