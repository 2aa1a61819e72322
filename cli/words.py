"""`huancui words`: look over texts and read answers, offline; one JSON object for each line of a file."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

# The rules take most of a second to load: only the commands that use them do.
if TYPE_CHECKING:
    from services.reminders.domain.words.intents import Said
    from services.reminders.domain.words.messages import Occasion
    from services.reminders.domain.words.tone import Tone

words_app = typer.Typer(no_args_is_help=True, help="Look over texts and read answers, offline.")

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A text in each line, UTF-8.")
]


@words_app.command("check")
def words_check(
    file: File,
    occasion: Annotated[
        str | None,
        typer.Option(
            help="What the texts are for, such as missed_first: then parts that they lack are named."
        ),
    ] = None,
) -> None:
    """Look for threats, shame, false urgency and the like.

    Status 1 when a text must not be sent.
    """
    from services.reminders.adapters.tone import load_tones

    meant, tones = _occasion(occasion) if occasion else None, load_tones()
    well = True
    for number, text in _lines(file):
        verdict = _verdict(text, tones, meant)
        well = well and verdict["ok"]
        print(json.dumps({"line": number, **verdict}, ensure_ascii=False))
    if not well:
        raise typer.Exit(1)


@words_app.command("intents")
def words_intents(
    file: File,
    today: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help="The day on which the texts came, such as 2026-03-11."),
    ],
    region: Annotated[
        str | None,
        typer.Option(help="Where they came from (US, GB, CN …): tells 3/4 as a day, and which dollar."),
    ] = None,
) -> None:
    """Read what answers mean: promises with sum and day, reasons, disputes, stops, signs of a crisis."""
    from services.reminders.domain.words.intents import read
    from services.reminders.domain.words.languages import SPEECHES

    if region is not None and not (len(region) == 2 and region.isalpha()):
        raise typer.BadParameter("must be an ISO country of two letters, such as CN", param_hint="--region")
    for number, text in _lines(file):
        reading = read(text, today.date(), SPEECHES, region and region.upper())
        said = [_plain(one, text) for one in reading.said]
        print(json.dumps({"line": number, "sure": reading.sure, "intents": said}, ensure_ascii=False))


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield number, line.decode("utf-8-sig").rstrip("\r\n")
            except UnicodeDecodeError:
                raise typer.BadParameter(f"line {number} is not UTF-8; save the file as UTF-8") from None


def _occasion(name: str) -> "Occasion":
    from services.reminders.domain.words.messages import Occasion

    try:
        return Occasion(name)
    except ValueError:
        known = ", ".join(Occasion)
        raise typer.BadParameter(
            f"there is no occasion {name}; there are {known}", param_hint="--occasion"
        ) from None


def _verdict(text: str, tones: "tuple[Tone, ...]", occasion: "Occasion | None") -> dict[str, Any]:
    from services.reminders.domain.words.languages import TONGUES
    from services.reminders.domain.words.messages import Occasion
    from services.reminders.domain.words.presence import parts_in
    from services.reminders.domain.words.wording import check

    findings = check(text, TONGUES, tones, statutory=occasion is Occasion.STATUTORY_NOTICE)
    missing = sorted(occasion.needs - parts_in(text)) if occasion else []
    return {
        "ok": not findings and not missing,
        "findings": [
            {
                "category": one.category,
                "phrase": one.phrase,
                "start": one.start,
                "end": one.end,
                "kinder": one.kinder,
            }
            for one in findings
        ],
        "missing": missing,
    }


def _plain(one: "Said", text: str) -> dict[str, Any]:
    """The intent as JSON, without what the text does not say."""
    told = {
        "intent": one.intent,
        "phrase": text[one.start : one.end],
        "start": one.start,
        "end": one.end,
        "reason": one.reason,
        "amount": None if one.amount is None else _decimal(one.amount),
        "currency": one.currency,
        "share": one.share,
        "on": one.on and _day(one.on),
        "at": one.at and f"{one.at:%H:%M}",
        "after_payday": one.after_payday or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _decimal(value: Decimal) -> str:
    return str(int(value)) if value == int(value) else f"{value:f}"


def _day(on: date) -> str:
    return on.isoformat()
