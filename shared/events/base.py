"""What every published event is: a frozen fact with a topic, a key and a version."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from shared.events.ids import name_id

TYPE_PREFIX = "org.huancui."


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs an offset, such as 2026-03-01T08:00:00Z")
    return value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_utc)]
"""A moment in UTC; one without an offset is refused."""
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]
"""A platform's own name for something of its own: no spaces, at most 100 characters."""
LenderName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""A lender's name as it stands in topics."""


class Event(BaseModel):
    """Base of all events. A subclass declares `topic`, `key` (the field that orders it) and `version` as class keywords.

    Readers ignore fields they do not know; writers (`Event.made`, the constructor) refuse them. The plain class name is the
    newest version; older ones are named `…V1` and say with `upgrade()` what they mean today.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")

    TOPIC: ClassVar[str] = ""
    PER_LENDER: ClassVar[bool] = False
    KEY: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1
    NAME: ClassVar[str] = ""
    TYPE: ClassVar[str] = ""

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
        if cls.TYPE in _BY_TYPE:
            raise TypeError(f"{cls.TYPE} is declared twice")
        _BY_TYPE[cls.TYPE] = cls

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
        """The key as an id; for a key that is a name, the id that stands for it."""
        value = getattr(self, self.KEY)
        return value if isinstance(value, UUID) else name_id(self.KEY, str(value))

    def upgrade(self) -> "Event":
        """The same fact in the newest version."""
        return self

    @classmethod
    def read(cls, value: bytes) -> Self:
        """An event from JSON, as a tolerant reader: fields it does not know are ignored. Raises ValidationError."""
        return cls.model_validate_json(value, extra="ignore")


_BY_TYPE: dict[str, type[Event]] = {}


def event_class(wire_type: str) -> type[Event] | None:
    """The class of a `ce_type`, if there is one."""
    return _BY_TYPE.get(wire_type)


def event_classes() -> list[type[Event]]:
    """Every declared event, all versions, by name."""
    return [_BY_TYPE[name] for name in sorted(_BY_TYPE)]


def newest(name: str) -> type[Event] | None:
    """The newest version of an event by its plain name."""
    found = [cls for cls in _BY_TYPE.values() if name == cls.NAME]
    return max(found, key=lambda cls: cls.VERSION) if found else None
