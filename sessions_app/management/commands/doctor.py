"""`manage.py doctor`: whether each part of this installation works, and what to do."""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sessions_app.doctor import configured, findings, parts
from sessions_app.doctor.findings import PartFinding, PartState


class Command(BaseCommand):
    help = (
        "Uses each part of this installation as calls use it, and says what works and what to do. "
        "Ends with 1 where there is a problem. Prints no secrets."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument(
            "--time-server",
            default="pool.ntp.org",
            help="an NTP server, or a site's address, to compare the clock with; empty for none",
        )

    def run_from_argv(self, argv: list[str]) -> None:
        """Runs it as a command, which ends though a check hangs: Python would wait for ever."""
        code = 0
        try:
            super().run_from_argv(argv)
        except SystemExit as ended:
            if not findings.are_hanging():
                raise
            code = ended.code if isinstance(ended.code, int) else 1
        if findings.are_hanging():
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def handle(self, *_args: Any, **options: Any) -> None:
        configured.take_stored()
        found = findings.run(parts.all_parts(options["time_server"]))
        if options["json"]:
            told = [{"name": name, **asdict(one)} for name, one in found.items()]
            self.stdout.write(json.dumps(told, indent=2))
        else:
            self._table(found)
        problems = [name for name, one in found.items() if one.state == PartState.PROBLEM]
        if problems:
            raise CommandError(f"Problems: {', '.join(problems)}.")

    def _table(self, found: Mapping[str, PartFinding]) -> None:
        name_width = max(map(len, found))
        state_width = max(len(one.state) for one in found.values())
        for name, one in found.items():
            told = f"{one.detail} {one.advice}".strip()
            self.stdout.write(f"{name:{name_width}}  {one.state:{state_width}}  {told}")
