"""Asks each ICE server for what calls ask it for, as `manage.py check_ice` and `doctor` show it."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aioice import Connection
from aioice.candidate import Candidate

from sessions_app.engine.rtc.turn_credentials import IceServer
from sessions_app.runtime import turn_trials
from sessions_app.runtime.turn_trials import IceAddress

GATHER_S = 8.0
"""The longest wait for a server's candidates. Shorter reports slow servers as broken."""

NO_RELAY = "no relay: is it up, is VOICE_TURN_SECRET its static-auth-secret, is each clock right?"
NO_ANSWER = "no answer: is it up, and does the firewall let UDP out?"
UNREADABLE = "this address cannot be read; see docs/networks.md"
RELAY, REFLEXIVE = "relay", "srflx"


@dataclass(frozen=True, slots=True)
class IceTarget:
    """An address of an ICE server, with what is needed to use it; `url` is as it was written."""

    url: str
    server: IceServer
    address: IceAddress


@dataclass(frozen=True, slots=True)
class IceTrial:
    """What came back from one address: a candidate's host after `took_ms`, or a `problem`."""

    url: str
    kind: str
    host: str = ""
    took_ms: float = 0.0
    problem: str = ""


def targets(servers: Sequence[IceServer]) -> Iterator[IceTarget | IceTrial]:
    """Yields every address of the servers; a trial with a problem for one that cannot be read."""
    for server in servers:
        for url in server.urls:
            address = turn_trials.read_address(url)
            if address is None:
                yield IceTrial(url, "", problem=UNREADABLE)
            else:
                yield IceTarget(url, server, address)


async def hosts() -> list[str]:
    """Returns the addresses of this machine that calls can be offered."""
    return [found.host for found in await _gathered({}) if found.type == "host"]


async def try_one(one: IceTarget | IceTrial) -> IceTrial:
    """Asks an address for a candidate: a relay allocates, the others say how they see us."""
    if isinstance(one, IceTrial):
        return one
    address, where = one.address, (one.address.host, one.address.port)
    given: dict[str, Any] = {"stun_server": where}
    if address.relay:
        given = {
            "turn_server": where,
            "turn_username": one.server.username,
            "turn_password": one.server.credential,
            "turn_transport": address.transport,
            "turn_ssl": address.tls,
        }
    kind = RELAY if address.relay else REFLEXIVE
    began = time.monotonic()
    found = [candidate for candidate in await _gathered(given) if candidate.type == kind]
    took_ms = 1000 * (time.monotonic() - began)
    if found:
        return IceTrial(one.url, kind, found[0].host, took_ms)
    return IceTrial(one.url, kind, problem=NO_RELAY if address.relay else NO_ANSWER)


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
