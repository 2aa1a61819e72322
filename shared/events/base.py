"""What every published event is: a frozen fact with a topic, a key and a version."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from shared.events.ids import name_id
from shared.money import Money

TYPE_PREFIX = "org.huancui."


class _OnWire:
    """In JSON the text must have a shape: pydantic alone also takes numbers, and timestamps as text."""

    def __init__(self, form: str, pattern: str) -> None:
        self.form, self.pattern = form, pattern

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        known = handler(source)
        text = core_schema.str_schema(pattern=self.pattern)
        return core_schema.json_or_python_schema(core_schema.chain_schema([text, known]), known)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "format": self.form, "pattern": self.pattern}


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant must lie within the years 1 to 9999 in UTC") from None


class _InUtc:
    """An instant needs an offset, and is kept in UTC."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        aware = core_schema.datetime_schema(tz_constraint="aware")
        return core_schema.no_info_after_validator_function(_in_utc, aware)


Day = Annotated[date, _OnWire("date", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
"""A calendar day, in ISO form: 2026-03-01."""
Instant = Annotated[
    datetime,
    _InUtc(),
    _OnWire(
        "date-time",
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
    ),
]
"""A moment, kept in UTC; one without an offset is refused."""
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]
"""A platform's own name for something of its own: no spaces, at most 100 characters."""
LenderName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""A lender's name as it stands in topics."""


class Event(BaseModel):
    """Base of all events. A subclass declares `topic`, `key` (the field that orders it) and `version`.

    Readers (`read`) ignore fields they do not know; writers (the constructor) refuse them. The plain class
    name is the newest version; older ones are named `…V1` and say with `upgrade()` what they mean today.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    TOPIC: ClassVar[str] = ""
    PER_LENDER: ClassVar[bool] = False
    """Whether each lender has a topic of its own, named `<TOPIC>.<lender>`."""
    KEY: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1
    NAME: ClassVar[str] = ""
    """The name without a version."""
    TYPE: ClassVar[str] = ""
    """The CloudEvents type, such as `org.huancui.PaymentApplied.v1`."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__()  # the class keywords are read below, once pydantic has built the class

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, topic: str = "", key: str = "", version: int = 1, per_lender: bool = False, **kwargs: Any
    ) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if not topic:
            return
        name = cls.__name__.removesuffix(f"V{version}")
        cls.TOPIC, cls.KEY, cls.VERSION, cls.PER_LENDER, cls.NAME = topic, key, version, per_lender, name
        cls.TYPE = f"{TYPE_PREFIX}{name}.v{version}"
        _register(cls)

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        if len(_currencies(self.__dict__.values(), set())) > 1:
            raise ValueError("all amounts of one event must be in one currency")
        return self

    @property
    def topic_name(self) -> str:
        """The topic it is published to: for platforms' events that of the lender."""
        return f"{self.TOPIC}.{self.lender_name}" if self.PER_LENDER else self.TOPIC

    @property
    def lender_name(self) -> str:
        """The lender in the data of an event that has its own topic for each lender."""
        name: str = getattr(self, "lender")  # noqa: B009  # only subclasses with that field are per lender
        return name

    @property
    def partition_key(self) -> str:
        """The record's key: all events with this key stay in order."""
        return str(getattr(self, self.KEY))

    @property
    def key_id(self) -> UUID:
        """The key as an id; for a key that is a name, the id that stands for it (and for its lender)."""
        value = getattr(self, self.KEY)
        if isinstance(value, UUID):
            return value
        scoped = self.PER_LENDER and self.KEY != "lender"
        return name_id(self.KEY, f"{self.lender_name}\n{value}" if scoped else str(value))

    def upgrade(self) -> "Event":
        """The same fact in the next version; the newest is itself."""
        return self

    @classmethod
    def read(cls, value: bytes) -> Self:
        """An event from JSON, as a tolerant reader: unknown fields are ignored. Raises ValidationError."""
        event: Self = cls.__pydantic_validator__.validate_json(value, extra="ignore")
        return event


# Asking each of these whether it is a model costs more than all the rest of the check.
_LEAVES = frozenset({bool, date, datetime, Decimal, int, str, type(None), UUID})


def _currencies(values: Iterable[object], found: set[str]) -> set[str]:
    for value in values:
        kind = type(value)
        if kind is Money:
            found.add(value.currency)  # type: ignore[attr-defined]
        elif kind is tuple:
            _currencies(value, found)  # type: ignore[arg-type]
        elif kind not in _LEAVES and isinstance(value, BaseModel):
            _currencies(value.__dict__.values(), found)
    return found


_BY_TYPE: dict[str, type[Event]] = {}
_NEWEST: dict[str, type[Event]] = {}


def _register(cls: type[Event]) -> None:
    if cls.TYPE in _BY_TYPE:
        raise TypeError(f"{cls.TYPE} is declared twice")
    if cls.KEY not in cls.model_fields and not hasattr(cls, cls.KEY):
        raise TypeError(f"{cls.__name__} has no {cls.KEY!r} to be its key")
    if cls.PER_LENDER and "lender" not in cls.model_fields:
        raise TypeError(f"{cls.__name__} is published for each lender and names none")
    _BY_TYPE[cls.TYPE] = cls
    known = _NEWEST.get(cls.NAME)
    if known is None or known.VERSION < cls.VERSION:
        _NEWEST[cls.NAME] = cls


def event_class(wire_type: str) -> type[Event] | None:
    """The class of a `ce_type`, if there is one."""
    return _BY_TYPE.get(wire_type)


def declared_in(modules: Collection[str]) -> list[type[Event]]:
    """Every event that these modules declare, all versions, by type."""
    return [_BY_TYPE[name] for name in sorted(_BY_TYPE) if _BY_TYPE[name].__module__ in modules]


def newest(name: str) -> type[Event] | None:
    """The newest version of an event by its plain name."""
    return _NEWEST.get(name)


def newest_class(wire_type: str) -> type[Event] | None:
    """The class as which an event of this `ce_type` is read: the newest version of its name."""
    cls = _BY_TYPE.get(wire_type)
    return _NEWEST[cls.NAME] if cls is not None else None
