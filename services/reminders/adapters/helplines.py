"""Helplines by country, from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.events.parts import Country

FILE = Path(__file__).resolve().parents[1] / "helplines.yaml"
Text = Annotated[str, Field(min_length=2, max_length=60)]


class BadHelplines(Exception):
    """The helplines cannot be used; the text says why. Services refuse to start with them."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    countries: tuple[Country, ...]
    name: Text
    number: Text
    emergency: Text


@dataclass(frozen=True, slots=True)
class Helpline:
    """Whom to talk to, and whom to call in danger."""

    name: str
    number: str
    emergency: str

    def facts(self) -> Mapping[str, str]:
        """As templates name it."""
        return {"helpline_name": self.name, "helpline": self.number, "emergency": self.emergency}


class Helplines:
    """All helplines of a file."""

    def __init__(self, file: Path = FILE) -> None:
        try:
            rows = TypeAdapter(tuple[_Row, ...]).validate_python(
                yaml.safe_load(file.read_text(encoding="utf-8"))
            )
        except (yaml.YAMLError, ValidationError) as error:
            raise BadHelplines(f"{file.name}: {error}") from None
        named = [(country, row) for row in rows for country in row.countries]
        self._by_country = {country: _helpline(row) for country, row in named}
        if len(self._by_country) != len(named):
            raise BadHelplines(f"{file.name}: a country stands there twice")
        if not rows or rows[-1].countries:
            raise BadHelplines(f"{file.name}: the last row is for all other countries: countries: []")
        self._elsewhere = _helpline(rows[-1])

    def of(self, country: str | None) -> Helpline:
        """The helpline of a country; that of all others where the country is not known."""
        return self._elsewhere if country is None else self._by_country.get(country, self._elsewhere)


def _helpline(row: _Row) -> Helpline:
    return Helpline(row.name, row.number, row.emergency)
