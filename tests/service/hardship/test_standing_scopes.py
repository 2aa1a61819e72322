"""Which role may call which route of holds, breathing space, disputes and complaints."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from shared.decision import Role
from shared.scopes import SCOPES, Scope
from tests.service.hardship.standing import PERSON, People
from tests.web import bearer

ID, LOAN = str(uuid4()), str(uuid4())
NOTICE = {
    "person_id": ID,
    "kind": "standard",
    "register_reference": "R",
    "territory": "GB-ENG",
    "adviser": "anna",
    "applied_on": "2026-01-01",
    "starts_on": "2026-01-01",
    "debts": [{"loan_id": LOAN, "kind": "loan"}],
}
MANAGE, READ, OPEN, DECIDE = (
    Scope.HOLDS_MANAGE,
    Scope.CASES_READ,
    Scope.CASES_OPEN,
    Scope.CASES_DECIDE,
)
ROUTES: list[tuple[Scope, str, str, object]] = [
    (MANAGE, "POST", "holds", {"person_id": ID, "reason": "illness"}),
    (READ, "GET", f"holds?subject={ID}", None),
    (READ, "GET", f"holds/{ID}", None),
    (MANAGE, "PATCH", f"holds/{ID}", {"revision": 0}),
    (MANAGE, "DELETE", f"holds/{ID}", None),
    (MANAGE, "POST", f"holds/{ID}/review", {}),
    (MANAGE, "GET", "reviews", None),
    (MANAGE, "GET", "hold-requests", None),
    (MANAGE, "POST", f"hold-requests/{ID}/grant", None),
    (MANAGE, "POST", f"hold-requests/{ID}/refuse", {"reason": "late"}),
    (MANAGE, "POST", "moratoria", NOTICE),
    (READ, "GET", f"moratoria/{ID}", None),
    (
        MANAGE,
        "POST",
        f"moratoria/{ID}/debts",
        {"debt": {"loan_id": LOAN, "kind": "loan"}, "effective_on": "2026-01-01"},
    ),
    (MANAGE, "POST", f"moratoria/{ID}/treatment-stopped", {"stopped_on": "2026-01-01"}),
    (MANAGE, "POST", f"moratoria/{ID}/midway-review", {"goes_on": True}),
    (MANAGE, "POST", f"moratoria/{ID}/cancel", {"effective_on": "2026-01-01", "reason": "slip"}),
    (MANAGE, "POST", f"moratoria/{ID}/creditor-review", {"loan_id": LOAN}),
    (MANAGE, "POST", f"moratoria/{ID}/creditor-review/decision", {"loan_id": LOAN, "stays": True}),
    (OPEN, "POST", "disputes", {"person_id": ID, "loan_id": LOAN, "reason": "paid"}),
    (READ, "GET", "disputes", None),
    (READ, "GET", f"disputes/{ID}", None),
    (OPEN, "POST", f"disputes/{ID}/texts", {"words": "x"}),
    (DECIDE, "POST", f"disputes/{ID}/resolve", {"outcome": "rejected"}),
    (DECIDE, "POST", f"disputes/{ID}/corrected", None),
    (OPEN, "POST", f"disputes/{ID}/appeal", {}),
    (OPEN, "POST", "complaints", {"person_id": ID, "reason": "rude"}),
    (READ, "GET", "complaints", None),
    (READ, "GET", f"complaints/{ID}", None),
    (DECIDE, "POST", f"complaints/{ID}/about", {"about": "helen"}),
    (DECIDE, "POST", f"complaints/{ID}/resolve", {"outcome": "rejected"}),
]


def _callers() -> Iterator[tuple[Role, dict[str, str]]]:
    for role in Role:
        subject = str(PERSON) if role is Role.BORROWER else "somebody"
        yield role, bearer(role, subject)


async def _status(client: httpx.AsyncClient, who: dict[str, str], route: tuple[str, str, object]) -> int:
    method, path, body = route
    headers = {**who, "Idempotency-Key": str(uuid4())}
    answer = await client.request(method, f"/v1/{path}", json=body, headers=headers)
    return answer.status_code


async def test_each_role_may_call_what_its_scopes_say_and_nothing_else(people: People) -> None:
    wrong = []
    for role, who in _callers():
        for scope, method, path, body in ROUTES:
            status = await _status(people.client, who, (method, path, body))
            allowed = scope in SCOPES[role]
            # Nothing is there: whoever is let in finds that out, or an empty list.
            if status not in ((200, 404) if allowed else (403,)):
                wrong.append(f"{role} {method} {path}: {status}")
    assert wrong == []


@pytest.mark.parametrize("who", [{}, {"Authorization": "Bearer forged"}])
async def test_nobody_calls_without_a_token(people: People, who: dict[str, str]) -> None:
    for _, method, path, body in ROUTES:
        assert await _status(people.client, who, (method, path, body)) == 401
