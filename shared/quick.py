"""Frozen values of which very many are made, and replaced."""

from collections.abc import Callable
from dataclasses import field, fields, make_dataclass
from dataclasses import replace as replaced_by_init
from typing import TYPE_CHECKING, Any, TypeVar

C = TypeVar("C", bound=type[Any])


def quick(cls: C) -> C:
    """Make a frozen dataclass's instances by plain assignment: a book of forty fields in a ninth of the time.

    It stays frozen to the type checker, which is what guards it; at run time nothing more does.
    """
    plain = make_dataclass(
        cls.__name__,
        [
            (
                one.name,
                one.type,
                field(default=one.default, default_factory=one.default_factory, kw_only=one.kw_only),
            )
            for one in fields(cls)
        ],
    )
    setattr(cls, "__init__", vars(plain)["__init__"])  # noqa: B010  # else a type checker looks into it
    del cls.__setattr__, cls.__delattr__
    return cls


_Copy = Callable[[Any, dict[str, Any]], Any]
_copies: dict[type, _Copy] = {}


def _copy_of(cls: type) -> _Copy:
    """What copies an instance of a class, with changes: slot by slot, where making one does nothing else."""
    every = [one.name for one in fields(cls)]
    puts: dict[str, Any] = {name: getattr(getattr(cls, name, None), "__set__", None) for name in every}
    if None in puts.values() or hasattr(cls, "__post_init__") or not all(one.init for one in fields(cls)):
        return lambda obj, changes: replaced_by_init(obj, **changes)
    # Written out and compiled, as dataclasses make `__init__`: a loop over the slots takes twice as long.
    lines = [f"    put_{name}(new, obj.{name})" for name in every]
    text = "\n".join(("def copy(obj):", "    new = make(cls)", *lines, "    return new"))
    names: dict[str, Any] = {"make": object.__new__, "cls": cls}
    names |= {f"put_{name}": put for name, put in puts.items()}
    exec(text, names)  # noqa: S102  # of the names of fields alone
    copy = names["copy"]

    def changed(obj: Any, changes: dict[str, Any]) -> Any:
        new = copy(obj)
        for name, value in changes.items():
            if name not in puts:
                raise TypeError(f"{cls.__name__} has no field {name}")
            puts[name](new, value)
        return new

    return changed


def _replace(obj: Any, /, **changes: Any) -> Any:
    """`dataclasses.replace` of frozen values with slots, in a third of the time: that one goes through
    `__init__`, and states are replaced many times for every message.
    """
    cls = type(obj)
    copy = _copies.get(cls)
    if copy is None:
        copy = _copies[cls] = _copy_of(cls)
    return copy(obj, changes)


if TYPE_CHECKING:
    from dataclasses import replace as replace  # noqa: PLC0414  # type checkers know its arguments
else:
    replace = _replace
