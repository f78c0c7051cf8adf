"""`manage.py restore SRC`: puts a backup into an empty installation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sessions_app.services.backups import backing_up, restoring, sealing, vault
from sessions_app.services.backups.errors import BackupError, broken_off
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
        parser.add_argument(
            "--leave-out-damaged",
            action="store_true",
            help="restore what is whole, and name the files that are damaged or missing",
        )
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
        except OSError as error:
            raise CommandError(broken_off(error)) from error

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
            self._restore(src, name, leave_out_damaged=options["leave_out_damaged"])

    def _restore(self, src: Vault, name: str, *, leave_out_damaged: bool) -> None:
        done = restoring.restore(src, name, leave_out_damaged=leave_out_damaged)
        restored = [one for one in done.made.files if one.name not in done.left_out]
        self.stdout.write(
            f"Restored {name}: the database of {done.made.taken_at} and {len(restored)} files."
        )
        if done.erased:
            self.stdout.write(
                f"{done.erased} erasures from after the backup were carried out again."
            )
        for lost in done.left_out:
            self.stderr.write(f"{lost} was left out: it is damaged or missing in the backup.")
        for lost in done.made.missing:
            self.stderr.write(f"{lost} was missing when the backup was made.")
        self.stdout.write(
            "Programs that follow the feed of changes must begin again (docs/changes.md). "
            "Now run `manage.py doctor`, then start."
        )
