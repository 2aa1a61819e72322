"""Where people of the fifty states live, as far as clocks and rules go."""

_ZONES = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
}
ZONE_OF = {state: zone for zone, states in _ZONES.items() for state in states.split()}
"""The zone in which most people of a state live: which one somebody of a divided state is in, nobody says."""
SHOCKED = frozenset(_ZONES["America/Los_Angeles"].split())
"""The region that a shock hits: the states of the Pacific coast, a fifth of the loans."""
