"""What decisions look up: policy packs, calendars, treatments, helplines, zones of countries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.reminders.domain.packs import Holidays, Policies, Policy
from services.reminders.domain.treatments import Catalogue
from shared.decision import Context


@dataclass(frozen=True)
class Reference:
    """One frozen, versioned snapshot."""

    policies: Policies
    catalogue: Catalogue
    zones_of: Callable[[str], tuple[str, ...]]
    """Every time zone of a country."""
    tells_harsh: Callable[[str], tuple[str, ...]]
    """The categories of harsh wording in a text; none where it may be sent."""

    def policy(self, person: Sequence[str], collector: Sequence[str]) -> Policy:
        """The packs of where a person may be, and of where who contacts them is. Of a person of whom nothing
        is known, all of them.
        """
        return self.policies.for_regions(*person, *collector) if person else self.policies.for_regions()

    def calendars(self, codes: Sequence[str]) -> list[Holidays]:
        """The calendars of these codes, as far as they are known."""
        found = (self.policies.calendars.get(code) for code in codes)
        return [one for one in found if one is not None]


def reference_of(context: Context) -> Reference:
    """The snapshot that a decision was given."""
    found: Reference = context.reference
    return found
