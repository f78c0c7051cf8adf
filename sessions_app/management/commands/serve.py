"""`manage.py serve`: the web pages, the sockets and the calls, or one process's part of them.

VOICE["ROLE"] says which: `all` of it; `web` for the pages, with doors that lead to the media
processes; `media` for calls, behind a Unix socket in RUN_DIR that the web process finds.
"""

import argparse
import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

logger = logging.getLogger("voicesite.serve")


class Command(BaseCommand):
    help = "Serves voicesite until it is told to stop (Ctrl-C or SIGTERM)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = argparse.ArgumentDefaultsHelpFormatter
        # phones that come over HTTPS are not on this machine
        host = "0.0.0.0" if settings.VOICE_HTTPS_PORT else "127.0.0.1"  # noqa: S104  # nosec B104
        parser.add_argument("--host", default=host, help="address to listen on")
        parser.add_argument(
            "--port", type=int, default=settings.PORT, help="port to listen on; 0: none"
        )
        parser.add_argument(
            "--probe", action="store_true", help="only say whether the port can be used"
        )

    def handle(self, *_args: str, host: str, port: int, probe: bool, **_options: object) -> None:
        # Twisted's reactor is installed by this import, so no other command must do it
        from sessions_app.server import serving  # noqa: PLC0415

        try:
            if port:
                serving.probe_port(host, port)
            if port and settings.VOICE_HTTPS_PORT:
                serving.probe_port(host, settings.VOICE_HTTPS_PORT)
        except serving.PortError as error:
            raise CommandError(str(error)) from error
        if not probe:
            self._serve(host, port)

    def _serve(self, host: str, port: int) -> None:
        from sessions_app.services.backups import work_folder  # noqa: PLC0415

        if work_folder.restoring():
            raise CommandError(work_folder.UNFINISHED)
        from sessions_app.runtime import engine, stored_settings  # noqa: PLC0415 - the probe is to be quick
        from sessions_app.server import descriptors, serving  # noqa: PLC0415
        from sessions_app.server.http.connections import Connections  # noqa: PLC0415
        from sessions_app.server.http.pace import Pace  # noqa: PLC0415
        from sessions_app.services import database  # noqa: PLC0415
        from voicesite.asgi import application  # noqa: PLC0415

        database.serve_requests()
        stored_settings.refresh()
        role = settings.VOICE["ROLE"]
        files = descriptors.prepared(role, settings.VOICE["MAX_CALLS"])
        # behind a proxy all clients come from its address
        each = 0 if settings.VOICE["TRUSTED_PROXIES"] else settings.VOICE["CONNECTIONS_PER_ADDRESS"]
        part: Any = application if role == "web" else engine
        unix = self._unix() if role == "media" else None
        if not port and unix is None:
            raise CommandError("Only a media process can go without a port: VOICE_ROLE=media.")
        shown = f"[{host}]" if ":" in host else host

        def say_ready() -> None:
            where = f"http://{shown}:{port}" if port else str(unix)
            if settings.LOG_JSON:
                logger.info("ready at %s", where)
                return
            self.stdout.write(f"voicesite is ready at {where}")
            self.stdout.flush()

        server = serving.VoiceServer(
            application,
            part,
            host=host,
            port=port,
            unix=unix,
            https=self._https(host) if port else None,
            network=Connections(files.connections, each),
            pace=Pace(settings.VOICE["REQUESTS_PER_ADDRESS"]),
            on_ready=say_ready,
            wait_s=settings.VOICE["DRAIN_S"],
            open_early=role == "web",  # its pages need no media process
        )
        server.run()
        if server.failure is not None:
            raise CommandError(server.failure)

    def _https(self, host: str) -> Any:
        """Returns where TLS is spoken, with a certificate that is good; None for nowhere."""
        from sessions_app.server import certificates, tls  # noqa: PLC0415

        if not settings.VOICE_HTTPS_PORT:
            return None
        folder = Path(settings.VOICE_HTTPS_DIR)
        addresses = certificates.local_addresses()
        certificates.ensure(folder, addresses, certificates.utc_now())
        return tls.Https(host, settings.VOICE_HTTPS_PORT, folder)

    def _unix(self) -> Path:
        """Returns where a media process listens; its folder is for this user alone."""
        from sessions_app.runtime import media_processes  # noqa: PLC0415

        path = media_processes.socket_path()
        if len(str(path)) > media_processes.LONGEST_PATH:
            raise CommandError(
                f"{path} is too long a path for a Unix socket. "
                "Name a shorter folder: VOICE_RUN_DIR=/run/voicesite"
            )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path
