"""Asks each ICE server for what calls ask it for, as `manage.py check_ice` and `doctor` show it."""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aioice import Connection
from aioice.candidate import Candidate

from sessions_app.engine.rtc.turn_credentials import IceServer

GATHER_S = 8.0
"""The longest wait for a server's candidates. Shorter reports slow servers as broken."""

NO_RELAY = "no relay: is it up, is VOICE_TURN_SECRET its static-auth-secret, is each clock right?"
NO_ANSWER = "no answer: is it up, and does the firewall let UDP out?"
UNREADABLE = "this address cannot be read; see docs/networks.md"
PORT, TLS_PORT = 3478, 5349
"""The ports of addresses without one: RFC 7064, 7065."""

RELAY, REFLEXIVE = "relay", "srflx"

_URL = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>\[[^\]]+\]|[^:?]+)(?::(?P<port>\d+))?"
    r"(?:\?transport=(?P<transport>\w+))?$"
)


@dataclass(frozen=True, slots=True)
class IceAddress:
    """An address of an ICE server, with what is needed to use it."""

    url: str
    server: IceServer
    host: str
    port: int
    is_relay: bool
    is_tls: bool
    transport: str


@dataclass(frozen=True, slots=True)
class IceTrial:
    """What came back from one address: a candidate's host after `took_ms`, or a `problem`."""

    url: str
    kind: str
    host: str = ""
    took_ms: float = 0.0
    problem: str = ""


def addresses(servers: Sequence[IceServer]) -> Iterator[IceAddress | IceTrial]:
    """Yields every address of the servers; a trial with a problem for one that cannot be read."""
    for server in servers:
        for url in server.urls:
            match = _URL.match(url)
            if match is None:
                yield IceTrial(url, "", problem=UNREADABLE)
                continue
            is_tls = match["scheme"].endswith("s")
            yield IceAddress(
                url,
                server,
                match["host"].strip("[]"),
                int(match["port"] or (TLS_PORT if is_tls else PORT)),
                match["scheme"].startswith("turn"),
                is_tls,
                match["transport"] or "udp",
            )


async def hosts() -> list[str]:
    """Returns the addresses of this machine that calls can be offered."""
    return [found.host for found in await _gathered({}) if found.type == "host"]


async def try_one(one: IceAddress | IceTrial) -> IceTrial:
    """Asks an address for a candidate: a relay allocates, the others say how they see us."""
    if isinstance(one, IceTrial):
        return one
    given: dict[str, Any] = {"stun_server": (one.host, one.port)}
    if one.is_relay:
        given = {
            "turn_server": (one.host, one.port),
            "turn_username": one.server.username,
            "turn_password": one.server.credential,
            "turn_transport": one.transport,
            "turn_ssl": one.is_tls,
        }
    kind = RELAY if one.is_relay else REFLEXIVE
    began = time.monotonic()
    found = [candidate for candidate in await _gathered(given) if candidate.type == kind]
    took_ms = 1000 * (time.monotonic() - began)
    if found:
        return IceTrial(one.url, kind, found[0].host, took_ms)
    return IceTrial(one.url, kind, problem=NO_RELAY if one.is_relay else NO_ANSWER)


async def _gathered(given: dict[str, Any]) -> list[Candidate]:
    connection = Connection(ice_controlling=False, **given)
    try:
        async with asyncio.timeout(GATHER_S):
            await connection.gather_candidates()
        return list(connection.local_candidates)
    except (TimeoutError, OSError):
        return []
    finally:
        await connection.close()  # forgets the candidates
