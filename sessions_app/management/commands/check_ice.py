"""`manage.py check_ice`: which ICE candidates this server can offer to clients."""

import asyncio
import time
from typing import Any

from aioice import Connection
from aioice.candidate import Candidate
from django.core.management.base import BaseCommand, CommandError

from sessions_app.engine.rtc.aiortc_compat import connectivity
from sessions_app.engine.rtc.turn_credentials import IceServer
from sessions_app.runtime import ice_servers, stored_settings, turn_trials
from sessions_app.runtime.settings import voice_config

GATHER_S = 8.0
"""The longest wait for a server's candidates. Shorter reports slow servers as broken."""

NO_RELAY = "no relay: is it up, is VOICE_TURN_SECRET its static-auth-secret, is each clock right?"
NO_ANSWER = "no answer: is it up, and does the firewall let UDP out?"


class Command(BaseCommand):
    help = "Asks each ICE server for what calls ask it for, and says what came back."

    def handle(self, *_args: str, **_options: object) -> None:
        stored_settings.refresh()
        config = voice_config()
        servers = ice_servers.all_for(ice_servers.SERVER)
        if config.udp_ports is not None:
            connectivity.limit_ports(*config.udp_ports)
        broken = asyncio.run(self._check(servers))
        if config.public_address:
            self.stdout.write(
                f"public address: {config.public_address} is offered beside each host candidate"
            )
        if broken:
            raise CommandError(f"{broken} of the ICE servers cannot be used as they are set.")

    async def _check(self, servers: list[IceServer]) -> int:
        found = await _gathered({})
        hosts = [c.host for c in found if c.type == "host"]
        self.stdout.write(
            f"host: {', '.join(hosts)}" if hosts else "host: none but loopback; only relays help"
        )
        if not servers:
            self.stdout.write("No ICE servers are set: calls work where the hosts above are seen.")
        broken = 0
        for server in servers:
            for url in server.urls:
                broken += not await self._check_one(url, server)
        return broken

    async def _check_one(self, url: str, server: IceServer) -> bool:
        address = turn_trials.read_address(url)
        if address is None:
            self.stdout.write(f"{url}: this address cannot be read; see docs/networks.md")
            return False
        relay, where = address.relay, (address.host, address.port)
        given: dict[str, Any] = {"stun_server": where}
        if relay:
            given = {
                "turn_server": where,
                "turn_username": server.username,
                "turn_password": server.credential,
                "turn_transport": address.transport,
                "turn_ssl": address.tls,
            }
        began = time.monotonic()
        kind = "relay" if relay else "srflx"
        found = [c for c in await _gathered(given) if c.type == kind]
        took = f"{1000 * (time.monotonic() - began):.0f} ms"
        if found:
            self.stdout.write(f"{url}: {kind} {found[0].host} in {took}")
            return True
        self.stdout.write(f"{url}: {NO_RELAY if relay else NO_ANSWER}")
        return False


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
