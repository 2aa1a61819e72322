"""Looking a text over before it is sent: what people type passes the same check as templates do."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.reminders.domain.outgoing import Verdict, judge
from services.reminders.domain.words.messages import Occasion, Part
from services.reminders.domain.words.tone import Tone
from services.reminders.domain.words.wording import Category
from shared.http import Allow
from shared.scopes import Scope

TEXT_CHARACTERS_MAX = 10_000


class TextToCheck(BaseModel):
    """A text that somebody would like to send. It is looked at and not kept."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "We will tell your employer."}]}
    )

    text: Annotated[str, Field(min_length=1, max_length=TEXT_CHARACTERS_MAX)]
    occasion: Annotated[
        Occasion | None, Field(description="What it is for: then parts that it lacks are named")
    ] = None


class FindingShown(BaseModel):
    """A phrase that must not be sent."""

    category: Category
    phrase: str
    start: Annotated[int, Field(description="Its place in the text, in characters")]
    end: Annotated[int, Field(description="Behind its last character")]
    kinder: Annotated[str, Field(description="A wording that says what may be said")]


class TextChecked(BaseModel):
    """What the check says."""

    ok: Annotated[bool, Field(description="Whether it may be sent")]
    findings: list[FindingShown]
    missing: Annotated[list[Part], Field(description="Parts that a text for this occasion needs")]


def shown(verdict: Verdict) -> TextChecked:
    """A verdict as it is answered."""
    return TextChecked(
        ok=verdict.ok,
        findings=[
            FindingShown(
                category=one.category, phrase=one.phrase, start=one.start, end=one.end, kinder=one.kinder
            )
            for one in verdict.findings
        ],
        missing=[part for part in Part if part in verdict.missing],
    )


def texts_router(tones: tuple[Tone, ...]) -> APIRouter:
    """Checking texts."""
    router = APIRouter(tags=["texts"])

    @router.post("/texts/check", dependencies=[Allow(Scope.CONTACTS_MAKE)])
    async def check_text(body: TextToCheck) -> TextChecked:
        """Look a text over: threats, shame, false urgency and the like, each with a kinder wording."""
        return shown(judge(body.text, tones, body.occasion))

    return router
