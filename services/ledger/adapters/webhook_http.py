"""Handing events to a lender's address: which addresses may be called, and with what secret."""

import asyncio
import hmac
import ssl
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import SOCK_STREAM, gaierror
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

import httpx

from shared.errors import Refused

ANSWERS_WITHIN_S = 15.0
URL_LENGTH_MAX = 2_000
_NAT64 = ip_network("64:ff9b::/96")
_GONE, _TOO_MANY, _AWAY = 410, 429, 503

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


class AddressRefused(Refused):
    """A webhook's address is https, with a host on the public internet and without user or fragment; an
    operator of this ledger may allow networks of its own (HUANCUI_WEBHOOK_NETWORKS), and plain http there.
    """


class NotTaken(Exception):
    """The address did not take it; the text says how, without anything that it answered."""

    def __init__(self, why: str, *, gone: bool = False, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.gone, self.wait_s = gone, wait_s


def networks_of(text: str) -> tuple[Network, ...]:
    """Networks from their list, such as `127.0.0.0/8, 10.2.0.0/16`. Raises ValueError."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


def check_url(url: str, allowed: Sequence[Network]) -> SplitResult:
    """The parts of an address that may be called, as far as it says so itself. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(why="malformed") from None
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(why="malformed")
    if not parts.hostname or parts.username is not None or parts.fragment or port == 0:
        raise AddressRefused(why="malformed")
    if parts.scheme not in ("https", "http") or (parts.scheme == "http" and not allowed):
        raise AddressRefused(why="not https")
    literal = _literal(parts.hostname)
    if literal is not None:
        check_addresses([literal], allowed, plain=parts.scheme == "http")
    return parts


def check_addresses(addresses: Sequence[Address], allowed: Sequence[Network], *, plain: bool) -> None:
    """Raises AddressRefused where one of a host's addresses may not be called (`plain`: without TLS)."""
    for address in addresses:
        if any(address in network for network in allowed):
            continue
        if plain:
            raise AddressRefused(why="not https")
        if not _is_public(address):
            raise AddressRefused(why="not on the public internet")


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


# -- secrets -------------------------------------------------------------------------------------------------


def derived_secret(key: bytes, webhook: UUID, number: int) -> bytes:
    """The how-manieth secret of a webhook. It follows from the ledger's own key, so that none is kept."""
    return hmac.digest(key, f"webhook\n{webhook}\n{number}".encode(), "sha256")


# -- requests ------------------------------------------------------------------------------------------------


class Caller:
    """Calls one address. Where its name leads is looked up and checked once, and called by number: a name
    that leads elsewhere a moment later changes nothing.
    """

    def __init__(self, url: str, allowed: Sequence[Network], tls: ssl.SSLContext) -> None:
        self._url, self._allowed = url, allowed
        self._client = httpx.AsyncClient(verify=tls, timeout=ANSWERS_WITHIN_S, trust_env=False)
        self._found: Address | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def post(self, body: bytes, headers: dict[str, str]) -> None:
        """Hand a request in. Raises NotTaken for any answer but one of success, and where there is none."""
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await self._post(body, headers)
        except TimeoutError:
            raise NotTaken("no answer in time") from None
        except AddressRefused as refused:
            raise NotTaken(f"address refused: {refused.facts['why']}") from None
        except (httpx.HTTPError, gaierror, OSError) as error:
            raise NotTaken(type(error).__name__) from None

    async def _post(self, body: bytes, headers: dict[str, str]) -> None:
        parts = check_url(self._url, self._allowed)
        address = await self._address(parts)
        host = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
        url = httpx.URL(self._url).copy_with(host=host.strip("[]"))
        request = self._client.build_request(
            "POST", url, content=body, headers={**headers, "Host": parts.netloc}
        )
        request.extensions["sni_hostname"] = parts.hostname
        answer = await self._client.send(request, stream=True, follow_redirects=False)
        try:
            _check(answer)
        finally:
            await answer.aclose()

    async def _address(self, parts: SplitResult) -> Address:
        if self._found is None:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(parts.hostname, port, type=SOCK_STREAM)
            addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
            check_addresses(addresses, self._allowed, plain=parts.scheme == "http")
            self._found = addresses[0]
        return self._found


def _check(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    status, wait = answer.status_code, answer.headers.get("retry-after", "")
    wait_s = float(wait) if status in (_TOO_MANY, _AWAY) and wait.isascii() and wait.isdigit() else None
    raise NotTaken(f"status {status}", gone=status == _GONE, wait_s=wait_s)
