"""Policies of holds from YAML: read, checked field by field, made into the domain's values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.hardship.domain.hold_policy import (
    AnswerPolicy,
    HoldPolicies,
    MoratoriumPolicy,
    OnRequest,
    ReasonPolicy,
)
from shared.events.parts import Freezes, HoldReason, Purpose

FOLDER = Path(__file__).resolve().parents[1] / "policies"
_Days = Annotated[int, Field(ge=1, le=3_650)]
_Version = Annotated[str, Field(pattern=r"^[0-9]{4}\.[0-9]{2}\.[0-9]{1,3}$")]


class HoldPolicyUnreadable(ValueError):
    """A policy file is not what it must be; the text names the place."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _InPart(_Model):
    closes: tuple[Purpose, ...]
    interest_and_fees: bool
    ageing: bool

    def freezes(self) -> Freezes:
        return Freezes(purposes=self.closes, interest_and_fees=self.interest_and_fees, ageing=self.ageing)


class _Sourced(_Model):
    source: str
    own: tuple[str, ...]

    @model_validator(mode="after")
    def _names(self) -> "_Sourced":
        if strange := sorted(set(self.own) - set(type(self).model_fields)):
            raise ValueError(f"own names what is not there: {', '.join(strange)}")
        return self


class _Reason(_Sourced, _InPart):
    in_part: _InPart | None = None
    days: _Days | None = None
    review_days: _Days
    new_loans_join: bool = False
    stays_with_loan: bool = False
    on_request: OnRequest


class _Answers(_Sourced):
    dispute_answer_days: _Days
    evidence_days: _Days
    correction_days: _Days
    complaint_answer_days: _Days
    appeal_days: _Days


class _HoldsFile(_Model):
    policy: str
    version: _Version
    reasons: Mapping[HoldReason, _Reason]
    decide_days: _Days
    answers: _Answers

    @model_validator(mode="after")
    def _complete(self) -> "_HoldsFile":
        if missing := sorted(set(HoldReason) - set(self.reasons)):
            raise ValueError(f"these reasons are missing: {', '.join(missing)}")
        return self


class _MoratoriumFile(_Model):
    policy: str
    version: _Version
    territories: frozenset[str]
    days: _Days
    crisis_days_after: _Days
    months_between: Annotated[int, Field(ge=1, le=120)]
    midway_from_day: _Days
    midway_to_day: _Days
    ask_review_days: _Days
    decide_review_days: _Days
    court_days: _Days
    crisis_review_days: _Days
    secured_debts: frozenset[str]
    excluded_debts: frozenset[str]
    sources: Mapping[str, str]
    own: tuple[str, ...]


_F = TypeVar("_F", bound=_Model)


def read_hold_policies(folder: Path = FOLDER) -> HoldPolicies:
    """The policies of a folder. Raises HoldPolicyUnreadable, naming the file and the place."""
    holds = _read(folder / "holds.yaml", _HoldsFile)
    moratorium = _read(folder / "breathing-space.yaml", _MoratoriumFile)
    reasons = {reason: _reason(reason, one, holds.decide_days) for reason, one in holds.reasons.items()}
    answers = holds.answers.model_dump(exclude={"source", "own"})
    terms = moratorium.model_dump(exclude={"policy", "version", "sources", "own"})
    version = f"holds@{holds.version}+breathing-space@{moratorium.version}"
    return HoldPolicies(version, reasons, AnswerPolicy(**answers), MoratoriumPolicy(**terms))


def _reason(reason: HoldReason, one: _Reason, decide_days: int) -> ReasonPolicy:
    freezes = one.freezes()
    return ReasonPolicy(
        reason,
        freezes,
        in_part=one.in_part.freezes() if one.in_part is not None else freezes,
        days=one.days,
        review_days=one.review_days,
        new_loans_join=one.new_loans_join,
        stays_with_loan=one.stays_with_loan,
        on_request=one.on_request,
        decide_days=decide_days,
        source=one.source,
        own=one.own,
    )


def _read(file: Path, model: type[_F]) -> _F:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        return model.model_validate(content)
    except yaml.YAMLError as error:
        raise HoldPolicyUnreadable(f"{file.name}: not YAML: {error}") from None
    except ValidationError as error:
        places = "; ".join(f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise HoldPolicyUnreadable(f"{file.name}: {places}") from None
