"""`manage.py check_ice`: which ICE candidates this server can offer to clients."""

import asyncio

from django.core.management.base import BaseCommand, CommandError

from sessions_app.engine.rtc.aiortc_compat import connectivity
from sessions_app.engine.rtc.turn_credentials import IceServer
from sessions_app.runtime import ice_servers, ice_trials, stored_settings
from sessions_app.runtime.settings import voice_config


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
        hosts = await ice_trials.hosts()
        self.stdout.write(
            f"host: {', '.join(hosts)}" if hosts else "host: none but loopback; only relays help"
        )
        if not servers:
            self.stdout.write("No ICE servers are set: calls work where the hosts above are seen.")
        broken = 0
        for one in ice_trials.targets(servers):
            trial = await ice_trials.try_one(one)
            broken += bool(trial.problem)
            told = trial.problem or f"{trial.kind} {trial.host} in {trial.took_ms:.0f} ms"
            self.stdout.write(f"{trial.url}: {told}")
        return broken
