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
    CONTACTS_READ = "contacts:read"
    """Contacts of persons, why they were made or withheld, the conduct report."""
    CONTACTS_MAKE = "contacts:make"
    """To ask for a permit, to use and to report it; the queue of calls; a text's wording."""
    PERSONS_READ = "persons:read"
    """A person's timeline."""
    PERSONS_MANAGE = "persons:manage"
    """To link, to erase and to export persons, to record what they asked for."""
    REPLIES_TAKE = "replies:take"
    """To hand in what persons answered, as a gateway does."""
    REPLIES_GIVE = "replies:give"
    """To answer as the person, or to write down what the person said in a call."""
    BRAKE_PULL = "brake:pull"
    """To pause contacts of a lender, a treatment, a template, a channel or all."""
    CASES_READ = "cases:read"
    """Cases of hardship, plans, holds and disputes."""
    CAPACITY_READ = "capacity:read"
    """What a person can pay in a month, and nothing else of their cases."""
    CASES_OPEN = "cases:open"
    """And to state circumstances, income and spending for a person."""
    CASES_DECIDE = "cases:decide"
    """To propose plans, to refuse, to decide appeals, disputes and complaints."""
    PLANS_ANSWER = "plans:answer"
    """To accept, decline or withdraw from a plan, as the person."""
    HOLDS_MANAGE = "holds:manage"
    MEDIATION_READ = "mediation:read"
    MEDIATION_OPEN = "mediation:open"
    MEDIATION_TAKE_PART = "mediation:take_part"
    """To consent, state, offer and answer, for one side."""
    MEDIATION_MEDIATE = "mediation:mediate"
    MEDIATORS_MANAGE = "mediators:manage"


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
            Scope.CONTACTS_MAKE,
            Scope.REPLIES_TAKE,
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
            Scope.CONTACTS_READ,
            Scope.CONTACTS_MAKE,
            Scope.PERSONS_READ,
            Scope.PERSONS_MANAGE,
            Scope.REPLIES_GIVE,
            Scope.BRAKE_PULL,
            Scope.CASES_READ,
            Scope.CASES_OPEN,
            Scope.MEDIATION_READ,
            Scope.MEDIATION_OPEN,
            Scope.MEDIATION_TAKE_PART,
        }
    ),
    Role.HARDSHIP_OFFICER: frozenset(
        {
            Scope.LOANS_READ,
            Scope.PERSONS_READ,
            Scope.REPLIES_GIVE,
            Scope.CASES_READ,
            Scope.CASES_OPEN,
            Scope.CASES_DECIDE,
            Scope.HOLDS_MANAGE,
            Scope.MEDIATION_READ,
            Scope.MEDIATION_OPEN,
            Scope.MEDIATION_TAKE_PART,
        }
    ),
    Role.AGENCY: frozenset({Scope.LOANS_READ, Scope.CONTACTS_MAKE}),
    Role.AUDITOR: frozenset({Scope.AUDIT_READ, Scope.BOOKS_READ, Scope.CONTACTS_READ}),
    Role.SERVICE: frozenset({Scope.LOANS_READ, Scope.CAPACITY_READ, Scope.REST_READ, Scope.METRICS_READ}),
    # These see cases and loans of their own only. A borrower's subject is the person's id, a mediator's the
    # mediator's; an adviser's must stand in the case.
    Role.ADVISER: frozenset({Scope.CASES_READ, Scope.CASES_OPEN, Scope.MEDIATION_OPEN}),
    Role.MEDIATOR: frozenset({Scope.MEDIATION_READ, Scope.MEDIATION_MEDIATE}),
    Role.BORROWER: frozenset(
        {
            Scope.REPLIES_GIVE,
            Scope.CASES_READ,
            Scope.CASES_OPEN,
            Scope.PLANS_ANSWER,
            Scope.MEDIATION_READ,
            Scope.MEDIATION_OPEN,
            Scope.MEDIATION_TAKE_PART,
        }
    ),
}
