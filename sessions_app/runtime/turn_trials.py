"""Asks a TURN server for a relayed address, as calls do, and says what is wrong where it fails."""

import asyncio
import re
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass

from aioice import stun, turn
from django.utils.translation import gettext as _

from sessions_app.engine.core.errors import chain_of
from sessions_app.engine.rtc.turn_credentials import TurnServers, mint_credentials
from sessions_app.runtime import ice_servers

LIMIT_S = 6.0
"""The longest wait for an allocation. Shorter reports slow servers as broken."""

CLOSE_S = 1.0
PORT, TLS_PORT = 3478, 5349
"""The ports of addresses without one: RFC 7064, 7065."""

UNAUTHORIZED, FORBIDDEN, STALE = 401, 403, 438
"""STUN error codes: RFC 8656, 19."""

_URL = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>\[[^\]]+\]|[^:?]+)(?::(?P<port>\d+))?"
    r"(?:\?transport=(?P<transport>\w+))?$"
)


@dataclass(frozen=True, slots=True)
class IceAddress:
    """A STUN or TURN address, taken apart."""

    relay: bool
    tls: bool
    host: str
    port: int
    transport: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a trial found; `fix` says what to do where it is not `ok`."""

    ok: bool
    text: str
    fix: str = ""


class _Relayed(asyncio.DatagramProtocol):
    """Notes when the allocation is given back."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


def read_address(url: str) -> IceAddress | None:
    """Returns the parts of a STUN or TURN address; None if it is none."""
    match = _URL.match(url)
    if match is None:
        return None
    tls = match["scheme"].endswith("s")
    port = int(match["port"] or (TLS_PORT if tls else PORT))
    relay, usual = match["scheme"].startswith("turn"), "tcp" if tls else "udp"
    return IceAddress(relay, tls, match["host"].strip("[]"), port, match["transport"] or usual)


async def try_all(relay: TurnServers) -> list[Finding]:
    """Returns what each address of the relay answers, in their order."""
    return list(await asyncio.gather(*(_try(url, relay) for url in relay.urls)))


async def _try(url: str, relay: TurnServers) -> Finding:
    address = read_address(url)
    if address is None or not address.relay:
        told = _("%s is no address of a TURN server.") % url
        return Finding(False, told, _("Write it as turn:turn.example.com:3478."))
    began = time.monotonic()
    try:
        async with asyncio.timeout(LIMIT_S):
            host = await _allocated(address, relay)
    except (OSError, stun.TransactionError, TimeoutError) as error:
        return _failed(url, error)
    found = {"url": url, "host": host, "ms": round(1000 * (time.monotonic() - began))}
    return Finding(True, _("%(url)s relays at %(host)s; it took %(ms)d ms.") % found)


async def _allocated(address: IceAddress, relay: TurnServers) -> str:
    """Returns the address that the server relays at, after it was given back."""
    given = mint_credentials(relay, ice_servers.SERVER, time.time())
    transport, protocol = await turn.create_turn_endpoint(
        _Relayed,
        server_addr=(address.host, address.port),
        username=given.username,
        password=given.credential,
        ssl=address.tls or None,
        transport=address.transport,
    )
    try:
        return str(transport.get_extra_info("sockname")[0])
    finally:
        transport.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await protocol.closed.wait()


def _failed(url: str, error: Exception) -> Finding:
    given = {"url": url}
    code = 0
    if isinstance(error, stun.TransactionFailed):
        code = error.response.attributes.get("ERROR-CODE", (0, ""))[0]
    if code in (UNAUTHORIZED, FORBIDDEN, STALE):
        return Finding(
            False,
            _("%(url)s refuses the shared secret.") % given,
            _(
                "Give both the same: coturn has it as static-auth-secret, beside use-auth-secret. "
                "Compare the clocks of both machines, too."
            ),
        )
    if code:
        told = _("%(url)s gives no address (%(code)d).") % {**given, "code": code}
        return Finding(False, told, _("Its own log says why: perhaps its quota is used up."))
    causes = tuple(chain_of(error))
    if any(isinstance(one, socket.gaierror) for one in causes):
        return Finding(False, _("The name in %(url)s is not known.") % given, _("Check the name."))
    if any(isinstance(one, ssl.SSLError) for one in causes):
        told = _("The certificate of %(url)s is not accepted.") % given
        return Finding(False, told, _("It must be valid for that name."))
    return Finding(
        False,
        _("%(url)s does not answer.") % given,
        _("Is it running, at that port? Does each firewall on the way let UDP and TCP through?"),
    )
