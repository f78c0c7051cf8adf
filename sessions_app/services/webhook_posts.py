"""POST requests to addresses that somebody typed: only to hosts that may be reached.

A name is resolved once and all its addresses are checked. The request is sent to the first of these
addresses that accepts a connection, even if the name resolves to another one a moment later.
Redirects are not followed. Certificates are verified for the name.
"""

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpx2

from sessions_app.engine.core.errors import VoiceError

TIMEOUT_S = 10.0
"""For name, connection and answer together. Longer would hold up the worker's other tasks."""

CONNECT_S = 3.0
"""For a connection to one of several addresses: IPv6 may lead nowhere where IPv4 is fine."""

MOST_DIGITS = 9
"""Digits of a Retry-After that are read: 30 years, and always a valid number."""

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class AddressRefusedError(VoiceError):
    """The address may not be used; its message says why. Trying again does not help."""


class NoAnswerError(VoiceError):
    """No answer came; trying again later may help."""


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """The status of an answer, and the seconds to wait that it asks for; 0 for none."""

    status: int
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request is sent: the checked addresses, and the name they belong to."""

    scheme: str
    host: str
    port: int
    path: str
    address: IpAddress
    others: tuple[IpAddress, ...] = ()
    """To be tried, in this order, where the first takes no connection."""

    @property
    def url(self) -> str:
        """The URL with the address in place of the name."""
        shown = f"[{self.address}]" if self.address.version == 6 else str(self.address)  # noqa: PLR2004
        return f"{self.scheme}://{shown}:{self.port}{self.path}"

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Private hosts and networks that an operator allows, by name or in CIDR notation."""

    names: frozenset[str]
    networks: tuple[IpNetwork, ...]

    @classmethod
    def of(cls, entries: Sequence[str]) -> "AllowedHosts":
        """Reads entries such as "10.0.0.0/8", "192.168.1.7", "hooks.internal"."""
        names, networks = set(), []
        for entry in filter(None, (entry.strip().lower() for entry in entries)):
            try:
                networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                names.add(entry)
        return cls(frozenset(names), tuple(networks))

    def covers(self, host: str, address: IpAddress) -> bool:
        """Returns whether a host at an address is named here."""
        if host.lower() in self.names:
            return True
        return any(address.version == net.version and address in net for net in self.networks)


def checked_url(url: str, allowed: AllowedHosts) -> None:
    """Raises AddressRefusedError for a URL that can never be used, without asking for its name."""
    scheme, host, _, _ = _parts(url)
    literal = _literal(host)
    if literal is not None:
        _check(scheme, host, [literal], allowed)
    elif scheme == "http" and host.lower() not in allowed.names and not allowed.networks:
        raise AddressRefusedError(f"{host} is not reached without TLS: use an https:// address.")


async def post(
    url: str, body: bytes, headers: Mapping[str, str], allowed: AllowedHosts
) -> PostAnswer:
    """Sends a POST request and returns the answer; its body is not read.

    Certificates are checked against those of the system and of certifi. Raises
    AddressRefusedError and NoAnswerError.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            target = await resolved(url, allowed)
            return await _sent(target, body, headers)
    except TimeoutError as error:
        raise NoAnswerError(f"No answer within {TIMEOUT_S:.0f} seconds.") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise NoAnswerError(_why(error)) from error


async def resolved(url: str, allowed: AllowedHosts) -> Target:
    """Returns where a request to `url` is to be sent.

    Raises AddressRefusedError where one of the name's addresses may not be reached, and
    NoAnswerError where the name has none.
    """
    scheme, host, port, path = _parts(url)
    literal = _literal(host)
    if literal is not None:
        addresses: list[IpAddress] = [literal]
    else:
        try:
            found = await _looked_up(host, port)
        except OSError as error:
            raise NoAnswerError(f"There is no address for the name {host}.") from error
        named = (ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found)
        addresses = list(dict.fromkeys(named))
    _check(scheme, host, addresses, allowed)
    return Target(scheme, host, port, path, addresses[0], tuple(addresses[1:]))


async def _looked_up(host: str, port: int) -> list[Any]:
    """Returns what a name stands for; raises OSError. Can be abandoned at any time. The loop waits
    for its own pool at its end, however long a resolver takes.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Any]] = loop.create_future()

    def tell(result: list[Any] | OSError) -> None:
        if not found.done():
            if isinstance(result, OSError):
                found.set_exception(result)
            else:
                found.set_result(result)

    def look_up() -> None:
        try:
            result: list[Any] | OSError = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            result = error
        with suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(tell, result)

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    return await found


