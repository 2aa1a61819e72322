"""Routes of statements, evidence and notes. What is handed in is sealed before it enters the door."""

from base64 import b64encode
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Base64Bytes, BaseModel, Field

from services.mediation.api.desk import Body, Desk
from services.mediation.api.shown import ContentShown
from services.mediation.domain.case import Audience, ContentKind
from services.mediation.domain.contents import TEXT, TEXT_LENGTH_MAX, NewContent, Submit
from shared.decision import Actor
from shared.http import Allow, AuditedRead, Run, Runner
from shared.scopes import Scope

READS = Allow(Scope.MEDIATION_READ)
TAKES_PART, MEDIATES = Allow(Scope.MEDIATION_TAKE_PART), Allow(Scope.MEDIATION_MEDIATE)
# In base64, with room for a piece of 1 MiB and the refusal of a larger one.
_BASE64_LENGTH_MAX = 1_900_000


class NewText(Body):
    """Words of one's own."""

    text: Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH_MAX)]


class NewStatement(NewText):
    """How a side sees things."""

    audience: Literal[Audience.BOTH, Audience.MEDIATOR] = Audience.BOTH


class NewNote(NewText):
    """A note: one's own, or for the mediator too. The other side never reads it."""

    audience: Literal[Audience.OWN, Audience.MEDIATOR] = Audience.OWN


class NewEvidence(Body):
    """A file of at most 1 MiB."""

    media_type: Annotated[str, Field(max_length=100, examples=["application/pdf"])]
    data: Annotated[
        Base64Bytes,
        Field(
            max_length=_BASE64_LENGTH_MAX,
            description="In base64",
            json_schema_extra={"contentEncoding": "base64"},
        ),
    ]
    audience: Literal[Audience.BOTH, Audience.MEDIATOR] = Audience.MEDIATOR


class ContentTaken(BaseModel):
    """What was handed in."""

    content_id: UUID
    version: Annotated[int, Field(description="Of the case")]


class ContentRead(ContentShown):
    """What was handed in, with what it says."""

    text: Annotated[str | None, Field(description="Of a statement or note")]
    data: Annotated[str | None, Field(description="Of a piece of evidence, in base64")]


class Intake:
    """Hands in what was written or attached."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def submit(
        self, run: Runner, case_id: UUID, new: NewContent, actor: Actor, data: str
    ) -> ContentTaken:
        """Something, as it is sealed."""
        answer = await run(Submit(case_id, new, await self._desk.sealed(case_id, new, actor, data)))
        return ContentTaken(content_id=answer.content_id, version=answer.version)

    async def text(
        self, run: Runner, case_id: UUID, kind: ContentKind, audience: Audience, text: str, actor: Actor
    ) -> ContentTaken:
        """Words, named after the request."""
        id_ = (await run.origin()).message_id
        new = NewContent(id_, kind, audience, TEXT, len(text.encode()))
        return await self.submit(run, case_id, new, actor, text)


def contents_router(desk: Desk) -> APIRouter:
    """What is said in a case."""
    router, intake = APIRouter(tags=["mediation"]), Intake(desk)
    router.include_router(_files(desk, intake))

    @router.post("/cases/{case_id}/statements", status_code=201)
    async def submit_statement(
        case_id: UUID, body: NewStatement, run: Run, actor: Annotated[Actor, TAKES_PART]
    ) -> ContentTaken:
        """State your side's view, for both sides or for the mediator alone."""
        return await intake.text(run, case_id, ContentKind.STATEMENT, body.audience, body.text, actor)

    @router.post("/cases/{case_id}/notes", status_code=201)
    async def write_note(
        case_id: UUID, body: NewNote, run: Run, actor: Annotated[Actor, TAKES_PART]
    ) -> ContentTaken:
        """Write a note for your own side, or for the mediator too. The other side never reads it."""
        return await intake.text(run, case_id, ContentKind.NOTE, body.audience, body.text, actor)

    @router.post("/cases/{case_id}/mediator-notes", status_code=201)
    async def write_mediator_note(
        case_id: UUID, body: NewText, run: Run, actor: Annotated[Actor, MEDIATES]
    ) -> ContentTaken:
        """Write a note as the mediator: mediators of the case alone read it."""
        return await intake.text(run, case_id, ContentKind.NOTE, Audience.OWN, body.text, actor)

    return router


def _files(desk: Desk, intake: Intake) -> APIRouter:
    router = APIRouter()

    @router.post("/cases/{case_id}/evidence", status_code=201)
    async def submit_evidence(
        case_id: UUID, body: NewEvidence, run: Run, actor: Annotated[Actor, TAKES_PART]
    ) -> ContentTaken:
        """Hand in a file, for the mediator alone or for both sides."""
        id_ = (await run.origin()).message_id
        new = NewContent(id_, ContentKind.EVIDENCE, body.audience, body.media_type, len(body.data))
        return await intake.submit(run, case_id, new, actor, b64encode(body.data).decode())

    @router.get("/cases/{case_id}/contents/{content_id}")
    async def read_content(
        case_id: UUID, content_id: UUID, actor: Annotated[Actor, READS], seen: AuditedRead
    ) -> ContentRead:
        """Read what was handed in, if it is for you."""
        case, seat = await desk.seen(case_id, actor, seen)
        content, data = await desk.opened(case, seat, content_id)
        is_file = content.kind is ContentKind.EVIDENCE
        return ContentRead(
            **ContentShown.of(content).model_dump(),
            text=None if is_file else data,
            data=data if is_file else None,
        )

    return router
