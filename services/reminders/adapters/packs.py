"""Policy packs from YAML: read, checked field by field, made into the domain's rules."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from services.reminders.adapters.pack_rules import AnyRule, Model, PackUnreadable, Region, Slug, Text
from services.reminders.domain import packs
from services.reminders.domain.packs import Elsewhere, Pack, Rule

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, in C where the library was built with it."""
FOLDER = Path(__file__).resolve().parents[1] / "policies"


class PackFile(Model):
    """A whole file."""

    pack: Slug
    version: Annotated[str, Field(pattern=r"^[0-9]{4}\.[0-9]{2}\.[0-9]{1,3}$")]
    """Year, month and a number; it changes with every change of the pack."""
    title: Text
    territory: tuple[Region, ...] = ()
    opt_out_words: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = ()
    rules: Annotated[tuple[AnyRule, ...], Field(min_length=1)]
    elsewhere: dict[Slug, Text] = Field(default_factory=dict)
    """Rules of the same law that the gate does not hold, and why."""

    @model_validator(mode="after")
    def _names(self) -> "PackFile":
        names = [one.rule for one in self.rules] + list(self.elsewhere)
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"these rules stand there twice: {', '.join(twice)}")
        return self


_FILE = TypeAdapter(PackFile)


def read_pack(text: str, name: str) -> Pack:
    """The pack of a file's text. Raises PackUnreadable, naming the place."""
    try:
        file = _FILE.validate_python(yaml.load(text, Loader=LOADER))  # noqa: S506  # a safe one
    except yaml.YAMLError as error:
        raise PackUnreadable(f"{name}: not YAML: {error}") from None
    except ValidationError as error:
        raise PackUnreadable(f"{name}: {'; '.join(_faults(error))}") from None
    made: dict[str, Rule] = {}
    for one in file.rules:
        made[one.rule] = one.made(file.pack, file.version, made)
    return Pack(
        file.pack,
        file.version,
        file.title,
        frozenset(file.territory),
        tuple(made.values()),
        frozenset(word.casefold() for word in file.opt_out_words),
        tuple(Elsewhere(rule, why) for rule, why in file.elsewhere.items()),
    )


def read_packs(folder: Path = FOLDER) -> tuple[Pack, ...]:
    """All packs of a folder, the default one first. Raises PackUnreadable."""
    found = [read_pack(file.read_text(encoding="utf-8"), file.name) for file in sorted(folder.glob("*.yaml"))]
    twice = _twice([pack.id for pack in found]) | _twice(
        [one.cite.rule for pack in found for one in pack.rules]
    )
    if twice:
        raise PackUnreadable(f"{folder}: these names stand there twice: {', '.join(sorted(twice))}")
    return tuple(sorted(found, key=lambda pack: (pack.id != packs.FLOOR, pack.id)))


def _twice(names: Sequence[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def _faults(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        yield f"{'/'.join(map(str, fault['loc']))}: {fault['msg']}"
