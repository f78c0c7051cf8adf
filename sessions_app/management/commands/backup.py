"""`manage.py backup DEST`: database and recordings as of one moment, into a folder."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sessions_app.services.backups import backing_up, receipts, sealing, vault
from sessions_app.services.backups.errors import BackupError, broken_off
from sessions_app.services.backups.vault import SNAPSHOTS, Vault

MB = 1_000_000
"""Bytes."""


class Command(BaseCommand):
    help = (
        "Backs up the database and all recordings as of one moment, while calls go on. Files that "
        "DEST has already are not copied again. After an interruption, run it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dest", metavar="DEST", nargs="?", type=Path, help="a folder")
        parser.add_argument("--key-file", type=Path, help="encrypt with the key in this file")
        parser.add_argument("--new-key", metavar="FILE", type=Path, help="only make such a key")
        parser.add_argument(
            "--verify", action="store_true", help="afterwards read everything back, and compare"
        )
        parser.add_argument("--keep", type=int, metavar="N", help="delete all but the N newest")
        parser.add_argument(
            "--receipts",
            action="store_true",
            help="only note what was erased, so that a restore erases it again; takes a moment",
        )

    def handle(self, *_args: Any, dest: Path | None, **options: Any) -> None:
        try:
            if options["new_key"]:
                sealing.new_key(options["new_key"])
                self.stdout.write("Keep this key apart from the backups: without it they are lost.")
                return
            if dest is None:
                raise CommandError("Say where to: manage.py backup DEST")
            if options["keep"] is not None and options["keep"] < 1:
                raise CommandError("--keep: at least one backup is kept.")
            key = sealing.read_key(options["key_file"]) if options["key_file"] else None
            with vault.opened(dest, key, make=True) as opened:
                self._into(opened, options)
        except BackupError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(broken_off(error)) from error

    def _into(self, dest: Vault, options: dict[str, Any]) -> None:
        if options["receipts"]:
            count = receipts.keep(dest, f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z")
            self.stdout.write(f"{count} receipts of erasures are kept.")
            return
        result = backing_up.back_up(dest)
        size = result.copied_bytes / MB
        self.stdout.write(
            f"Backup {result.name}: the database, and {len(result.made.files)} files, of which "
            f"{result.copied} were copied ({size:.1f} MB)."
        )
        dropped = backing_up.prune(dest, options["keep"])
        if dropped:
            self.stdout.write(f"{dropped} older backups were deleted.")
        for name in result.made.missing:
            self.stderr.write(f"{name} is named in the database, and is not in the storage.")
        if options["verify"]:
            self._verify(dest)

    def _verify(self, dest: Vault) -> None:
        names = dest.names(SNAPSHOTS)
        damaged = backing_up.verify(dest, names, mend=True)
        for what in damaged:
            self.stderr.write(f"Damaged or missing: {what}.")
        if damaged:
            raise CommandError("Run the backup again: it copies what is damaged, if that is there.")
        self.stdout.write(f"All of {len(names)} backups was read and is what it was.")
