"""Who may do what: bearer tokens, roles and their scopes. Whatever is not allowed here is forbidden."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from shared.commands import Unavailable
from shared.decision import Actor, Role
from shared.errors import DomainError, Forbidden
from shared.scopes import SCOPES, Scope

log = structlog.get_logger()

TOKEN_BYTES_MAX = 8_192
LEEWAY_S = 30
LIFETIME_S_MAX = 12 * 3600
CACHED_TOKENS_MAX = 10_000
FILE_LOOKED_AT_EVERY_S = 2.0
URL_FETCHED_EVERY_S = 300.0
URL_FETCHED_AT_MOST_EVERY_S = 30.0
JWKS_BYTES_MAX = 256 * 1024
# No key, and no place to get one, is ever taken from a token; no extension that it calls critical is known.
_HEADERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_ALGORITHMS = {"OKP": ("EdDSA", "Ed25519"), "EC": ("ES256", "P-256")}
"""By key type: the one algorithm and the one curve that we take."""


_OF_LENDERS = frozenset({Role.INTEGRATOR, Role.OPERATOR, Role.HARDSHIP_OFFICER, Role.AGENCY})
_OF_NO_LENDER = frozenset({Role.SERVICE, Role.ADMINISTRATOR})


class Unauthenticated(DomainError):
    """A valid bearer token is needed."""


class ScopeMissing(Forbidden):
    """Your role does not include the scope that this takes."""


class KeysMissing(Exception):
    """No key to verify tokens with is configured, or the configured ones cannot be read."""


class KeysAway(Unavailable):
    """The keys to verify tokens with cannot be fetched. Nothing was done; try again later."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token this is. `id` is the subject at its issuer: subjects of two issuers are never one."""

    actor: Actor
    scopes: frozenset[Scope]
    id: str
    expires_at_s: float
    """Unix time after which the token is no longer taken."""


# -- keys ----------------------------------------------------------------------------------------------------


class Keys(Protocol):
    """Where the issuer's public keys come from. The same mapping is given again until they change."""

    async def current(self, unknown_kid: bool = False) -> Mapping[str, Key]:
        """The keys by their `kid`. `unknown_kid` asks to look for new ones at once, where that is allowed."""
        ...


