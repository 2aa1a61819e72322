"""Treatments and the table that chooses among them, from YAML: checked when the service starts, so that its
author finds a fault and no person does. Errors name the file and the line.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.reminders.domain.contact import Channel
from services.reminders.domain.treatments import (
    GAP_DAYS,
    QUIET_DAYS_AFTER_DUE,
    Capacity,
    Catalogue,
    Opening,
    Row,
    Step,
    Treatment,
    When,
)
from services.reminders.domain.words.messages import Occasion
from shared.events.loans import Channel as LoanChannel
from shared.events.parts import Purpose

FOLDER = Path(__file__).resolve().parents[1] / "treatments"
CHOICE = "choice.yaml"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
_ORDERLY = (Channel.MAIL, Channel.SMS, Channel.CALL, Channel.POST, Channel.APP)


class BadTreatment(Exception):
    """A treatment cannot be used; the text says where and why. Services refuse to start with one."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StepText(_Model):
    """A step as it is written."""

    day: Annotated[int, Field(ge=-30, le=365)]
    purpose: Literal[Purpose.REMINDER, Purpose.HELP]
    template: Literal[Occasion.REMINDER_BEFORE_DUE, Occasion.MISSED_FIRST, Occasion.HELP_OFFER]
    channels: Annotated[tuple[Literal[_ORDERLY], ...], Field(min_length=1)]  # type: ignore[valid-type]


class TreatmentText(_Model):
    """A treatment as it is written."""

    treatment: Name
    version: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(min_length=1, max_length=100)]
    ends_after_days: Annotated[int, Field(ge=1, le=400)]
    steps: Annotated[tuple[StepText, ...], Field(min_length=1)]


class WhenText(_Model):
    """Conditions as they are written."""

    days_min: int | None = None
    days_max: int | None = None
    first_miss: bool | None = None
    cures_min: Annotated[int, Field(ge=1)] | None = None
    vulnerable: bool | None = None
    capacity: frozenset[Capacity] | None = None
    opens: Opening | None = None
    loan_kinds: frozenset[LoanChannel] | None = None


class RowText(_Model):
    """A row as it is written."""

    reason: Name
    when: WhenText
    treatment: Name | None


class ChoiceText(_Model):
    """The table as it is written."""

    version: Annotated[int, Field(ge=1)]
    rows: Annotated[tuple[RowText, ...], Field(min_length=1)]


M = TypeVar("M", bound=_Model)
Place = tuple[int | str, ...]


class _File:
    """A YAML file that knows on which line its parts stand."""

    def __init__(self, path: Path) -> None:
        self.name, text = path.name, path.read_text(encoding="utf-8")
        try:
            self._node, self._value = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise BadTreatment(f"{self.name}: not YAML: {error}") from None

    def read(self, model: type[M]) -> M:
        try:
            return model.model_validate(self._value)
        except ValidationError as error:
            raise self.fault(*[(one["loc"], one["msg"]) for one in error.errors()]) from None

    def fault(self, *faults: tuple[Place, str]) -> BadTreatment:
        """The error for faults at these places."""
        told = [
            f"{self.name}:{self._line(at)}: {'.'.join(map(str, at)) or 'file'}: {why}" for at, why in faults
        ]
        return BadTreatment("\n".join(told))

    def _line(self, place: Place) -> int:
        node = self._node
        line = 1 if node is None else node.start_mark.line + 1
        for part in place:
            node = _inside(node, part)
            if node is None:
                break
            line = node.start_mark.line + 1
        return line


def _inside(node: Any, part: int | str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part]
    return None


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """All treatments of a folder with their table. Raises BadTreatment."""
    treatments: dict[str, Treatment] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == CHOICE:
            continue
        file = _File(path)
        text = file.read(TreatmentText)
        if faults := list(_faults_of(text, path.stem)):
            raise file.fault(*faults)
        treatments[text.treatment] = _treatment(text)
    table = _File(folder / CHOICE)
    choice = table.read(ChoiceText)
    if faults := list(_faults_of_table(choice, treatments)):
        raise table.fault(*faults)
    rows = tuple(Row(one.reason, When(**dict(one.when)), one.treatment) for one in choice.rows)
    return Catalogue(treatments, rows, choice.version)


def _treatment(text: TreatmentText) -> Treatment:
    steps = tuple(Step(one.day, one.template, tuple(one.channels)) for one in text.steps)
    return Treatment(text.treatment, text.version, text.title, steps, text.ends_after_days)


def _faults_of(text: TreatmentText, stem: str) -> Iterator[tuple[Place, str]]:
    if text.treatment != stem:
        yield ("treatment",), f"the file must be called {text.treatment}.yaml"
    steps = text.steps
    if text.ends_after_days <= steps[-1].day:
        yield ("ends_after_days",), "must lie behind the last step"
    for place, (before, after) in enumerate(pairwise(steps), 1):
        if after.day < before.day + GAP_DAYS:
            yield ("steps", place, "day"), f"must lie {GAP_DAYS} days or more behind the step before"
    for place, step in enumerate(steps):
        yield from ((("steps", place, name), why) for name, why in _faults_of_step(step))


def _faults_of_step(step: StepText) -> Iterator[tuple[str, str]]:
    if step.template.purpose is not step.purpose:
        yield "purpose", f"the template {step.template} is for {step.template.purpose}"
    if 0 <= step.day < QUIET_DAYS_AFTER_DUE:
        yield "day", f"the first {QUIET_DAYS_AFTER_DUE} days, from the due date on, are quiet"
    if (step.day < 0) is not (step.template is Occasion.REMINDER_BEFORE_DUE):
        yield "template", "reminder_before_due is for days before the due date, the others for those after"


def _faults_of_table(text: ChoiceText, treatments: dict[str, Treatment]) -> Iterator[tuple[Place, str]]:
    reasons: Sequence[str] = [row.reason for row in text.rows]
    for place, row in enumerate(text.rows):
        if reasons.index(row.reason) != place:
            yield ("rows", place, "reason"), "stands there twice"
        if row.treatment is None:
            continue
        treatment = treatments.get(row.treatment)
        if treatment is None:
            yield ("rows", place, "treatment"), f"there is no treatment {row.treatment}"
        elif _meets_late_days(row.when) is not any(step.day > 0 for step in treatment.steps):
            yield ("rows", place, "treatment"), f"{row.treatment} has no step at these days"
    last = text.rows[-1]
    if last.when != WhenText():
        yield ("rows", len(text.rows) - 1, "when"), "the last row must always hold: {}"
    unused = treatments.keys() - {row.treatment for row in text.rows}
    if unused:
        yield ("rows",), f"no row leads to {', '.join(sorted(unused))}"


def _meets_late_days(when: WhenText) -> bool:
    return when.days_max is None or when.days_max >= 0
