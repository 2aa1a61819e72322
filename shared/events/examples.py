"""A valid example of every event: for the documents, and for the makers that tests use."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.events.base import Event
from shared.events.ids import loan_id, name_id
from shared.events.product_terms import BucketStart
from shared.money import Money

EventT = TypeVar("EventT", bound=Event)

LENDER = "acme"
LOAN_REFERENCE = "L-1001"

# One amount everywhere keeps what must add up (components, parts of a split payment) adding up.
_AMOUNT = Money(125_000, "CNY")
_COMPONENTS = {
    "principal": Money(100_000, "CNY"),
    "interest": Money(20_000, "CNY"),
    "fees": Money(4_000, "CNY"),
    "penalty": Money(1_000, "CNY"),
}
_BY_NAME: dict[str, Any] = {
    "access_needs": "large print",
    "after": "1",
    "agency": "north-recovery",
    "allocation": "humane",
    "allocation_ahead": "next",
    "allocation_due": "interest.principal.fees.penalty",
    "allocation_in_advance": "principal.interest.fees.penalty",
    "allocation_sweep": "by_instalment",
    "before": "N",
    "borrower_reference": "C-77",
    "buckets": "own",
    "calendar": "cn",
    "clock": "simulated",
    "country": "CN",
    "credit_schemes": "pbc_month",
    "day_count": "act_365f",
    "due_date_rule": "following",
    "fee": "late_fee",
    "from_lender": "birch",
    "hints": LOAN_REFERENCE,
    "hold_reference": "H-5",
    "holder_reference": "INV-9",
    "interest_balance": "actual",
    "interest_measure": "days",
    "kind": "payment_order",
    "languages": "zh-Hans",
    "lender": LENDER,
    "loan_id": loan_id(LENDER, LOAN_REFERENCE),
    "loan_reference": LOAN_REFERENCE,
    "medium": "call",
    "name": "Example Person",
    "on_charge_off": "nothing",
    "outcome": "settled",
    "own_buckets": (BucketStart(bucket="current", from_day=0), BucketStart(bucket="late", from_day=1)),
    "payment_reference": "P-1",
    "prepayment": "reduce_term",
    "product": "consumer-36",
    "region": "CN-SH",
    "repayment": "annuity",
    "reported_by": "cedar",
    "rounding": "half_even",
    "scheme": "pboc",
    "share": Decimal("1"),
    "stage": "M1",
    "statements": "made",
    "text_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "time_zone": "Asia/Shanghai",
    "time_zones": "Asia/Shanghai",
    "to_lender": "birch",
    "value": "person@example.org",
    **_COMPONENTS,
}
_DATES = {
    "opened_on": date(2026, 1, 1),
    "first_due_on": date(2026, 2, 1),
    "due_on": date(2026, 2, 1),
    "issued_on": date(2026, 1, 10),
    "ends_on": date(2026, 8, 31),
}
_NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def example(cls: type[EventT], **fields: Any) -> EventT:
    """A valid event of a class with every field filled; `fields` replace those of the example."""
    return cls(**{**_filled(cls, everything=True), **fields})


def smallest(cls: type[EventT], **fields: Any) -> EventT:
    """A valid event of a class with what is required alone; `fields` replace or join it."""
    return cls(**{**_filled(cls, everything=False), **fields})


@cache
def _filled(cls: type[BaseModel], *, everything: bool) -> dict[str, Any]:
    return {
        name: named
        if isinstance(named := _BY_NAME.get(name), tuple)
        else _value(name, field.annotation, field, everything)
        for name, field in cls.model_fields.items()
        if everything or field.is_required()
    }


def _value(name: str, annotation: Any, field: FieldInfo | None, everything: bool) -> Any:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return _value(name, next(arg for arg in args if arg is not type(None)), field, everything)
    if origin is not None and origin is not tuple:  # Annotated
        return _value(name, args[0], field, everything)
    if origin is tuple:
        return (_value(name, args[0], None, everything),)
    if issubclass(annotation, BaseModel):
        return annotation(**_filled(annotation, everything=everything))
    if issubclass(annotation, Enum):
        return next(iter(annotation))
    return _plain(name, annotation)


def _plain(name: str, annotation: type) -> Any:
    named = _BY_NAME.get(name)
    if isinstance(named, annotation):
        return named
    if annotation is UUID:
        return name_id("example", name)
    if annotation is str:
        return "R-1" if name.endswith("_reference") else "standard"
    made: dict[type, Any] = {
        Money: _AMOUNT,
        Decimal: Decimal("0.075"),
        bool: False,
        int: 1,
        date: _DATES.get(name, date(2026, 3, 1)),
        datetime: _NOW,
    }
    return made[annotation]
