"""Every role on every route, in a case of its own and in another's."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from shared.decision import Role
from shared.events.parts import PartyRole
from shared.scopes import SCOPES, Scope
from tests.service.mediation.client import (
    ADA,
    BORROWER,
    FOREIGN,
    KNOWN,
    MILO,
    MIRA,
    OLGA,
    PERSON,
    STRANGER,
    People,
    a_link,
    an_offer,
)
from tests.web import bearer

READ, OPEN, PART = Scope.MEDIATION_READ, Scope.MEDIATION_OPEN, Scope.MEDIATION_TAKE_PART
LEAD, MANAGE = Scope.MEDIATION_MEDIATE, Scope.MEDIATORS_MANAGE
ID = str(uuid4())
OF_A_CASE: list[tuple[Scope, str, str, Any]] = [
    (READ, "GET", "", None),
    (READ, "GET", "/certificate", None),
    (READ, "GET", "/certificate.html", None),
    (READ, "GET", f"/contents/{ID}", None),
    (PART, "POST", "/consent", {"agreed": True}),
    (PART, "POST", "/withdraw", None),
    (PART, "POST", "/statements", {"text": "x"}),
    (PART, "POST", "/notes", {"text": "x"}),
    (PART, "POST", "/evidence", {"media_type": "image/png", "data": "eA=="}),
    (PART, "POST", "/offers", an_offer()),
    (PART, "POST", f"/offers/{ID}/answer", {"accepted": True}),
    (PART, "POST", f"/offers/{ID}/withdraw", None),
    (LEAD, "POST", "/take-up", None),
    (LEAD, "POST", "/step-back", {"reason": "ill"}),
    (LEAD, "POST", "/negotiation", None),
    (LEAD, "POST", "/give-up", None),
    (LEAD, "POST", "/mediator-notes", {"text": "x"}),
    (LEAD, "POST", "/mediator-offers", an_offer()),
    (LEAD, "POST", f"/offers/{ID}/confirm", {"confirmed": True}),
    (LEAD, "POST", f"/mediator-offers/{ID}/withdraw", None),
    (MANAGE, "POST", "/replace-mediator", {"reason": "ill"}),
]
OTHERS: list[tuple[Scope, str, str, Any]] = [
    (READ, "GET", "cases", None),
    (OPEN, "POST", "cases", {"person_id": ID}),
    (MANAGE, "GET", "mediators", None),
    (MANAGE, "GET", f"mediators/{ID}", None),
    (MANAGE, "PUT", f"mediators/{ID}", KNOWN),
    (MANAGE, "POST", f"mediators/{ID}/retire", None),
]


def _everybody(own: bool) -> Iterator[tuple[Role, Mapping[str, str]]]:
    """Each role, as somebody with a part in the case (where the role has one) or without."""
    insiders = {Role.BORROWER: BORROWER, Role.MEDIATOR: MIRA, Role.OPERATOR: OLGA}
    insiders[Role.HARDSHIP_OFFICER] = bearer(Role.HARDSHIP_OFFICER, "hanna")
    outsiders = {Role.BORROWER: STRANGER, Role.MEDIATOR: MILO, Role.OPERATOR: FOREIGN}
    outsiders[Role.HARDSHIP_OFFICER] = bearer(Role.HARDSHIP_OFFICER, "hugo", lenders=["other"])
    for role in Role:
        yield role, (insiders if own else outsiders).get(role) or bearer(role, "somebody")


async def _packed(people: People, case: str) -> str:
    return str(await people.mediation.value("SELECT packed FROM mediation_case WHERE id = $1", case))


async def test_a_case_of_ones_own_is_open_to_those_whose_scopes_say_so(people: People) -> None:
    wrong = []
    for scope, method, path, body in OF_A_CASE:
        case = await people.until_negotiating()
        for role, who in _everybody(own=True):
            before = await _packed(people, case)
            answer = await people.call(method, f"cases/{case}{path}", who, body)
            if scope not in SCOPES[role] or (role is Role.ADMINISTRATOR and scope in (PART, LEAD)):
                # Whoever runs the service sees how a case goes, and takes no part in it.
                fits = answer.status_code == 403
            else:
                fits = answer.status_code in (200, 201, 404, 409)
            if not fits or not (answer.is_success or before == await _packed(people, case)):
                wrong.append(f"{role} {method} {path} {answer.status_code}")
        await people.call("POST", f"cases/{case}/withdraw", BORROWER)
    assert wrong == []


async def test_a_case_of_others_is_as_if_there_were_none(people: People) -> None:
    case, wrong = await people.until_negotiating(), []
    before = await _packed(people, case)
    outsiders = [one for one in _everybody(own=False) if one[0] is not Role.ADMINISTRATOR]
    for scope, method, path, body in OF_A_CASE:
        for role, who in outsiders:
            there = await people.call(method, f"cases/{case}{path}", who, body)
            nowhere = await people.call(method, f"cases/{ID}{path}", who, body)
            expected = 404 if scope in SCOPES[role] else 403
            same = there.json().get("code") == nowhere.json().get("code")
            if (there.status_code, nowhere.status_code) != (expected, expected) or not same:
                wrong.append(f"{role} {method} {path} {there.status_code} {nowhere.status_code}")
    assert wrong == []
    assert before == await _packed(people, case)


async def test_all_other_routes_are_open_to_those_whose_scopes_say_so(people: People) -> None:
    wrong = []
    for role, who in _everybody(own=True):
        for scope, method, path, body in OTHERS:
            answer = await people.call(method, path, who, body)
            if (answer.status_code == 403) != (scope not in SCOPES[role]):
                wrong.append(f"{role} {method} {path} {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("who", [{}, {"Authorization": "Bearer forged"}])
async def test_nobody_calls_without_a_token(people: People, who: Mapping[str, str]) -> None:
    for _, method, path, body in [*OTHERS, *((s, m, f"cases/{ID}{p}", b) for s, m, p, b in OF_A_CASE)]:
        assert (await people.call(method, path, who, body)).status_code == 401


async def test_a_list_shows_ones_own_cases_alone(people: People) -> None:
    case = await people.until_appointed()
    for who in (BORROWER, OLGA, MIRA, ADA):
        assert [one["case_id"] for one in (await people.get("cases", who))["data"]] == [case]
    for who in (STRANGER, FOREIGN, MILO, bearer(Role.BORROWER, "no id"), bearer(Role.MEDIATOR, "no id")):
        assert (await people.get("cases", who))["data"] == []
    assert (await people.get("cases?stage=closed", OLGA))["data"] == []


async def test_a_list_comes_in_pages(people: People) -> None:
    await people.linked(a_link())
    for _ in range(3):
        case = await people.opened()
        await people.post(f"cases/{case}/withdraw", BORROWER)
    first = await people.get("cases?limit=2", OLGA)
    second = await people.get(f"cases?limit=2&cursor={first['next_cursor']}", OLGA)
    assert (len(first["data"]), len(second["data"]), second["has_more"]) == (2, 1, False)


async def test_an_adviser_of_the_loan_opens_a_case_and_sees_nothing_of_it(people: People) -> None:
    adviser = uuid4()
    await people.linked(a_link(), a_link(person=adviser, role=PartyRole.ADVISER))
    case = await people.opened(bearer(Role.ADVISER, str(adviser)))
    await people.get(f"cases/{case}", bearer(Role.ADVISER, str(adviser)), 403)
    refused = await people.call("POST", "cases", bearer(Role.ADVISER, "x"), {"person_id": str(PERSON)})
    assert refused.status_code == 404


async def test_the_certificate_says_what_was_tried_and_nothing_of_what_was_said(people: People) -> None:
    case = await people.until_negotiating()
    await people.get(f"cases/{case}/certificate", OLGA, 404)
    await people.post(f"cases/{case}/give-up", MIRA)
    told = await people.get(f"cases/{case}/certificate", OLGA)
    assert (told["outcome"], told["borrower_stated"], told["offers"]) == ("no_agreement", True, 0)
    printed = await people.client.get(f"/v1/cases/{case}/certificate.html", headers=BORROWER)
    assert printed.headers["content-type"].startswith("text/html")
    assert "no agreement" in printed.text
    assert "lost my work" not in printed.text + str(told)


async def test_a_mediator_who_leaves_makes_room_and_is_shown_so(people: People) -> None:
    await people.until_appointed()
    (shown,) = (await people.get("mediators", ADA))["data"]
    assert len(shown["case_ids"]) == 1
    await people.post(f"mediators/{shown['mediator_id']}/retire", ADA)
    assert (await people.get(f"mediators/{shown['mediator_id']}", ADA))["case_ids"] == []
