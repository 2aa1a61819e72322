"""Tokens: what is refused, what each role may do, how keys change."""

import asyncio
import base64
import hmac
import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey

from shared.access import (
    Access,
    KeyFile,
    KeysAway,
    KeysMissing,
    KeyUrl,
    Unauthenticated,
    generate_key,
    issue_token,
    private_jwk,
    public_jwks,
    read_jwks,
    read_private_jwk,
)
from shared.decision import Actor, Role
from shared.scopes import SCOPES, Scope
from tests.web import AUDIENCE, ISSUER, KEY, LENDERS, PinnedKeys, bearer

CORRECTIONS = (Scope.CORRECTIONS_READ, Scope.CORRECTIONS_PROPOSE, Scope.CORRECTIONS_APPROVE)
HEADER = {"alg": "EdDSA", "kid": KEY.kid}
CONTACTS = (Scope.CONTACTS_READ, Scope.CONTACTS_MAKE, Scope.BRAKE_PULL)
PERSONS = (Scope.PERSONS_READ, Scope.PERSONS_MANAGE)
CASES = (Scope.CASES_READ, Scope.CASES_OPEN)
MEDIATION = (Scope.MEDIATION_READ, Scope.MEDIATION_OPEN, Scope.MEDIATION_TAKE_PART)
OF_AN_OPERATOR = {
    Scope.LOANS_READ,
    Scope.BOOKS_READ,
    *CORRECTIONS,
    Scope.FEEDS_CONFIRM,
    *CONTACTS,
    *PERSONS,
    *CASES,
    *MEDIATION,
    Scope.REPLIES_GIVE,
}


def an_access(**options: Any) -> Access:
    return Access(PinnedKeys(), issuer=ISSUER, audience=AUDIENCE, **options)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "iat": now,
        "exp": now + 600,
        "role": "administrator",
    }
    return {name: value for name, value in {**made, **changes}.items() if value is not None}


def signed(header: dict[str, Any], payload: dict[str, Any], key: OKPKey | ECKey = KEY) -> str:
    """A token with any header, rightly signed."""
    part = ".".join(_encoded(json.dumps(one).encode()) for one in (header, payload))
    assert isinstance(key, OKPKey)
    return f"{part}.{_encoded(key.private_key.sign(part.encode()))}"  # type: ignore[union-attr]


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def refusal(token: str, of: Access | None = None) -> object:
    with pytest.raises(Unauthenticated) as refused:
        await (of or an_access()).caller(f"Bearer {token}")
    return refused.value.facts.get("reason")


async def test_a_good_token_says_who_calls() -> None:
    caller = await an_access().caller(
        bearer(Role.OPERATOR, "olga", lenders=["acme", "bolt"])["Authorization"]
    )
    assert caller.actor == Actor("olga", Role.OPERATOR, frozenset({"acme", "bolt"}))
    assert caller.scopes == OF_AN_OPERATOR
    assert caller.id == f"{ISSUER}\nolga"


async def test_the_scheme_of_the_header_is_read_in_any_case() -> None:
    token = bearer()["Authorization"].removeprefix("Bearer ")
    assert (await an_access().caller(f"bearer {token}")).actor.subject == "ada"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "ey"])
async def test_without_a_bearer_token_nobody_enters(header: str | None) -> None:
    with pytest.raises(Unauthenticated):
        await an_access().caller(header)


async def test_scenario_59_an_unsigned_token_is_refused() -> None:
    unsigned = (
        ".".join(_encoded(json.dumps(one).encode()) for one in ({**HEADER, "alg": "none"}, claims())) + "."
    )
    assert await refusal(unsigned) == "algorithm"


async def test_scenario_59_a_token_signed_with_the_public_key_as_a_secret_is_refused() -> None:
    for secret in (KEY.as_pem(private=False), str(KEY.as_dict(private=False)["x"]).encode()):
        part = ".".join(_encoded(json.dumps(one).encode()) for one in ({**HEADER, "alg": "HS256"}, claims()))
        forged = f"{part}.{_encoded(hmac.digest(secret, part.encode(), 'sha256'))}"
        assert await refusal(forged) == "algorithm"


