"""`manage.py restore SRC`: puts a backup into an empty installation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sessions_app.services.backups import backing_up, restoring, sealing, vault
from sessions_app.services.backups.errors import BackupError
from sessions_app.services.backups.vault import SNAPSHOTS, Vault


class Command(BaseCommand):
    help = (
        "Restores a backup of `manage.py backup` into an empty installation that is not running. "
        "After an interruption, run it again."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("src", metavar="SRC", type=Path, help="the folder of the backups")
        parser.add_argument("--at", metavar="NAME", help="which backup; the newest without it")
        parser.add_argument("--key-file", type=Path, help="the key, where they are encrypted")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--list", action="store_true", help="only list the backups")
        what.add_argument("--verify", action="store_true", help="only read and compare")

    def handle(self, *_args: Any, src: Path, **options: Any) -> None:
        try:
            key = sealing.read_key(options["key_file"]) if options["key_file"] else None
            with vault.opened(src, key, make=False) as opened:
                self._from(opened, options)
        except BackupError as error:
            raise CommandError(error.message) from error

    def _from(self, src: Vault, options: dict[str, Any]) -> None:
        name = options["at"] or restoring.newest(src)
        if options["list"]:
            for one in src.names(SNAPSHOTS):
                self.stdout.write(one)
        elif options["verify"]:
            damaged = backing_up.verify(src, [name], mend=False)
            for what in damaged:
                self.stderr.write(f"Damaged or missing: {what}.")
            if damaged:
                raise CommandError(f"Backup {name} is damaged. Use another one: --list.")
            self.stdout.write(f"Backup {name} was read and is what it was.")
        else:
            self._restore(src, name)

    def _restore(self, src: Vault, name: str) -> None:
        manifest, erased = restoring.restore(src, name)
        self.stdout.write(
            f"Restored {name}: the database of {manifest.taken_at} and {len(manifest.files)} files."
        )
        if erased:
            self.stdout.write(f"{erased} erasures from after the backup were carried out again.")
        for lost in manifest.missing:
            self.stderr.write(f"{lost} was missing when the backup was made.")
        self.stdout.write(
            "Programs that follow the feed of changes must begin again (docs/changes.md). "
            "Now run `manage.py doctor`, then start."
        )
