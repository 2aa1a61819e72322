"""Which role may ask for what of cases and plans: every route, every role."""

from uuid import uuid4

import pytest

from shared.decision import Role
from shared.scopes import SCOPES, Scope
from tests.service.hardship.helping import World
from tests.web import bearer

ID = str(uuid4())
ROUTES = {
    ("GET", "cases"): Scope.CASES_READ,
    ("GET", f"cases/{ID}"): Scope.CASES_READ,
    ("GET", f"cases/{ID}/statement"): Scope.CASES_READ,
    ("GET", f"persons/{ID}/capacity"): Scope.CAPACITY_READ,
    ("POST", f"persons/{ID}/cases"): Scope.CASES_OPEN,
    ("POST", f"cases/{ID}/adviser"): Scope.CASES_OPEN,
    ("POST", f"cases/{ID}/sharing"): Scope.CASES_OPEN,
    ("POST", f"cases/{ID}/statement"): Scope.CASES_OPEN,
    ("POST", f"cases/{ID}/appeal"): Scope.CASES_OPEN,
    ("POST", f"cases/{ID}/withdraw"): Scope.CASES_OPEN,
    ("POST", f"cases/{ID}/options"): Scope.CASES_OPEN,
    ("POST", f"cases/{ID}/plans"): Scope.CASES_OPEN,
    ("POST", f"cases/{ID}/light-relief"): Scope.CASES_OPEN,
    ("POST", f"cases/{ID}/acknowledge"): Scope.CASES_DECIDE,
    ("POST", f"cases/{ID}/refuse"): Scope.CASES_DECIDE,
    ("POST", f"cases/{ID}/appeal-decision"): Scope.CASES_DECIDE,
    ("POST", f"cases/{ID}/close"): Scope.CASES_DECIDE,
    ("GET", "plans"): Scope.CASES_READ,
    ("GET", f"plans/{ID}"): Scope.CASES_READ,
    ("GET", f"plans/{ID}/agreement.html"): Scope.CASES_READ,
    ("GET", f"plans/{ID}/agreement.pdf"): Scope.CASES_READ,
    ("POST", f"plans/{ID}/approve"): Scope.CASES_DECIDE,
    ("POST", f"plans/{ID}/answer"): Scope.PLANS_ANSWER,
    ("POST", f"plans/{ID}/withdraw"): Scope.PLANS_ANSWER,
    ("POST", f"plans/{ID}/link"): Scope.CASES_OPEN,
    ("GET", f"plan-links/{'A' * 75}"): Scope.REPLIES_TAKE,
    ("POST", f"plan-links/{'A' * 75}/answer"): Scope.REPLIES_TAKE,
}
BODIES = {
    "cases": {"reason": "illness"},
    "adviser": {"adviser": None},
    "sharing": {"lenders": []},
    "statement": {"currency": "CNY", "income": [], "spending": []},
    "appeal": {},
    "plans": {"option": "a" * 24},
    "light-relief": {"loan_id": ID},
    "refuse": {"reason": "no"},
    "appeal-decision": {"upheld": True, "reason": "no"},
    "close": {"outcome": "referred"},
    "answer": {"accepted": False},
}


@pytest.mark.parametrize("role", Role)
async def test_a_role_may_ask_for_what_its_scopes_say_and_finds_nothing_that_is_not_theirs(
    world: World, role: Role
) -> None:
    subject = str(uuid4()) if role is Role.BORROWER else "somebody"
    for (method, path), scope in ROUTES.items():
        headers = {**bearer(role, subject), "Idempotency-Key": str(uuid4())}
        body = BODIES.get(path.rsplit("/", 1)[-1]) if method == "POST" else None
        answer = await world.client.request(method, f"/v1/{path}", json=body, headers=headers)
        fine = (200,) if path in ("cases", "plans") else (404,)
        expected = fine if scope in SCOPES[role] else (403,)
        assert answer.status_code in expected, f"{method} {path}: {answer.status_code} {answer.text}"


async def test_every_route_of_cases_and_plans_is_in_the_matrix(world: World) -> None:
    document = (await world.client.get("/openapi.json")).json()
    known = {(method, _shape(path)) for method, path in ROUTES}
    found = {
        (method.upper(), _shape(path.removeprefix("/v1/")))
        for path, operations in document["paths"].items()
        for method in operations
        if path.startswith(("/v1/cases", "/v1/plan", "/v1/persons/{person_id}/ca"))
    }
    assert found == known


def _shape(path: str) -> str:
    parts = path.split("/")
    return "/".join(part if place != 1 else "*" for place, part in enumerate(parts))