@pytest.mark.parametrize(
    "extra",
    [
        {"crit": ["b64"], "b64": False},
        {"crit": ["exp"]},
        {"crit": []},
        {"jwk": KEY.as_dict(private=False)},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
        {"typ": "dpop+jwt"},
        {"zip": "DEF"},
    ],
    ids="-".join,
)
async def test_scenario_59_a_header_that_asks_for_more_is_refused(extra: dict[str, Any]) -> None:
    assert await refusal(signed({**HEADER, **extra}, claims())) == "header"


async def test_scenario_59_a_key_that_the_token_brings_is_not_used() -> None:
    own = generate_key()
    brought = {"alg": "EdDSA", "kid": own.kid, "jwk": own.as_dict(private=False)}
    assert await refusal(signed(brought, claims(), own)) == "header"
    assert await refusal(signed({"alg": "EdDSA", "kid": own.kid}, claims(), own)) == "unknown_kid"
    assert await refusal(signed(HEADER, claims(), own)) == "bad_signature"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "someone-else"}, "invalid_claim"),
        ({"aud": ["a", "b"]}, "invalid_claim"),
        ({"aud": None}, "missing_claim"),
        ({"iss": "https://evil.example"}, "invalid_claim"),
        ({"iss": None}, "missing_claim"),
        ({"exp": 1_000_000_000}, "expired_token"),
        ({"exp": None}, "missing_claim"),
        ({"exp": "soon"}, "invalid_claim"),
        ({"exp": float("nan")}, "invalid_claim"),
        ({"iat": None}, "missing_claim"),
        ({"iat": time.time() + 3600, "exp": time.time() + 7200}, "invalid_claim"),
        ({"nbf": time.time() + 3600}, "invalid_claim"),
        ({"sub": None}, "missing_claim"),
        ({"sub": "a\nb"}, "subject"),
        ({"sub": "a" * 201}, "subject"),
        ({"role": None}, "role"),
        ({"role": "root"}, "role"),
        ({"role": ["administrator"]}, "role"),
        ({"exp": time.time() + 13 * 3600}, "lives_too_long"),
        ({"lenders": ["acme"]}, "lenders"),
        ({"role": "operator"}, "lenders"),
        ({"role": "operator", "lenders": []}, "lenders"),
        ({"role": "operator", "lenders": "acme"}, "lenders"),
        ({"role": "operator", "lenders": [1]}, "lenders"),
        ({"role": "auditor", "lenders": {"acme": 1}}, "lenders"),
    ],
)
async def test_scenario_59_claims_that_are_wrong_or_missing_are_refused(
    changes: dict[str, Any], reason: str
) -> None:
    assert await refusal(signed(HEADER, claims(**changes))) == reason


async def test_a_clock_that_is_half_a_minute_off_is_forgiven_and_no_more() -> None:
    now = time.time()
    late, too_late = (signed(HEADER, claims(iat=now - 600, exp=now - ago)) for ago in (20, 40))
    assert (await an_access().caller(f"Bearer {late}")).actor.subject == "ada"
    assert await refusal(too_late) == "expired_token"


async def test_a_token_that_was_tampered_with_is_refused() -> None:
    head, _, signature = signed(HEADER, claims()).split(".")
    payload = _encoded(json.dumps(claims(sub="eve")).encode())
    assert await refusal(f"{head}.{payload}.{signature}") == "bad_signature"
    assert await refusal(f"{head}.{payload}.") == "bad_signature"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("a" * 9_000, "too_long"),
        ("é.b.c", "malformed"),
        ("....", "malformed"),
        (_encoded(b"[]") + ".e30.x", "no_kid"),
        (_encoded(b'{"alg":"EdDSA"}') + ".e30.x", "no_kid"),
        (_encoded(b'{"alg":"EdDSA","kid":7}') + ".e30.x", "no_kid"),
        (_encoded(b"[" * 5_000), "malformed"),
        (_encoded(json.dumps(HEADER).encode()), "decode_error"),
        (_encoded(json.dumps(HEADER).encode()) + ".e30.x.y.z", "decode_error"),
    ],
    # The key, and so the texts, are new in every process.
    ids=range(9),
)
async def test_what_is_no_token_is_refused(token: str, reason: str) -> None:
    assert await refusal(token) == reason


