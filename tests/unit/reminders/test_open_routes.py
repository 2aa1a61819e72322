"""The library, open to everyone, and the check of texts, open to those who may make contacts."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.reminders.adapters.articles import load_articles
from services.reminders.adapters.tone import load_tones
from services.reminders.api.learn import learn_router, wanted_languages
from services.reminders.api.texts import texts_router
from shared.decision import Role
from shared.scopes import SCOPES, Scope
from tests.web import Stub, an_app, bearer, calling

APP = an_app(Stub(), learn_router(load_articles()), texts_router(load_tones()))
HARSH = "We will tell your employer about your debt."


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with calling(APP) as client:
        yield client


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"), ("en;q=0.2, zh", "zh-Hans"), ("fr, *;q=0.1", "en")],
)
async def test_everybody_may_read_the_library_in_their_language(
    client: httpx.AsyncClient, accepted: str, language: str
) -> None:
    listed = await client.get("/v1/learn", headers={"Accept-Language": accepted})
    assert listed.status_code == 200
    assert listed.headers["content-language"] == language
    assert len(listed.json()) == 7
    topic = listed.json()[0]["topic"]
    article = (await client.get(f"/v1/learn/{topic}", headers={"Accept-Language": accepted})).json()
    assert (article["language"], article["title"]) == (language, listed.json()[0]["title"])
    assert article["text"].strip()


async def test_an_article_that_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    for topic in ("wealth", "..%2Fpolicies"):
        assert (await client.get(f"/v1/learn/{topic}")).status_code in (404, 422)
    assert (await client.get("/v1/learn/wealth")).json()["code"] == "article_unknown"


def test_languages_are_taken_in_the_order_of_their_weight() -> None:
    assert wanted_languages("en;q=0.2, zh, de;q=0, fr;q=x, ,pt;q=0.5") == ["zh", "pt", "en"]


async def test_a_harsh_text_is_shown_where_and_how_to_say_it_kindly(client: httpx.AsyncClient) -> None:
    body = {"text": HARSH, "occasion": "help_offer"}
    checked = (await client.post("/v1/texts/check", json=body, headers=bearer(Role.OPERATOR))).json()
    assert checked["ok"] is False
    (first, *_) = checked["findings"]
    assert HARSH[first["start"] : first["end"]] == first["phrase"]
    assert first["kinder"]
    assert "stop" in checked["missing"]


async def test_a_kind_text_passes(client: httpx.AsyncClient) -> None:
    body = {"text": "Thank you for your call. We are glad to help."}
    checked = (await client.post("/v1/texts/check", json=body, headers=bearer(Role.AGENCY))).json()
    assert checked == {"ok": True, "findings": [], "missing": []}


@pytest.mark.parametrize("role", Role)
async def test_only_who_may_make_contacts_may_have_texts_checked(
    client: httpx.AsyncClient, role: Role
) -> None:
    answer = await client.post("/v1/texts/check", json={"text": "Hello"}, headers=bearer(role))
    assert answer.status_code == (200 if Scope.CONTACTS_MAKE in SCOPES[role] else 403)


async def test_nobody_without_a_token_has_texts_checked(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/texts/check", json={"text": "Hello"})).status_code == 401


def test_the_document_says_that_the_library_needs_no_token() -> None:
    paths = APP.openapi()["paths"]
    assert "security" not in paths["/v1/learn"]["get"]
    assert "401" not in paths["/v1/learn"]["get"]["responses"]
    assert "401" in paths["/v1/texts/check"]["post"]["responses"]
