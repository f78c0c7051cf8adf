"""`manage.py serve`: the web pages, the sockets and the calls, in one process."""

import argparse

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Serves voicesite until it is told to stop (Ctrl-C or SIGTERM)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = argparse.ArgumentDefaultsHelpFormatter
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on")
        parser.add_argument(
            "--probe", action="store_true", help="only say whether the port can be used"
        )

    def handle(self, *_args: str, host: str, port: int, probe: bool, **_options: object) -> None:
        # Twisted's reactor is installed by this import, so no other command must do it
        from sessions_app.management import serving  # noqa: PLC0415

        try:
            serving.probe_port(host, port)
        except serving.PortError as error:
            raise CommandError(str(error)) from error
        if not probe:
            self._serve(host, port)

    def _serve(self, host: str, port: int) -> None:
        from sessions_app.management import serving  # noqa: PLC0415
        from voicesite.asgi import application  # noqa: PLC0415

        shown = f"[{host}]" if ":" in host else host

        def say_ready() -> None:
            self.stdout.write(f"voicesite is ready at http://{shown}:{port}")
            self.stdout.flush()

        server = serving.VoiceServer(application, host=host, port=port, on_ready=say_ready)
        server.run()
        if server.failure is not None:
            raise CommandError(server.failure)
