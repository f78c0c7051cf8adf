"""Places a call with a sound file as the microphone: no browser, no microphone needed."""

import asyncio
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sessions_app.call_client.microphone import FileError
from sessions_app.call_client.placing import CallError, CallOptions, place_call
from sessions_app.call_client.report import CallReport
from sessions_app.call_client.rest import RestError


class Command(BaseCommand):
    help = "Speaks FILE into a call, prints the transcript as it comes, waits for the summary."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="A sound file: WAV or what FFmpeg reads.")
        parser.add_argument("--url", help="The server; this machine's by default.")
        parser.add_argument("--token", help="An API token; the demo user's by default.")
        parser.add_argument("--agent", default="", help="An agent's slug.")
        parser.add_argument("--save-audio", type=Path, help="Write what the agent says: a WAV.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *_args: Any, **options: Any) -> None:
        call = CallOptions(
            sound=options["file"],
            url=options["url"] or f"http://127.0.0.1:{settings.PORT}",
            token=options["token"] or _own_token(),
            agent=options["agent"],
            heard=options["save_audio"],
        )
        screen = _Screen(quiet=options["json"])
        try:
            report = asyncio.run(place_call(call, screen.show))
        except (CallError, FileError, RestError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json()))
        else:
            screen.finish(report)


def _own_token() -> str:
    path = settings.VAR_DIR / "credentials.json"
    try:
        return str(json.loads(path.read_text())["user"]["token"])
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(
            f"{path} holds no token. Start the server once (make run), or give --token."
        ) from error


class _Screen:
    """Prints what comes, an interim over the one before where the terminal can."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._rewrites = sys.stdout.isatty()

    def show(self, message: dict[str, Any]) -> None:
        if self._quiet:
            return
        kind = message["type"]
        if kind == "status":
            self._line(f"  {message['status']}")
        elif kind == "error":
            self._line(f"  {message['message']}")
        elif kind == "transcript" and message["final"]:
            self._line(f"{message['startMs'] / 1000:7.1f}s  {message['role']}: {message['text']}")
        elif kind == "transcript" and self._rewrites:
            sys.stdout.write(f"\r\x1b[2K          {message['text'][-90:]}")
            sys.stdout.flush()

    def finish(self, report: CallReport) -> None:
        for line in report.outcome():
            self._line(line)
        self._line(f"Call {report.call}: {report.state}, {report.duration_ms / 1000:.1f} s")

    def _line(self, text: str) -> None:
        print(f"\r\x1b[2K{text}" if self._rewrites else text, flush=True)