class KeyFile:
    """A pinned JWKS file, read again within seconds of a change. One that turns bad changes nothing."""

    def __init__(self, path: Path, *, look_every_s: float = FILE_LOOKED_AT_EVERY_S) -> None:
        self._path, self._look_every_s = path, look_every_s
        self._seen = self._mark()
        self._keys = read_jwks(path.read_bytes())
        self._next_look = time.monotonic() + look_every_s

    def _mark(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise KeysMissing(f"cannot read {self._path}: {error.strerror}") from None
        return found.st_mtime_ns, found.st_size, found.st_ino

    async def current(self, unknown_kid: bool = False) -> Mapping[str, Key]:
        """The keys of the file as it last was good."""
        now = time.monotonic()
        if now < self._next_look:
            return self._keys
        self._next_look = now + self._look_every_s
        try:
            if (mark := self._mark()) != self._seen:
                self._keys, self._seen = read_jwks(self._path.read_bytes()), mark
        except (KeysMissing, OSError) as error:
            log.error("jwks_file_unreadable", error=type(error).__name__)
        return self._keys


class KeyUrl:
    """A JWKS address, fetched every few minutes, sooner for an unknown `kid`. While away, the keys stay."""

    def __init__(
        self,
        url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        at_most_every_s: float = URL_FETCHED_AT_MOST_EVERY_S,
    ) -> None:
        self._url, self._transport, self._at_most_every_s = url, transport, at_most_every_s
        self._keys: Mapping[str, Key] = {}
        self._fetched_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def current(self, unknown_kid: bool = False) -> Mapping[str, Key]:
        """The keys of the last fetch that went well. Raises KeysAway when there was none."""
        age = time.monotonic() - self._fetched_at
        every = self._at_most_every_s if unknown_kid or not self._keys else URL_FETCHED_EVERY_S
        if self._fetching is None and age > every:
            self._fetched_at = time.monotonic()
            self._fetching = asyncio.ensure_future(self._refresh())
        if self._fetching is not None and (unknown_kid or not self._keys):
            await asyncio.shield(self._fetching)
        if not self._keys:
            raise KeysAway()
        return self._keys

    async def _refresh(self) -> None:
        try:
            self._keys = await self._fetch()
        except (httpx.HTTPError, KeysMissing) as error:
            log.error("jwks_not_fetched", error=type(error).__name__)
        finally:
            self._fetching = None

    async def _fetch(self) -> Mapping[str, Key]:
        async with httpx.AsyncClient(timeout=3.0, transport=self._transport) as client:
            answer = await client.get(self._url)
            answer.raise_for_status()
        return read_jwks(answer.content)


def read_jwks(text: bytes) -> Mapping[str, Key]:
    """The Ed25519 and P-256 public keys of a JWKS by `kid`; others are left out. Raises KeysMissing."""
    try:
        listed = json.loads(text)["keys"] if len(text) <= JWKS_BYTES_MAX else []
        keys = [KeySet.import_key_set({"keys": [one]}).keys[0] for one in listed if _is_ours(one)]
    except (ValueError, TypeError, KeyError, JoseError) as error:
        raise KeysMissing(f"not a JWKS ({type(error).__name__})") from None
    found = {key.kid: key for key in keys if key.kid}
    if not found:
        raise KeysMissing("the JWKS holds no Ed25519 or P-256 key with a kid")
    return found


def _is_ours(jwk: Mapping[str, Any]) -> bool:
    algorithm, curve = _ALGORITHMS.get(jwk.get("kty", ""), ("", ""))
    fits = bool(curve) and jwk.get("crv") == curve and jwk.get("alg", algorithm) == algorithm
    return fits and jwk.get("use", "sig") == "sig" and isinstance(jwk.get("kid"), str)


# -- tokens --------------------------------------------------------------------------------------------------


class _Algorithms(JWSRegistry):
    """The two algorithms, whatever joserfc recommends: identity providers name Ed25519 as `EdDSA`."""

    max_header_length = 1_024

    def get_alg(self, name: str) -> Any:
        if name not in ("EdDSA", "ES256"):
            raise JoseError("this algorithm is not taken")
        return self.algorithms[name]


_REGISTRY = _Algorithms(strict_check_header=False)


class Access:
    """Verifies bearer tokens of one issuer for one audience, remembered until they or the keys end.

    `now` gives the Unix time: tokens live by the wall clock, whatever clock the service runs on.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        issuer: str,
        audience: str,
        lifetime_s_max: float = LIFETIME_S_MAX,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys, self._issuer, self._audience = keys, issuer, audience
        self._lifetime_s_max, self._now = lifetime_s_max, now
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        self._verified: dict[bytes, Caller] = {}
        self._verified_with: Mapping[str, Key] = {}

    async def caller(self, authorization: str | None) -> Caller:
        """Who sends this `Authorization` header. Raises Unauthenticated."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated()
        if len(token) > TOKEN_BYTES_MAX:
            raise Unauthenticated(error="invalid_token", reason="too_long")
        keys = await self._keys.current()
        if keys is not self._verified_with:
            self._verified, self._verified_with = {}, keys
        digest = blake2b(token.encode(errors="replace"), digest_size=32).digest()
        known = self._verified.get(digest)
        if known is not None and known.expires_at_s > self._now():
            return known
        caller = await self._verify(token.strip(), keys)
        self._remember(digest, caller)
        return caller

    def _remember(self, digest: bytes, caller: Caller) -> None:
        if len(self._verified) >= CACHED_TOKENS_MAX:
            now = self._now()
            self._verified = {d: c for d, c in self._verified.items() if c.expires_at_s > now}
            if len(self._verified) >= CACHED_TOKENS_MAX:
                self._verified.clear()
        self._verified[digest] = caller

    async def _verify(self, token: str, keys: Mapping[str, Key]) -> Caller:
        header = _header(token)
        kid = header["kid"]
        if kid not in keys:
            keys = await self._keys.current(unknown_kid=True)
        if kid not in keys:
            raise Unauthenticated(error="invalid_token", reason="unknown_kid")
        key = keys[kid]
        if header.get("alg") != _ALGORITHMS[key.key_type][0]:
            raise Unauthenticated(error="invalid_token", reason="algorithm")
        try:
            claims = jwt.decode(token, key, registry=_REGISTRY).claims
            self._claims.validate(claims)
        except (JoseError, ValueError, RecursionError) as error:
            reason = error.error if isinstance(error, JoseError) else "decode_error"
            raise Unauthenticated(error="invalid_token", reason=reason) from None
        return self._caller(claims)

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        if claims["exp"] - claims["iat"] > self._lifetime_s_max:
            raise Unauthenticated(error="invalid_token", reason="lives_too_long")
        try:
            role = Role(str(claims.get("role")))
        except ValueError:
            raise Unauthenticated(error="invalid_token", reason="role") from None
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 200 or not subject.isprintable():
            raise Unauthenticated(error="invalid_token", reason="subject")
        actor = Actor(subject, role, _lenders(role, claims.get("lenders")))
        return Caller(actor, SCOPES[role], f"{self._issuer}\n{subject}", claims["exp"] + LEEWAY_S)


def _header(token: str) -> Mapping[str, Any]:
    """A token's header, before anything is verified: only what says which key to use is let through."""
    try:
        header = json.loads(urlsafe_b64decode(token.partition(".")[0].encode("ascii")))
    except (ValueError, RecursionError):
        raise Unauthenticated(error="invalid_token", reason="malformed") from None
    if not isinstance(header, dict) or not isinstance(header.get("kid"), str):
        raise Unauthenticated(error="invalid_token", reason="no_kid")
    if not _HEADERS.issuperset(header) or str(header.get("typ", "jwt")).lower() not in _TYPES:
        raise Unauthenticated(error="invalid_token", reason="header")
    return header


def _lenders(role: Role, claim: Any) -> frozenset[str] | None:
    """The lenders a token acts for. A service and an administrator act for none in particular: for all."""
    if claim is not None and (
        not isinstance(claim, list) or not all(isinstance(one, str) and one for one in claim)
    ):
        raise Unauthenticated(error="invalid_token", reason="lenders")
    if role in _OF_NO_LENDER:
        if claim is not None:
            raise Unauthenticated(error="invalid_token", reason="lenders")
        return None
    if role in _OF_LENDERS and not claim:
        raise Unauthenticated(error="invalid_token", reason="lenders")
    return frozenset(claim or ())


# -- making tokens -------------------------------------------------------------------------------------------


def generate_key() -> OKPKey:
    """A new Ed25519 key to sign tokens with. Its `kid` is its thumbprint."""
    return OKPKey.generate_key("Ed25519", auto_kid=True)


def private_jwk(key: OKPKey | ECKey) -> str:
    """The key with its private part, as JSON, to be kept where only the issuer reads."""
    return json.dumps(key.as_dict(private=True))


def read_private_jwk(text: str) -> OKPKey:
    """The key that `private_jwk` wrote."""
    return OKPKey.import_key(json.loads(text))


def public_jwks(keys: Sequence[OKPKey | ECKey]) -> str:
    """The JWKS that services pin: the public parts only."""
    listed = [
        {**key.as_dict(private=False), "alg": _ALGORITHMS[key.key_type][0], "use": "sig"} for key in keys
    ]
    return json.dumps({"keys": listed}, indent=2)


def issue_token(
    private_key: OKPKey | ECKey,
    *,
    subject: str,
    role: Role,
    lenders: Sequence[str] | None = None,
    issuer: str,
    audience: str,
    lifetime_s: int = 3600,
) -> str:
    """A signed token. A lender's people need `lenders`; services and administrators must have none."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "role": role.value,
        "iat": now,
        "exp": now + lifetime_s,
        "jti": uuid4().hex,
    }
    if lenders is not None:
        claims["lenders"] = list(lenders)
    private_key.ensure_kid()
    header = {"alg": _ALGORITHMS[private_key.key_type][0], "kid": private_key.kid}
    return jwt.encode(header, claims, private_key, registry=_REGISTRY)
