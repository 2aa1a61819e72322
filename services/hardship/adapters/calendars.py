"""Public holidays from the `holidays` library, by country and year."""

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=512)
def closed_days(country: str | None, year: int) -> frozenset[date]:
    """The public holidays of a country, with the days on which they are observed. A country that the library
    does not know has none.
    """
    import holidays  # slow to import, and most processes of a test need no calendar

    if country is None:
        return frozenset()
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
