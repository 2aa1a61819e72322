"""Policies of cases from YAML: read, checked field by field, made into the domain's values."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.hardship.domain.case_policy import CasePolicies, CasePolicy, Protected
from shared.events.parts import ReliefKind
from shared.money import Money

FILE = Path(__file__).resolve().parents[1] / "policies" / "cases.yaml"
_Days = Annotated[int, Field(ge=1, le=3_650)]
_Months = Annotated[int, Field(ge=1, le=600)]
_Amount = Annotated[int, Field(ge=1, le=1_000_000_000)]
_Part = Annotated[Decimal, Field(ge=0, le=1)]
_Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class CasePolicyUnreadable(ValueError):
    """The policy file is not what it must be; the text names the place."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Household(_Model):
    first_adult: _Amount
    further_adult: _Amount
    child: _Amount


class _Country(_Model):
    acknowledge_days: _Days
    answer_days: _Days
    answer_working_days: _Days | None
    idle_days: _Days
    appeal_days: _Days
    light_per_year_max: Annotated[int, Field(ge=0, le=12)]
    light_days_max: _Days
    # Never more than half: who pays all that is left over is one broken boiler from the next miss.
    capacity_share: Annotated[Decimal, Field(gt=0, le=Decimal("0.5"))]
    protected: Mapping[_Currency, _Household]
    token: Mapping[_Currency, _Amount]
    proposal_days: _Days
    cooling_off_days: _Days
    grace_working_days: Annotated[int, Field(ge=1, le=60)]
    reopen_after_misses: Annotated[int, Field(ge=1, le=12)]
    break_after_misses: Annotated[int, Field(ge=2, le=12)]
    watch_months: _Months
    end_wait_days: _Days
    deferral_months: tuple[_Months, ...]
    due_date_days: tuple[_Days, ...]
    interest_only_months: tuple[_Months, ...]
    longer_months: tuple[_Months, ...]
    reduced_rates: tuple[_Part, ...]
    instalments_months_max: _Months
    settlement_share_min: _Part
    forgiveness_share_max: _Part
    granted_at_once: frozenset[ReliefKind]
    source: str
    own: tuple[str, ...]

    @model_validator(mode="after")
    def _consistent(self) -> "_Country":
        if strange := sorted(set(self.own) - set(type(self).model_fields)):
            raise ValueError(f"own names what is not there: {', '.join(strange)}")
        if self.break_after_misses <= self.reopen_after_misses:
            raise ValueError("a plan is negotiated anew before it is broken")
        return self


class _File(_Model):
    policy: str
    version: Annotated[str, Field(pattern=r"^[0-9]{4}\.[0-9]{2}\.[0-9]{1,3}$")]
    default: Mapping[str, Any]
    countries: Mapping[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Mapping[str, Any]]


def read_case_policies(file: Path = FILE) -> CasePolicies:
    """The policies of a file. Raises CasePolicyUnreadable, naming the place."""
    place = "the file"
    try:
        read = _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        place = "default"
        default = _policy(_Country.model_validate(read.default), read.version)
        countries = {}
        for place, changes in read.countries.items():
            country = _Country.model_validate({**read.default, **changes})
            countries[place] = _policy(country, f"{read.version}+{place.lower()}")
    except yaml.YAMLError as error:
        raise CasePolicyUnreadable(f"{file.name}: not YAML: {error}") from None
    except ValidationError as error:
        places = "; ".join(f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CasePolicyUnreadable(f"{file.name}, {place}: {places}") from None
    return CasePolicies(default, countries)


def _policy(one: _Country, version: str) -> CasePolicy:
    plain = one.model_dump(exclude={"source", "own", "protected", "token"})
    for name in ("capacity_share", "settlement_share_min", "forgiveness_share_max"):
        plain[name] = Fraction(plain[name])
    return CasePolicy(
        **plain,
        version=f"cases@{version}",
        protected={
            currency: Protected(
                *(_minor(amount, currency) for amount in (home.first_adult, home.further_adult, home.child))
            )
            for currency, home in one.protected.items()
        },
        token={currency: _minor(amount, currency) for currency, amount in one.token.items()},
    )


def _minor(amount: int, currency: str) -> int:
    return Money.parse(str(amount), currency).minor