@pytest.mark.parametrize("role", Role)
async def test_every_role_has_its_scopes_and_no_more(role: Role) -> None:
    caller = await an_access().caller(bearer(role)["Authorization"])
    assert (
        caller.scopes
        == {
            Role.ADMINISTRATOR: set(Scope),
            Role.INTEGRATOR: {
                Scope.LOANS_READ,
                Scope.BOOKS_READ,
                Scope.EVENTS_PUBLISH,
                Scope.CORRECTIONS_READ,
                Scope.FEED_READ,
                Scope.WEBHOOKS_MANAGE,
                Scope.CONTACTS_MAKE,
                Scope.REPLIES_TAKE,
            },
            Role.OPERATOR: OF_AN_OPERATOR,
            Role.HARDSHIP_OFFICER: {
                Scope.LOANS_READ,
                Scope.PERSONS_READ,
                Scope.REPLIES_GIVE,
                *CASES,
                Scope.CASES_DECIDE,
                Scope.HOLDS_MANAGE,
                *MEDIATION,
            },
            Role.AGENCY: {Scope.LOANS_READ, Scope.CONTACTS_MAKE},
            Role.AUDITOR: {Scope.AUDIT_READ, Scope.BOOKS_READ, Scope.CONTACTS_READ},
            Role.SERVICE: {Scope.LOANS_READ, Scope.CAPACITY_READ, Scope.REST_READ, Scope.METRICS_READ},
            Role.ADVISER: {*CASES, Scope.MEDIATION_OPEN},
            Role.MEDIATOR: {Scope.MEDIATION_READ, Scope.MEDIATION_MEDIATE},
            Role.BORROWER: {*CASES, Scope.REPLIES_GIVE, Scope.PLANS_ANSWER, *MEDIATION},
        }[role]
    )
    of_all = role in (Role.ADMINISTRATOR, Role.SERVICE)
    assert caller.actor.lenders == (None if of_all else frozenset(LENDERS.get(role, ())))


def test_the_table_of_scopes_names_every_role() -> None:
    assert set(SCOPES) == set(Role)


async def test_a_verified_token_is_forgotten_when_it_ends() -> None:
    later = 0.0
    checking = an_access(now=lambda: time.time() + later)
    header = bearer(lifetime_s=600)["Authorization"]
    first = await checking.caller(header)
    assert await checking.caller(header) is first
    later = 700.0
    assert await refusal(header.removeprefix("Bearer "), checking) == "expired_token"


async def test_a_key_that_is_taken_out_of_the_file_ends_its_tokens(tmp_path: Path) -> None:
    path, newer = tmp_path / "jwks.json", generate_key()
    path.write_text(public_jwks([KEY]))
    checking = Access(KeyFile(path, look_every_s=0), issuer=ISSUER, audience=AUDIENCE)
    header = bearer()["Authorization"]
    assert (await checking.caller(header)).actor.subject == "ada"
    path.write_text(public_jwks([newer]))
    os.utime(path, ns=(1, 1))
    assert await refusal(header.removeprefix("Bearer "), checking) == "unknown_kid"
    token = issue_token(newer, subject="eve", role=Role.SERVICE, issuer=ISSUER, audience=AUDIENCE)
    assert (await checking.caller(f"Bearer {token}")).actor.subject == "eve"


@pytest.mark.parametrize("damage", ["", "{}", '{"keys": []}', None])
async def test_a_file_that_turns_bad_leaves_the_keys_as_they_were(tmp_path: Path, damage: str | None) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(public_jwks([KEY]))
    keys = KeyFile(path, look_every_s=0)
    if damage is None:
        path.unlink()
    else:
        path.write_text(damage)
    assert list(await keys.current()) == [KEY.kid]


def test_without_a_readable_file_of_keys_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing):
        KeyFile(tmp_path / "none.json")


