"""Frozen values that are made quickly."""

import dataclasses
from dataclasses import FrozenInstanceError, dataclass, field

import pytest

from shared.quick import quick, replace


@dataclass(frozen=True, slots=True)
class Guarded:
    """As any frozen dataclass."""

    number: int
    name: str = "none"
    parts: dict[str, int] = field(default_factory=dict, compare=False)
    own: int = field(default=3, kw_only=True)


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    """The same, made quickly."""

    number: int
    name: str = "none"
    parts: dict[str, int] = field(default_factory=dict, compare=False)
    own: int = field(default=3, kw_only=True)


def test_it_is_made_changed_compared_and_hashed_as_the_guarded_one() -> None:
    for cls in (Guarded, Quick):
        one = cls(1, own=4)
        assert (one.number, one.name, one.parts, one.own) == (1, "none", {}, 4)
        assert dataclasses.replace(one, name="other") == cls(1, "other", {"x": 1}, own=4)
        assert hash(one) == hash(cls(1, "none", own=4))
        assert one.parts is not cls(1).parts
        with pytest.raises(TypeError):
            cls()  # type: ignore[call-arg]


def test_only_the_guarded_one_looks_after_itself_at_run_time() -> None:
    with pytest.raises(FrozenInstanceError):
        Guarded(1).number = 2  # type: ignore[misc]
    one = Quick(1)
    one.number = 2  # type: ignore[misc]  # the type checker forbids it all the same
    assert one.number == 2


@dataclass(frozen=True, slots=True)
class _Plain:
    one: int
    other: str = "x"


@dataclass(frozen=True, slots=True)
class _Checked:
    one: int

    def __post_init__(self) -> None:
        if self.one < 0:
            raise ValueError(self.one)


def test_a_value_is_replaced_as_dataclasses_do_it() -> None:
    before = _Plain(1)
    assert replace(before, one=2) == dataclasses.replace(before, one=2) == _Plain(2)
    assert before == _Plain(1)
    with pytest.raises(TypeError):
        replace(before, none=1)  # type: ignore[call-arg]


def test_a_value_that_checks_itself_is_checked_when_it_is_replaced() -> None:
    assert replace(_Checked(1), one=2) == _Checked(2)
    with pytest.raises(ValueError, match="-1"):
        replace(_Checked(1), one=-1)
