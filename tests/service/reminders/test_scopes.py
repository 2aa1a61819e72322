"""Which role may ask reminders for what: every route, every role."""

import json
from uuid import uuid4

import pytest

from shared.clock import system_now
from shared.decision import Role
from shared.scopes import SCOPES, Scope
from shared.signatures import signatures
from tests.service.reminders.helping import CONDUCT, SECRET, World
from tests.web import bearer

ID = str(uuid4())
ROUTES = {
    ("POST", "contacts/permits"): Scope.CONTACTS_MAKE,
    ("PUT", f"contacts/{ID}/outcome"): Scope.CONTACTS_MAKE,
    ("DELETE", f"contacts/{ID}"): Scope.CONTACTS_MAKE,
    ("GET", f"contacts/{ID}/why"): Scope.CONTACTS_READ,
    ("PUT", "lenders/zeta/conduct"): Scope.BRAKE_PULL,
    ("GET", "lenders/zeta/conduct"): Scope.CONTACTS_READ,
    ("GET", "lenders/zeta/conduct-report"): Scope.CONTACTS_READ,
    ("GET", f"persons/{ID}"): Scope.PERSONS_READ,
    ("GET", f"persons/{ID}/timeline"): Scope.PERSONS_READ,
    ("GET", f"persons/{ID}/replies"): Scope.PERSONS_READ,
    ("GET", f"persons/{ID}/export"): Scope.PERSONS_MANAGE,
    ("POST", f"persons/{ID}/stops"): Scope.PERSONS_MANAGE,
    ("DELETE", f"persons/{ID}/stops/cease"): Scope.PERSONS_MANAGE,
    ("POST", f"persons/{ID}/closed-times"): Scope.PERSONS_MANAGE,
    ("POST", f"persons/{ID}/opened-times"): Scope.PERSONS_MANAGE,
    ("POST", f"persons/{ID}/representatives"): Scope.PERSONS_MANAGE,
    ("POST", f"persons/{ID}/over"): Scope.PERSONS_MANAGE,
    ("POST", f"persons/{ID}/links"): Scope.PERSONS_MANAGE,
    ("POST", f"persons/{ID}/unlink"): Scope.PERSONS_MANAGE,
    ("POST", f"persons/{ID}/erasure"): Scope.PERSONS_MANAGE,
    ("POST", f"persons/{ID}/replies"): Scope.REPLIES_GIVE,
    ("POST", "inbound/sms"): Scope.REPLIES_TAKE,
    ("POST", "inbound/mail"): Scope.REPLIES_TAKE,
    ("POST", "receipts"): Scope.REPLIES_TAKE,
    ("GET", "tasks"): Scope.CONTACTS_MAKE,
    ("GET", "calls"): Scope.CONTACTS_MAKE,
    ("POST", f"tasks/{ID}/done"): Scope.CONTACTS_MAKE,
    ("GET", "brakes"): Scope.BRAKE_PULL,
    ("PUT", "brakes/lender/zeta"): Scope.BRAKE_PULL,
    ("DELETE", "brakes/lender/zeta"): Scope.BRAKE_PULL,
    ("POST", "texts/check"): Scope.CONTACTS_MAKE,
}
OPEN_TO_ALL = {("GET", "learn"), ("GET", "learn/budgeting")}
INBOUND = {"message_id": "m", "sender": "+4911", "words": "STOP"}
BODIES = {
    "contacts/permits": {
        "person_id": ID,
        "lender": "zeta",
        "loan_ids": [ID],
        "channel": "call",
        "purpose": "help",
    },
    "outcome": {"outcome": "conversation"},
    "conduct": CONDUCT,
    "stops": {"kind": "cease", "loan_ids": [ID]},
    "closed-times": {"days": [0], "start": "18:00", "end": "19:00"},
    "opened-times": {"lender": "zeta", "starts_at": "2026-01-07T10:00:00Z"},
    "representatives": {"by": "attorney"},
    "over": {"ending": "crisis"},
    "links": {"other": ID},
    "unlink": {"lender": "zeta", "borrower_reference": "B"},
    "replies": {"channel": "mail", "words": "Hello"},
    "inbound/sms": INBOUND,
    "inbound/mail": INBOUND,
    "receipts": {"contact_id": ID, "delivery": "delivered"},
    "brakes/lender/zeta": {"why": "we look"},
    "texts/check": {"text": "Hello"},
}
FINE = {"tasks", "calls", "brakes", "texts/check"}


@pytest.mark.parametrize("role", Role)
async def test_a_role_may_ask_for_what_its_scopes_say_and_finds_nothing_that_is_not_theirs(
    world: World, role: Role
) -> None:
    for (method, path), scope in ROUTES.items():
        body = BODIES.get(path, BODIES.get(path.rsplit("/", 1)[-1])) if method in ("POST", "PUT") else None
        data = b"" if body is None else json.dumps(body).encode()
        stamp = int(system_now().timestamp())
        headers = {
            **bearer(role, str(uuid4())),
            "Idempotency-Key": str(uuid4()),
            "Content-Type": "application/json",
            "webhook-id": "m",
            "webhook-timestamp": str(stamp),
            "webhook-signature": signatures((SECRET,), "m", stamp, data),
        }
        asked = f"{path}?month=2026-01" if path.endswith("report") else path
        answer = await world.client.request(method, f"/v1/{asked}", content=data, headers=headers)
        everywhere = role is Role.ADMINISTRATOR and "zeta" in path
        expected = (200,) if path in FINE or everywhere else (404,)
        expected = expected if scope in SCOPES[role] else (403,)
        assert answer.status_code in expected, f"{role} {method} {path}: {answer.status_code} {answer.text}"


async def test_every_route_is_in_the_matrix(world: World) -> None:
    document = (await world.client.get("/openapi.json")).json()
    known = {(method, _shape(path)) for method, path in {*ROUTES, *OPEN_TO_ALL}}
    found = {
        (method.upper(), _shape(path.removeprefix("/v1/")))
        for path, operations in document["paths"].items()
        for method in operations
        if path.startswith("/v1/") and not path.startswith(("/v1/operations", "/v1/parked", "/v1/audit"))
    }
    assert known <= found
    assert {path for _, path in found - known if path.split("/")[0] in _roots()} == set()


def _roots() -> set[str]:
    return {path.split("/")[0] for _, path in ROUTES} | {"learn"}


def _shape(path: str) -> str:
    """A path with its parameters left out."""
    named = {ID, "zeta", "cease", "lender", "budgeting"}
    return "/".join("*" if part.startswith("{") or part in named else part for part in path.split("/"))