def _why(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "The certificate is not accepted: no known authority issued it for this name."
        cause = cause.__cause__ or cause.__context__
    return f"The connection failed ({type(error).__name__})."


def _trusted() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


async def _sent(target: Target, body: bytes, headers: Mapping[str, str]) -> PostAnswer:
    """Sends to the first of the target's addresses that takes a connection."""
    try:
        return await _sent_to(target, body, headers)
    except (httpx2.ConnectError, httpx2.ConnectTimeout):
        if not target.others:
            raise
        following = replace(target, address=target.others[0], others=target.others[1:])
        return await _sent(following, body, headers)


async def _sent_to(target: Target, body: bytes, headers: Mapping[str, str]) -> PostAnswer:
    timeout = httpx2.Timeout(TIMEOUT_S, connect=CONNECT_S if target.others else TIMEOUT_S)
    async with (
        httpx2.AsyncClient(verify=_trusted(), trust_env=False, timeout=timeout) as client,
        client.stream(
            "POST",
            target.url,
            content=body,
            headers={**headers, "host": target.host_header},
            extensions={"sni_hostname": target.host},
        ) as response,
    ):
        return PostAnswer(response.status_code, _wait_s(response.headers.get("retry-after", "")))


def _wait_s(retry_after: str) -> float:
    """Returns the seconds of a Retry-After header (RFC 9110, 10.2.3): a number, or a date."""
    given = retry_after.strip()
    if given.isascii() and given.isdigit():
        return float(given[:MOST_DIGITS])
    try:
        until = parsedate_to_datetime(given)
    except (ValueError, OverflowError):
        return 0.0
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _parts(url: str) -> tuple[str, str, int, str]:
    """Returns scheme, host, port and path; raises AddressRefusedError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefusedError("This is not a valid address.") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise AddressRefusedError("The address must begin with https:// and name a host.")
    if parts.username or parts.password:
        raise AddressRefusedError("The address may hold no user name or password.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, _plain(parts.hostname), port or _PORTS[parts.scheme], path


def _plain(host: str) -> str:
    """Returns a name as resolvers and headers take it; raises AddressRefusedError."""
    try:
        return host if host.isascii() and ":" in host else host.encode("idna").decode()
    except UnicodeError as error:
        raise AddressRefusedError("This is not a valid address.") from error


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _check(scheme: str, host: str, addresses: Sequence[IpAddress], allowed: AllowedHosts) -> None:
    for address in addresses:
        if allowed.covers(host, address):
            continue
        if not _is_public(address):
            raise AddressRefusedError(
                f"{host} is a private address. WEBHOOK_ALLOWED_PRIVATE may name it."
            )
        if scheme != "https":
            raise AddressRefusedError(
                f"{host} is not reached without TLS: use an https:// address."
            )


_UNICAST = ipaddress.IPv6Network("2000::/3")
"""The range that IPv6 has allocated to public hosts (RFC 4291)."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 hosts, as IPv6-only networks address them (RFC 6052)."""


def _is_public(address: IpAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address in _NAT64:
        return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if mapped is not None:
        return _is_public(mapped)
    known = isinstance(address, ipaddress.IPv4Address) or address in _UNICAST
    return known and address.is_global and not address.is_multicast
