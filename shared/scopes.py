"""What callers may be allowed to do, and which role is allowed what."""

from collections.abc import Mapping
from enum import StrEnum

from shared.decision import Role


class Scope(StrEnum):
    """One thing that a caller may be allowed to do."""

    LOANS_READ = "loans:read"
    BOOKS_READ = "books:read"
    """The journal as a whole, and the figures of a portfolio."""
    EVENTS_PUBLISH = "events:publish"
    CORRECTIONS_READ = "corrections:read"
    """Money in suspense, and what people propose to change."""
    CORRECTIONS_PROPOSE = "corrections:propose"
    CORRECTIONS_APPROVE = "corrections:approve"
    """And to refuse: what others have proposed."""
    LENDERS_MANAGE = "lenders:manage"
    KEPT_READ = "kept:read"
    """Parked and waiting messages and held events, with their contents."""
    KEPT_MANAGE = "kept:manage"
    AUDIT_READ = "audit:read"
    REST_READ = "rest:read"
    """Whether a service has come to rest."""
    METRICS_READ = "metrics:read"
    FEED_READ = "feed:read"
    """What was told of a lender's loans, as its platform reads it; and how its webhooks do."""
    WEBHOOKS_MANAGE = "webhooks:manage"
    FEEDS_CONFIRM = "feeds:confirm"
    """To say that a platform's report which was doubted is right."""


SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.ADMINISTRATOR: frozenset(Scope),
    Role.INTEGRATOR: frozenset(
        {
            Scope.LOANS_READ,
            Scope.BOOKS_READ,
            Scope.EVENTS_PUBLISH,
            Scope.CORRECTIONS_READ,
            Scope.FEED_READ,
            Scope.WEBHOOKS_MANAGE,
        }
    ),
    Role.OPERATOR: frozenset(
        {
            Scope.LOANS_READ,
            Scope.BOOKS_READ,
            Scope.CORRECTIONS_READ,
            Scope.CORRECTIONS_PROPOSE,
            Scope.CORRECTIONS_APPROVE,
            Scope.FEEDS_CONFIRM,
        }
    ),
    Role.HARDSHIP_OFFICER: frozenset({Scope.LOANS_READ}),
    Role.AGENCY: frozenset({Scope.LOANS_READ}),
    Role.AUDITOR: frozenset({Scope.AUDIT_READ, Scope.BOOKS_READ}),
    Role.SERVICE: frozenset({Scope.LOANS_READ, Scope.REST_READ, Scope.METRICS_READ}),
    # These see cases and loans of their own only: their scopes come with the routes that ask for a case.
    Role.ADVISER: frozenset(),
    Role.MEDIATOR: frozenset(),
    Role.BORROWER: frozenset(),
}