def test_only_signing_keys_of_the_two_kinds_are_read() -> None:
    kept = ECKey.generate_key("P-256", auto_kid=True)
    others = [
        ECKey.generate_key("P-384", auto_kid=True).as_dict(private=False),
        OKPKey.generate_key("X25519", auto_kid=True).as_dict(private=False),
        {**KEY.as_dict(private=False), "kid": "e", "use": "enc"},
        {**KEY.as_dict(private=False), "kid": "h", "alg": "HS256"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "s"},
    ]
    listed = json.loads(public_jwks([KEY, kept]))["keys"] + others
    assert set(read_jwks(json.dumps({"keys": listed}).encode())) == {KEY.kid, kept.kid}


async def test_p256_tokens_are_taken_and_an_algorithm_of_another_key_is_not() -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)

    class Both:
        keys = read_jwks(public_jwks([KEY, key]).encode())

        async def current(self, unknown_kid: bool = False) -> Any:
            return self.keys

    checking = Access(Both(), issuer=ISSUER, audience=AUDIENCE)
    token = issue_token(key, subject="es", role=Role.SERVICE, issuer=ISSUER, audience=AUDIENCE)
    assert (await checking.caller(f"Bearer {token}")).actor.subject == "es"
    assert await refusal(signed({"alg": "ES256", "kid": KEY.kid}, claims()), checking) == "algorithm"


async def test_keys_at_an_address_are_fetched_once_and_again_for_an_unknown_one() -> None:
    served, fetched, newer, newest = [public_jwks([KEY])], [], generate_key(), generate_key()

    def answer(request: httpx.Request) -> httpx.Response:
        fetched.append(str(request.url))
        return httpx.Response(200, text=served[0]) if served[0] else httpx.Response(503)

    keys = KeyUrl("https://issuer.example/jwks", transport=httpx.MockTransport(answer))
    checking = Access(keys, issuer=ISSUER, audience=AUDIENCE)
    await checking.caller(bearer()["Authorization"])
    await checking.caller(bearer(subject="eve")["Authorization"])
    assert fetched == ["https://issuer.example/jwks"]
    served[0] = public_jwks([KEY, newer])
    token = issue_token(newer, subject="new", role=Role.SERVICE, issuer=ISSUER, audience=AUDIENCE)
    assert await refusal(token, checking) == "unknown_kid"  # a stranger cannot make us fetch at will
    keys = KeyUrl("https://issuer.example/jwks", transport=httpx.MockTransport(answer), at_most_every_s=-1)
    checking = Access(keys, issuer=ISSUER, audience=AUDIENCE)
    await checking.caller(bearer()["Authorization"])
    served[0] = public_jwks([KEY, newest])
    token = issue_token(newest, subject="new", role=Role.SERVICE, issuer=ISSUER, audience=AUDIENCE)
    assert (await checking.caller(f"Bearer {token}")).actor.subject == "new"
    served[0] = ""
    assert await refusal(signed({**HEADER, "kid": "other"}, claims()), checking) == "unknown_kid"
    assert (await checking.caller(bearer()["Authorization"])).actor.subject == "ada"


async def test_callers_who_come_while_keys_are_fetched_wait_for_them() -> None:
    fetched = []

    async def answer(request: httpx.Request) -> httpx.Response:
        fetched.append(request.url)
        await asyncio.sleep(0)
        return httpx.Response(200, text=public_jwks([KEY]))

    keys = KeyUrl("https://issuer.example/jwks", transport=httpx.MockTransport(answer))
    checking = Access(keys, issuer=ISSUER, audience=AUDIENCE)
    callers = await asyncio.gather(*(checking.caller(bearer()["Authorization"]) for _ in range(5)))
    assert [caller.actor.subject for caller in callers] == ["ada"] * 5
    assert len(fetched) == 1


async def test_without_any_key_nobody_is_called_a_stranger() -> None:
    away = httpx.MockTransport(lambda _: httpx.Response(500))
    checking = Access(KeyUrl("https://issuer.example/jwks", transport=away), issuer=ISSUER, audience=AUDIENCE)
    with pytest.raises(KeysAway):
        await checking.caller(bearer()["Authorization"])


def test_a_private_key_survives_its_file_and_is_not_in_the_public_one() -> None:
    key = generate_key()
    assert read_private_jwk(private_jwk(key)).kid == key.kid
    assert '"d"' in private_jwk(key)
    assert '"d"' not in public_jwks([key])
