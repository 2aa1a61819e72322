"""Outcomes that a request or a message cannot get past, each with a code, a text and facts.

A subclass states one reason: its name is the code (in snake case), its docstring the text, its keywords the
facts.
Only `shared/http` turns them into HTTP statuses, only `shared/flow.py` into waiting and parking.
"""

import re
from typing import Any, ClassVar

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


class DomainError(Exception):
    """A rule says no."""

    code: ClassVar[str] = "domain_error"
    codes: ClassVar[dict[str, type["DomainError"]]] = {}
    """Every reason there is, by its code, so that a stored refusal comes back as what it was."""

    replayed = False
    """Whether this is the stored refusal of an earlier request."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = _WORD_START.sub("_", cls.__name__).lower()
        DomainError.codes[cls.code] = cls

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.text)

    @property
    def text(self) -> str:
        """The reason as a sentence, with the facts behind it."""
        reason = " ".join((type(self).__doc__ or self.code).split())
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{reason} ({facts})" if facts else reason


class NotFound(DomainError):
    """There is no such thing, or it is not yours to see."""


class NotHere(NotFound):
    """What the message is for is not here. It is kept by itself: nothing that comes later waits behind it."""


class Conflict(DomainError):
    """The request does not fit the present state."""


class Refused(DomainError):
    """A rule forbids the request."""


class Forbidden(DomainError):
    """Your role does not allow this."""


class StateChanged(Conflict):
    """Someone else changed it since you read it. Read it again, and decide anew."""


class PredecessorMissing(NotFound):
    """What this message builds on has not arrived yet."""


class Unreadable(DomainError):
    """The record cannot be read as an event."""
